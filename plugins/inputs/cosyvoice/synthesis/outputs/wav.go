package outputs

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// Formats of samples that have a fixed size (mmreg.h, WAVE_FORMAT_*).
const (
	formatPCM        = 1
	formatFloat      = 3
	formatExtensible = 0xFFFE // the real one follows in the header
)

// unknownSize is written by programs that could not know it beforehand, as is 0.
const unknownSize = 0xFFFFFFFF

// maxChunks bounds the search for the audio; writers put a few others before it.
const maxChunks = 64

// bytesPerSecond are bounded by 64 channels of 64 bits at 768 kHz.
const maxBytesPerSecond = 64 * 8 * 768000

var errNoAudio = errors.New("holds no audio")

// wavSeconds returns the length of the audio in a WAV file of so many bytes. Where the
// header does not tell, or tells more than is there, the file's end is that of the audio.
func wavSeconds(file io.ReaderAt, size int64) (float64, error) {
	var head [12]byte
	if _, err := file.ReadAt(head[:], 0); err != nil {
		return 0, fmt.Errorf("read the RIFF header: %w", err)
	}
	if id := string(head[:4]); id != "RIFF" && id != "RF64" || string(head[8:]) != "WAVE" {
		return 0, errors.New("is no WAV file")
	}
	rate := int64(0)
	at := int64(len(head))
	for range maxChunks {
		var chunk [8]byte
		if _, err := file.ReadAt(chunk[:], at); err != nil {
			return 0, fmt.Errorf("read the header of a chunk: %w", err)
		}
		at += int64(len(chunk))
		length := int64(binary.LittleEndian.Uint32(chunk[4:]))
		switch string(chunk[:4]) {
		case "fmt ":
			var err error
			if rate, err = byteRate(io.NewSectionReader(file, at, length)); err != nil {
				return 0, err
			}
		case "data":
			left := max(size-at, 0)
			if length == 0 || length == unknownSize || length > left {
				length = left
			}
			if rate == 0 || length == 0 {
				return 0, errNoAudio
			}
			return float64(length) / float64(rate), nil
		}
		at += length + length%2 // chunks begin at even places
	}
	return 0, errNoAudio
}

// byteRate returns the bytes of a second of audio.
func byteRate(chunk io.Reader) (int64, error) {
	var format struct {
		Tag, Channels uint16
		SampleRate    uint32
		_             uint32 // bytes a second, which some writers get wrong
		BlockAlign    uint16
		Bits          uint16
	}
	if err := binary.Read(chunk, binary.LittleEndian, &format); err != nil {
		return 0, fmt.Errorf("read the format: %w", err)
	}
	if format.Tag == formatExtensible {
		var extension struct {
			_   [8]byte // its size, the bits in use and the places of the channels
			Tag uint16
		}
		if err := binary.Read(chunk, binary.LittleEndian, &extension); err != nil {
			return 0, fmt.Errorf("read the extensible format: %w", err)
		}
		format.Tag = extension.Tag
	}
	if format.Tag != formatPCM && format.Tag != formatFloat {
		return 0, fmt.Errorf("has samples of format %d; only PCM and float have a length that is known", format.Tag)
	}
	rate := int64(format.SampleRate) * int64(format.BlockAlign)
	if int(format.BlockAlign) != int(format.Channels)*((int(format.Bits)+7)/8) || rate == 0 || rate > maxBytesPerSecond {
		return 0, fmt.Errorf("has an impossible format: %d Hz, %d channels, %d bits in blocks of %d bytes",
			format.SampleRate, format.Channels, format.Bits, format.BlockAlign)
	}
	return rate, nil
}
