package triton

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestMetricsOfAServer(t *testing.T) {
	file, err := os.Open("testdata/metrics.txt")
	require.NoError(t, err)
	defer file.Close()
	models, err := parse(file)
	require.NoError(t, err)
	require.Equal(t, []Model{
		{
			Name: "cosyvoice3", Success: new(int64(3)), Failure: new(int64(6)), Rejected: new(int64(2)), Canceled: new(int64(1)),
			RequestSeconds: new(4.5), QueueSeconds: new(0.25), ComputeSeconds: new(3.75), Pending: new(2.0),
		},
		{
			Name: "token2wav", Success: new(int64(18)), Failure: new(int64(0)), Rejected: new(int64(0)), Canceled: new(int64(0)),
			RequestSeconds: new(1.5), QueueSeconds: new(0.5), ComputeSeconds: new(1.0), Pending: new(0.0),
		},
	}, models)
}

// Older servers count failures without their reason, and each GPU for itself.
func TestMetricsOfAnOlderServer(t *testing.T) {
	models, err := parse(strings.NewReader(`
nv_inference_request_success{gpu_uuid="GPU-1",model="vocoder",version="1"} 3.000000
nv_inference_request_success{gpu_uuid="GPU-2",model="vocoder",version="1"} 4.000000 1700000000000
nv_inference_request_failure{model="vocoder",version="1"} 1.000000
`))
	require.NoError(t, err)
	require.Equal(t, []Model{{Name: "vocoder", Success: new(int64(7)), Failure: new(int64(1))}}, models)
}

func TestSample(t *testing.T) {
	for line, want := range map[string]sample{
		`up 1`:                            {"up", map[string]string{}, 1},
		`a{} 2`:                           {"a", map[string]string{}, 2},
		`a{b="c",d="e"} 1.5e3`:            {"a", map[string]string{"b": "c", "d": "e"}, 1500},
		`a{ b="c", } 1 1700000000000`:     {"a", map[string]string{"b": "c"}, 1},
		`a{b="x } \"y\" \\ z\nw",c=""} 1`: {"a", map[string]string{"b": "x } \"y\" \\ z\nw", "c": ""}, 1},
	} {
		got, err := parseSample(line)
		require.NoError(t, err, line)
		require.Equal(t, want, got, line)
	}
}

func TestDoesNotGuessWhatALineMeans(t *testing.T) {
	for line, want := range map[string]string{
		`request_success`:                  "it has no value",
		`request_success{model="a"}`:       "it has no value",
		`request_success{model="a" 1`:      "its labels do not end",
		`request_success{model="a} 1`:      "the value of a label does not end",
		`request_success{model="a"} one`:   "read its value",
		`request_success{model="a"} NaN`:   "NaN is no count",
		`request_success{model="a"} -1`:    "-1 is no count",
		`request_success{model="a"} 1e300`: "1e+300 is no count",
	} {
		_, err := parse(strings.NewReader(metricPrefix + line + "\n"))
		require.ErrorContains(t, err, want, line)
	}
}

// FuzzParse holds that what is taken for a model has a name and counts.
func FuzzParse(f *testing.F) {
	metrics, err := os.ReadFile("testdata/metrics.txt")
	require.NoError(f, err)
	f.Add(string(metrics))
	f.Add(`nv_inference_request_success{model="a\"",version="1"} 1`)
	f.Fuzz(func(t *testing.T, text string) {
		models, err := parse(strings.NewReader(text))
		if err != nil {
			return
		}
		for _, m := range models {
			if m.Name == "" || m.Success != nil && *m.Success < 0 || m.QueueSeconds != nil && !(*m.QueueSeconds >= 0) {
				t.Errorf("%+v", m)
			}
		}
	})
}
