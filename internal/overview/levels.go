package overview

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/influx"
)

// Level is how syntheses did of which so many were at work at once, in the mean over each of them.
type Level struct {
	AtOnce     int
	Number     float64 // of syntheses
	RTF, RTF95 float64 // mean, and what 95 % do not exceed
	Memory     float64 // bytes used of the cards at the peak, in the mean; NaN where it is not known
}

// Throughput is seconds of audio that come out in each second.
func (l Level) Throughput() float64 { return float64(l.AtOnce) / l.RTF }

// enough is how many syntheses tell something of a level.
const enough = 20

// Levels are those of the syntheses that went well, the first after a start left out.
func (r Reader) Levels(ctx context.Context, from, to time.Time) ([]Level, error) {
	records, err := r.Client.Query(ctx, fmt.Sprintf(`import "math"
done = from(bucket: %s)
    |> range(start: %s, stop: %s)
    |> filter(fn: (r) => r._measurement == "cosyvoice_synthesis" and r.outcome == "ok" and not exists r.error and r.host == %s)
    |> filter(fn: (r) => r._field == "rtf" or r._field == "concurrency_mean" or r._field == "gpu_memory_peak_bytes" or r._field == "warm_up")
    |> toFloat()
    |> pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value")
    |> group()
    |> filter(fn: (r) => exists r.rtf and exists r.concurrency_mean and (not exists r.warm_up or r.warm_up == 0.0))
    |> map(fn: (r) => ({level: int(v: math.round(x: r.concurrency_mean)), rtf: r.rtf, memory: if exists r.gpu_memory_peak_bytes then r.gpu_memory_peak_bytes else 0.0}))
    |> group(columns: ["level"])
figure = (tables=<-, of, name) => tables
    |> map(fn: (r) => ({level: r.level, name: name, _value: if of == "rtf" then float(v: r.rtf) else r.memory}))
    |> group(columns: ["level"])
union(tables: [
    done |> count(column: "rtf") |> figure(of: "rtf", name: "number"),
    done |> mean(column: "rtf") |> figure(of: "rtf", name: "rtf"),
    done |> quantile(column: "rtf", q: 0.95, method: "exact_mean") |> figure(of: "rtf", name: "rtf95"),
    done |> filter(fn: (r) => r.memory > 0.0) |> mean(column: "memory") |> figure(of: "memory", name: "memory"),
])`, influx.Literal(r.Params.Events), influx.Time(from), influx.Time(to), influx.Literal(r.Host)))
	if err != nil {
		return nil, fmt.Errorf("reading how many syntheses at once there were: %w", err)
	}
	byLevel := map[int]*Level{}
	for _, record := range records {
		at, _ := number(record, "level")
		level := byLevel[int(at)]
		if level == nil {
			level = &Level{AtOnce: int(at), Memory: math.NaN()}
			byLevel[int(at)] = level
		}
		v, _ := number(record, "_value")
		switch text(record, "name") {
		case "number":
			level.Number = v
		case "rtf":
			level.RTF = v
		case "rtf95":
			level.RTF95 = v
		case "memory":
			level.Memory = v
		}
	}
	var levels []Level
	for _, level := range byLevel {
		if level.Number >= enough && level.AtOnce > 0 && level.RTF > 0 {
			levels = append(levels, *level)
		}
	}
	slices.SortFunc(levels, func(a, b Level) int { return a.AtOnce - b.AtOnce })
	return levels, nil
}

// Knee is the fewest at once from which on more of them do not make more audio in the same time; ok is
// false where that was not reached.
func Knee(levels []Level) (atOnce int, ok bool) {
	const more = 1.05 // times the audio
	for i, level := range levels[:max(0, len(levels)-1)] {
		best := slices.MaxFunc(levels[i+1:], func(a, b Level) int { return cmp.Compare(a.Throughput(), b.Throughput()) })
		if best.Throughput() < more*level.Throughput() {
			return level.AtOnce, true
		}
	}
	return 0, false
}

// MemoryEach is how many bytes one more at once takes, by the line through the levels; ok is false where
// it cannot be told.
func MemoryEach(levels []Level) (bytes float64, ok bool) {
	var n, sx, sy, sxx, sxy float64
	for _, l := range levels {
		if math.IsNaN(l.Memory) {
			continue
		}
		x := float64(l.AtOnce)
		n += l.Number
		sx += l.Number * x
		sy += l.Number * l.Memory
		sxx += l.Number * x * x
		sxy += l.Number * x * l.Memory
	}
	below := n*sxx - sx*sx
	if below <= 0 {
		return 0, false
	}
	bytes = (n*sxy - sx*sy) / below
	return bytes, bytes > 0
}
