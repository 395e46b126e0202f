package execd

import (
	"sync"
	"testing"
	"time"

	"github.com/influxdata/telegraf"
	"github.com/stretchr/testify/require"
)

// metric is the part of telegraf.Metric that an accumulator reads.
type metric struct{ telegraf.Metric }

func (metric) Name() string            { return "metric" }
func (metric) Tags() map[string]string { return map[string]string{"a": "b"} }
func (metric) Fields() map[string]any  { return map[string]any{"n": 1} }
func (metric) Time() time.Time         { return noon }

func TestAccumulatorMethods(t *testing.T) {
	fields, tags := map[string]any{"n": 1}, map[string]string{"a": "b"}
	const line = "m,a=b n=1i 1700000000123456789\n"
	const metricLine = "metric,a=b n=1i 1700000000123456789\n"
	tests := []struct {
		name string
		add  func(acc telegraf.Accumulator)
		want string
	}{
		{"fields", func(acc telegraf.Accumulator) { acc.AddFields("m", fields, tags, noon) }, line},
		{"gauge", func(acc telegraf.Accumulator) { acc.AddGauge("m", fields, tags, noon) }, line},
		{"counter", func(acc telegraf.Accumulator) { acc.AddCounter("m", fields, tags, noon) }, line},
		{"summary", func(acc telegraf.Accumulator) { acc.AddSummary("m", fields, tags, noon) }, line},
		{"histogram", func(acc telegraf.Accumulator) { acc.AddHistogram("m", fields, tags, noon) }, line},
		{"metric", func(acc telegraf.Accumulator) { acc.AddMetric(metric{}) }, metricLine},
		{"precision does not round", func(acc telegraf.Accumulator) {
			acc.SetPrecision(time.Second)
			acc.AddFields("m", fields, tags, noon)
		}, line},
		{"tracking adds", func(acc telegraf.Accumulator) {
			tracking := acc.WithTracking(1)
			tracking.AddTrackingMetric(metric{})
			tracking.AddTrackingMetricGroup([]telegraf.Metric{metric{}})
		}, metricLine + metricLine},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var got []byte
			test.add(testAccumulator(t, func(_ string, line []byte) { got = append(got, line...) }))
			require.Equal(t, test.want, string(got))
		})
	}
}

func TestAccumulatorStampsWithNow(t *testing.T) {
	var got []byte
	acc := testAccumulator(t, func(_ string, line []byte) { got = append(got, line...) })
	before := time.Now()
	acc.AddFields("m", map[string]any{"n": 1}, nil)
	stamp := stampOf(t, got)
	require.False(t, stamp.Before(before.Truncate(0)))
	require.False(t, stamp.After(time.Now()))
}

func TestAccumulatorIsSafeForSeveralGoroutines(t *testing.T) {
	var got []byte
	acc := testAccumulator(t, func(_ string, line []byte) { got = append(got, line...) })
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for n := range 100 {
				acc.AddFields("m", map[string]any{"n": n}, nil)
			}
		})
	}
	group.Wait()
	require.Len(t, requirePoints(t, got), 800)
}

func testAccumulator(t *testing.T, emit func(string, []byte)) telegraf.Accumulator {
	log := NewLogger(t.Output(), telegraf.Error)
	t.Cleanup(log.Close)
	return &accumulator{log: log, counters: &counters{}, emit: emit}
}
