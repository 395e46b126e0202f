package past

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/influxdata/line-protocol/v2/lineprotocol"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/schema"
)

// tellAll makes the points of a story up to a time.
func tellAll(told *story, end time.Time, out func(*point)) {
	newSimulation(told, out).run(func() time.Time { return end }, func(time.Time) bool { return true })
}

var noon = time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)

// TestSamePlanSamePoints holds for as far as both go, so that one that was cut off can be done again.
func TestSamePlanSamePoints(t *testing.T) {
	lines := func(seed uint64, end time.Time) []byte {
		p := Plan{Box: testBox, From: noon.Add(-14 * time.Hour), Anchor: noon, Seed: seed}
		var e lineprotocol.Encoder
		tellAll(newStory(p), end, func(p *point) { p.encode(&e) })
		require.NoError(t, e.Err())
		return e.Bytes()
	}
	whole := lines(1, noon.Add(time.Hour))
	assert.True(t, bytes.Equal(whole, lines(1, noon.Add(time.Hour))))
	assert.True(t, bytes.HasPrefix(whole, lines(1, noon.Add(-7*time.Hour))))
	assert.False(t, bytes.Equal(whole, lines(2, noon.Add(time.Hour))))
}

// absent are the fields that a box with a desktop card and one plain server does not have.
var absent = map[string][]string{
	"cosyvoice_gpu": {
		"memory_temperature_c", "xid_last", // not of this card; none was reported
		"ecc_corrected_volatile_total", "ecc_uncorrected_volatile_total", "ecc_corrected_aggregate_total", "ecc_uncorrected_aggregate_total",
		"remapped_rows_corrected_total", "remapped_rows_uncorrected_total", "remapped_rows_pending", "remapped_rows_failure",
		"pcie_tx_bytes_per_second", "pcie_rx_bytes_per_second", // not asked for
		"nvlink_tx_bytes_total", "nvlink_rx_bytes_total", "nvlink_crc_errors_total", "nvlink_replay_errors_total", "nvlink_recovery_errors_total",
	},
	"cosyvoice_service": {"cgroup_memory_limit_bytes", "cgroup_cpu_limit_percent", "cgroup_cpu_throttled_seconds_total"},          // no limit
	"cosyvoice_event":   {"code", "exit_code", "oom_other_bytes", "freed_bytes", "torch_allocated_bytes", "torch_reserved_bytes"}, // no Xid; it ended by a signal; nobody asks it for memory
	"cosyvoice_synthesis": {
		"text", "oom_other_bytes", // not asked for; PyTorch tells of none
		"exception", "torch_allocated_bytes", "torch_reserved_bytes", "torch_peak_bytes", "torch_retries", // of servers that report themselves
	},
	"cosyvoice_model": {
		"requests_success_total", "requests_failure_total", "requests_rejected_total", "requests_canceled_total",
		"request_seconds_total", "queue_seconds_total", "compute_seconds_total", "pending", // of Triton
	},
}

// census is what was seen of a past.
type census struct {
	t      *testing.T
	fields map[string]map[string]bool // by measurement
	marked map[string]int             // points with the field by which they are counted, less all
	events map[string]int             // by kind
	errors map[string]int             // of syntheses, by class
	hours  [24]int                    // syntheses by the hour of the day
	boxed  map[string]bool            // ids of black boxes
}

func (c *census) take(p *point) {
	kinds := map[lineprotocol.ValueKind]schema.Type{lineprotocol.Float: schema.Float, lineprotocol.Int: schema.Integer, lineprotocol.String: schema.String}
	m := schema.Find(p.measurement)
	require.NotNil(c.t, m, p.measurement)
	for _, tag := range p.tags {
		require.True(c.t, tag.key == "host" || m.HasTag(tag.key), "%s of %s", tag.key, p.measurement)
	}
	if c.fields[p.measurement] == nil {
		c.fields[p.measurement] = map[string]bool{}
	}
	for _, f := range p.fields {
		known := m.Field(f.name)
		require.NotNil(c.t, known, "%s of %s", f.name, p.measurement)
		require.Equal(c.t, known.Type, kinds[f.value.Kind()], "%s of %s", f.name, p.measurement)
		c.fields[p.measurement][f.name] = true
		if f.name == sources[p.measurement].Mark {
			c.marked[p.measurement]++
		}
	}
	c.marked[p.measurement]--
	switch p.measurement {
	case "cosyvoice_event":
		c.events[p.tag("kind")]++
	case "cosyvoice_synthesis":
		c.errors[p.tag("error")]++
		c.hours[p.at.Hour()]++
	case "cosyvoice_flight":
		c.boxed[p.fields[len(p.fields)-1].value.StringV()] = true
	}
}

// TestStory compares two weeks and a half with the schema, and with the story that is told of them.
func TestStory(t *testing.T) {
	c := &census{t: t, fields: map[string]map[string]bool{}, marked: map[string]int{}, events: map[string]int{}, errors: map[string]int{}, boxed: map[string]bool{}}
	told := newStory(Plan{Box: testBox, From: Oldest(noon, 17*day), Anchor: noon, Seed: 1})
	tellAll(told, noon, c.take)

	for _, m := range schema.Measurements {
		var missing []string
		for _, f := range m.Fields {
			if !c.fields[m.Name][f.Name] {
				missing = append(missing, f.Name)
			}
		}
		assert.ElementsMatch(t, absent[m.Name], missing, m.Name)
		if _, rolled := sources[m.Name]; rolled {
			assert.Zero(t, c.marked[m.Name], "points of %s without the field by which they are counted", m.Name)
		}
	}

	versions := map[string]bool{}
	for _, l := range told.lives() {
		versions[l.version] = true
	}
	assert.Equal(t, map[string]bool{testBox.Version: true, testBox.Before: true}, versions)
	assert.Len(t, told.lives(), 4, "before, within and after the leak")
	for _, kind := range []string{"start", "ready", "exit", "oom", "llm_thread_died", "exception", "model_loading", "listening", "gpu_hung", "gpu_recovered"} {
		assert.Positive(t, c.events[kind], kind)
	}
	for _, class := range []string{"out_of_memory", "no_tokens", "bad_input"} {
		assert.Positive(t, c.errors[class], class)
	}
	assert.GreaterOrEqual(t, len(c.boxed), 4)
	assert.Greater(t, c.hours[20], 10*c.hours[3])
}

// TestShortPast has no room for what happens days ago.
func TestShortPast(t *testing.T) {
	told := newStory(Plan{Box: testBox, From: noon.Add(-6 * time.Hour), Anchor: noon})
	assert.Empty(t, told.episodes)
	assert.Empty(t, told.restarts)
}

func TestOldest(t *testing.T) {
	at := func(h, m int) time.Time { return time.Date(2026, 11, 30, h, m, 0, 0, time.UTC) }
	assert.Equal(t, at(10, 0), Oldest(at(12, 30), 3*time.Hour))
	assert.Equal(t, at(10, 0), Oldest(at(12, 50), 3*time.Hour))
	assert.Equal(t, at(11, 0), Oldest(at(12, 51), 3*time.Hour))
}
