package diagnosis

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/influx"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/rollup"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/influxd"
)

// TestSinceTellsTheLastFigures has a cause found twice, the second time with less that proves it.
func TestSinceTellsTheLastFigures(t *testing.T) {
	s := lab(t)
	client := influx.New(s.URL, influxd.Org, influxd.Token)
	t.Cleanup(client.Close)
	finder := Finder{Client: client, Params: rollup.Defaults}
	end := time.Now().Truncate(time.Minute)
	found := func(host string, at time.Time, fields string) string {
		return fmt.Sprintf("cosyvoice_diagnosis,service=cosyvoice3,host=%s,instance=50000,code=host_cpu_contention,severity=warning since=%d,%s %d",
			host, end.Add(-time.Hour).Unix(), fields, at.UnixNano())
	}
	s.Write(rollup.Defaults.Events, []string{
		found("a", end.Add(-time.Hour), "value=97,limit=95,host_cpu_percent=97,rtf=0.9"),
		found("a", end.Add(-time.Minute), "value=98,limit=95,host_cpu_percent=98"),
		found("b", end.Add(-time.Minute), "value=99,limit=95,host_cpu_percent=99"),
	})
	summary, err := finder.Since(t.Context(), end.Add(-2*time.Hour), end, "a")
	require.NoError(t, err)
	require.Len(t, summary.Periods, 1)
	p := summary.Periods[0]
	assert.Equal(t, map[string]float64{"host_cpu_percent": 98}, p.Evidence)
	assert.Equal(t, int64(2), p.Times)
	assert.True(t, p.From.Equal(end.Add(-time.Hour)) && p.To.Equal(end.Add(-time.Minute)))
}
