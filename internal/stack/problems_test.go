package stack

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/diagnosis"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

func TestJudgeData(t *testing.T) {
	now, old := time.Now(), time.Now().Add(-5*time.Minute)
	healthy := []Server{{Instance: "50000", Up: true, State: "ready"}}
	for _, test := range []struct {
		name     string
		uptime   time.Duration
		written  *time.Time
		readings *Readings
		want     []words.Text
	}{
		{"all is well", time.Hour, &now, &Readings{Time: now, Servers: healthy}, nil},
		{"just started", time.Second, nil, nil, []words.Text{words.NoReadingsYet}},
		{"never a reading", time.Hour, nil, nil, []words.Text{words.NoReadings}},
		{"readings of the run before", time.Second, &old, &Readings{Time: old, Servers: healthy}, nil},
		{"Telegraf cannot write", time.Hour, &old, &Readings{Time: old}, []words.Text{words.NothingWritten}},
		{"only the plugin is silent", time.Hour, &now, &Readings{Time: old}, []words.Text{words.PluginSilent}},
		{"no server", time.Hour, &now, &Readings{Time: now}, []words.Text{words.NoServer}},
		{"a dead server", time.Hour, &now, &Readings{Time: now, Servers: []Server{{State: "dead"}}}, []words.Text{words.ServerDown}},
		{
			"a stuck server and a hung GPU", time.Hour, &now,
			&Readings{Time: now, Servers: []Server{{Up: true, State: "stuck"}}, GPUs: []GPU{{State: "ok"}, {State: "hung"}}},
			[]words.Text{words.GPUHung, words.ServerStuck},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			status := Status{
				Folder: "/state", UptimeSeconds: test.uptime.Seconds(), Readings: test.readings,
				Buckets: []BucketStatus{{Name: ticksBucket, LastWrite: test.written}},
			}
			status.judgeData()
			require.Len(t, status.Problems, len(test.want))
			for i, text := range test.want {
				require.ErrorIs(t, status.Problems[i], text.With())
			}
		})
	}
}

// What is found is a problem, unless it is only worth to know or the readings tell it.
func TestJudgeFindings(t *testing.T) {
	status := Status{Findings: []diagnosis.Finding{
		{Code: "gpu_memory_leak", Severity: "warning"}, {Code: "gpu_allocator_cache", Severity: "info"}, {Code: "gpu_lost", Severity: "error"},
	}}
	status.judgeFindings()
	require.Len(t, status.Problems, 1)
	require.ErrorIs(t, status.Problems[0], words.StatusFinding.With())
	require.Contains(t, status.Problems[0].In(words.Chinese), "显存泄漏：")
	require.Contains(t, status.Problems[0].In(words.English), "GPU memory leak: ")
	require.Contains(t, status.Problems[0].In(words.Chinese), "现在怎么做：在显存占满之前")
	require.Contains(t, status.Problems[0].In(words.English), "What to do now: Restart the server")
}

// Where the tasks fail, nothing is found, which is not that all is well.
func TestJudgeTasks(t *testing.T) {
	heard := &Readings{Time: time.Now()}
	after := func(uptime float64, judged bool, readings *Readings) []words.Message {
		status := Status{
			UptimeSeconds: 1000, Parts: []PartStatus{{Name: "influxd", Running: true, UptimeSeconds: 900}, {Name: "telegraf", Running: true, UptimeSeconds: uptime}},
			judgedAfter: 5 * time.Minute, Readings: readings, Judged: judged,
		}
		status.judgeFindings()
		return status.Problems
	}
	require.Empty(t, after(290, false, heard), "they have not run yet")
	problems := after(310, false, heard)
	require.Len(t, problems, 1)
	require.ErrorIs(t, problems[0], words.HealthUnjudged.With())
	require.Empty(t, after(310, true, heard))
	require.Empty(t, after(310, false, &Readings{Time: time.Now().Add(-time.Hour)}), "that follows from what is said already")
}

// What follows from a part that is known to be down or paused is not said twice.
func TestSilenceIsBlamedOnce(t *testing.T) {
	old := time.Now().Add(-5 * time.Minute)
	for _, test := range []struct {
		part PartStatus
		want []words.Text
	}{
		{PartStatus{Name: "telegraf"}, []words.Text{words.PartDown}},
		{PartStatus{Name: "telegraf", Running: true, Paused: true}, []words.Text{words.PartPaused}},
		{PartStatus{Name: pluginName}, []words.Text{words.PartDown}},
		{PartStatus{Name: "cosyvoice-sim"}, []words.Text{words.PartDown, words.NothingWritten}},
	} {
		status := Status{
			Folder: "/state", UptimeSeconds: 3600, Parts: []PartStatus{test.part}, Readings: &Readings{Time: old},
			Buckets: []BucketStatus{{Name: ticksBucket, LastWrite: &old}},
		}
		status.judgePart(test.part)
		status.judgeData()
		require.Len(t, status.Problems, len(test.want), "%+v", test.part)
		for i, text := range test.want {
			require.ErrorIs(t, status.Problems[i], text.With())
		}
	}
}

func TestJudgeSilence(t *testing.T) {
	refused := errors.New("connection refused")
	for _, test := range []struct {
		uptime time.Duration
		err    error
		want   words.Message
	}{
		{time.Second, refused, words.StillSettingUp.With()},
		{time.Hour, words.StillSettingUp.With(), words.StillSettingUp.With()},
		{time.Hour, refused, words.InfluxUnreadable.With("http://x", refused, "/state/logs/influxd.log")},
	} {
		status := Status{Folder: "/state", InfluxURL: "http://x", UptimeSeconds: test.uptime.Seconds()}
		status.judgeSilence(test.err)
		require.Equal(t, []words.Message{test.want}, status.Problems)
	}
}

func TestJudgePart(t *testing.T) {
	for _, test := range []struct {
		part PartStatus
		want error
	}{
		{PartStatus{Running: true, UptimeSeconds: 5}, nil},
		{PartStatus{Running: true, UptimeSeconds: 600, Restarts: 3}, nil},
		{PartStatus{Running: true, UptimeSeconds: 5, Restarts: 3}, words.PartRestarted.With()},
		{PartStatus{Name: pluginName}, words.PartDown.With("cosyvoice-telegraf", "/state/logs/telegraf.log")},
		{PartStatus{Name: "telegraf", Running: true, PID: 12, Paused: true}, words.PartPaused.With("telegraf", 12)},
	} {
		status := Status{Folder: "/state"}
		status.judgePart(test.part)
		if test.want == nil {
			require.Empty(t, status.Problems)
			continue
		}
		require.ErrorIs(t, status.Problems[0], test.want)
	}
}
