package cosyvoice

import (
	"time"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/gpu"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/process"
)

// eventTimes keeps events of one series apart: InfluxDB keeps one point of a series
// at one time.
type eventTimes struct {
	last map[[2]string]time.Time // by instance and kind
}

func (e *eventTimes) add(t *tick, driver []gpu.Event, servers []process.Event) {
	for _, event := range driver {
		severity := "info"
		if event.Kind == "gpu_hung" {
			severity = "error"
		}
		t.event(e.unique("", event.Kind, event.Time),
			map[string]string{"kind": event.Kind, "severity": severity},
			map[string]any{"message": event.Message})
	}
	for _, event := range servers {
		kind := string(event.Kind)
		t.event(e.unique(event.Instance, kind, event.When),
			map[string]string{
				"kind": kind, "severity": string(event.Severity),
				"instance": event.Instance, "version": event.Version,
			},
			map[string]any{
				"message": event.Message, "pid": int64(event.PID), "last_state": string(event.LastState),
			})
	}
}

func (e *eventTimes) unique(instance, kind string, when time.Time) time.Time {
	if e.last == nil {
		e.last = map[[2]string]time.Time{}
	}
	key := [2]string{instance, kind}
	if last := e.last[key]; !when.After(last) {
		when = last.Add(time.Nanosecond)
	}
	e.last[key] = when
	return when
}

func (t *tick) event(when time.Time, tags map[string]string, fields map[string]any) {
	tags["service"] = "cosyvoice3"
	t.acc.AddFields("cosyvoice_event", fields, tags, when)
}
