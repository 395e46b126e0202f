package cosyvoice

import (
	"time"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/gpu"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/process"
)

// eventTimes keeps events of one series apart: InfluxDB keeps one point of a series
// at one time.
type eventTimes struct {
	last map[series]time.Time
}

// series is what tells the events of one host apart.
type series struct{ kind, instance, uuid string }

// addEvents adds what the observers of GPUs and processes noticed.
func (c *Cosyvoice) addEvents(t *tick, driver []gpu.Event) {
	for _, event := range driver {
		t.event(c.events.unique(series{kind: event.Kind, uuid: event.UUID}, event.Time),
			map[string]string{"kind": event.Kind, "severity": string(event.Severity), "uuid": event.UUID},
			map[string]any{"message": event.Message, "code": event.Code})
	}
	for _, event := range c.happened {
		kind, severity := string(event.Kind), string(event.Severity)
		fields := map[string]any{
			"message": event.Message, "pid": int64(event.PID), "last_state": string(event.LastState),
		}
		if event.Kind == process.EventExit && c.explainExit(t, event, fields) == reasonStopped {
			severity = severityWarning
		}
		t.event(c.events.unique(series{kind: kind, instance: event.Instance}, event.When),
			map[string]string{
				"kind": kind, "severity": severity,
				"instance": event.Instance, "version": event.Version,
			}, fields)
	}
	c.happened = nil
}

func (e *eventTimes) unique(key series, when time.Time) time.Time {
	if e.last == nil {
		e.last = map[series]time.Time{}
	}
	if last := e.last[key]; !when.After(last) {
		when = last.Add(time.Nanosecond)
	}
	e.last[key] = when
	return when
}

func (t *tick) event(when time.Time, tags map[string]string, fields map[string]any) {
	tags["service"] = serviceName
	t.acc.AddFields("cosyvoice_event", fields, tags, when)
}
