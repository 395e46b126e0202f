//go:build e2e

package proof

import (
	"fmt"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/grafana"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/grafana/known"
)

// checkAges looks at ranges of whose ends there are windows of a minute, and then of an hour alone.
func (o *organization) checkAges(all map[string]*grafana.Dashboard) {
	for days, length := range map[int]time.Duration{40: time.Minute, 100: time.Hour} {
		to := known.Now.AddDate(0, 0, -days).Truncate(time.Hour).Add(20 * time.Minute)
		at := to.Add(-length).Truncate(length).UnixNano()
		windows := []string{
			fmt.Sprintf("cosyvoice_agent,collector=plugin,host=alpha,service=cosyvoice3 points_count=6i,uptime_seconds_last=5 %d", at),
			fmt.Sprintf("cosyvoice_service,host=alpha,instance=50000,service=cosyvoice3 points_count=6i,up_sum=6,up_count=6i,state_ready_seconds=10,state_busy_seconds=50,memory_rss_bytes_last=7 %d", at),
			fmt.Sprintf("cosyvoice_gpu,host=alpha,name=card,service=cosyvoice3,uuid=GPU-a0 memory_used_bytes_last=10,memory_total_bytes_last=20 %d", at),
			fmt.Sprintf("system_metrics,host=alpha,service=cosyvoice3 cpu_usage_percent_last=5 %d", at),
		}
		lines := known.Lines{Events: []string{fmt.Sprintf("cosyvoice_judgement,group=minutes,service=cosyvoice3 findings=0i %d", to.Add(-time.Minute).UnixNano())}}
		if length == time.Minute {
			lines.Minutes = windows
		} else {
			lines.Hours = windows
		}
		then := o.another(fmt.Sprintf("%d-days-ago", days), lines)
		shown := func(board, title string) (*grafana.Panel, []*grafana.Frame) {
			v := o.look(all[board], spans["15m"], "All", grafana.From12)
			v.to = to
			p := titled(o.t, v.Dashboard, title)
			frames, err := then.show(v, p)
			require.NoError(o.t, err, title)
			return p, frames
		}
		holds := func(board, title string, want row) {
			_, frames := shown(board, title)
			rows := table(frames)
			if assert.Len(o.t, rows, 1, "%s %d days ago", title, days) {
				for name, v := range want {
					assert.EqualValues(o.t, v, rows[0][name], "%s of %s %d days ago", name, title, days)
				}
			}
		}
		holds("overview", "Health at the end", row{"code": "ok"})
		holds("service", "Servers at the end", row{"host": "alpha", "instance": "50000", "memory_rss_bytes": 7.0})
		holds("gpu", "GPUs at the end", row{"host": "alpha", "memory_used_bytes": 10.0, "full": 50.0})
		holds("fleet", "Hosts", row{"host": "alpha", "verdict": "ok", "up": 1.0, "servers": 1.0, "cpu": 5.0})
		holds("data-health", "When each host", row{"host": "alpha", "uptime": 5.0})
		p, frames := shown("overview", "Servers at the end")
		got, err := drawn(p, frames)
		require.NoError(o.t, err)
		assert.Contains(o.t, got, named("_value", map[string]string{"host": "alpha", "instance": "50000"})+": busy", "%d days ago", days)
	}
}
