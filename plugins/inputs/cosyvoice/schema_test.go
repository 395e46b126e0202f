package cosyvoice

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/influxdata/telegraf"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/execd"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/schema"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/flight"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/gpu"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/process"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/synthesis"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/synthesis/datagram"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/synthesis/logline"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/triton"
)

var update = flag.Bool("update", false, "write generated files instead of comparing them")

// metricsList is the README's list in Telegraf's form.
func metricsList() string {
	var b strings.Builder
	for _, m := range schema.Measurements {
		fmt.Fprintf(&b, "- %s: %s\n  - tags:\n    - service (always cosyvoice3)\n", m.Name, m.Doc)
		for _, t := range m.Tags {
			fmt.Fprintf(&b, "    - %s (%s)\n", t.Name, t.Doc)
		}
		b.WriteString("  - fields:\n")
		for _, f := range m.Fields {
			about := string(f.Type)
			for _, s := range []string{f.Unit, f.Doc} {
				if s != "" {
					about += ", " + s
				}
			}
			fmt.Fprintf(&b, "    - %s (%s)\n", f.Name, about)
		}
	}
	return b.String()
}

func TestREADMEListsTheSchema(t *testing.T) {
	const begin, end = "<!-- metrics -->\n", "<!-- /metrics -->"
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	before, rest, ok := strings.Cut(string(readme), begin)
	require.True(t, ok)
	_, after, ok := strings.Cut(rest, end)
	require.True(t, ok)
	want := before + begin + metricsList() + end + after
	if *update {
		require.NoError(t, os.WriteFile("README.md", []byte(want), 0o644))
		return
	}
	assert.Equal(t, want, string(readme), "run `make generate`")
}

// point is one call of AddFields.
type point struct {
	name   string
	tags   map[string]string
	fields map[string]any
	at     time.Time
}

// recorder is a telegraf.Accumulator that keeps the points.
type recorder struct {
	telegraf.Accumulator
	points []point
}

func (r *recorder) AddFields(name string, fields map[string]any, tags map[string]string, at ...time.Time) {
	r.points = append(r.points, point{name, tags, fields, at[0]})
}

// TestPointsKeepToTheSchema fills every field of every observer, and expects each
// field of the schema in the points, with its type, and no other.
func TestPointsKeepToTheSchema(t *testing.T) {
	var g gpu.GPU
	fill(reflect.ValueOf(&g).Elem())
	var report process.Report
	fill(reflect.ValueOf(&report).Elem())
	report.Services[0].PIDs = []int{g.Processes[0].PID}
	report.OwnersUnknown, report.Scan.Partial = false, false
	report.Events[0].Kind = process.EventExit
	var reading synthesis.Reading
	fill(reflect.ValueOf(&reading).Elem())
	reading.Faults[0].Error = logline.OutOfMemory
	reading.Syntheses[0].Start = reading.Syntheses[0].End.Add(-time.Millisecond)

	r := &recorder{}
	tick := tick{acc: r, now: time.Now()}
	gpus := []gpu.GPU{g}
	use := share(gpus, &report)
	tick.system("1", 1, gpus, &report)
	tick.gpus(gpus, use)
	tick.services(report.Services, use, map[string]synthesis.Live{"x": *reading.Live})
	snapshot := gpu.Snapshot{ChildPID: os.Getpid(), DriverVersion: "1", Reason: "x", Events: []gpu.Event{{Kind: "xid", Code: new(int64(79))}}}
	c := Cosyvoice{
		told: []synthesis.Reading{reading}, reasons: map[string]string{"x": "x"},
		boxes: blackBoxes{}, troubles: troubles{},
	}
	var err error
	c.listener, err = datagram.New(filepath.Join(t.TempDir(), "reports.sock"), nil)
	require.NoError(t, err)
	stopped, stop := context.WithCancel(t.Context())
	stop()
	defer func() { require.NoError(t, c.listener.Run(stopped, nil)) }() // closes it
	var second flight.Second
	fill(reflect.ValueOf(&second).Elem())
	*c.boxes.of("x").At(reading.Syntheses[0].End) = second
	c.RunnerStats = func() execd.Stats { return execd.Stats{} }
	c.happened = report.Events
	logTotals := c.logTotals(true)
	c.tell(&tick)
	var models triton.Reading
	fill(reflect.ValueOf(&models).Elem())
	c.tellModels(&tick, []triton.Reading{models})
	c.addEvents(&tick, snapshot.Events)
	exit := map[string]any{}
	for _, status := range []unix.WaitStatus{unix.WaitStatus(unix.SIGKILL), 1 << 8} {
		c.explainExit(&tick, process.Event{Status: &status}, exit)
		tick.event(after(0), map[string]string{}, exit)
	}
	c.agent(&tick, snapshot, 0, &report, logTotals)

	seen := map[string]bool{}
	for _, p := range r.points {
		m := schema.Find(p.name)
		require.NotNil(t, m, "measurement %s", p.name)
		for tag := range p.tags {
			assert.True(t, m.HasTag(tag), "tag %s of %s", tag, p.name)
		}
		for name, value := range p.fields {
			v := reflect.Indirect(reflect.ValueOf(value))
			if !v.IsValid() {
				continue
			}
			seen[p.name+"."+name] = true
			f := m.Field(name)
			if assert.NotNil(t, f, "field %s of %s", name, p.name) {
				assert.Equal(t, f.Type, typeOf(v.Kind()), "field %s of %s", name, p.name)
			}
		}
	}
	for _, m := range schema.Measurements {
		for _, f := range m.Fields {
			assert.True(t, seen[m.Name+"."+f.Name], "%s of %s is never written", f.Name, m.Name)
		}
	}
}

func typeOf(kind reflect.Kind) schema.Type {
	switch kind {
	case reflect.Float64:
		return schema.Float
	case reflect.Int64, reflect.Uint64:
		return schema.Integer
	case reflect.String:
		return schema.String
	default:
		return schema.Type(kind.String())
	}
}

var filledAt = time.Now().Add(-time.Minute).Truncate(time.Second)

// fill gives every field, pointer and slice below v a value.
func fill(v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(filledAt))
			return
		}
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				fill(v.Field(i))
			}
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0))
	case reflect.Float64:
		v.SetFloat(2)
	case reflect.Int, reflect.Int64:
		v.SetInt(2)
	case reflect.Uint64:
		v.SetUint(2)
	case reflect.String:
		v.SetString("x")
	case reflect.Bool:
		v.SetBool(true)
	}
}

func TestREADMEShowsTheSampleConfiguration(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	assert.Contains(t, string(readme), "```toml @sample.conf\n"+sampleConfig+"```\n")
}
