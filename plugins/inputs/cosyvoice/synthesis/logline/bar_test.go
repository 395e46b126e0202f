package logline

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestBars(t *testing.T) {
	const up = "\x1b[A"
	for line, want := range map[string]string{
		"\r  0%|          | 0/3 [00:00<?, ?it/s]\n":                                 "bar 0/3 0s row 0 ended",
		"\r  0%|          | 0/3 [00:00<?, ?it/s]":                                   "bar 0/3 0s row 0",
		"\r 33%|███▎      | 1/3 [00:05<00:10,  5.66s/it]\r":                         "bar 1/3 5s row 0",
		"\r 33%|###3      | 1/3 [01:11<00:10,  5.66s/it]" + up + "\r":               "bar 1/3 71s row 1",
		"\n\n\r 50%|\xa8\x80\xa8\x80    | 1/2 [1:02:03<00:10,  5.66s/it]" + up + up: "bar 1/2 3723s row 2",
		"\r100%|██████████| 2/2 [00:01<00:00,  1.75it/s]\r100%|██████████| 2/2 [00:01<00:00,  1.80it/s]\n": "bar 2/2 1s row 0\nbar 2/2 1s row 0 ended",
		"Synthesizing:  50%|█████     | 1/2 [00:01<00:01,  1.75it/s]\n":                                    "bar 1/2 1s row 0 ended",
		"Synthesizing (cross-lingual): 100%|█| 2/2 [00:01<00:00]\n":                                        "bar 2/2 1s row 0 ended",
		"100%|" + strings.Repeat("█", 200) + "| 2/2 [00:01<00:00,  1.80it/s]\n":                            "bar 2/2 1s row 0 ended",
		// Those of others
		"Downloading [model.pt]:  33%|███    | 1.21G/3.6G [00:10<00:20, 100MB/s]\n": "",
		"Loading checkpoint shards: 100%|████| 2/2 [00:01<00:00,  1.75it/s]\n":      "",
		"100%|███████| 1.21G/3.6G [00:10<00:20, 100MB/s]\n":                         "",
		// No bars
		"\r 33%|███▎      | 1/3 [00:05<00:10\n": "",
		"\r 33%|███▎      | 1 of 3\n":           "",
		"%| | 1/3 [00:05<00:10]\n":              "",
		"I am 50%| done, 1/2 [00:01<]\n":        "",
	} {
		require.Equal(t, want, strings.Join(records(line), "\n"), "%q", line)
	}
}

// TestBarsOfASampleTellItsRequests compares with the truth how often a bar was opened, and
// over how many segments.
func TestBarsOfASampleTellItsRequests(t *testing.T) {
	for _, name := range []string{"s01", "s02", "s03", "s11_ortfail"} {
		var truth struct {
			Requests []struct {
				Mode    string
				Planned *int `json:"planned_segments"`
			}
		}
		loadJSON(t, &truth, samples, name, "truth.json")
		want, got := map[int]int{}, map[int]int{}
		for _, request := range truth.Requests {
			if request.Mode != "vc" {
				want[*request.Planned]++
			}
		}
		for _, bar := range read(sampleLogs(t)[name+"/cosyvoice.log"]).bars {
			if bar.Done == 0 {
				got[bar.Total]++
			}
		}
		require.Equal(t, want, got, name)
	}
}
