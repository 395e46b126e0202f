package logline

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const samples = "../testdata/samples"

// tally is what the records of a log say together.
type tally struct {
	segments, characters, yields, tooShort, saved int
	audio, compute                                float64
	faults                                        map[string]int // by class
	errors                                        map[ErrorClass]int
	where                                         map[Where]int
	requests                                      map[Mode]int
	access                                        map[string]int
	notices                                       map[NoticeCode]int
	bars                                          []BarLine
	messages                                      []string
	memory                                        MemoryText
	counters                                      Counters
}

func read(log []byte) tally {
	t := tally{faults: map[string]int{}, errors: map[ErrorClass]int{}, where: map[Where]int{},
		requests: map[Mode]int{}, access: map[string]int{}, notices: map[NoticeCode]int{}}
	r := NewReader(func(record *Record) { t.add(record) })
	_, _ = r.Write(log)
	r.Flush()
	t.counters = r.Counters()
	return t
}

func (t *tally) add(r *Record) {
	switch r.Kind {
	case SegmentStart:
		t.segments++
		t.characters += r.Segment.Characters
	case Continuation:
		t.characters += r.Segment.Characters
	case TooShort:
		t.tooShort++
	case Yield:
		t.yields++
		t.audio += r.Yield.AudioSeconds
		t.compute += r.Yield.ComputeSeconds()
	case Request:
		t.requests[r.Request]++
	case Bar:
		t.bars = append(t.bars, r.Bar)
	case Access:
		t.access[fmt.Sprintf("%s %d", r.Access.Mode, r.Access.Status)]++
	case Fault:
		t.faults[r.Fault.Class]++
		t.errors[r.Fault.Error]++
		t.where[r.Fault.Where]++
		t.messages = append(t.messages, r.Fault.Message)
		t.memory = r.Fault.Memory
	case Saved:
		t.saved++
	case Notice:
		t.notices[r.Notice]++
	}
}

func loadJSON(t *testing.T, into any, path ...string) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(path...))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(data, into))
}

// requireClose compares sums of the same numbers in another order.
func requireClose(t *testing.T, want, got float64, what string) {
	t.Helper()
	require.LessOrEqual(t, math.Abs(want-got), 1e-9*math.Max(1, want), "%s: want %v, got %v", what, want, got)
}

func TestSamples(t *testing.T) {
	for _, name := range []string{"s01", "s02", "s03", "s05_seq", "s06_fastapi", "s06_webui", "s11_ortfail"} {
		t.Run(name, func(t *testing.T) {
			log, err := os.ReadFile(filepath.Join(samples, name, "cosyvoice.log"))
			require.NoError(t, err)
			var truth struct {
				Totals struct {
					Segments   int            `json:"segments_started"`
					Characters int            `json:"chars_started"`
					Yields     int            `json:"yields"`
					Audio      float64        `json:"audio_s"`
					Compute    float64        `json:"compute_s"`
					TooShort   int            `json:"warnings_too_short"`
					Dead       int            `json:"dead_llm_threads"`
					Faults     map[string]int `json:"tracebacks_by_class"`
				} `json:"totals"`
				Access map[string]int `json:"access_lines_expected"`
			}
			loadJSON(t, &truth, samples, name, "truth.json")
			var texts struct {
				Texts, Needles []string
			}
			loadJSON(t, &texts, samples, name, "texts.json")

			got := read(log)
			want := truth.Totals
			require.Equal(t, want.Segments, got.segments, "segments")
			require.Equal(t, want.Characters, got.characters, "characters")
			require.Equal(t, want.Yields, got.yields, "yields")
			requireClose(t, want.Audio, got.audio, "audio seconds")
			// The log has the time rounded to what it tells of rtf.
			require.InEpsilon(t, want.Compute, got.compute, 1e-12, "compute seconds")
			require.Equal(t, want.TooShort, got.tooShort)
			require.Equal(t, want.Faults, got.faults)
			require.Equal(t, want.Dead, got.where[LLMThread])
			require.Zero(t, got.counters.Suspicious)
			access := map[string]int{}
			for line, n := range truth.Access {
				fields := strings.Fields(line)
				mode, _ := strings.CutPrefix(fields[1], "/inference_")
				if mode == fields[1] {
					mode = ""
				}
				access[mode+" "+fields[2]] += n
			}
			require.Equal(t, access, got.access)
			for _, message := range got.messages {
				require.LessOrEqual(t, len(message), maxMessage)
				for _, needle := range append(texts.Texts, texts.Needles...) {
					require.NotContains(t, message, needle)
				}
			}
			t.Logf("%v %v %v %v %q lines %d understood %d", got.errors, got.where, got.requests, got.notices, got.messages, got.counters.Lines, got.counters.Understood)
		})
	}
}
