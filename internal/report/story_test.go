package report

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/diagnosis"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/influx"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/rollup"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/influxd"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/scenario"
)

var buckets = rollup.Defaults

// lab is an InfluxDB with the day of some machines in it.
type lab struct {
	*influxd.Server
	t       *testing.T
	source  Source
	now     time.Time
	written map[string][]string // line protocol by host
}

func newLab(t *testing.T) *lab {
	s := influxd.Start(t)
	s.SetUp(buckets.Raw, buckets.Events, buckets.Minutes, buckets.Hours)
	client := influx.New(s.URL, influxd.Org, influxd.Token)
	t.Cleanup(client.Close)
	now := time.Now().Truncate(time.Minute)
	for at := now.Add(-25 * time.Hour); at.Before(now); at = at.Add(10 * time.Minute) {
		s.Judged(buckets.Events, "minutes", at)
	}
	s.Judged(buckets.Events, "minutes", now.Add(-time.Minute))
	return &lab{Server: s, t: t, source: Source{diagnosis.Finder{Client: client, Params: buckets}}, now: now, written: map[string][]string{}}
}

// day is a machine with some traffic, less at night.
func day(name string, change func(t *scenario.Tick, after time.Duration)) scenario.Box {
	var calm scenario.Box
	for _, story := range scenario.Stories() {
		if story.Name == "story-calm" {
			calm = story
		}
	}
	return scenario.Box{Name: name, At: func(after time.Duration) scenario.Tick {
		t := calm.At(after)
		wave := 1 - math.Cos(2*math.Pi*after.Hours()/24)
		t.Concurrency, t.HostCPU, t.GPU, t.ServiceSM = 0.02+0.1*wave, 10+8*wave, 10+28*wave, 8+27*wave
		t.Temperature = 45 + 10*wave
		t.RTF *= 1 + 0.1*wave
		change(&t, after)
		return t
	}}
}

func nothing(*scenario.Tick, time.Duration) {}

// hours is a time after the story began.
func hours(h float64) time.Duration { return time.Duration(h * float64(time.Hour)) }

// trouble is a day on which another program takes the processors in the morning, and memory leaks in
// the evening until syntheses fail and the server is restarted.
func trouble(name string) scenario.Box {
	box := day(name, func(t *scenario.Tick, after time.Duration) {
		if after > hours(8) && after < hours(9) {
			t.HostCPU, t.RTF, t.FirstChunk, t.Concurrency = 98.5, 0.95, 1.5, 1.8
		}
		switch {
		case after > hours(20.1):
			t.Uptime = after - hours(20.1)
			t.Starting = after < hours(20.12)
		case after > hours(20.05):
			t.Up = false
		case after > hours(14):
			t.Memory += min(1, (after-hours(14)).Hours()/6) * 18 * (1 << 30)
			if after > hours(20) {
				t.Outcome, t.Error = "error", "out_of_memory"
				t.Concurrency = 1.5
			}
		}
	})
	box.Events = []scenario.Event{
		{At: hours(20), Kind: "oom", Severity: "error", Message: "CUDA out of memory", Error: "out_of_memory", OOM: true},
		{At: hours(20.05), Kind: "exit", Severity: "error", Message: hostile, Reason: "failed", Last: "busy"},
		{At: hours(20.1), Kind: "start", Severity: "info", Message: "started"},
		{At: hours(20.12), Kind: "ready", Severity: "info", Message: "ready"},
	}
	return box
}

// hostile is what a log may hold.
const hostile = `ended <script>alert(1)</script> & "more" <img src=https://evil.example/x>`

// store writes so much of the time of a machine up to now, all but what was silent, and has it judged
// at times.
func (l *lab) store(box scenario.Box, long, silentFrom, silentTo time.Duration, judged ...time.Duration) {
	l.t.Helper()
	begin := l.now.Add(-long)
	history := box.Write(begin, 24*time.Hour, time.Hour, long)
	heard := func(at time.Time) bool {
		return at.Before(begin.Add(silentFrom)) || !at.Before(begin.Add(silentTo))
	}
	keep := func(lines []string) (kept []string) {
		for _, line := range lines {
			if heard(stampOf(line)) {
				kept = append(kept, line)
			}
		}
		return kept
	}
	var ticks []string
	for at := begin.Add(-time.Hour); at.Before(l.now); at = at.Add(20 * time.Second) {
		if heard(at) {
			ticks = append(ticks, fmt.Sprintf("cosyvoice_agent,host=%s,service=cosyvoice3,collector=plugin uptime_seconds=%d %d", box.Name, int(at.Sub(begin).Seconds())+90000, at.UnixNano()))
		}
	}
	ticks = append(ticks, fmt.Sprintf("cosyvoice_agent,host=%s,service=cosyvoice3,collector=plugin success=1i %d", box.Name, l.now.UnixNano()))
	ticks = append(ticks, fmt.Sprintf("cosyvoice_service,host=%s,service=cosyvoice3,instance=50000 up=1i %d", box.Name, l.now.UnixNano()))
	ticks = append(ticks, fmt.Sprintf(`cosyvoice_agent,host=%s,service=cosyvoice3,collector=gpu driver_version="570.86" %d`, box.Name, l.now.Add(-time.Minute).UnixNano()))
	events, minutes := keep(history.Events), keep(history.Minutes)
	l.Write(buckets.Raw, ticks)
	l.Write(buckets.Events, events)
	l.Write(buckets.Minutes, minutes)
	// What is usual is told by the hours of before; those of the day are not asked for.
	l.Write(buckets.Hours, slices.DeleteFunc(history.Hours, func(line string) bool { return !stampOf(line).Before(begin.Truncate(time.Hour)) }))
	l.written[box.Name] = append(events, minutes...)
	tasks, err := diagnosis.Tasks(buckets, nil)
	require.NoError(l.t, err)
	for _, after := range judged {
		for _, task := range tasks {
			_, err := l.Query(influxd.At(begin.Add(after), task.Flux))
			require.NoError(l.t, err)
		}
	}
}

// storeAgent stores what a machine says on which there is neither a GPU nor a server, for three hours.
func (l *lab) storeAgent(host string) {
	l.t.Helper()
	var windows []string
	for at := l.now.Add(-3 * time.Hour); at.Before(l.now); at = at.Add(time.Minute) {
		windows = append(windows, fmt.Sprintf("cosyvoice_agent,host=%s,service=cosyvoice3,collector=plugin success_sum=6,success_count=6i,points_count=6i %d", host, at.UnixNano()))
	}
	l.Write(buckets.Minutes, windows)
	l.Write(buckets.Raw, []string{fmt.Sprintf("cosyvoice_agent,host=%s,service=cosyvoice3,collector=plugin success=1i %d", host, l.now.UnixNano())})
}

// period is when a cause was there, nil if it was not.
func (r *Report) period(code string) *diagnosis.Period {
	for i := range r.Summary.Periods {
		if r.Summary.Periods[i].Code == code {
			return &r.Summary.Periods[i]
		}
	}
	return nil
}

// stampOf is the time of a line.
func stampOf(line string) time.Time {
	var nanoseconds int64
	_, err := fmt.Sscan(line[strings.LastIndexByte(line, ' ')+1:], &nanoseconds)
	if err != nil {
		panic(err)
	}
	return time.Unix(0, nanoseconds)
}
