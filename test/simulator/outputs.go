package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// outputsDir is where the community build keeps what it synthesised, in its working
// directory.
const outputsDir = "outputs"

// newApp is the web page of that build, which is another one than upstream's.
func newApp(e *engine, port int) front {
	g := newGradio(e, port).(*gradio)
	g.keep = writeOutput
	return g
}

// writeOutput leaves so many samples of silence as a file in 16-bit PCM. They are a hole
// in the file, so that hours of speech take no room.
func writeOutput(samples int) (err error) {
	if err := os.MkdirAll(outputsDir, 0o755); err != nil {
		return fmt.Errorf("make the folder for audio files: %w", err)
	}
	name := time.Now().Format("output_20060102_150405.000") + ".wav"
	file, err := os.Create(filepath.Join(outputsDir, name))
	if err != nil {
		return fmt.Errorf("write an audio file: %w", err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	const sampleBytes = 2
	length := uint32(samples * sampleBytes)
	header := append([]byte("RIFF"), binary.LittleEndian.AppendUint32(nil, 36+length)...)
	header = append(header, "WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00"...) // 16 bytes: PCM, one channel
	header = binary.LittleEndian.AppendUint32(header, sampleRate)
	header = binary.LittleEndian.AppendUint32(header, sampleRate*sampleBytes)
	header = append(header, "\x02\x00\x10\x00data"...) // blocks of 2 bytes, 16 bits
	header = binary.LittleEndian.AppendUint32(header, length)
	if _, err := file.Write(header); err != nil {
		return fmt.Errorf("write an audio file: %w", err)
	}
	if err := file.Truncate(int64(len(header)) + int64(length)); err != nil {
		return fmt.Errorf("write an audio file: %w", err)
	}
	return nil
}
