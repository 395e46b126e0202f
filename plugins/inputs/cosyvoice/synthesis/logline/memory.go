package logline

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
)

// isOutOfMemory knows the GPU's memory to be exhausted, by torch's own allocator (CUDA
// and HIP), by the driver, by cuBLAS and cuDNN as they start, or by ONNX Runtime's arena.
func isOutOfMemory(name, message []byte) bool {
	if bytes.HasSuffix(name, []byte("OutOfMemoryError")) {
		return true
	}
	for _, words := range [...]string{
		"CUDA out of memory", "HIP out of memory", "CUDA error: out of memory",
		"CUDA driver error: out of memory", "CUDA failure 2: out of memory",
		"HIP error: out of memory", "CUBLAS_STATUS_ALLOC_FAILED", "CUDNN_STATUS_ALLOC_FAILED",
		"Failed to allocate memory for requested buffer of size",
	} {
		if bytes.Contains(message, []byte(words)) {
			return true
		}
	}
	return false
}

// parseMemory reads the numbers of torch's message, in the wordings that
// c10/cuda/CUDACachingAllocator.cpp has had.
func parseMemory(message []byte) MemoryText {
	m := MemoryText{
		Tried:       sizeBehind(message, "Tried to allocate "),
		Total:       sizeBehind(message, " has a total capacity of "),
		Free:        sizeBefore(message, " is free."),
		Allocated:   sizeBefore(message, " is allocated by PyTorch"),
		ThisProcess: sizeBehind(message, "this process has "),
	}
	if m.Total == 0 {
		m.Total = sizeBehind(message, " has a total capacty of ") // torch 2.0 and 2.1
	}
	if m.Tried == 0 {
		m.Tried = sizeBehind(message, "requested buffer of size ") // ONNX Runtime
	}
	if unallocated := sizeBefore(message, " is reserved by PyTorch but unallocated"); unallocated > 0 {
		m.Reserved = m.Allocated + unallocated
	}
	// Before torch 2.1: "(GPU 0; 23.69 GiB total capacity; 16.12 GiB already allocated; …)".
	for _, old := range [...]struct {
		words string
		field *float64
	}{
		{" total capacity;", &m.Total},
		{" already allocated;", &m.Allocated},
		{" free;", &m.Free},
		{" reserved in total by PyTorch", &m.Reserved},
		{" cached)", &m.Reserved},
	} {
		if *old.field == 0 {
			*old.field = sizeBefore(message, old.words)
		}
	}
	for rest := message; ; {
		_, behind, found := bytes.Cut(rest, []byte("Process "))
		if !found {
			return m
		}
		rest = bytes.TrimLeft(behind, "0123456789")
		if size, found := bytes.CutPrefix(rest, []byte(" has ")); found {
			m.OtherProcesses += parseSize(size)
		}
	}
}

// sizeBehind reads the size behind the words, or 0.
func sizeBehind(message []byte, words string) float64 {
	_, behind, _ := bytes.Cut(message, []byte(words))
	return parseSize(behind)
}

// sizeBefore reads the size before the words, or 0.
func sizeBefore(message []byte, words string) float64 {
	before, _, found := bytes.Cut(message, []byte(words))
	if !found {
		return 0
	}
	unit := bytes.LastIndexByte(before, ' ')
	if unit < 0 {
		return 0
	}
	number := bytes.LastIndexAny(before[:unit], " (;") + 1
	return parseSize(before[number:])
}

// parseSize reads a size such as "1.05 GiB", "0 bytes" or "1048576" in bytes.
func parseSize(b []byte) float64 {
	n := 0
	for n < len(b) && n < 24 && (isDigit(b[n]) || b[n] == '.') {
		n++
	}
	// A point that ends the sentence is none of the number.
	v, err := strconv.ParseFloat(strings.TrimRight(string(b[:n]), "."), 64)
	if err != nil {
		return 0
	}
	for _, unit := range [...]struct {
		name string
		size float64
	}{{" KiB", 1 << 10}, {" MiB", 1 << 20}, {" GiB", 1 << 30}, {" TiB", 1 << 40}} {
		if bytes.HasPrefix(b[n:], []byte(unit.name)) {
			return v * unit.size
		}
	}
	return v
}

// say words the numbers that are known.
func (m MemoryText) say() string {
	said := "out of GPU memory"
	for _, part := range [...]struct {
		words string
		bytes float64
	}{
		{"tried to allocate", m.Tried}, {"free", m.Free}, {"total", m.Total},
		{"allocated", m.Allocated}, {"reserved", m.Reserved},
	} {
		if part.bytes > 0 {
			said += fmt.Sprintf(", %s %.0f MiB", part.words, part.bytes/(1<<20))
		}
	}
	return said
}
