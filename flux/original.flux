// How much GPU memory was used? The mean of each minute of each host, in MiB: the query that
// performance_monitor was first made for.
//
// It has no parameters but the range; raw points are kept for 30 days, for older ones see
// over_time.flux.
from(bucket: "performance_monitor") |> range(start: -24h)
  |> filter(fn: (r) => r._measurement == "system_metrics" and r._field == "gpu_memory_used_mb")
  |> group(columns: ["host"]) |> aggregateWindow(every: 1m, fn: mean)
