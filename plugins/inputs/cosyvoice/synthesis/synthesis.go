// Package synthesis reconstructs the syntheses of a server from the records of its log:
// which segment a yield belongs to, which segments make a request, how it ended.
//
// The log has no identifiers. Two things stand in for them. A yield's rtf is the time
// since its segment started, divided by its audio, so that start = time of the yield −
// rtf · audio names the segment to about 2 ms. And the progress bar of a request keeps
// its row while it is open, so that a bar names the request to which the text behind it
// belongs. What fits more than one is marked as inferred.
package synthesis

import (
	"fmt"
	"time"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/synthesis/datagram"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/synthesis/logline"
)

// Outcome is how a synthesis ended.
type Outcome string

// The outcomes.
const (
	OK        Outcome = "ok"
	Failed    Outcome = "error"
	Abandoned Outcome = "abandoned" // the client went, or did not come back for more
	Stuck     Outcome = "stuck"     // no progress until the server ended or was given up on
)

// Synthesis is one request that has ended. A nil pointer is what is not known.
type Synthesis struct {
	// ID names it for as long as the log is there; the same at every reading of it.
	ID      string
	Mode    logline.Mode // "" if not known
	Outcome Outcome
	// Error is why it failed. With the outcome OK it says that the audio is cut short:
	// the thread of the language model died on the way.
	Error logline.ErrorClass
	// Cause is what the language model's thread died of, if it did.
	Cause logline.ErrorClass
	// Memory holds the numbers of an out of memory message.
	Memory    logline.MemoryText
	Streaming bool
	// Inferred tells that its segments, or the chunks of one, could also have been those
	// of another request.
	Inferred bool
	// InferredPairs is how many of its yields fitted more than one segment.
	InferredPairs int

	// Start is that of the first segment, or of what else was seen first. End is the last
	// yield, or the failure. Point is End with digits below the millisecond that tell
	// syntheses of the same millisecond apart.
	Start, End, Point time.Time
	// WaitSeconds is from the arrival to the first segment: the queue and the front end.
	WaitSeconds *float64

	ComputeSeconds    float64
	AudioSeconds      float64
	FirstChunkSeconds *float64
	FirstChunkAudio   *float64
	// GapSeconds is the longest time without audio after the first chunk, without the
	// time that the client took.
	GapSeconds *float64
	// Stalled tells that a client that plays while it receives, and always asks for more,
	// would have run out of audio.
	Stalled bool

	Chunks, Segments int
	Characters       *int
	ConcurrencyMean  float64
	ConcurrencyMax   int
	// WarmUp marks the first syntheses after the model was loaded.
	WarmUp bool
	// Text is what the option of the same name asks for.
	Text string

	// Exception and Torch are known of those that the server itself reports.
	Exception string
	Torch     *TorchMemory
}

// TorchMemory is the state of PyTorch's allocator at the end of a synthesis. All requests
// share it.
type TorchMemory struct {
	AllocatedBytes, ReservedBytes float64
	PeakBytes                     float64 // the most ever allocated in this server
	// Retries counts the times meanwhile that it had to empty its pool to find memory.
	Retries int64
}

// RTF is the model's time for a second of audio; nil without audio.
func (s *Synthesis) RTF() *float64 {
	if s.AudioSeconds <= 0 {
		return nil
	}
	rtf := s.ComputeSeconds / s.AudioSeconds
	return &rtf
}

// Fault is an error that the log tells, of a synthesis or of the server.
type Fault struct {
	At time.Time // with the digits that tell places of the log apart
	logline.FaultText
}

// Release is a try to have PyTorch give GPU memory back that it keeps unused, as the server
// reports it.
type Release struct {
	At time.Time // with the digits that tell reports of the same microsecond apart
	datagram.Release
	datagram.Failure // of one that failed
}

// Notice is a fact about the server that the log tells.
type Notice struct {
	At   time.Time
	Code logline.NoticeCode
}

// FirstChunkGrew says that the first chunk of streams holds far more audio than before, so
// that clients wait longer for it.
const FirstChunkGrew logline.NoticeCode = "first_chunk_grew"

// StuckRequest is one that makes no progress any more.
type StuckRequest struct {
	At            time.Time
	WaitedSeconds float64
	// Cause is what the language model's thread died of, if it did.
	Cause logline.ErrorClass
}

// Live is what goes on now.
type Live struct {
	InFlight int
	// OldestSeconds is the age of the oldest request in flight, nil if there is none.
	OldestSeconds *float64
	// Stuck is how many of them have made no progress for far longer than any before.
	Stuck int
}

// TextOption says what is kept of the users' texts.
type TextOption string

// The options.
const (
	NoText     TextOption = "none"
	TextLength TextOption = "length"
	TextHash   TextOption = "hash" // of SHA-256, segment by segment, the first 16 hexadecimal digits
	FullText   TextOption = "full"
)

// ParseText reads an option by its name; length if it is empty.
func ParseText(name string) (TextOption, error) {
	switch option := TextOption(name); option {
	case "":
		return TextLength, nil
	case NoText, TextLength, TextHash, FullText:
		return option, nil
	}
	return "", fmt.Errorf("%q is not known; give none, length, hash or full", name)
}
