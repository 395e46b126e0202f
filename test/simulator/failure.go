package main

import (
	"fmt"
	"strings"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/fakenvml"
)

// serverFailure is an error that the simulated server raises in Python.
type serverFailure interface {
	error
	class() string // of Python
	kind() string  // by which a monitor may tell it
}

// failure is one whose message is always the same.
type failure struct{ pythonClass, name, message string }

func (f *failure) Error() string { return f.message }
func (f *failure) class() string { return f.pythonClass }
func (f *failure) kind() string  { return f.name }

// noTokens is what upstream's vocoder says to no speech at all.
var noTokens = &failure{"RuntimeError", "no_tokens",
	"Calculated padded input size per channel: (3). Kernel size: (4). Kernel size can't be greater than actual input size"}

var illegalAccess = &failure{"RuntimeError", "illegal_access", `CUDA error: an illegal memory access was encountered
CUDA kernel errors might be asynchronously reported at some other API call, so the stacktrace below might be incorrect.
For debugging consider passing CUDA_LAUNCH_BLOCKING=1
Compile with ` + "`TORCH_USE_CUDA_DSA`" + ` to enable device-side assertions.
`}

// outOfMemory is a failed allocation on the GPU, in bytes.
type outOfMemory struct {
	Tried  uint64
	Total  uint64 // what CUDA calls the capacity
	Free   uint64
	Own    uint64 // held by this process
	Others []fakenvml.Process
}

func (e *outOfMemory) class() string { return "torch.OutOfMemoryError" }
func (e *outOfMemory) kind() string  { return "out_of_memory" }

// Part of what PyTorch holds is always cached and not in use.
const cachedBytes = 310 * mebibyte

// Error is PyTorch's message, of version 2.5.
func (e *outOfMemory) Error() string {
	var others strings.Builder
	for _, p := range e.Others {
		fmt.Fprintf(&others, "Process %d has %s memory in use. ", p.PID, size(value(p.MemoryBytes)))
	}
	allocated := e.Own - min(e.Own, contextBytes+cachedBytes)
	return fmt.Sprintf("CUDA out of memory. Tried to allocate %s. GPU 0 has a total capacity of %s of which %s is free. "+
		"%sIncluding non-PyTorch memory, this process has %s memory in use. "+
		"Of the allocated memory %s is allocated by PyTorch, and %s is reserved by PyTorch but unallocated. "+
		"If reserved but unallocated memory is large try setting PYTORCH_CUDA_ALLOC_CONF=expandable_segments:True to avoid fragmentation.  "+
		"See documentation for Memory Management  (https://pytorch.org/docs/stable/notes/cuda.html#environment-variables)",
		size(e.Tried), size(e.Total), size(e.Free), others.String(), size(e.Own), size(allocated), size(cachedBytes))
}

// size writes bytes as PyTorch's allocator does.
func size(bytes uint64) string {
	for _, unit := range []struct {
		bytes uint64
		name  string
	}{{1 << 30, "GiB"}, {1 << 20, "MiB"}, {1 << 10, "KiB"}} {
		if bytes >= unit.bytes {
			return fmt.Sprintf("%.2f %s", float64(bytes)/float64(unit.bytes), unit.name)
		}
	}
	return fmt.Sprintf("%d bytes", bytes)
}

// frame is one step of a Python traceback.
type frame struct {
	file string
	line int
	name string
	code string
}

// The steps between a server's generator and the failed allocation, by mode,
// as upstream's revision ace7c47 has them.
var inferenceLines = map[mode]int{sft: 85, zeroShot: 99, crossLingual: 110}

func synthesisFrames(r request) []frame {
	ttsLine := 379
	if r.Stream {
		ttsLine = 351
	}
	return []frame{
		{"cosyvoice/cli/cosyvoice.py", inferenceLines[r.Mode], "inference_" + string(r.Mode),
			"for model_output in self.model.tts(**model_input, stream=stream, speed=speed):"},
		{"cosyvoice/cli/model.py", ttsLine, "tts", "this_tts_speech = self.token2wav(token=this_tts_speech_token,"},
		{"cosyvoice/cli/model.py", 427, "token2wav", "tts_mel, _ = self.flow.inference(token=token.to(self.device, dtype=torch.int32),"},
	}
}

// traceback writes what Python prints for an error, without a last newline.
func traceback(frames []frame, err serverFailure) string {
	lines := []string{"Traceback (most recent call last):"}
	for _, f := range frames {
		lines = append(lines, fmt.Sprintf("  File %q, line %d, in %s", f.file, f.line, f.name), "    "+f.code)
	}
	lines = append(lines, err.class()+": "+err.Error())
	return strings.Join(lines, "\n")
}

// indent puts a prefix before every line, as exception groups have it.
func indent(prefix, text string) string {
	return prefix + strings.ReplaceAll(text, "\n", "\n"+prefix)
}
