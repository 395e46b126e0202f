package cosyvoice

import (
	"fmt"
	"time"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/process"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/synthesis"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/synthesis/logline"
)

// logEvent is an event that a log told.
type logEvent struct {
	kind, severity, message string
	at                      time.Time
	class                   logline.ErrorClass
	memory                  logline.MemoryText
	grave                   bool // its last two minutes are worth keeping
}

// tell adds what the logs told: syntheses, with what went on meanwhile, and events.
func (c *Cosyvoice) tell(t *tick) {
	for _, reading := range c.told {
		box := c.boxes.of(reading.Instance)
		if reading.Live != nil || len(reading.Loads) > 0 {
			box.recordLoads(t.now, reading.Loads)
		}
		version := c.versions[reading.Instance]
		for i := range reading.Syntheses {
			s := &reading.Syntheses[i]
			t.synthesis(reading.Instance, version, s, box.Summarize(s.Start, s.End))
		}
		for i := range reading.Outputs {
			t.output(reading.Instance, version, &reading.Outputs[i])
		}
		for _, event := range eventsOf(reading.News) {
			c.tellEvent(t, reading.Instance, version, event)
		}
		for i := range reading.Releases {
			t.release(reading.Instance, version, &reading.Releases[i])
		}
	}
	c.told = nil
}

func (c *Cosyvoice) tellEvent(t *tick, instance, version string, e logEvent) {
	if e.severity == string(process.SeverityError) {
		c.troubles[instance] = e
	}
	var id *string
	if e.grave {
		id = told(c.tellFlight(t, instance, version, e.kind, e.at))
	}
	t.logEvent(instance, version, e, id)
}

func (t *tick) logEvent(instance, version string, e logEvent, eventID *string) {
	fields := map[string]any{"message": e.message, "error": told(string(e.class)), "event_id": eventID}
	addMemory(fields, e.memory)
	t.event(e.at, map[string]string{"kind": e.kind, "severity": e.severity, "instance": instance, "version": version}, fields)
}

// tellFlight adds the seconds before an event, and returns the id that they have in
// common with it; "" if those of another event were added just before.
func (c *Cosyvoice) tellFlight(t *tick, instance, version, kind string, at time.Time) string {
	box := c.boxes.of(instance)
	if !box.written.IsZero() && at.Sub(box.written) < flightEvery {
		return ""
	}
	seconds := box.Between(at.Add(-flightBefore+time.Second), at)
	if len(seconds) == 0 {
		return ""
	}
	box.written = at
	id := eventID(kind, at)
	t.flight(instance, version, id, seconds)
	return id
}

func eventsOf(news synthesis.News) []logEvent {
	var events []logEvent
	for _, f := range news.Faults {
		events = append(events, faultEvent(f))
	}
	for _, n := range news.Notices {
		if e, ok := noticeEvents[n.Code]; ok {
			e.at = n.At
			events = append(events, e)
		}
	}
	for _, s := range news.Stuck {
		events = append(events, stuckEvent(s))
	}
	return events
}

func faultEvent(f synthesis.Fault) logEvent {
	e := logEvent{kind: "exception", severity: string(process.SeverityError), at: f.At, class: f.Error, memory: f.Memory}
	e.message = f.Message
	if e.message == "" {
		e.message = f.Class
	}
	switch {
	case f.Error == logline.OutOfMemory:
		e.kind, e.grave = "oom", true
	case f.Error.Sticky():
		e.kind, e.grave = "cuda_error", true
		e.message += "; every request fails from now on: restart the server"
	case f.Error == logline.CUDAError:
		e.kind = "cuda_error"
	case f.Error == logline.QueueFull:
		e.kind, e.severity = "queue_full", severityWarning
	case f.Error == logline.BadInput || f.Error == logline.UnsupportedInput:
		e.severity = severityWarning
	case f.Where == logline.LLMThread:
		e.kind = "llm_thread_died"
	}
	return e
}

const severityWarning = "warning"

// noticeEvents are the facts about a server that are worth an event.
var noticeEvents = map[logline.NoticeCode]logEvent{
	logline.NoCUDA: {kind: "cpu_fallback", severity: string(process.SeverityError),
		message: "PyTorch sees no GPU: the model runs on the CPU, far too slow to be of use; check the driver, CUDA_VISIBLE_DEVICES and that PyTorch was installed with CUDA"},
	logline.ONNXOnCPU: {kind: "cpu_fallback", severity: severityWarning,
		message: "ONNX Runtime runs the speech tokenizer on the CPU: each request with a prompt takes longer; install the onnxruntime-gpu that fits CUDA and cuDNN"},
	logline.KilledByOS: {kind: "killed", severity: string(process.SeverityError),
		message: "the server was killed (SIGKILL): most often the host was out of memory, see dmesg"},
	logline.ModelLoading: {kind: "model_loading", severity: string(process.SeverityInfo), message: "the model is being loaded"},
	logline.TRTConverting: {kind: "trt_converting", severity: string(process.SeverityInfo),
		message: "the model is being converted for TensorRT, which takes minutes"},
	logline.TRTConverted: {kind: "trt_converted", severity: string(process.SeverityInfo), message: "the model was converted for TensorRT"},
	logline.Listening:    {kind: "listening", severity: string(process.SeverityInfo), message: "the server takes requests"},
	logline.TRTPrecision: {kind: "trt_precision", severity: severityWarning,
		message: "TensorRT runs the flow model in fp16, with which upstream has seen silent or bad audio"},
	logline.FrontendMissing: {kind: "frontend_missing", severity: severityWarning,
		message: "there is no text front end: numbers and dates are read badly; install wetext"},
	synthesis.FirstChunkGrew: {kind: "first_chunk_grew", severity: severityWarning,
		message: "the first chunk of streams holds 3 s of audio and more by now, so that clients wait longer for it: the server doubles its chunks and never goes back until it is restarted"},
}

func stuckEvent(s synthesis.StuckRequest) logEvent {
	cause := "the model is still at it, or waits for ever"
	if s.Cause != "" {
		cause = "the thread of its language model has died (" + string(s.Cause) + "), so that it will never end and keeps its place: restart the server"
	}
	return logEvent{
		kind: "stuck", severity: string(process.SeverityError), at: s.At, class: s.Cause, grave: true,
		message: fmt.Sprintf("a synthesis has made no progress for %.0f s: %s", s.WaitedSeconds, cause),
	}
}
