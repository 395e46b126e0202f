package logline

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// classOf names this package's word for the kind of an error in an excerpt.
var classOf = map[string]ErrorClass{
	"oom":                 OutOfMemory,
	"cuda_illegal_access": IllegalAccess,
	"ort_cuda_load":       CUDAError,
	"vllm_no_kv_memory":   EngineFailed,
	"other":               OtherError,
}

// whereOf does so for the places. An excerpt without one leaves it open.
var whereOf = map[string]Where{"llm_thread": LLMThread, "asgi": ASGI, "gradio": Gradio, "startup": Main}

func TestExcerpts(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(samples, "excerpts", "*.txt"))
	require.NoError(t, err)
	require.Len(t, files, 19)
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txt")
		t.Run(name, func(t *testing.T) {
			var excerpt struct {
				Expect struct {
					Yields   int
					Audio    float64      `json:"audio_s"`
					Compute  float64      `json:"compute_s"`
					Segments int          `json:"segments_started"`
					Requests map[Mode]int `json:"requests_by_mode"`
					TooShort int          `json:"warnings_too_short"`
					Errors   []struct {
						Class, Kind, Where  string
						Sticky              bool
						Tried               float64 `json:"tried_bytes"`
						Total               float64 `json:"total_bytes"`
						Free                float64 `json:"free_bytes"`
						Allocated           float64 `json:"allocated_bytes"`
						ReservedTotal       float64 `json:"reserved_total_bytes"`
						ReservedUnallocated float64 `json:"reserved_unallocated_bytes"`
					}
					Warnings []string
					Access   []any
					Bars     []struct {
						N       int     `json:"n"`
						Seconds float64 `json:"total_s"`
					} `json:"bars_finished"`
					Events []string
				}
			}
			loadJSON(t, &excerpt, samples, "excerpts", name+".json")
			log, err := os.ReadFile(file)
			require.NoError(t, err)
			want, got := excerpt.Expect, read(log)

			require.Equal(t, want.Yields, got.yields)
			requireClose(t, want.Audio, got.audio, "audio seconds")
			requireClose(t, want.Compute, got.compute, "compute seconds")
			require.Equal(t, want.Segments, got.segments)
			require.Equal(t, want.Requests, got.requests)
			require.Equal(t, want.TooShort, got.tooShort)
			require.Len(t, got.access, len(want.Access))
			require.Equal(t, len(want.Warnings), got.notices[ONNXOnCPU])
			killed := 0
			for _, e := range want.Errors {
				if e.Kind == "killed_by_os" {
					killed++
					continue
				}
				require.Equal(t, map[string]int{e.Class: 1}, got.faults)
				require.Equal(t, map[ErrorClass]int{classOf[e.Kind]: 1}, got.errors)
				require.Equal(t, e.Sticky, classOf[e.Kind].Sticky())
				if e.Where != "" {
					require.Equal(t, map[Where]int{whereOf[e.Where]: 1}, got.where)
				}
				reserved := e.ReservedTotal
				if e.ReservedUnallocated > 0 {
					reserved = e.Allocated + e.ReservedUnallocated
				}
				for _, size := range [][2]float64{
					{e.Tried, got.memory.Tried}, {e.Total, got.memory.Total}, {e.Free, got.memory.Free},
					{e.Allocated, got.memory.Allocated}, {reserved, got.memory.Reserved},
				} {
					require.LessOrEqual(t, math.Abs(size[0]-size[1]), 2.0, "bytes")
				}
			}
			require.Equal(t, killed, got.notices[KilledByOS])
			require.Len(t, got.messages, len(want.Errors)-killed)
			for _, bar := range want.Bars {
				require.Contains(t, got.bars, BarLine{Done: bar.N, Total: bar.N, Seconds: int(bar.Seconds), Ended: true})
			}
			events := map[string]NoticeCode{"model_load_start": ModelLoading, "trt_convert_done": TRTConverted}
			for _, event := range want.Events {
				if code, ok := events[event]; ok {
					require.Equal(t, 1, got.notices[code], event)
				}
			}
		})
	}
}
