package schema

// model is what Triton counts of a model. A batch counts each of its requests; a request
// that is rejected or canceled has failed.
var model = Measurement{
	Name: "cosyvoice_model",
	Doc:  "One model of a Triton server at a tick, all its versions together, by the server's metrics. Read where probes are on.",
	Tags: []Tag{instanceTag, versionTag, {"model", "cosyvoice3 (whole requests), token2wav, vocoder, audio_tokenizer, speaker_embedding …"}},
	Fields: []Field{
		{"requests_success_total", Integer, "", "counter since the server's start, as all below"},
		{"requests_failure_total", Integer, "", "counter: for any reason"},
		{"requests_rejected_total", Integer, "", "counter: refused before they were in work, as the queue was full or they had waited too long"},
		{"requests_canceled_total", Integer, "", "counter: the client left"},
		{"request_seconds_total", Float, "s", "counter: from arrival to answer, of those that succeeded"},
		{"queue_seconds_total", Float, "s", "counter: that they waited"},
		{"compute_seconds_total", Float, "s", "counter: that they were in work, input and output included"},
		{"pending", Float, "", "requests that wait now"},
	},
}
