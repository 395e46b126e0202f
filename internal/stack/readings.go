package stack

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/influxdata/influxdb-client-go/v2/api/query"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/influx"
)

// Readings are the newest points of the plugin. Absent numbers are unknown, such
// as those of a GPU on a host that has none.
type Readings struct {
	Time              time.Time `json:"time"`
	CPUPercent        *float64  `json:"cpu_usage_percent,omitempty"`
	MemoryUsedMiB     *float64  `json:"memory_used_mb,omitempty"`
	MemoryTotalMiB    *float64  `json:"memory_total_mb,omitempty"`
	GPUUtilization    *float64  `json:"gpu_utilization_percent,omitempty"`
	GPUTemperatureC   *float64  `json:"gpu_temperature_c,omitempty"`
	GPUMemoryUsedMiB  *float64  `json:"gpu_memory_used_mb,omitempty"`
	GPUMemoryTotalMiB *float64  `json:"gpu_memory_total_mb,omitempty"`
	GPUs              []GPU     `json:"gpus"`
	Servers           []Server  `json:"servers"`
}

// GPU is one card; State is "ok", "hung", "lost" or "failed".
type GPU struct {
	Name   string `json:"name"`
	UUID   string `json:"uuid"`
	State  string `json:"state"`
	Reason string `json:"reason,omitempty"` // why it is not ok
}

// Server is one CosyVoice server.
type Server struct {
	Instance      string   `json:"instance"`
	Version       string   `json:"version,omitempty"`
	Up            bool     `json:"up"`
	State         string   `json:"state"`
	UptimeSeconds *float64 `json:"uptime_seconds,omitempty"`
}

// freshness is how old the newest point may be: two readings and one write of
// Telegraf, each 10 s apart.
const freshness = 35 * time.Second

// series is the newest value of each field of one series.
type series struct {
	tags   map[string]any
	fields map[string]any
}

// read asks for the newest readings; nil is that there are none within the hour.
func read(ctx context.Context, client *influx.Client) (*Readings, error) {
	records, err := client.Query(ctx, fmt.Sprintf(`from(bucket: %q)
  |> range(start: -1h)
  |> filter(fn: (r) => r._measurement == "system_metrics" or r._measurement == "cosyvoice_gpu" or r._measurement == "cosyvoice_service")
  |> last()`, ticksBucket))
	if err != nil || len(records) == 0 {
		return nil, err
	}
	newest := slices.MaxFunc(records, func(a, b *query.FluxRecord) int { return a.Time().Compare(b.Time()) })
	readings := &Readings{Time: newest.Time(), GPUs: []GPU{}, Servers: []Server{}}
	for measurement, all := range gather(records, newest.Time().Add(-freshness)) {
		for _, one := range all {
			readings.add(measurement, one)
		}
	}
	slices.SortFunc(readings.GPUs, func(a, b GPU) int { return strings.Compare(a.UUID, b.UUID) })
	slices.SortFunc(readings.Servers, func(a, b Server) int { return strings.Compare(a.Instance, b.Instance) })
	return readings, nil
}

// gather groups records by measurement and series, and leaves out those from
// before a time: what they speak of is no longer there.
func gather(records []*query.FluxRecord, since time.Time) map[string]map[string]series {
	found := make(map[string]map[string]series)
	for _, record := range records {
		if record.Time().Before(since) {
			continue
		}
		values := record.Values()
		key := fmt.Sprint(values["host"], values["instance"], values["uuid"])
		if found[record.Measurement()] == nil {
			found[record.Measurement()] = make(map[string]series)
		}
		one, known := found[record.Measurement()][key]
		if !known {
			one = series{tags: values, fields: make(map[string]any)}
			found[record.Measurement()][key] = one
		}
		one.fields[record.Field()] = record.Value()
	}
	return found
}

func (r *Readings) add(measurement string, one series) {
	switch measurement {
	case "system_metrics":
		r.CPUPercent = one.number("cpu_usage_percent")
		r.MemoryUsedMiB = one.number("memory_used_mb")
		r.MemoryTotalMiB = one.number("memory_total_mb")
		r.GPUUtilization = one.number("gpu_utilization_percent")
		r.GPUTemperatureC = one.number("gpu_temperature_c")
		r.GPUMemoryUsedMiB = one.number("gpu_memory_used_mb")
		r.GPUMemoryTotalMiB = one.number("gpu_memory_total_mb")
	case "cosyvoice_gpu":
		if one.tag("gpu_uuid") != "" {
			return // an instance of MIG fares as its card
		}
		gpu := GPU{Name: one.tag("name"), UUID: one.tag("uuid"), State: one.text("state")}
		if gpu.State != "ok" {
			gpu.Reason = one.text("state_reason")
		}
		r.GPUs = append(r.GPUs, gpu)
	case "cosyvoice_service":
		r.Servers = append(r.Servers, Server{
			Instance:      one.tag("instance"),
			Version:       one.tag("version"),
			Up:            one.fields["up"] == int64(1),
			State:         one.text("state"),
			UptimeSeconds: one.number("uptime_seconds"),
		})
	}
}

func (s series) tag(name string) string {
	value, _ := s.tags[name].(string)
	return value
}

func (s series) text(field string) string {
	value, _ := s.fields[field].(string)
	return value
}

func (s series) number(field string) *float64 {
	value, ok := s.fields[field].(float64)
	if !ok {
		return nil
	}
	return &value
}

// lastWrite is the time of a bucket's newest point, but for those by which a task tells that it ran.
func lastWrite(ctx context.Context, client *influx.Client, bucket string) (*time.Time, error) {
	records, err := client.Query(ctx, fmt.Sprintf(`from(bucket: %q)
  |> range(start: 0)
  |> filter(fn: (r) => r._measurement != "cosyvoice_judgement")
  |> last()
  |> keep(columns: ["_time"])
  |> max(column: "_time")`, bucket))
	if err != nil || len(records) == 0 {
		return nil, err
	}
	newest := records[0].Time()
	return &newest, nil
}
