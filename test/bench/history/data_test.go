//go:build bench

package history

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/rollup"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/schema"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/influxd"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/installed"
)

var buckets = rollup.Defaults

// lab is a real influxd with empty buckets.
type lab struct {
	*influxd.Server
	t *testing.T
}

func newLab(t *testing.T) *lab {
	l := &lab{influxd.StartForMeasure(t), t}
	l.SetUp(buckets.Raw)
	installed.Buckets(t, l.Server)

	// What is 30 days old may not become too old while it is written.
	raw, err := l.Client.BucketsAPI().FindBucketByName(t.Context(), buckets.Raw)
	require.NoError(t, err)
	raw.RetentionRules[0].EverySeconds += int64((48 * time.Hour).Seconds())
	_, err = l.Client.BucketsAPI().UpdateBucket(t.Context(), raw)
	require.NoError(t, err)
	return l
}

// fill writes what make gives for each step of a time, from two writers.
func (l *lab) fill(bucket string, from, to time.Time, step time.Duration, lines func(at time.Time) []string) {
	l.t.Helper()
	batches := make(chan []string, 2)
	var writers sync.WaitGroup
	for range 2 {
		writers.Go(func() {
			for batch := range batches {
				l.Write(bucket, batch)
			}
		})
	}
	var batch []string
	for at := from; at.Before(to); at = at.Add(step) {
		if batch = append(batch, lines(at)...); len(batch) > 5000 {
			batches <- batch
			batch = nil
		}
	}
	batches <- batch
	close(batches)
	writers.Wait()
}

// rest waits until the server has put what it got into files and goes about nothing else.
func (l *lab) rest() {
	l.t.Helper()
	l.Settle()
	last := l.CPU()
	require.Eventually(l.t, func() bool {
		now := l.CPU()
		calm := now-last < 30*time.Millisecond
		last = now
		return calm
	}, 5*time.Minute, time.Second)
}

func host(i int) string { return fmt.Sprintf("gpu-box-%02d", i) }

// series are the tags that a measurement has on a host with one server and one GPU.
func series(measurement string) []string {
	switch measurement {
	case "cosyvoice_service":
		return []string{",service=cosyvoice3,instance=50000,version=3"}
	case "cosyvoice_process":
		return []string{
			",service=cosyvoice3,instance=50000,version=3,role=main",
			",service=cosyvoice3,instance=50000,version=3,role=worker",
		}
	case "cosyvoice_gpu":
		return []string{",service=cosyvoice3,uuid=GPU-0,name=H200"}
	case "cosyvoice_agent":
		return []string{",collector=plugin", ",collector=gpu", ",collector=process", ",collector=log"}
	case "cosyvoice_synthesis":
		return []string{",service=cosyvoice3,instance=50000,version=3,mode=zero_shot,outcome=ok"}
	case "cosyvoice_event":
		return []string{",service=cosyvoice3,instance=50000,version=3,kind=exception,severity=error"}
	}
	return []string{""}
}

// whole are points of a measurement with all of its fields, of each host. Of the plugin's own the
// collectors share them.
func whole(measurement string, hosts int, at time.Time) (lines []string) {
	r := rand.New(rand.NewPCG(uint64(at.Unix()), uint64(len(measurement))))
	m := schema.Find(measurement)
	for h := range hosts {
		for i, tags := range series(measurement) {
			var fields []string
			for j := range m.Fields {
				f := &m.Fields[j]
				if measurement == "cosyvoice_agent" && i > 0 && f.Name != "success" && f.Name != "seconds" {
					continue
				}
				value := fmt.Sprintf("%.3f", 100*r.Float64())
				switch {
				case f.Kind() == schema.Counter:
					value = fmt.Sprintf("%d.5", at.Unix())
				case f.Kind() == schema.State:
					value = []string{`"ready"`, `"busy"`}[r.IntN(2)]
				case f.Type == schema.String:
					value = fmt.Sprintf(`"text %d"`, r.IntN(10))
				}
				if f.Type == schema.Integer {
					value = strings.Split(value, ".")[0] + "i"
				}
				fields = append(fields, f.Name+"="+value)
			}
			lines = append(lines, fmt.Sprintf("%s,host=%s%s %s %d", measurement, host(h), tags, strings.Join(fields, ","), at.UnixNano()))
		}
	}
	return lines
}

// synthesis is a point with what a question for quantiles needs.
func synthesis(r *rand.Rand, host string, at time.Time) string {
	rtf := math.Exp(0.4*r.NormFloat64()) / 3
	bin := int(math.Floor(24 * math.Log10(rtf)))
	return fmt.Sprintf(`cosyvoice_synthesis,host=%s,service=cosyvoice3,instance=50000,mode=zero_shot,outcome=ok request_id="x",rtf=%g,rtf_bin=%di %d`, host, rtf, bin, at.UnixNano())
}
