package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"
	"unicode/utf8"
)

// How a synthesis ends.
const (
	succeeded = "ok"
	failed    = "error"
	abandoned = "abandoned" // the client left
	stuck     = "stuck"     // it never ends; told as soon as that is certain
)

// truth is what the simulator itself knows of one synthesis. Times are seconds since 1970.
type truth struct {
	Mode           mode    `json:"mode"`
	Stream         bool    `json:"stream"`
	Outcome        string  `json:"outcome"`
	Error          string  `json:"error,omitempty"` // class
	Start          float64 `json:"start"`           // of the first segment
	End            float64 `json:"end"`
	LastYield      float64 `json:"last_yield,omitempty"`
	AudioSeconds   float64 `json:"audio_seconds"`
	ComputeSeconds float64 `json:"compute_seconds"`
	Chunks         int     `json:"chunks"`
	Segments       int     `json:"segments"` // begun
	Characters     int     `json:"characters"`
	// GPUMemoryPeakBytes is the most that was in use on the card meanwhile, by anyone.
	GPUMemoryPeakBytes uint64 `json:"gpu_memory_peak_bytes,omitempty"`
	// GPUMemoryHeldBytes is the most that was in use for a whole second: whoever looks
	// once a second cannot miss it. It is absent for a synthesis shorter than that.
	GPUMemoryHeldBytes uint64 `json:"gpu_memory_held_bytes,omitempty"`
}

// truthFile takes a line of JSON for each synthesis. The path may be empty.
type truthFile struct{ file *os.File }

func openTruth(path string) (truthFile, error) {
	if path == "" {
		return truthFile{}, nil
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o644)
	if err != nil {
		return truthFile{}, fmt.Errorf("open the file for the truth: %w", err)
	}
	return truthFile{file}, nil
}

// write appends the line in one piece, so that those of several processes stay whole.
func (f truthFile) write(t *truth) error {
	if f.file == nil {
		return nil
	}
	line, err := json.Marshal(t)
	if err != nil {
		return fmt.Errorf("encode the truth: %w", err)
	}
	if _, err := f.file.Write(append(line, '\n')); err != nil {
		return fmt.Errorf("write the truth: %w", err)
	}
	return nil
}

func (t *truth) began(segment string, at float64) {
	if t.Segments == 0 {
		t.Start = at
	}
	t.Segments++
	t.Characters += utf8.RuneCountInString(segment)
}

func (t *truth) yielded(speech, compute, at float64) {
	t.AudioSeconds += speech
	t.ComputeSeconds += compute
	t.LastYield = at
	t.Chunks++
}

// ended completes the truth with how it ended, and what the card had in use.
func (t *truth) ended(err error, memory *memoryTrace) {
	t.End = epoch()
	failure := serverFailure(nil)
	switch {
	case err == nil:
		t.Outcome = succeeded
	case errors.As(err, &failure):
		t.Outcome, t.Error = failed, failure.kind()
	default:
		t.Outcome = abandoned
	}
	t.GPUMemoryPeakBytes = memory.peak()
	t.GPUMemoryHeldBytes = memory.held(time.Second)
}

// memoryTrace is the memory in use on a card over time.
type memoryTrace struct {
	readings []memoryReading // each is valid until the next
}

type memoryReading struct {
	at    time.Time
	bytes uint64
}

func (m *memoryTrace) add(at time.Time, bytes uint64) {
	m.readings = append(m.readings, memoryReading{at, bytes})
}

func (m *memoryTrace) peak() uint64 {
	var peak uint64
	for _, r := range m.readings {
		peak = max(peak, r.bytes)
	}
	return peak
}

// held is the most that was never gone below for so long.
func (m *memoryTrace) held(span time.Duration) uint64 {
	var most uint64
	for i, first := range m.readings {
		lowest := first.bytes
		for _, r := range m.readings[i:] {
			if r.at.Sub(first.at) >= span {
				most = max(most, lowest)
				break
			}
			lowest = min(lowest, r.bytes)
		}
	}
	return most
}
