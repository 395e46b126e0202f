package overview

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/influx"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/rollup"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/influxd"
)

// point is one raw point of the host that is asked about.
type point struct {
	measurement, tags string
	at                time.Time
	fields            map[string]float64
	texts             map[string]string
}

// lab is an InfluxDB with raw points of two hosts, of which "b" says the same as "a", and more.
func lab(t *testing.T, to time.Time) (Reader, []point) {
	s := influxd.Start(t)
	p := rollup.Defaults
	p.Raw, p.Events, p.Minutes, p.Hours = "raw", "events", "minutes", "hours" // not those that stand in the files
	s.SetUp(p.Raw, p.Events, p.Minutes, p.Hours)
	client := influx.New(s.URL, influxd.Org, influxd.Token)
	t.Cleanup(client.Close)
	points := history(rand.New(rand.NewPCG(3, 4)), to)
	lines := map[string][]string{}
	for _, one := range points {
		bucket := p.Raw
		if one.measurement == "cosyvoice_synthesis" {
			bucket = p.Events
		}
		for host, factor := range map[string]float64{"a": 1, "b": 1.5} {
			line := fmt.Sprintf("%s,service=cosyvoice3,host=%s%s ", one.measurement, host, one.tags)
			for name, v := range one.fields {
				switch {
				case name == "up" || name == "success" || name == "warm_up" || strings.HasSuffix(name, "_bin"):
					line += fmt.Sprintf("%s=%di,", name, int(v))
				default:
					line += fmt.Sprintf("%s=%g,", name, v*factor)
				}
			}
			for name, v := range one.texts {
				line += fmt.Sprintf("%s=%q,", name, v)
			}
			lines[bucket] = append(lines[bucket], fmt.Sprintf("%s %d", line[:len(line)-1], one.at.UnixNano()))
		}
	}
	for bucket, l := range lines {
		s.Write(bucket, l)
	}
	return Reader{Client: client, Params: p, Host: "a"}, points
}

func bin(v float64) float64 { return math.Floor(24 * math.Log10(v)) }

// history are five hours of a card and a server, with an hour of silence, and syntheses of one to four
// at once, of which three make no more audio than two.
func history(r *rand.Rand, to time.Time) (points []point) {
	add := func(measurement, tags string, at time.Time, fields map[string]float64, texts map[string]string) {
		points = append(points, point{measurement, tags, at, fields, texts})
	}
	for at := to.Add(-5 * time.Hour); at.Before(to); at = at.Add(10 * time.Second) {
		if since := to.Sub(at); since < 3*time.Hour && since >= 2*time.Hour {
			continue
		}
		version := "3.0"
		if to.Sub(at) < 90*time.Minute {
			version = "3.1"
		}
		add("cosyvoice_agent", ",collector=plugin", at, map[string]float64{"success": 1}, nil)
		add("cosyvoice_agent", ",collector=gpu", at, nil, map[string]string{"driver_version": "570.86"})
		add("system_metrics", "", at, map[string]float64{"cpu_usage_percent": 60 * r.Float64()}, nil)
		used := 1e9 * (4 + 4*r.Float64())
		add("cosyvoice_gpu", ",uuid=GPU-1,name=RTX", at, map[string]float64{
			"memory_total_bytes": 24e9, "memory_used_bytes": used, "memory_used_max_bytes": used + 1e9*r.Float64(),
			"memory_service_bytes": used * 0.8, "memory_other_bytes": used * 0.2, "memory_reserved_bytes": 4e8,
		}, nil)
		add("cosyvoice_gpu", ",uuid=MIG-1,name=RTX,gpu_uuid=GPU-1", at, map[string]float64{"memory_used_bytes": 99e9, "memory_total_bytes": 99e9}, nil)
		state := []string{"ready", "busy", "busy", "stuck"}[r.IntN(4)]
		add("cosyvoice_service", ",instance=50000,version="+version, at, map[string]float64{"up": 1, "in_flight": float64(r.IntN(5))}, map[string]string{"state": state})
		atOnce := float64(1 + r.IntN(4))
		rtf := map[float64]float64{1: 0.2, 2: 0.25, 3: 0.4, 4: 0.55}[atOnce] * math.Exp(0.2*r.NormFloat64())
		tags := ",instance=50000,mode=sft,outcome=ok"
		if r.IntN(20) == 0 {
			tags = ",instance=50000,mode=sft,outcome=error,error=out_of_memory"
		} else if r.IntN(20) == 0 {
			tags = ",instance=50000,mode=sft,outcome=abandoned"
		}
		add("cosyvoice_synthesis", tags, at.Add(time.Duration(r.IntN(1e9))), map[string]float64{
			"rtf": rtf, "rtf_bin": bin(rtf), "audio_seconds": 8, "concurrency_mean": atOnce + 0.4*(r.Float64()-0.5), "warm_up": 0,
			"gpu_memory_peak_bytes": 6e9 + 7e8*atOnce,
		}, map[string]string{"request_id": fmt.Sprint(at.Unix())})
	}
	return points
}

