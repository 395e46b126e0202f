package rollup

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/influxd"
)

// lab is a real influxd in which the tasks run at the test's own pace.
type lab struct {
	*influxd.Server
	t     *testing.T
	r     *rand.Rand
	tasks map[string]Task
	kills int
}

func newLab(t *testing.T, seed uint64) *lab {
	l := &lab{Server: influxd.Start(t), t: t, r: rand.New(rand.NewPCG(seed, 2)), tasks: map[string]Task{}}
	l.SetUp(Defaults.Raw, Defaults.Events, Defaults.Minutes, Defaults.Hours)
	tasks, err := Tasks(Defaults)
	require.NoError(t, err)
	for _, task := range tasks {
		l.tasks[task.Name] = task
	}
	return l
}

// rolled are the measurements of the test's history.
var rolled = []string{"cosyvoice_service", "cosyvoice_gpu", "cosyvoice_synthesis", "cosyvoice_event"}

// run runs a kind of task of all measurements as if it was scheduled at that time, and returns
// how many hours the repair found.
func (l *lab) run(kind string, at time.Time) (hours int64) {
	l.t.Helper()
	for _, m := range rolled {
		records, err := l.Query(influxd.At(at, l.tasks[Source{Measurement: m}.Task(kind)].Flux))
		require.NoError(l.t, err, "%s of %s at %s", kind, m, at)
		for _, r := range records {
			if found, ok := r.ValueByKey("hours").(int64); ok {
				hours += found
			}
		}
	}
	return hours
}

// cutOff runs a task and kills the server in the middle of it.
func (l *lab) cutOff(kind string, at time.Time) {
	l.t.Helper()
	script := influxd.At(at, l.tasks[Source{Measurement: rolled[l.r.IntN(len(rolled))]}.Task(kind)].Flux)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_, _ = l.Query(script)
	}()
	select {
	case <-ended:
	case <-time.After(time.Duration(l.r.IntN(200)) * time.Millisecond):
	}
	l.Kill()
	<-ended
	l.Run()
	l.kills++
}

// live lets the time pass: points arrive, and the tasks run, now and then.
func (l *lab) live(points []*point, from, to time.Time) {
	waiting := slices.SortedFunc(slices.Values(points), func(a, b *point) int { return a.arrives.Compare(b.arrives) })
	for now := from.Add(time.Minute); !now.After(to); now = now.Add(time.Minute) {
		n := 0
		for n < len(waiting) && waiting[n].arrives.Before(now) {
			n++
		}
		l.deliver(waiting[:n])
		waiting = waiting[n:]
		switch l.r.IntN(40) {
		case 0:
			now = now.Add(time.Duration(l.r.IntN(100)) * time.Minute) // no task runs
		case 1:
			l.cutOff([]string{"1m", "1m", "1h", "repair"}[l.r.IntN(4)], now)
		case 2, 3, 4, 5, 6, 7:
			l.run("1m", now)
		case 8:
			l.run("1m", now)
			l.run("1h", now)
		case 9:
			l.run("repair", now)
		}
	}
	l.deliver(waiting)
}

func (l *lab) deliver(points []*point) {
	l.t.Helper()
	lines := map[string][]string{}
	for _, p := range points {
		bucket := Defaults.Raw
		if p.measurement == "cosyvoice_synthesis" || p.measurement == "cosyvoice_event" {
			bucket = Defaults.Events
		}
		lines[bucket] = append(lines[bucket], p.line())
	}
	for bucket, ls := range lines {
		l.Write(bucket, ls)
	}
}

// settle runs the tasks on time until the repair finds nothing.
func (l *lab) settle(now time.Time) {
	l.t.Helper()
	for range 10 { // the tiers come to the present
		l.run("1m", now)
		l.run("1h", now)
	}
	for range 100 {
		if l.run("repair", now) == 0 {
			return
		}
		now = now.Add(10 * time.Minute)
	}
	require.Fail(l.t, "the repair comes to no end")
}

// read returns all that a tier holds.
func (l *lab) read(bucket string) map[key]float64 {
	l.t.Helper()
	records, err := l.Query(fmt.Sprintf(`from(bucket: %q) |> range(start: 0)`, bucket))
	require.NoError(l.t, err)
	values := map[key]float64{}
	for _, r := range records {
		var tags string
		for _, name := range []string{"host", "service", "instance", "uuid", "mode", "outcome", "error", "kind", "severity"} {
			if value, ok := r.ValueByKey(name).(string); ok {
				tags += "," + name + "=" + value
			}
		}
		var value float64
		switch v := r.Value().(type) {
		case float64:
			value = v
		case int64:
			value = float64(v)
		}
		values[key{r.Measurement(), tags[1:], r.Field(), r.Time().Unix()}] = value
	}
	return values
}

func (l *lab) equals(bucket string, want map[key]float64) {
	l.t.Helper()
	got := l.read(bucket)
	var wrong []string
	for k, v := range want {
		if value, ok := got[k]; !ok || math.Abs(v-value) > 1e-9*max(1e6, math.Abs(v)) {
			wrong = append(wrong, fmt.Sprintf("%v at %s: %v (held: %t), expected %v", k, time.Unix(k.at, 0).UTC().Format(time.DateTime), value, ok, v))
		}
	}
	for k, v := range got {
		if _, ok := want[k]; !ok {
			wrong = append(wrong, fmt.Sprintf("%v at %s: %v, expected none", k, time.Unix(k.at, 0).UTC().Format(time.DateTime), v))
		}
	}
	slices.Sort(wrong)
	require.Empty(l.t, strings.Join(wrong[:min(len(wrong), 40)], "\n"), "%d of %d values of %s", len(wrong), len(want), bucket)
}

// TestTiersEqualARecompute gives hosts a history of gaps, late points, backlogs, restarts and
// resets, each by a seed of its own, lets the tasks run now and then and the server be killed,
// and compares all that the tiers hold after the repair with a recompute. COSYVOICE_SEEDS is
// how many hosts there are, 8 by themselves, 50 to a server.
func TestTiersEqualARecompute(t *testing.T) {
	seeds, err := strconv.Atoi(cmp.Or(os.Getenv("COSYVOICE_SEEDS"), "8"))
	require.NoError(t, err)
	for first := 0; first < seeds; first += 50 {
		t.Run(fmt.Sprintf("from seed %d", first), func(t *testing.T) {
			l := newLab(t, uint64(first))
			end := time.Now().Truncate(time.Hour)
			begin := end.Add(-7 * time.Hour)
			var points []*point
			for seed := first; seed < min(first+50, seeds); seed++ {
				points = append(points, history(rand.New(rand.NewPCG(uint64(seed), 1)), fmt.Sprintf("host%d", seed), begin, end)...)
			}
			slices.SortFunc(points, func(a, b *point) int { return a.at.Compare(b.at) })
			l.live(points, begin, end)
			l.settle(end.Add(2 * time.Minute))
			minutes, hours := recompute(points, time.Minute), recompute(points, time.Hour)
			l.equals(Defaults.Minutes, minutes)
			l.equals(Defaults.Hours, hours)
			t.Logf("%d points, %d values of a minute, %d of an hour, %d kills", len(points), len(minutes), len(hours), l.kills)
		})
	}
}
