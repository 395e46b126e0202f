package datagram

import (
	"encoding/json"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/synthesis/logline"
)

func TestParseReport(t *testing.T) {
	ended, err := parseReport(read(t, "end.json"))
	require.NoError(t, err)
	require.Equal(t, Report{
		Event: Ended, ID: "c0a80101deadbeef", Thread: "AnyIO worker thread", Lost: 2,
		Request: Request{
			Mode: logline.ZeroShot, Stream: true, Characters: new(42),
			Start: at("2026-11-22T12:00:00.25Z"), ThreadID: 4711,
		},
		Result: Result{
			Outcome: Failed, FirstSegment: at("2026-11-22T12:00:00.5Z"),
			FirstChunk: at("2026-11-22T12:00:01.5Z"), LastChunk: at("2026-11-22T12:00:03.5Z"),
			End: at("2026-11-22T12:00:04.000001Z"), Segments: new(2), Chunks: 3,
			AudioSeconds: new(4.5), FirstChunkAudioSeconds: new(1.5),
			ComputeSeconds: 2.5, OverheadSeconds: 0.75, ConsumerSeconds: 0.5,
			GapSeconds: new(0.875), StallSeconds: new(0.0),
			Torch: &TorchMemory{
				Start: AllocatorState{AllocatedBytes: 5e9, ReservedBytes: 6e9, PeakBytes: 5.5e9, Retries: 1},
				End:   &AllocatorState{AllocatedBytes: 5.25e9, ReservedBytes: 8e9, PeakBytes: 7e9, Retries: 4, OOMs: 1},
			},
		},
		Failure: Failure{
			Exception: "torch.OutOfMemoryError", Error: logline.OutOfMemory,
			Message: "CUDA out of memory. Tried to allocate 1.05 GiB.",
		},
	}, ended)

	started, err := parseReport(read(t, "start.json"))
	require.NoError(t, err)
	require.Equal(t, Report{
		Event: Started, ID: "c0a80101deadbeef", Thread: "MainThread",
		Request: Request{Mode: logline.VC, Start: at("2026-11-22T12:00:00.25Z"), ThreadID: 1},
	}, started)

	died, err := parseReport(read(t, "thread_died.json"))
	require.NoError(t, err)
	require.Equal(t, Report{
		Event: ThreadDied, ID: "c0a80101deadbeef", Thread: "Thread-12 (llm_job)",
		Failure: Failure{Exception: "builtins.Novel", Error: logline.OtherError},
		Time:    at("2026-11-22T12:00:02Z"),
	}, died, "a class of error that is not known is another one")

	released, err := parseReport(read(t, "release.json"))
	require.NoError(t, err)
	require.Equal(t, Report{
		Event: Released, ID: "c0a80101deadbeef", Time: at("2026-11-22T12:00:02Z"),
		Release: Release{Trigger: ByLimit, Outcome: GivenBack, Freed: &Freed{3e9, 5e9, 6e9}},
	}, released)
}

// wrong is one thing wrong in a good report; a nil value takes the field out.
type wrong struct {
	field string
	value any
	want  string
}

// refuses makes a report with each, and requires that the error names the thing.
func refuses(t *testing.T, good string, all []wrong) {
	for _, test := range all {
		t.Run(test.field, func(t *testing.T) {
			var object map[string]any
			require.NoError(t, json.Unmarshal(read(t, good), &object))
			if object[test.field] = test.value; test.value == nil {
				delete(object, test.field)
			}
			data, err := json.Marshal(object)
			require.NoError(t, err)
			_, err = parseReport(data)
			require.ErrorContains(t, err, test.want)
		})
	}
}

func TestParseReleaseRefuses(t *testing.T) {
	refuses(t, "release.json", []wrong{
		{"id", nil, "field id"},
		{"time", nil, "field time"},
		{"trigger", "cron", "field trigger"},
		{"outcome", "ok", "field outcome"},
		{"freed_bytes", nil, "field freed_bytes"},
		{"freed_bytes", -1, "field freed_bytes"},
		{"allocated_bytes", 1 << 51, "field allocated_bytes"},
		{"reserved_bytes", "6", `field "reserved_bytes"`},
	})
}

