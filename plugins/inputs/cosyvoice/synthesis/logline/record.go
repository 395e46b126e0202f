package logline

import "time"

// Kind is what a record says.
type Kind uint8

// The kinds. In brackets the part of Record that is set beside Place and Stamp.
const (
	// SegmentStart: the model begins a segment of a text (Segment).
	SegmentStart Kind = iota + 1
	// Continuation: one more line of the text of the segment before (Segment).
	Continuation
	// TooShort: the segment that starts next is much shorter than the prompt's text.
	TooShort
	// Yield: audio was handed out; the whole segment, or one chunk of a stream (Yield).
	Yield
	// Request: a request came in, as the web UI and the gRPC server tell (Request).
	Request
	// Bar: the progress bar over the segments of one request (Bar).
	Bar
	// Access: one line of an HTTP server's access log (Access).
	Access
	// Fault: an exception or another error, told once for each time it was raised (Fault).
	Fault
	// Saved: a web UI wrote an audio file.
	Saved
	// Notice: a fact about the server itself (Notice).
	Notice
)

// Record is what one line says. It is valid until the next one.
type Record struct {
	Kind  Kind
	Place Place
	Stamp Stamp
	// Coarse tells that the stamp has whole seconds only, as some wrappers write it: a
	// start that is computed from it may be off by one.
	Coarse bool

	Segment Segment
	Yield   YieldLine
	Request Mode
	Bar     BarLine
	Access  AccessLine
	Fault   FaultText
	Notice  NoticeCode
}

// Place is where a record stands in its log. The same record has the same place at every
// reading, wherever the file is moved to, and no two have the same. An error's is that of
// the line with its class.
type Place struct {
	Offset int64  // of its first byte; a bar may stand before it on the line
	Hash   uint32 // of its bytes
}

// Stamp is the time that a line carries: milliseconds since 1970 as the server's own
// clock on the wall shows them. Zero is a line without one.
type Stamp int64

// NoStamp is that of a line without a time.
const NoStamp Stamp = 0

// In tells the moment, given the zone of the server's clock. The hour that comes twice a
// year is taken as the first.
func (s Stamp) In(zone *time.Location) time.Time {
	wall := time.UnixMilli(int64(s)).UTC()
	t := time.Date(wall.Year(), wall.Month(), wall.Day(),
		wall.Hour(), wall.Minute(), wall.Second(), wall.Nanosecond(), zone)
	_, offset := t.Zone()
	_, before := t.Add(-3 * time.Hour).Zone()
	first := t.Add(time.Duration(offset-before) * time.Second)
	if _, its := first.Zone(); before > offset && its == before {
		return first
	}
	return t
}

// Segment is what may be known of a text.
type Segment struct {
	// Characters are runes; an escape such as \u4f60 counts as one. A continuation counts
	// the line feeds before it too, so that the sum is the length of the text.
	Characters int
	// Generator tells that the text comes bit by bit, so that its length is unknown.
	Generator bool
	// Text is the text itself as the log has it, for those who asked to keep it.
	Text []byte
}

// YieldLine is what the model says of audio: cosyvoice/cli/cosyvoice.py:101 upstream.
type YieldLine struct {
	AudioSeconds float64
	// RTF is the time since the segment started, or since the consumer came back for the
	// next chunk, divided by AudioSeconds.
	RTF float64
}

// ComputeSeconds is the time the model took for the audio.
func (y YieldLine) ComputeSeconds() float64 { return y.AudioSeconds * y.RTF }

// Mode is the way of synthesis.
type Mode string

// The modes.
const (
	SFT          Mode = "sft"
	ZeroShot     Mode = "zero_shot"
	CrossLingual Mode = "cross_lingual"
	Instruct     Mode = "instruct"
	Instruct2    Mode = "instruct2"
	VC           Mode = "vc"
)

