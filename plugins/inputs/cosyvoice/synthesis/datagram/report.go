// Package datagram receives what a CosyVoice server reports of its own syntheses when
// deploy/python is on its PYTHONPATH: one JSON object in each datagram of a local socket.
//
// Anybody on the machine may write to the socket, so a report is checked for form, and the
// process it comes from is named by the kernel and not by the report. What is left to the
// caller is to believe only the processes that it knows as servers.
package datagram

import (
	"time"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/synthesis/logline"
)

// Event is what a report tells.
type Event string

// The events. In brackets the part of Report that is set beside PID, ID, Thread and Lost.
const (
	Started    Event = "start"       // a request began (Request)
	Ended      Event = "end"         // it ended, in any way (Request, Result)
	ThreadDied Event = "thread_died" // a thread that it had started raised an error (Time, Failure)
	Released   Event = "release"     // torch was to give memory back, of no request (Time, Release, Failure)
)

// Outcome is how a request ended.
type Outcome string

// The outcomes.
const (
	OK        Outcome = "ok"
	Failed    Outcome = "error"
	Abandoned Outcome = "abandoned" // the consumer closed or dropped it before its end
)

// Report is one datagram. A nil pointer and a zero time are what is not known. Times come
// from the server's clock, to the microsecond.
type Report struct {
	Event Event
	// PID is the server's as this program's PID namespace numbers it. The kernel tells it
	// (SCM_CREDENTIALS, unix(7)); 0 if the server cannot be seen from here.
	PID int
	// ID names the request, never the same twice on any machine.
	ID string
	// Thread is the name that Python gives the thread: the one that asked for the first
	// chunk, or the one that died.
	Thread string
	// Lost counts the reports since the last delivered one that could not be sent, because
	// nobody listened or the socket was full.
	Lost int

	Request
	Result
	Failure
	Release Release
	// Time is when the thread died, or torch was done.
	Time time.Time
}

// Request is what is known when a request starts.
type Request struct {
	Mode   logline.Mode
	Stream bool
	// Characters is the length of the text in runes; nil without a text, and for one that
	// comes bit by bit.
	Characters *int
	// Start is when the first chunk was asked for.
	Start time.Time
	// ThreadID is the kernel's number of the thread in the server's PID namespace.
	ThreadID int
}

// Result is what a request came to.
type Result struct {
	Outcome Outcome
	// FirstSegment is when the text front end was done with the first segment and the
	// model began: the server's log says "synthesis text" just before. Zero if it never
	// began, or in a way that is not known.
	FirstSegment time.Time
	// FirstChunk and LastChunk are when audio was handed out.
	FirstChunk, LastChunk time.Time
	End                   time.Time
	// Segments is how many times the model began; nil as for FirstSegment.
	Segments *int
	Chunks   int

	AudioSeconds           *float64
	FirstChunkAudioSeconds *float64
	// ComputeSeconds is what the log calls rtf times length, summed up: from the start of
	// a segment, or the return of the consumer, to the next chunk, or to a failure.
	ComputeSeconds float64
	// OverheadSeconds is the rest of the time inside the generator: the text front end,
	// the prompt's features, and tidying up after a segment.
	OverheadSeconds float64
	// ConsumerSeconds is the time between chunks that the consumer took.
	ConsumerSeconds float64
	// GapSeconds is the longest time from asking for a chunk to having it, the first
	// chunk left out; nil with fewer than two.
	GapSeconds *float64
	// StallSeconds is how long a player would have been silent that starts with the first
	// chunk and always asks for more; nil without audio.
	StallSeconds *float64
	// Torch is the state of torch's allocator on the GPU; nil without torch, or before it
	// uses a GPU.
	Torch *TorchMemory
}

// Failure is the error that ended a request or a thread.
type Failure struct {
	Exception string // the Python class with its module, "" without an error
	Error     logline.ErrorClass
	Message   string // of torch when the GPU's memory ran out, "" otherwise
}

// TorchMemory is torch.cuda.memory_stats() around a request. All requests share the
// allocator: what changes between Start and End may be another's doing.
type TorchMemory struct {
	Start AllocatorState
	End   *AllocatorState // nil if it could not be read any more
}

// Trigger is why torch was to give memory back.
type Trigger string

// The triggers.
const (
	Asked   Trigger = "asked" // by a person
	ByLimit Trigger = "auto"  // as the server's environment has it
)

// ReleaseOutcome is what came of it.
type ReleaseOutcome string

// The outcomes.
const (
	GivenBack     ReleaseOutcome = "released"
	NotGivenBack  ReleaseOutcome = "failed"
	Misconfigured ReleaseOutcome = "misconfigured" // the limit cannot be understood, and is none
)

// Release is a try to have torch give memory back.
type Release struct {
	Trigger Trigger
	Outcome ReleaseOutcome
	Freed   *Freed // if it was GivenBack
}

// Freed is what torch gave back, and what it holds after that, on all GPUs of a server together.
type Freed struct{ FreedBytes, AllocatedBytes, ReservedBytes int64 }

// AllocatorState is one reading.
type AllocatorState struct {
	AllocatedBytes int64 `json:"allocated_bytes"`
	ReservedBytes  int64 `json:"reserved_bytes"`
	// PeakBytes is the most that was ever allocated in this server. A request that raised
	// it reached it; of any other only an upper limit is known.
	PeakBytes int64 `json:"peak_bytes"`
	// Retries counts allocations that succeeded only after the cache was emptied, OOMs
	// those that failed, since the server started.
	Retries int64 `json:"retries"`
	OOMs    int64 `json:"ooms"`
}