// of are the values of a field in each window of a span.
func of(points []point, span Span, measurement, field string) [][]float64 {
	values := make([][]float64, span.Number)
	for _, p := range points {
		v, has := p.fields[field]
		if i, inside := span.index(p.at); has && inside && p.measurement == measurement && !strings.Contains(p.tags, "gpu_uuid") {
			values[i] = append(values[i], v)
		}
	}
	return values
}

func mean(values []float64) float64 {
	var sum float64
	for _, v := range values {
		sum += v
	}
	return sum / float64(len(values)) // NaN of none
}

func equal(t *testing.T, want, got []float64, what string) {
	t.Helper()
	require.Len(t, got, len(want), what)
	for i := range want {
		if math.IsNaN(want[i]) {
			assert.True(t, math.IsNaN(got[i]), "%s in window %d: %v", what, i, got[i])
		} else {
			assert.InEpsilon(t, 1+want[i], 1+got[i], 1e-9, "%s in window %d", what, i)
		}
	}
}

func TestOverview(t *testing.T) {
	to := time.Now().UTC().Truncate(time.Second)
	r, points := lab(t, to)
	span := Over(to.Add(-6*time.Hour), to)
	require.Equal(t, 5*time.Minute, span.Window)

	t.Run("a reading", func(t *testing.T) {
		readings, err := r.Readings(t.Context(), span, "system_metrics", "cpu_usage_percent")
		require.NoError(t, err)
		require.Len(t, readings, 1)
		assert.Equal(t, "a", readings[0].Host)
		var means, highest []float64
		for _, values := range of(points, span, "system_metrics", "cpu_usage_percent") {
			means = append(means, mean(values))
			highest = append(highest, Highest(values))
		}
		equal(t, means, readings[0].Mean, "mean")
		equal(t, highest, readings[0].Max, "max")
		assert.GreaterOrEqual(t, silent(means), 22, "the hour before the first point, and the hour of silence")
	})
	t.Run("a server that got another version is one", func(t *testing.T) {
		readings, err := r.Readings(t.Context(), span, "cosyvoice_service", "in_flight")
		require.NoError(t, err)
		require.Len(t, readings, 1)
		var highest []float64
		for _, values := range of(points, span, "cosyvoice_service", "in_flight") {
			highest = append(highest, Highest(values))
		}
		for i := range highest { // of the window with both versions either is told
			if highest[i] != readings[0].Max[i] && !math.IsNaN(highest[i]) {
				assert.WithinDuration(t, to.Add(-90*time.Minute), span.Start.Add(time.Duration(i)*span.Window), span.Window)
			}
		}
	})
	t.Run("cards", func(t *testing.T) {
		cards, err := r.Cards(t.Context(), span)
		require.NoError(t, err)
		require.Len(t, cards, 1, "an instance of MIG is no card")
		assert.InDelta(t, 24e9, cards[0].Total, 0)
		assert.Equal(t, "RTX", cards[0].Name)
		highest := math.NaN()
		for _, p := range points {
			if v, has := p.fields["memory_used_max_bytes"]; has && !(v <= highest) {
				highest = v
			}
		}
		assert.InDelta(t, highest+4e8, cards[0].Highest(), 1)
		var service []float64
		for _, values := range of(points, span, "cosyvoice_gpu", "memory_service_bytes") {
			service = append(service, mean(values))
		}
		equal(t, service, cards[0].Held["service"], "service")
		assert.True(t, math.IsNaN(Highest(cards[0].Held["unowned"])), "it was never told")
	})
	t.Run("quantiles", func(t *testing.T) {
		s, err := r.Spread(t.Context(), span, "rtf")
		require.NoError(t, err)
		var all []float64
		for _, p := range points {
			if rtf, has := p.fields["rtf"]; has && p.tags == ",instance=50000,mode=sft,outcome=ok" {
				all = append(all, rtf)
			}
		}
		slices.Sort(all)
		assert.InDelta(t, float64(len(all)), s.All.Number(), 0)
		for _, q := range []float64{0.01, 0.5, 0.95, 1} {
			assert.InEpsilon(t, all[int(math.Ceil(q*float64(len(all)))-1)], s.All.Quantile(q), 0.05, "%g", q)
		}
		assert.True(t, math.IsNaN(s.Quantiles(0.5)[0]))
		assert.True(t, math.IsNaN(Bins{}.Quantile(0.5)))
	})
	t.Run("outcomes and states", func(t *testing.T) {
		outcomes, err := r.Outcomes(t.Context(), span)
		require.NoError(t, err)
		servers, err := r.Servers(t.Context(), span.From, span.To)
		require.NoError(t, err)
		require.Len(t, servers, 1)
		var well, left, failed, gotWell, gotLeft, gotFailed float64
		held := map[string]float64{}
		var last time.Time
		for _, p := range points {
			switch {
			case p.measurement == "cosyvoice_synthesis" && p.tags == ",instance=50000,mode=sft,outcome=ok":
				well++
			case strings.HasSuffix(p.tags, "outcome=abandoned"):
				left++
			case p.measurement == "cosyvoice_synthesis":
				failed++
			case p.measurement == "cosyvoice_service":
				if p.at.Sub(last) <= 90*time.Second {
					held[p.texts["state"]] += p.at.Sub(last).Seconds()
				}
				last = p.at
			}
		}
		for i := range outcomes.Well {
			if !math.IsNaN(outcomes.Well[i]) {
				gotWell += outcomes.Well[i]
				gotLeft += outcomes.Left[i]
				gotFailed += outcomes.Failed[i]
			}
		}
		assert.InDelta(t, well, gotWell, 0)
		assert.InDelta(t, left, gotLeft, 0)
		assert.InDelta(t, failed, gotFailed, 0)
		assert.Equal(t, map[string]float64{"ok": well, "abandoned": left, "error": failed}, servers[0].Syntheses)
		assert.InDelta(t, 8*(well+left+failed), servers[0].Audio, 1e-6)
		for state, seconds := range held {
			assert.InDelta(t, seconds, servers[0].Seconds[state], 10, state) // what was held while the version changed is not known
		}
	})
	t.Run("levels", func(t *testing.T) {
		levels, err := r.Levels(t.Context(), span.From, span.To)
		require.NoError(t, err)
		require.Len(t, levels, 4)
		byLevel := map[int][]float64{}
		for _, p := range points {
			if p.measurement == "cosyvoice_synthesis" && p.tags == ",instance=50000,mode=sft,outcome=ok" {
				at := int(math.Round(p.fields["concurrency_mean"]))
				byLevel[at] = append(byLevel[at], p.fields["rtf"])
			}
		}
		for _, l := range levels {
			assert.InDelta(t, float64(len(byLevel[l.AtOnce])), l.Number, 0)
			assert.InEpsilon(t, mean(byLevel[l.AtOnce]), l.RTF, 1e-9)
			assert.InEpsilon(t, 6e9+7e8*float64(l.AtOnce), l.Memory, 1e-9)
			assert.Greater(t, l.RTF95, l.RTF)
		}
		knee, known := Knee(levels)
		assert.True(t, known)
		assert.Equal(t, 2, knee)
		each, known := MemoryEach(levels)
		assert.True(t, known)
		assert.InEpsilon(t, 7e8, each, 1e-6)
	})
	t.Run("hosts and versions", func(t *testing.T) {
		all := r
		all.Host = ""
		hosts, err := all.Hosts(t.Context(), span.From, span.To)
		require.NoError(t, err)
		assert.Equal(t, []string{"a", "b"}, hosts)
		versions, err := r.Versions(t.Context(), span.From, span.To)
		require.NoError(t, err)
		require.Len(t, versions, 1, "the servers' are known by the windows")
		assert.Equal(t, "570.86", versions[0].Text)
	})
}

// silent is of how many windows nothing is known.
func silent(values []float64) (n int) {
	for _, v := range values {
		if math.IsNaN(v) {
			n++
		}
	}
	return n
}
