package diagnosis

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/causes"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/influx"
)

// Moment is a minute of a host. What is not known is absent.
type Moment struct {
	At             time.Time `json:"at"`
	GPUMemory      *float64  `json:"gpu_memory_used_bytes,omitempty"` // highest
	GPUUtilization *float64  `json:"gpu_utilization_percent,omitempty"`
	HostCPU        *float64  `json:"host_cpu_percent,omitempty"`
	InFlight       *float64  `json:"in_flight,omitempty"` // most
	RTF            *float64  `json:"rtf,omitempty"`       // of the syntheses that ended
}

// Second is one of the black box.
type Second struct {
	At             time.Time `json:"at"`
	GPUMemory      *float64  `json:"gpu_memory_bytes,omitempty"`
	GPUUtilization *float64  `json:"gpu_utilization_percent,omitempty"`
	HostCPU        *float64  `json:"host_cpu_percent,omitempty"`
	InFlight       *float64  `json:"in_flight,omitempty"`
}

// timeline is the half hour before a time and the five minutes after it.
func (f Finder) timeline(ctx context.Context, a *Answer) ([]Moment, error) {
	if a.Host == "" {
		return []Moment{}, nil
	}
	records, err := f.Client.Query(ctx, fmt.Sprintf(`from(bucket: %q)
    |> range(start: %s, stop: %s)
    |> filter(fn: (r) => %s)
    |> filter(fn: (r) =>
        r._measurement == "system_metrics" and r._field =~ /^(gpu_memory_used_mb_max|(gpu_utilization_percent|cpu_usage_percent)_(sum|count))$/ or
        r._measurement == "cosyvoice_service" and r._field == "in_flight_max" or
        r._measurement == "cosyvoice_synthesis" and r._field =~ /^rtf_(sum|count)$/ and r.outcome == "ok")
    |> filter(fn: (r) => not exists r.instance or %s)
    |> toFloat()
    |> group(columns: ["_time", "_field"])
    |> sum()
    |> group()
    |> pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value")
    |> sort(columns: ["_time"])`, f.Params.Minutes, influx.Time(a.At.Add(-30*time.Minute)), influx.Time(a.At.Add(5*time.Minute)), hostIs(a.Host), instanceIs(a.Instance)))
	if err != nil {
		return nil, fmt.Errorf("reading the minutes around: %w", err)
	}
	moments := []Moment{}
	for _, r := range records {
		value := func(name string) *float64 {
			if v, ok := r.ValueByKey(name).(float64); ok {
				return &v
			}
			return nil
		}
		mean := func(name string) *float64 {
			sum, count := value(name+"_sum"), value(name+"_count")
			if sum == nil || count == nil || *count == 0 {
				return nil
			}
			return new(*sum / *count)
		}
		m := Moment{At: r.Time(), GPUUtilization: mean("gpu_utilization_percent"), HostCPU: mean("cpu_usage_percent"), InFlight: value("in_flight_max"), RTF: mean("rtf")}
		if used := value("gpu_memory_used_mb_max"); used != nil {
			m.GPUMemory = new(*used * (1 << 20))
		}
		moments = append(moments, m)
	}
	return moments, nil
}

// flight is the black box of the minutes around a time.
func (f Finder) flight(ctx context.Context, a *Answer) ([]Second, error) {
	if a.Host == "" {
		return []Second{}, nil
	}
	records, err := f.Client.Query(ctx, fmt.Sprintf(`from(bucket: %q)
    |> range(start: %s, stop: %s)
    |> filter(fn: (r) => r._measurement == "cosyvoice_flight" and %s and (not exists r.instance or %s))
    |> filter(fn: (r) => r._field =~ /^(gpu_memory_bytes|gpu_utilization_percent|host_cpu_percent|in_flight)$/)
    |> pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value")
    |> group()
    |> sort(columns: ["_time"])`, f.Params.Events, influx.Time(a.At.Add(-3*time.Minute)), influx.Time(a.At.Add(time.Minute)), hostIs(a.Host), instanceIs(a.Instance)))
	if err != nil {
		return nil, fmt.Errorf("reading the black box: %w", err)
	}
	seconds := []Second{}
	for _, r := range records {
		s := Second{At: r.Time()}
		for name, into := range map[string]**float64{
			"gpu_memory_bytes": &s.GPUMemory, "gpu_utilization_percent": &s.GPUUtilization, "host_cpu_percent": &s.HostCPU, "in_flight": &s.InFlight,
		} {
			if v, ok := r.ValueByKey(name).(float64); ok {
				*into = &v
			}
		}
		seconds = append(seconds, s)
	}
	return seconds, nil
}

