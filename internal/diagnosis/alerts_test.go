package diagnosis

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/rollup"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/influxd"
)

// alert is one as Alertmanager's v2 API takes it.
type alert struct {
	Labels, Annotations map[string]string
	StartsAt, EndsAt    time.Time
}

// TestAlerts tells a stand-in of Alertmanager of causes that come, stay and go.
func TestAlerts(t *testing.T) {
	s := lab(t)
	var posted []alert
	status := http.StatusOK
	standIn := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		posted = nil
		if r.URL.Path == "/api/v2/alerts" {
			assert.NoError(t, json.Unmarshal(body, &posted), "%s", body)
		}
		w.WriteHeader(status)
	}))
	t.Cleanup(standIn.Close)
	tasks, err := AlertTasks(rollup.Defaults, Alerts{Alertmanager: standIn.URL, Dashboard: "http://grafana.example/d/cosyvoice", Language: words.Chinese})
	require.NoError(t, err)
	require.Len(t, tasks, 2)
	run := func(at time.Time) error {
		for _, task := range tasks {
			if _, err := s.Query(influxd.At(at, task.Flux)); err != nil {
				return fmt.Errorf("%s: %w", task.Name, err)
			}
		}
		return nil
	}
	levels := func(at time.Time) map[string]string {
		rows, err := s.Query(fmt.Sprintf(`from(bucket: "_monitoring") |> range(start: -1h) |> filter(fn: (r) => r._measurement == "statuses" and r._check_id == %q and r._field == "value")
    |> group(columns: ["host", "code"]) |> sort(columns: ["_time"]) |> last()`, ChecksID))
		require.NoError(t, err)
		found := map[string]string{}
		for _, row := range rows {
			found[row.ValueByKey("host").(string)+" "+row.ValueByKey("code").(string)] = row.ValueByKey("_level").(string)
		}
		return found
	}
	began := time.Now().UTC().Truncate(time.Minute).Add(-40 * time.Minute)
	find := func(after time.Duration, host, owner, code, severity, figures string) {
		at := began.Add(after)
		s.Write(rollup.Defaults.Events, []string{fmt.Sprintf("cosyvoice_diagnosis,host=%s,%s,code=%s,severity=%s,service=cosyvoice3 since=%d,value=2,limit=1%s %d",
			host, owner, code, severity, began.Unix(), figures, at.UnixNano())})
	}

	require.NoError(t, run(began))
	assert.Empty(t, posted, "nothing is wrong")

	for minute := range 4 {
		find(time.Duration(minute)*time.Minute, `a\ "box"`, "instance=50000", "host_cpu_contention", "warning", ",host_cpu_percent=98.25,rtf=0.9")
		find(time.Duration(minute)*time.Minute, "b", "uuid=GPU-1", "gpu_lost", "error", "")
	}
	find(0, "b", "instance=50000", "gpu_memory_leak", "warning", ",memory_used_bytes=21474836480,seconds_to_full=1800")
	require.NoError(t, run(began.Add(3*time.Minute)))
	require.Len(t, posted, 3)
	told := map[string]alert{}
	for _, a := range posted {
		told[a.Labels["alertname"]] = a
	}
	cpu := told["host_cpu_contention"]
	assert.Equal(t, map[string]string{"alertname": "host_cpu_contention", "severity": "warning", "host": `a "box"`, "instance": "50000", "uuid": "", "service": "cosyvoice3"}, cpu.Labels)
	assert.True(t, cpu.StartsAt.Equal(began), cpu.StartsAt)
	assert.True(t, cpu.EndsAt.Equal(began.Add(6*time.Minute)), "three runs ahead: %s", cpu.EndsAt)
	assert.Equal(t, "主机 CPU 98.3 %; RTF 0.9", cpu.Annotations["evidence"])
	assert.Equal(t, "主机 CPU 已满", cpu.Annotations["title"])
	assert.NotEmpty(t, cpu.Annotations["now"])
	assert.NotEmpty(t, cpu.Annotations["lasting"])
	assert.True(t, strings.HasPrefix(cpu.Annotations["link"], "http://grafana.example/d/cosyvoice?var-host="), cpu.Annotations["link"])
	assert.Equal(t, "GPU-1", told["gpu_lost"].Labels["uuid"])
	assert.Contains(t, told["gpu_memory_leak"].Annotations["evidence"], "20 GiB")
	assert.Equal(t, map[string]string{`a "box" host_cpu_contention`: "warn", "b gpu_lost": "crit", "b gpu_memory_leak": "warn"}, levels(began))

	// What was not found for a while is over, and that is told for a time; a trend is looked at less often.
	require.NoError(t, run(began.Add(10*time.Minute)))
	require.Len(t, posted, 3)
	for _, a := range posted {
		over := a.EndsAt.Before(began.Add(10 * time.Minute))
		assert.Equal(t, a.Labels["alertname"] != "gpu_memory_leak", over, a.Labels)
	}
	assert.Equal(t, map[string]string{`a "box" host_cpu_contention`: "ok", "b gpu_lost": "ok", "b gpu_memory_leak": "warn"}, levels(began))
	require.NoError(t, run(began.Add(35*time.Minute)))
	assert.Empty(t, posted)

	// What Alertmanager does not take makes the run fail, which "cosyvoicectl tasks" shows.
	status = http.StatusInternalServerError
	require.ErrorContains(t, run(began.Add(3*time.Minute)), "Alertmanager answers 500")
	standIn.Close()
	require.Error(t, run(began.Add(3*time.Minute)))
}