func TestParseReportRefuses(t *testing.T) {
	tooLong := long(601)
	refuses(t, "end.json", []wrong{
		{"v", 2, "field v is 2 where 1 is understood"},
		{"v", nil, "field v is 0"},
		{"v", "1", `field "v"`},
		{"event", "stop", "field event"},
		{"id", nil, "field id"},
		{"id", "a b", "field id"},
		{"id", tooLong, "field id"},
		{"thread", "two\nlines", "field thread"},
		{"thread", tooLong, "field thread"},
		{"thread_id", -1, "field thread_id"},
		{"lost", -1, "field lost"},
		{"lost", 1 << 41, "field lost"},
		{"mode", "bistream", "field mode"},
		{"mode", 7, `field "mode"`},
		{"characters", -1, "field characters"},
		{"characters", 1.5, `field "characters"`},
		{"start", nil, "field start"},
		{"start", 0, "field start"},
		{"start", 1e300, "field start"},
		{"outcome", "stuck", "field outcome"},
		{"first_segment", 1, "field first_segment"},
		{"first_chunk", nil, "field first_chunk"},
		{"first_chunk", 1795348800.3, "field first_chunk is before"},
		{"last_chunk", 1795348801.4, "field last_chunk is before"},
		{"end", 1795348803.4, "field end is before"},
		{"end", nil, "field end"},
		{"chunks", nil, "field chunks"},
		{"chunks", -1, "field chunks"},
		{"segments", -1, "field segments"},
		{"audio_seconds", -0.1, "field audio_seconds"},
		{"audio_seconds", 1e9, "field audio_seconds"},
		{"compute_seconds", nil, "field compute_seconds"},
		{"overhead_seconds", -1, "field overhead_seconds"},
		{"torch", map[string]any{"start": map[string]any{"peak_bytes": -1}}, "field torch.start"},
		{"torch", map[string]any{"start": map[string]any{}, "end": map[string]any{"ooms": -1}}, "field torch.end"},
		{"exception", "王芳", "field exception"},
		{"message", tooLong, "field message"},
		{"message", "\x1b[A", "field message"},
	})
}

func TestParseReportTellsTheFirstError(t *testing.T) {
	_, err := parseReport([]byte(`{"v":1,"event":"end"}`))
	require.EqualError(t, err, "field id is missing or too long")
}

func TestParseReportTellsTheByte(t *testing.T) {
	for data, want := range map[string]string{
		"":                    "at byte 0",
		"[]":                  "at byte",
		"nonsense":            "at byte 2",
		`{"v":1,"event":"end`: "at byte 19",
		`{"v":1} {"v":1}`:     "at byte 9",
	} {
		_, err := parseReport([]byte(data))
		require.ErrorContains(t, err, want, data)
	}
}

// What is accepted can be counted on.
func FuzzParseReport(f *testing.F) {
	for _, name := range []string{"start.json", "end.json", "thread_died.json", "release.json"} {
		f.Add(read(f, name))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := parseReport(data)
		if err != nil {
			require.Zero(t, r)
			return
		}
		require.NotEmpty(t, r.ID)
		require.Zero(t, r.PID, "which only the kernel tells")
		for _, text := range []string{r.ID, r.Thread, r.Exception, r.Message, string(r.Error)} {
			require.LessOrEqual(t, len(text), 600)
			for _, c := range []byte(text) {
				require.True(t, c >= ' ' && c <= '~')
			}
		}
		for _, s := range []*float64{
			r.AudioSeconds, r.FirstChunkAudioSeconds, r.GapSeconds, r.StallSeconds,
			&r.ComputeSeconds, &r.OverheadSeconds, &r.ConsumerSeconds,
		} {
			require.False(t, s != nil && (*s < 0 || *s > 1e8))
		}
		last := time.Unix(0, 0)
		for _, moment := range []time.Time{r.Start, r.FirstSegment, r.FirstChunk, r.LastChunk, r.End} {
			if !moment.IsZero() {
				require.False(t, moment.Before(last))
				last = moment
			}
		}
		require.Equal(t, r.Release.Outcome == GivenBack, r.Release.Freed != nil)
		if f := r.Release.Freed; f != nil {
			require.False(t, min(f.FreedBytes, f.AllocatedBytes, f.ReservedBytes) < 0 || max(f.FreedBytes, f.AllocatedBytes, f.ReservedBytes) > 1<<50)
		}
		if r.Event == Ended {
			require.Equal(t, r.Chunks > 0, !r.FirstChunk.IsZero() && !r.LastChunk.IsZero())
			require.Equal(t, r.Outcome == Failed, r.Error != "")
		}
	})
}

func read(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile("testdata/" + name)
	require.NoError(t, err)
	return data
}

func at(text string) time.Time {
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		panic(err)
	}
	return t.Local()
}
