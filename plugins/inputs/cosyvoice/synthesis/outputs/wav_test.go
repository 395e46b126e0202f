package outputs

import (
	"bytes"
	"encoding/binary"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

// chunk is one of a RIFF file. Length is what its header tells.
func chunk(id string, length uint32, content []byte) []byte {
	b := append([]byte(id), binary.LittleEndian.AppendUint32(nil, length)...)
	b = append(b, content...)
	if len(content)%2 == 1 {
		b = append(b, 0)
	}
	return b
}

func whole(id string, content []byte) []byte { return chunk(id, uint32(len(content)), content) }

func riff(chunks ...[]byte) []byte {
	body := append([]byte("WAVE"), bytes.Join(chunks, nil)...)
	return whole("RIFF", body)
}

func format(tag, channels uint16, rate uint32, bits uint16) []byte {
	var b bytes.Buffer
	block := channels * bits / 8
	_ = binary.Write(&b, binary.LittleEndian, []uint16{tag, channels})
	_ = binary.Write(&b, binary.LittleEndian, []uint32{rate, rate * uint32(block)})
	_ = binary.Write(&b, binary.LittleEndian, []uint16{block, bits})
	return b.Bytes()
}

// extensible is the long form of a format, as of 24 and 32 bit PCM.
func extensible(tag, channels uint16, rate uint32, bits uint16) []byte {
	long := append(format(formatExtensible, channels, rate, bits), 22, 0, byte(bits), 0, 4, 0, 0, 0)
	long = binary.LittleEndian.AppendUint16(long, tag)
	return append(long, "\x00\x00\x00\x00\x10\x00\x80\x00\x00\xaa\x00\x38\x9b\x71"...)
}

var speech = whole("fmt ", format(formatPCM, 1, 24000, 16))

func TestSecondsOfAudio(t *testing.T) {
	second := make([]byte, 48000)
	for name, tc := range map[string]struct {
		file []byte
		want float64
	}{
		"PCM":                    {riff(speech, whole("data", second)), 1},
		"float":                  {riff(whole("fmt ", format(formatFloat, 1, 24000, 32)), whole("fact", make([]byte, 4)), whole("data", second)), 0.5},
		"stereo":                 {riff(whole("fmt ", format(formatPCM, 2, 24000, 16)), whole("data", second)), 0.5},
		"extensible":             {riff(whole("fmt ", extensible(formatPCM, 1, 24000, 32)), whole("data", second)), 0.5},
		"chunk of odd length":    {riff(whole("LIST", []byte("INFOx")), speech, whole("data", second)), 1},
		"chunk after the audio":  {riff(speech, whole("data", second), whole("LIST", []byte("INFO"))), 1},
		"length 0":               {riff(speech, chunk("data", 0, second)), 1},
		"length not known":       {riff(speech, chunk("data", unknownSize, second)), 1},
		"more than there is":     {riff(speech, chunk("data", 96000, second)), 1},
		"over 4 GB, as RF64":     {append([]byte("RF64\xff\xff\xff\xff"), riff(whole("ds64", make([]byte, 28)), speech, chunk("data", unknownSize, second))[8:]...), 1},
		"RIFF's length is wrong": {append([]byte("RIFF\x00\x00\x00\x00"), riff(speech, whole("data", second))[8:]...), 1},
	} {
		t.Run(name, func(t *testing.T) {
			seconds, err := wavSeconds(bytes.NewReader(tc.file), int64(len(tc.file)))
			require.NoError(t, err)
			require.InDelta(t, tc.want, seconds, 1e-9)
		})
	}
}

func TestFilesWithoutAudio(t *testing.T) {
	second := make([]byte, 48000)
	for name, tc := range map[string]struct {
		file []byte
		want string
	}{
		"empty":                {nil, "read the RIFF header: EOF"},
		"text":                 {[]byte("this is no audio at all"), "is no WAV file"},
		"another kind of RIFF": {whole("RIFF", append([]byte("AVI "), second...)), "is no WAV file"},
		"header only":          {riff(speech), "read the header of a chunk: EOF"},
		"no samples":           {riff(speech, whole("data", nil)), "holds no audio"},
		"no format":            {riff(whole("data", second)), "holds no audio"},
		"short format":         {riff(whole("fmt ", make([]byte, 4)), whole("data", second)), "read the format: unexpected EOF"},
		"compressed":           {riff(whole("fmt ", format(2, 1, 24000, 8)), whole("data", second)), "has samples of format 2; only PCM and float have a length that is known"},
		"no rate":              {riff(whole("fmt ", format(formatPCM, 1, 0, 16)), whole("data", second)), "has an impossible format: 0 Hz, 1 channels, 16 bits in blocks of 2 bytes"},
		"endless chunks":       {riff(bytes.Repeat(whole("junk", nil), 1000)), "holds no audio"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := wavSeconds(bytes.NewReader(tc.file), int64(len(tc.file)))
			require.EqualError(t, err, tc.want)
		})
	}
}

// FuzzWAVSeconds holds that whatever a header says, the audio is not longer than the file:
// a sample has a byte at least, and a second one sample.
func FuzzWAVSeconds(f *testing.F) {
	f.Add(riff(speech, whole("data", make([]byte, 100))))
	f.Add(riff(whole("fmt ", extensible(formatFloat, 2, 48000, 32)), chunk("data", unknownSize, make([]byte, 100))))
	f.Fuzz(func(t *testing.T, file []byte) {
		seconds, err := wavSeconds(bytes.NewReader(file), int64(len(file)))
		if err == nil && !(seconds > 0 && seconds <= float64(len(file))) || math.IsInf(seconds, 0) {
			t.Errorf("%v s of audio in %d bytes", seconds, len(file))
		}
	})
}
