package top

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/lipgloss"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/diagnosis"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

var update = flag.Bool("update", false, "write the pictures in testdata instead of comparing them")

// evening is a machine on which a card fills up, for half an hour until at.
func evening(at time.Time) *recorder {
	r := newRecorder()
	for i := range 181 {
		when := at.Add(time.Duration(i-180) * 10 * time.Second)
		used := float64(8+i/15) * (1 << 30)
		for _, p := range []Point{
			{"system_metrics", when, map[string]string{}, map[string]any{"cpu_usage_percent": 30 + float64(i%60), "memory_used_mb": 32000.0, "memory_total_mb": 64000.0}},
			{"cosyvoice_service", when, map[string]string{"instance": "50000"}, map[string]any{
				"up": int64(1), "state": "busy", "uptime_seconds": 10920.0, "in_flight": float64(i % 4), "oldest_in_flight_seconds": 12.1,
				"cpu_percent": 181.0, "memory_rss_bytes": 6.2 * (1 << 30), "gpu_memory_bytes": used - 5*(1<<30),
			}},
			{"cosyvoice_service", when, map[string]string{"instance": "50001"}, map[string]any{"up": int64(0), "state": "dead"}},
			{"cosyvoice_gpu", when, map[string]string{"uuid": "GPU-1", "name": "NVIDIA GeForce RTX 4090"}, map[string]any{
				"index": int64(0), "state": "ok", "utilization_percent": 63.0, "temperature_c": 71.0, "power_w": 310.0, "clock_sm_hz": 2.52e9,
				"memory_used_bytes": used, "memory_used_max_bytes": used, "memory_total_bytes": 24.0 * (1 << 30),
				"memory_service_bytes": used - 5*(1<<30), "memory_other_bytes": 4.8 * (1 << 30), "memory_unowned_bytes": 0.2 * (1 << 30),
			}},
		} {
			p.Tags["host"] = "studio"
			r.add(p)
		}
	}
	for i, s := range []struct{ mode, outcome, failure string }{{"zero_shot", "ok", ""}, {"sft", "error", "out_of_memory"}, {"sft", "ok", "bad_token"}, {"", "", ""}} {
		fields := map[string]any{"audio_seconds": 8.04}
		if s.outcome != "" {
			fields = map[string]any{"audio_seconds": 8.04, "duration_seconds": 1.28, "compute_seconds": 1.2, "rtf": 0.149, "first_chunk_seconds": 0.65}
		}
		r.add(Point{"cosyvoice_synthesis", at.Add(time.Duration(-i) * time.Minute), map[string]string{
			"host": "studio", "instance": "50000", "mode": s.mode, "outcome": s.outcome, "error": s.failure, "streaming": "true",
		}, fields})
	}
	return r
}

func picture(b Board, language words.Language, width, height int) view {
	return view{board: b, source: "http://127.0.0.1:8086", now: b.At, width: width, height: height, language: language,
		look: newLook(lipgloss.NewRenderer(&bytes.Buffer{}))}
}

func TestPictures(t *testing.T) {
	zone := time.Local
	time.Local = time.UTC
	t.Cleanup(func() { time.Local = zone })
	at := time.Date(2026, 11, 20, 21, 14, 3, 0, time.UTC)
	board := evening(at).board("")
	board.Judged = true
	board.Findings = []diagnosis.Finding{
		{Code: "gpu_memory_leak", Severity: "error", Host: "studio", Since: at.Add(-20 * time.Minute)},
		{Code: "concurrency_cliff", Severity: "warning", Host: "studio", Since: at.Add(-5 * time.Minute)},
	}
	for _, language := range []words.Language{words.English, words.Chinese} {
		t.Run(string(language), func(t *testing.T) {
			path := filepath.Join("testdata", string(language)+".txt")
			drawn := picture(board, language, 80, 0).String() + "\n"
			if *update {
				require.NoError(t, os.WriteFile(path, []byte(drawn), 0o644))
			}
			want, err := os.ReadFile(path)
			require.NoError(t, err)
			assert.Equal(t, string(want), drawn, "if this is meant: go test ./internal/top -run Pictures -update")
		})
	}
}

func TestPictureFitsTheTerminal(t *testing.T) {
	board := evening(time.Now()).board("")
	for _, language := range []words.Language{words.English, words.Chinese} {
		for _, size := range [][2]int{{20, 5}, {40, 12}, {80, 24}, {200, 60}} {
			lines := strings.Split(picture(board, language, size[0], size[1]).String(), "\n")
			assert.LessOrEqual(t, len(lines), size[1])
			for _, line := range lines {
				assert.LessOrEqual(t, lipgloss.Width(line), size[0], line)
			}
		}
	}
	assert.Contains(t, picture(board, words.English, 80, 60).String(), "q quit")
	assert.NotContains(t, picture(board, words.English, 80, 0).String(), "q quit", "no keys where nobody can press them")
}

func TestWhatIsNotKnownIsADash(t *testing.T) {
	r := newRecorder()
	now := time.Now()
	r.add(Point{"cosyvoice_service", now, map[string]string{"host": "a", "instance": "50000"}, map[string]any{"up": int64(1), "state": "ready"}})
	drawn := picture(r.board(""), words.English, 80, 0).String()
	assert.Regexp(t, `50000\s+ready\s+–\s+–\s+–\s+–\s+–\s+–`, drawn)
	assert.Contains(t, drawn, "No GPU is seen.")
	assert.NotContains(t, drawn, "Machine ")
}

func TestVerdicts(t *testing.T) {
	at := time.Now()
	well := newRecorder()
	well.add(Point{"system_metrics", at, map[string]string{"host": "a"}, map[string]any{"cpu_usage_percent": 5.0}})
	well.add(server("a", at))
	bare := newRecorder()
	bare.add(Point{"system_metrics", at, map[string]string{"host": "a"}, map[string]any{"cpu_usage_percent": 5.0}})
	broken := newRecorder()
	broken.add(Point{"cosyvoice_gpu", at, map[string]string{"host": "a", "uuid": "GPU-1", "name": "L20"}, map[string]any{"state": "lost", "state_reason": "not listed"}})
	judged := well.board("")
	judged.Judged = true
	for name, test := range map[string]struct {
		view view
		says string
	}{
		"nothing yet":             {picture(newRecorder().board(""), words.English, 80, 0), "Waiting for the first reading."},
		"well":                    {picture(judged, words.English, 80, 0), "✓ All is well."},
		"well, but for causes":    {picture(well.board(""), words.Chinese, 80, 0), "✓ 在没有历史数据的情况下"},
		"a lost card":             {picture(broken.board(""), words.English, 200, 0), "✗ The GPU L20 is lost: not listed."},
		"no server":               {picture(bare.board(""), words.English, 80, 0), "? Nothing is known: no CosyVoice server is seen."},
		"a machine that is quiet": {picture(judged, words.English, 80, 0), "✗ No reading for 1 min 1 s."},
		"no InfluxDB":             {picture(judged, words.English, 80, 0), "✗ it is away"},
	} {
		t.Run(name, func(t *testing.T) {
			switch name {
			case "a machine that is quiet":
				test.view.now = at.Add(61 * time.Second)
			case "no InfluxDB":
				test.view.problem = errors.New("it is away")
			}
			assert.Contains(t, test.view.String(), test.says)
		})
	}
}
