package datagram

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/synthesis/logline"
)

// version is that of the datagrams which deploy/python/sitecustomize.py sends.
const version = 1

var (
	modes = []logline.Mode{
		logline.SFT, logline.ZeroShot, logline.CrossLingual,
		logline.Instruct, logline.Instruct2, logline.VC,
	}
	outcomes = []Outcome{OK, Failed, Abandoned}
	triggers = []Trigger{Asked, ByLimit}
	releases = []ReleaseOutcome{GivenBack, NotGivenBack, Misconfigured}
	// errorClasses are those of ERRORS in deploy/python/sitecustomize.py.
	errorClasses = []logline.ErrorClass{
		logline.OutOfMemory, logline.HostOutOfMemory, logline.IllegalAccess,
		logline.DeviceAssert, logline.CUDAError, logline.TensorRT, logline.BadInput,
		logline.BadToken, logline.NoTokens, logline.UnsupportedInput, logline.EngineFailed,
	}
)

// datagram is the JSON object as it stands in README.md of deploy/python.
type datagram struct {
	Version  int    `json:"v"`
	Event    string `json:"event"`
	ID       string `json:"id"`
	Thread   string `json:"thread"`
	ThreadID int    `json:"thread_id"`
	Lost     int    `json:"lost"`

	Mode       string   `json:"mode"`
	Stream     bool     `json:"stream"`
	Characters *int     `json:"characters"`
	Start      *float64 `json:"start"`

	Outcome      string   `json:"outcome"`
	FirstSegment *float64 `json:"first_segment"`
	FirstChunk   *float64 `json:"first_chunk"`
	LastChunk    *float64 `json:"last_chunk"`
	End          *float64 `json:"end"`
	Segments     *int     `json:"segments"`
	Chunks       *int     `json:"chunks"`

	Audio           *float64 `json:"audio_seconds"`
	FirstChunkAudio *float64 `json:"first_chunk_audio_seconds"`
	Compute         *float64 `json:"compute_seconds"`
	Overhead        *float64 `json:"overhead_seconds"`
	Consumer        *float64 `json:"consumer_seconds"`
	Gap             *float64 `json:"gap_seconds"`
	Stall           *float64 `json:"stall_seconds"`
	Torch           *struct {
		Start *AllocatorState `json:"start"`
		End   *AllocatorState `json:"end"`
	} `json:"torch"`

	Trigger   string `json:"trigger"`
	Freed     *int64 `json:"freed_bytes"`
	Allocated *int64 `json:"allocated_bytes"`
	Reserved  *int64 `json:"reserved_bytes"`

	Exception string   `json:"exception"`
	Error     string   `json:"error"`
	Message   string   `json:"message"`
	Time      *float64 `json:"time"`
}

// parseReport reads one datagram. The error of a bad one names the field, or the byte.
// Fields that it does not know are passed over.
func parseReport(data []byte) (Report, error) {
	var d datagram
	if err := json.Unmarshal(data, &d); err != nil {
		return Report{}, fmt.Errorf("read the JSON%s: %w", place(err), err)
	}
	if d.Version != version {
		return Report{}, fmt.Errorf("field v is %d where %d is understood: "+
			"use the sitecustomize.py of this release of cosyvoice-telegraf", d.Version, version)
	}
	c := &checker{}
	report := Report{
		Event:  Event(d.Event),
		ID:     c.word("id", d.ID),
		Thread: c.text("thread", d.Thread, maxName),
		Lost:   *c.count("lost", &d.Lost),
	}
	switch report.Event {
	case Started:
		report.Request = d.request(c)
	case Ended:
		report.Request = d.request(c)
		report.Result = d.result(c, report.Start)
		if report.Outcome == Failed {
			report.Failure = d.failure(c)
		}
	case ThreadDied:
		report.Time = c.moment("time", d.Time)
		report.Failure = d.failure(c)
	case Released:
		report.Time = c.moment("time", d.Time)
		report.Release = d.release(c)
		if report.Release.Outcome == NotGivenBack {
			report.Failure = d.failure(c)
		}
	default:
		c.fail("event", "is none of start, end, thread_died, release")
	}
	if c.err != nil {
		return Report{}, c.err
	}
	return report, nil
}

