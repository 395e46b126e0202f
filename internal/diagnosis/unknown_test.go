package diagnosis

import (
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/influx"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/rollup"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/influxd"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/scenario"
)

// TestWhatIsNotKnownDisturbsNothing asks about hosts of which each lacks a reading, as one without a GPU,
// or whose driver hangs, does: a column that no row has must not keep the others from being judged.
func TestWhatIsNotKnownDisturbsNothing(t *testing.T) {
	s := lab(t)
	client := influx.New(s.URL, influxd.Org, influxd.Token)
	t.Cleanup(client.Close)
	finder := Finder{Client: client, Params: rollup.Defaults}
	onset := time.Now().UTC().Truncate(time.Hour).Add(-time.Hour)
	box := scenario.Stories()[0]
	whole := box.Write(onset, 8*time.Hour, 30*time.Minute, 40*time.Minute)
	hosts := []string{}
	for lacking, keep := range lacks(whole) {
		host := "lacks-" + lacking
		rename := func(lines []string) (kept []string) {
			for _, line := range lines {
				if line = keep(line); line != "" {
					kept = append(kept, strings.Replace(line, "host="+box.Name, "host="+host, 1))
				}
			}
			return kept
		}
		store(s, scenario.History{Events: rename(whole.Events), Minutes: rename(whole.Minutes), Hours: rename(whole.Hours)})
		hosts = append(hosts, host)
	}
	require.Greater(t, len(hosts), 30)
	var asking sync.WaitGroup
	room := make(chan struct{}, 4)
	for _, host := range hosts {
		asking.Go(func() {
			room <- struct{}{}
			defer func() { <-room }()
			for _, g := range groups {
				_, err := finder.Of(t.Context(), g.Group, onset.Add(25*time.Minute), host)
				assert.NoError(t, err, "%s: %s", g.Group, host)
			}
		})
	}
	asking.Wait()
}

var (
	statistic = regexp.MustCompile(`_(sum|count|min|max|last|increase)$`)
	measured  = regexp.MustCompile(`^[^, ]+`)
)

// lacks are filters of lines by what they take out: each reading, and each measurement as a whole.
func lacks(h scenario.History) map[string]func(string) string {
	out := map[string]func(string) string{}
	for _, line := range slices.Concat(h.Minutes, h.Events) {
		measurement := measured.FindString(line)
		out[measurement] = func(line string) string {
			if measured.FindString(line) == measurement {
				return ""
			}
			return line
		}
		_, fields, _ := strings.Cut(line, " ")
		fields, _, _ = strings.Cut(fields, " ")
		for field := range strings.SplitSeq(fields, ",") {
			name, _, _ := strings.Cut(field, "=")
			name = statistic.ReplaceAllString(name, "")
			if name == "points" || strings.Contains(name, "_bin_") {
				continue
			}
			out[measurement+"-"+name] = func(line string) string { return without(line, measurement, name) }
		}
	}
	return out
}

// without takes a reading out of a line of a measurement, and the line if it has no other.
func without(line, measurement, name string) string {
	head, rest, _ := strings.Cut(line, " ")
	if measured.FindString(head) != measurement {
		return line
	}
	at := strings.LastIndex(rest, " ")
	fields := slices.DeleteFunc(strings.Split(rest[:at], ","), func(field string) bool {
		key, _, _ := strings.Cut(field, "=")
		return statistic.ReplaceAllString(key, "") == name
	})
	if len(fields) == 0 {
		return ""
	}
	return head + " " + strings.Join(fields, ",") + rest[at:]
}