// Gap is something that is not known of a time.
type Gap string

// What can be missing.
const (
	NoData      Gap = "data"      // nothing is heard of the host
	NoGPU       Gap = "gpu"       // no readings of a GPU
	NoServer    Gap = "server"    // no server was seen
	NoSyntheses Gap = "syntheses" // the log told of none
	NoUsual     Gap = "usual"     // no hours of before to compare with
	NoGrowth    Gap = "growth"    // the server runs for too short a time to tell growth from its start
)

// grown is how long a server has to run before growth is told from what its start needs.
const grown = 30 * time.Minute

// hides tells whether a cause cannot be seen because of the gap.
func (g Gap) hides(c *causes.Cause) bool {
	switch g {
	case NoData:
		return true
	case NoGPU:
		return c.Group == causes.Memory || c.Group == causes.Slow
	case NoServer, NoSyntheses:
		return c.Group == causes.Slow
	case NoGrowth:
		growths, err := Trends.conditions()
		return err != nil || slices.Contains(growths, c.Code)
	}
	return false
}

// gaps are what is not known of the minutes before a time.
func (f Finder) gaps(ctx context.Context, host string, at time.Time) ([]Gap, error) {
	records, err := f.Client.Query(ctx, fmt.Sprintf(`union(tables: [
    from(bucket: %[1]q) |> range(start: %[2]s, stop: %[3]s) |> filter(fn: (r) => r._field == "points_count" and %[4]s),
    from(bucket: %[5]q) |> range(start: %[6]s, stop: %[3]s) |> filter(fn: (r) => r._measurement == "cosyvoice_synthesis" and r._field == "rtf_count" and %[4]s)
        |> map(fn: (r) => ({r with _measurement: "usual"})),
    from(bucket: %[1]q) |> range(start: %[2]s, stop: %[3]s) |> filter(fn: (r) => r._measurement == "cosyvoice_service" and r._field == "uptime_seconds_max" and %[4]s)
        |> filter(fn: (r) => r._value >= %[7]f)
        |> map(fn: (r) => ({r with _measurement: "grown", _value: 1})),
])
    |> group(columns: ["_measurement"])
    |> sum()`, f.Params.Minutes, influx.Time(at.Add(-6*time.Minute)), influx.Time(at), hostIs(host), f.Params.Hours, influx.Time(at.AddDate(0, 0, -7)), grown.Seconds()))
	if err != nil {
		return nil, fmt.Errorf("reading what is known of that time: %w", err)
	}
	known := map[string]bool{}
	for _, r := range records {
		known[r.Measurement()] = true
	}
	gaps := []Gap{}
	if !known["cosyvoice_agent"] && !known["system_metrics"] {
		return append(gaps, NoData), nil
	}
	for _, need := range []struct {
		measurement string
		gap         Gap
	}{{"cosyvoice_gpu", NoGPU}, {"cosyvoice_service", NoServer}, {"cosyvoice_synthesis", NoSyntheses}, {"usual", NoUsual}, {"grown", NoGrowth}} {
		if !known[need.measurement] {
			gaps = append(gaps, need.gap)
		}
	}
	return gaps, nil
}

// hostIs and instanceIs are predicates of Flux; an empty name is any.
func hostIs(host string) string {
	if host == "" {
		return "true"
	}
	return "r.host == " + influx.Literal(host)
}

func instanceIs(instance string) string {
	if instance == "" {
		return "true"
	}
	return "r.instance == " + influx.Literal(instance)
}

// hostPattern is a regular expression of Flux that matches one host, or each where it is "".
func hostPattern(host string) string {
	if host == "" {
		return "/./"
	}
	return influx.Exactly(host)
}
