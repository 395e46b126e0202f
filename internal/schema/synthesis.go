package schema

// synthesis is one finished synthesis. Its time is its end; the digits below the
// millisecond keep two of the same millisecond apart, and are the same at every reading
// of the log.
var synthesis = Measurement{
	Name: "cosyvoice_synthesis",
	Doc:  "One finished synthesis, at its end. Of a server whose log tells of none, but that keeps its audio in a folder \"outputs\": one new WAV file there, with audio_seconds, request_id and grouping only.",
	Tags: []Tag{
		instanceTag, versionTag,
		{"mode", "sft, zero_shot, cross_lingual, instruct, instruct2 or vc; absent if not known"},
		{"outcome", "ok, error, abandoned (the client left) or stuck (no progress until it was given up on)"},
		{"error", "class of the error; with the outcome ok: the audio is cut short"},
		{"streaming", "true or false"},
	},
	Fields: append([]Field{
		{"duration_seconds", Float, "s", "first start to last yield, the client's time in between included"},
		{"compute_seconds", Float, "s", "of the model: language model, flow and vocoder"},
		{"audio_seconds", Float, "s", "handed out"},
		{"rtf", Float, "", "compute_seconds for a second of audio"},
		{"first_chunk_seconds", Float, "s", "from the first segment's start to the first audio"},
		{"wait_seconds", Float, "s", "from the request's line to its first segment: queue and front end; where the log tells arrivals"},
		{"gap_seconds", Float, "s", "longest time without audio after the first chunk, without the client's time"},
		{"playback_stalled", Integer, "0 or 1", "of a stream: a client that plays what it has would have run out of it"},
		{"first_chunk_audio_seconds", Float, "s", "audio in the first chunk of a stream"},
		{"chunks", Integer, "", "times that audio was handed out"},
		{"segments", Integer, "", "parts that the text was split into"},
		{"characters", Integer, "", "of the text"},
		{"characters_per_audio_second", Float, "1/s", "a low figure is a text that is read out again and again"},
		{"duration_bin", Integer, "", "floor(24 · log10(duration_seconds))"},
		{"rtf_bin", Integer, "", "floor(24 · log10(rtf))"},
		{"first_chunk_bin", Integer, "", "floor(24 · log10(first_chunk_seconds))"},
		{"concurrency_mean", Float, "", "syntheses in flight meanwhile, itself included"},
		{"concurrency_max", Float, "", "the most of them"},
		{"gpu_memory_start_bytes", Float, "bytes", "used on the server's cards, by anyone"},
		{"gpu_memory_peak_bytes", Float, "bytes", "highest one-second sample"},
		{"gpu_memory_end_bytes", Float, "bytes", ""},
		{"gpu_memory_change_bytes", Float, "bytes", "end less start"},
		{"gpu_utilization_percent", Float, "percent", "mean of the one-second samples"},
		{"clock_sm_hz", Float, "Hz", "mean of the one-second samples"},
		{"service_cpu_percent", Float, "percent", "of the server, 100 for one core"},
		{"host_cpu_percent", Float, "percent", "100 for all cores"},
		{"warm_up", Integer, "0 or 1", "one of the first three after the model was loaded"},
		{"request_id", String, "", "names it; the place of its first line in the log"},
		{"grouping", String, "", "exact, or inferred: some part of it could be another request's"},
		{"yields_inferred", Integer, "", "chunks that fit more than one segment"},
		{"cause", String, "", "class of the error of which the language model's thread died"},
		{"text", String, "", "only where asked for: the text, or its hash"},
		{"exception", String, "", "class of the exception, where the server reports it itself"},
		{"torch_allocated_bytes", Float, "bytes", "by tensors at the end, where the server reports it itself"},
		{"torch_reserved_bytes", Float, "bytes", "by PyTorch's pool at the end, where the server reports it itself"},
		{"torch_peak_bytes", Float, "bytes", "highest allocated, where the server reports it itself"},
		{"torch_retries", Integer, "", "times that PyTorch emptied its pool to find memory meanwhile, where the server reports it itself"},
	}, oomFields...),
}

// oomFields are the numbers of PyTorch's out of memory message.
var oomFields = []Field{
	{"oom_tried_bytes", Float, "bytes", "that could not be had; only when out of memory"},
	{"oom_total_bytes", Float, "bytes", "of the card; only when out of memory"},
	{"oom_free_bytes", Float, "bytes", "of the card; only when out of memory"},
	{"oom_allocated_bytes", Float, "bytes", "by PyTorch's tensors; only when out of memory"},
	{"oom_reserved_bytes", Float, "bytes", "by PyTorch's pool, and not allocated where PyTorch tells that; only when out of memory"},
	{"oom_other_bytes", Float, "bytes", "by other processes; only when out of memory"},
	{"oom_process_bytes", Float, "bytes", "by this process, all included; only when out of memory"},
}

// flight is the black box.
var flight = Measurement{
	Name: "cosyvoice_flight",
	Doc:  "One second of the two minutes before a server's exit, or before it ran out of memory or got stuck; at most once in five minutes.",
	Tags: []Tag{instanceTag, versionTag},
	Fields: []Field{
		{"gpu_memory_bytes", Float, "bytes", "used on the server's cards, by anyone"},
		{"gpu_utilization_percent", Float, "percent", "of the busiest of them"},
		{"clock_sm_hz", Float, "Hz", "of the slowest of them"},
		{"cpu_percent", Float, "percent", "of the server, 100 for one core"},
		{"memory_rss_bytes", Float, "bytes", "of the server"},
		{"host_cpu_percent", Float, "percent", "100 for all cores"},
		{"in_flight", Float, "", "syntheses"},
		{"event_id", String, "", "the same field of the event that it belongs to"},
	},
}