// BarLine is one state of a tqdm bar.
type BarLine struct {
	Done, Total int
	Seconds     int // since it was opened, whole seconds as it shows
	// Row is the bar's place among those open at the same time, from 0: the number of
	// cursor-up sequences behind it (tqdm/std.py, moveto). A bar keeps its row, and a
	// closing one is shown once more in row 0.
	Row int
	// Ended tells that a line feed follows directly. It closes a bar; behind a bar in
	// row 0 it may also be the step down to another bar.
	Ended bool
}

// AccessLine is a request to an HTTP server: its arrival, since the line is written when
// the answer starts.
type AccessLine struct {
	Mode   Mode // of a synthesis route, "" for any other
	Status int
}

// FaultText is what is known of an error. Text of users and paths are cut out of it.
type FaultText struct {
	Class string // of the Python exception, "" where none is told
	Error ErrorClass
	Where Where
	// Message is one line of at most 200 bytes, free of user text and paths.
	Message string
	Memory  MemoryText
}

// ErrorClass is the tag by which failures are told apart.
type ErrorClass string

// The classes of errors.
const (
	OutOfMemory      ErrorClass = "out_of_memory"  // of the GPU
	IllegalAccess    ErrorClass = "illegal_access" // the server needs a restart
	DeviceAssert     ErrorClass = "device_assert"  // the server needs a restart
	LaunchFailed     ErrorClass = "launch_failed"  // of a kernel, or memory that cannot be corrected: likewise
	CUDAError        ErrorClass = "cuda_error"     // any other of CUDA, cuBLAS or cuDNN
	TensorRT         ErrorClass = "tensorrt"       // its context or its execution
	BadInput         ErrorClass = "bad_input"      // the request itself: prompt, speaker, rate, mode
	BadToken         ErrorClass = "bad_token"      // the model gave a token that does not exist
	NoTokens         ErrorClass = "no_tokens"      // the model gave none, mostly after a dead thread
	QueueFull        ErrorClass = "queue_full"
	HostOutOfMemory  ErrorClass = "host_out_of_memory"
	Killed           ErrorClass = "killed"        // by SIGKILL: most often the host was out of memory
	EngineFailed     ErrorClass = "engine_failed" // vLLM or TensorRT-LLM
	ClientGone       ErrorClass = "client_gone"   // nobody waits for the answer
	OtherError       ErrorClass = "other"
	UnsupportedInput ErrorClass = "unsupported" // what this server's code cannot do with any input
)

// Sticky tells that every later request fails too until the server is restarted.
func (e ErrorClass) Sticky() bool {
	return e == IllegalAccess || e == DeviceAssert || e == LaunchFailed
}

// Where tells what an error ended.
type Where string

// The places.
const (
	LLMThread Where = "llm_thread" // the request is not told: it hangs, or goes on with what there is
	ASGI      Where = "asgi"       // a request of a FastAPI server
	GRPC      Where = "grpc"
	Gradio    Where = "gradio" // a request of a web UI
	Main      Where = "main"   // the program itself, mostly while it starts
	Elsewhere Where = ""
)

// MemoryText holds the numbers of an out of memory message in bytes, 0 where it has none.
// Reserved is all that the allocator of torch holds, Allocated included.
type MemoryText struct {
	Tried, Total, Free, Allocated, Reserved, OtherProcesses, ThisProcess float64
}

// NoticeCode names a fact about the server.
type NoticeCode string

// The notices.
const (
	NoCUDA          NoticeCode = "no_cuda"        // torch sees no GPU
	ONNXOnCPU       NoticeCode = "onnx_on_cpu"    // ONNX Runtime falls back to the CPU
	ModelLoading    NoticeCode = "model_loading"  // its first part is there
	TRTConverting   NoticeCode = "trt_converting" // minutes pass
	TRTConverted    NoticeCode = "trt_converted"
	Listening       NoticeCode = "listening"
	KilledByOS      NoticeCode = "killed" // the shell's word; most often the host was out of memory
	TRTPrecision    NoticeCode = "trt_precision"
	FrontendMissing NoticeCode = "frontend_missing" // neither ttsfrd nor wetext
)
