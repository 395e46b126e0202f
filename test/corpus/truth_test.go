package corpus

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

const root = "../../plugins/inputs/cosyvoice/synthesis/testdata/corpus"

// truth is the part of a truth.json that these tests look at.
type truth struct {
	Scenario   string
	LogFiles   []string `json:"log_files"`
	TZ         string
	Totals     totals
	Exceptions []struct{ Cls, Error string } `json:"thread_exceptions"`
	Requests   []request
	Forged     []struct{ Request string }
	Access     map[string]int `json:"access_lines_expected"`
}

type totals struct {
	Requests   int
	OK         int `json:"requests_ok"`
	Failed     int `json:"requests_error"`
	Hung       int `json:"requests_hung"`
	Abandoned  int `json:"requests_abandoned"`
	Refused    int `json:"requests_refused"`
	Segments   int `json:"segments_started"`
	Complete   int `json:"segments_complete"`
	Open       int `json:"segments_open_at_end"`
	Characters int `json:"chars_started"`
	TooShort   int `json:"warnings_too_short"`
	Yields     int
	Audio      float64        `json:"audio_s"`
	Compute    float64        `json:"compute_s"`
	Dead       int            `json:"dead_llm_threads"`
	ByClass    map[string]int `json:"tracebacks_by_class"`
	ByError    map[string]int `json:"faults_by_error"`
}

type request struct {
	ID       string
	Outcome  string
	Start    float64 `json:"t_start"`
	End      float64 `json:"t_end"`
	Started  int     `json:"segments_started"`
	Yields   int
	Audio    float64 `json:"audio_s"`
	Compute  float64 `json:"compute_s"`
	Error    *struct{ Cls, Error string }
	Segments []struct {
		Start    float64 `json:"t_start"`
		Chars    *int
		Logged   bool `json:"logged_text"`
		Complete bool
		TooShort bool `json:"warned_short"`
		Yields   []struct {
			T       float64
			Audio   float64 `json:"audio_s"`
			Compute float64 `json:"compute_s"`
			RTF     float64
		}
	}
}

type texts struct{ Texts, Needles []string }

// each runs a test over every folder of the corpus.
func each(t *testing.T, check func(t *testing.T, folder string, told truth)) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root, "*", "truth.json"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		folder := filepath.Dir(file)
		t.Run(filepath.Base(folder), func(t *testing.T) {
			var told truth
			read(t, file, &told)
			check(t, folder, told)
		})
	}
}

func read(t *testing.T, file string, into any) {
	t.Helper()
	content, err := os.ReadFile(file)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(content, into), file)
}

func logOf(t *testing.T, folder string, told truth) []byte {
	t.Helper()
	var all []byte
	for _, name := range told.LogFiles {
		content, err := os.ReadFile(filepath.Join(folder, name))
		require.NoError(t, err)
		all = append(all, content...)
	}
	return all
}
