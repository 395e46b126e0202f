package execd

import (
	"sync"
	"time"

	"github.com/influxdata/telegraf"
)

// accumulator encodes each point at once and hands the line on, so that it keeps
// nothing of the input's maps. Points that are invalid are counted and logged,
// never fatal. It may be used by several goroutines.
type accumulator struct {
	log      telegraf.Logger
	counters *counters
	emit     func(measurement string, line []byte)

	mu   sync.Mutex
	line []byte // reused
}

func (a *accumulator) add(name string, fields map[string]any, tags map[string]string, t time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	line, badFields, err := encode(a.line[:0], name, tags, fields, t)
	a.line = line
	if badFields > 0 {
		a.counters.fieldsInvalid.Add(int64(badFields))
		a.log.Debugf("Left out %d invalid fields of a point of %q", badFields, name)
	}
	if err != nil {
		a.counters.pointsInvalid.Add(1)
		a.log.Warnf("Dropped a point of %q: %v", name, err)
		return
	}
	a.emit(name, line)
}

func (a *accumulator) AddFields(name string, fields map[string]any, tags map[string]string, t ...time.Time) {
	at := time.Now()
	if len(t) > 0 {
		at = t[0]
	}
	a.add(name, fields, tags, at)
}

// Line protocol knows no metric types, so the typed methods are all the same.

func (a *accumulator) AddGauge(name string, fields map[string]any, tags map[string]string, t ...time.Time) {
	a.AddFields(name, fields, tags, t...)
}

func (a *accumulator) AddCounter(name string, fields map[string]any, tags map[string]string, t ...time.Time) {
	a.AddFields(name, fields, tags, t...)
}

func (a *accumulator) AddSummary(name string, fields map[string]any, tags map[string]string, t ...time.Time) {
	a.AddFields(name, fields, tags, t...)
}

func (a *accumulator) AddHistogram(name string, fields map[string]any, tags map[string]string, t ...time.Time) {
	a.AddFields(name, fields, tags, t...)
}

func (a *accumulator) AddMetric(m telegraf.Metric) {
	a.add(m.Name(), m.Fields(), m.Tags(), m.Time())
}

// SetPrecision does nothing: rounding is set on inputs.execd, which sees every
// point after this program.
func (a *accumulator) SetPrecision(time.Duration) {}

func (a *accumulator) AddError(err error) {
	if err != nil {
		a.log.Errorf("Error in plugin: %v", err)
	}
}

// WithTracking returns an accumulator that never reports a delivery: a pipe to
// Telegraf does not tell what reached the output.
func (a *accumulator) WithTracking(int) telegraf.TrackingAccumulator {
	a.log.Error("The plugin asks for delivery tracking, which an external plugin does not get")
	return untracked{a}
}

type untracked struct{ *accumulator }

func (u untracked) AddTrackingMetric(m telegraf.Metric) telegraf.TrackingID {
	u.AddMetric(m)
	return 0
}

func (u untracked) AddTrackingMetricGroup(group []telegraf.Metric) telegraf.TrackingID {
	for _, m := range group {
		u.AddMetric(m)
	}
	return 0
}

func (u untracked) Delivered() <-chan telegraf.DeliveryInfo { return nil }