// place tells where in the datagram the decoder stopped.
func place(err error) string {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return fmt.Sprintf(" at byte %d", syntax.Offset)
	case errors.As(err, &kind):
		return fmt.Sprintf(" at byte %d, field %q", kind.Offset, kind.Field)
	}
	return ""
}

func (d *datagram) request(c *checker) Request {
	if !slices.Contains(modes, logline.Mode(d.Mode)) {
		c.fail("mode", "is none of CosyVoice's")
	}
	return Request{
		Mode:       logline.Mode(d.Mode),
		Stream:     d.Stream,
		Characters: c.count("characters", d.Characters),
		Start:      c.moment("start", d.Start),
		ThreadID:   *c.count("thread_id", &d.ThreadID),
	}
}

func (d *datagram) result(c *checker, start time.Time) Result {
	if !slices.Contains(outcomes, Outcome(d.Outcome)) {
		c.fail("outcome", "is none of ok, error, abandoned")
	}
	r := Result{
		Outcome:                Outcome(d.Outcome),
		End:                    c.moment("end", d.End),
		Segments:               c.count("segments", d.Segments),
		AudioSeconds:           c.seconds("audio_seconds", d.Audio),
		FirstChunkAudioSeconds: c.seconds("first_chunk_audio_seconds", d.FirstChunkAudio),
		ComputeSeconds:         c.value("compute_seconds", d.Compute),
		OverheadSeconds:        c.value("overhead_seconds", d.Overhead),
		ConsumerSeconds:        c.value("consumer_seconds", d.Consumer),
		GapSeconds:             c.seconds("gap_seconds", d.Gap),
		StallSeconds:           c.seconds("stall_seconds", d.Stall),
	}
	if d.Chunks == nil {
		c.fail("chunks", "is missing")
		return r
	}
	r.Chunks = *c.count("chunks", d.Chunks)
	earliest := start
	if d.FirstSegment != nil {
		r.FirstSegment = c.moment("first_segment", d.FirstSegment)
		earliest = c.after("first_segment", r.FirstSegment, earliest)
	}
	if r.Chunks > 0 {
		r.FirstChunk = c.moment("first_chunk", d.FirstChunk)
		r.LastChunk = c.moment("last_chunk", d.LastChunk)
		earliest = c.after("first_chunk", r.FirstChunk, earliest)
		earliest = c.after("last_chunk", r.LastChunk, earliest)
	}
	c.after("end", r.End, earliest)
	if d.Torch != nil && d.Torch.Start != nil {
		c.memory("torch.start", d.Torch.Start)
		c.memory("torch.end", d.Torch.End)
		r.Torch = &TorchMemory{Start: *d.Torch.Start, End: d.Torch.End}
	}
	return r
}

func (d *datagram) release(c *checker) Release {
	r := Release{Trigger: Trigger(d.Trigger), Outcome: ReleaseOutcome(d.Outcome)}
	if !slices.Contains(triggers, r.Trigger) {
		c.fail("trigger", "is none of asked, auto")
	}
	if !slices.Contains(releases, r.Outcome) {
		c.fail("outcome", "is none of released, failed, misconfigured")
	}
	if r.Outcome == GivenBack {
		r.Freed = &Freed{
			FreedBytes:     c.bytes("freed_bytes", d.Freed),
			AllocatedBytes: c.bytes("allocated_bytes", d.Allocated),
			ReservedBytes:  c.bytes("reserved_bytes", d.Reserved),
		}
	}
	return r
}

func (d *datagram) failure(c *checker) Failure {
	class := logline.ErrorClass(d.Error)
	if !slices.Contains(errorClasses, class) {
		class = logline.OtherError
	}
	return Failure{
		Exception: c.text("exception", d.Exception, maxName),
		Error:     class,
		Message:   c.text("message", d.Message, maxMessage),
	}
}
