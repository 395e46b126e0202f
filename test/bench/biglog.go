package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"time"
)

const samples = "plugins/inputs/cosyvoice/synthesis/testdata/samples"

// sampled are the logs of which the large one is made: mostly third-party noise, a
// FastAPI server with failures, streams, four clients at once.
var sampled = []string{"s06_webui", "s06_fastapi", "s02", "s03"}

// tally is what a log holds, or what a reader has found in it.
type tally struct {
	requests, segments, yields int
	audio, compute             float64 // seconds
}

func (t *tally) add(other tally) {
	t.requests += other.requests
	t.segments += other.segments
	t.yields += other.yields
	t.audio += other.audio
	t.compute += other.compute
}

// lastAudio is in no other line than the last of a large log.
const lastAudio = 86.5

// bigLog writes the samples again and again, one second after another, until there are
// so many bytes. All stamps are shifted, so that time goes on as in a real log. Behind
// each round stands a synthesis whose rtf Python writes with an exponent.
type bigLog struct {
	parts []part
	now   time.Time
}

// part is one sample, cut at its stamps.
type part struct {
	between [][]byte    // one more than stamps
	stamps  []time.Time // as the clock on the wall
	last    time.Duration
	holds   tally
}

const stampLayout = "2006-01-02 15:04:05,000"

var stampPattern = regexp.MustCompile(`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}`)

func newBigLog() (*bigLog, error) {
	b := &bigLog{now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
	for _, name := range sampled {
		p, err := readPart(filepath.Join(samples, name))
		if err != nil {
			return nil, fmt.Errorf("read the sample %s: %w", name, err)
		}
		b.parts = append(b.parts, p)
	}
	return b, nil
}

func readPart(folder string) (part, error) {
	text, err := os.ReadFile(filepath.Join(folder, "cosyvoice.log"))
	if err != nil {
		return part{}, err
	}
	var p part
	end := 0
	for _, found := range stampPattern.FindAllIndex(text, -1) {
		stamp, err := time.Parse(stampLayout, string(text[found[0]:found[1]]))
		if err != nil {
			return part{}, err
		}
		p.between, p.stamps = append(p.between, text[end:found[0]]), append(p.stamps, stamp)
		p.last = max(p.last, stamp.Sub(p.stamps[0]))
		end = found[1]
	}
	p.between = append(p.between, text[end:])
	p.holds, err = truthOf(folder)
	return p, err
}

// truthOf reads what the program that made a sample knew of it.
func truthOf(folder string) (t tally, err error) {
	text, err := os.ReadFile(filepath.Join(folder, "truth.json"))
	if err != nil {
		return t, err
	}
	var truth struct {
		Totals struct {
			Yields  int     `json:"yields"`
			Audio   float64 `json:"audio_s"`
			Compute float64 `json:"compute_s"`
		} `json:"totals"`
		Requests []struct {
			Outcome  string     `json:"outcome"`
			Segments []struct{} `json:"segments"`
		} `json:"requests"`
	}
	if err := json.Unmarshal(text, &truth); err != nil {
		return t, err
	}
	t = tally{yields: truth.Totals.Yields, audio: truth.Totals.Audio, compute: truth.Totals.Compute}
	for _, r := range truth.Requests {
		t.segments += len(r.Segments)
		if r.Outcome != "refused" && (r.Outcome != "hung" || len(r.Segments) > 0) { // else it has left no line
			t.requests++
		}
	}
	return t, nil
}

// write writes about so many bytes and tells what they hold.
func (b *bigLog) write(out io.Writer, size int64) (written int64, holds tally, err error) {
	counted := &countingWriter{out: out}
	buffered := bufio.NewWriterSize(counted, 256<<10)
	for counted.written < size {
		for i := range b.parts {
			b.part(buffered, &b.parts[i])
			holds.add(b.parts[i].holds)
		}
		holds.add(b.synthesis(buffered, 0.36, "9e-05"))
		if err := buffered.Flush(); err != nil {
			return counted.written, holds, err
		}
	}
	holds.add(b.synthesis(buffered, lastAudio, "0.001"))
	return counted.written, holds, buffered.Flush()
}

func (b *bigLog) part(out *bufio.Writer, p *part) {
	shift := b.now.Sub(p.stamps[0])
	var stamp []byte
	for i, at := range p.stamps {
		out.Write(p.between[i])
		stamp = at.Add(shift).AppendFormat(stamp[:0], stampLayout)
		out.Write(stamp)
	}
	out.Write(p.between[len(p.stamps)])
	b.now = b.now.Add(p.last + time.Second)
}

// synthesis writes one of a single segment.
func (b *bigLog) synthesis(out *bufio.Writer, audio float64, rtf string) tally {
	var factor float64
	fmt.Sscan(rtf, &factor)
	fmt.Fprintf(out, "%s INFO synthesis text 你好。\n", b.now.Format(stampLayout))
	b.now = b.now.Add(time.Duration(audio * factor * float64(time.Second)))
	fmt.Fprintf(out, "%s INFO yield speech len %g, rtf %s\n", b.now.Format(stampLayout), audio, rtf)
	b.now = b.now.Add(time.Second)
	return tally{requests: 1, segments: 1, yields: 1, audio: audio, compute: audio * factor}
}

type countingWriter struct {
	out     io.Writer
	written int64
}

func (c *countingWriter) Write(b []byte) (int, error) {
	n, err := c.out.Write(b)
	c.written += int64(n)
	return n, err
}
