package logline

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const (
	startLine = "2026-11-23 16:29:51,212 INFO synthesis text a\n"
	yieldLine = "2026-11-23 16:29:51,500 INFO yield speech len 1, rtf 0.25\n"
)

// requireForged reads a log and compares its records and how many lines were suspicious.
func requireForged(t *testing.T, log string, suspicious int, want ...string) {
	t.Helper()
	got := []string{}
	r := NewReader(func(record *Record) { got = append(got, say(record)) })
	_, _ = r.Write([]byte(log))
	r.Flush()
	require.Equal(t, want, got, log)
	require.EqualValues(t, suspicious, r.Counters().Suspicious, log)
}

func TestLinesOfATextThatPretendToBeRecords(t *testing.T) {
	const start, yield = "start 1 at 16:29:51.212", "yield 1 0.25 at 16:29:51.500"
	for forged, more := range map[string]string{
		"yield speech len 3, rtf 0.1":                                  "more 28",
		"INFO:root:yield speech len 3, rtf 0.1":                        "more 38",
		"[INFO] synthesis text b":                                      "more 24",
		"get sft inference request":                                    "more 26",
		"2026-11-23 16:29:51 INFO yield speech len 3, rtf 0.1":         "more 53",
		"2026-11-23 16:29:51,300 - INFO - yield speech len 3, rtf 0.1": "more 61",
		"no cuda device, set load_trt/fp16 to False":                   "more 43",
		"input frame rate=25":                                          "more 20",
		"2026-11-23 16:29:50,000 INFO yield speech len 3, rtf 0.1":     "more 57", // before its text
		"2026-11-23 17:29:50,000 INFO yield speech len 3, rtf 0.1":     "more 57", // an hour after
		"2026-11-25 16:29:50,000 INFO synthesis text b":                "more 46", // two days after
	} {
		requireForged(t, startLine+forged+"\n"+yieldLine, 1, start, more, yield)
	}
	requireForged(t, startLine+yieldLine, 0, start, yield)
}

func TestStampsThatAreNotSuspicious(t *testing.T) {
	const start = "start 1 at 16:29:51.212"
	// Threads wait for the log by turns; a text may be spoken for hours.
	requireForged(t, startLine+"2026-11-23 16:29:50,300 INFO yield speech len 1, rtf 1\n", 0, start, "yield 1 1 at 16:29:50.300")
	requireForged(t, startLine+"2026-11-24 10:29:50,300 INFO yield speech len 1, rtf 64800\n", 0, start, "yield 1 64800 at 10:29:50.300")
	requireForged(t, startLine+"2026-11-23 16:34:51,000 INFO yield speech len 1, rtf 1\n", 0, start, "yield 1 1 at 16:34:51.000")
	requireForged(t, startLine+"2026-11-24 10:29:50,300 INFO get sft inference request\n", 0, start, "request sft at 10:29:50.300")
	// The clock was set back by an hour: only a few records are lost.
	back := "2026-11-23 15:29:52,000 INFO yield speech len 1, rtf 1\n"
	lost := append([]string{start}, slices.Repeat([]string{"more 55"}, patience)...)
	requireForged(t, startLine+strings.Repeat(back, patience+1), patience, append(lost, "yield 1 1 at 15:29:52.000")...)
	requireForged(t, yieldLine+back, 0, "yield 1 0.25 at 16:29:51.500", "yield 1 1 at 15:29:52.000")
}

func TestAnotherShapeIsBelieved(t *testing.T) {
	bare := "INFO:root:yield speech len 1, rtf 1\n"
	t.Run("when the model was loaded with it", func(t *testing.T) {
		requireForged(t, yieldLine+"INFO:root:input frame rate=25\n"+bare, 0,
			"yield 1 0.25 at 16:29:51.500", "notice model_loading", "yield 1 1")
	})
	t.Run("but not inside a text", func(t *testing.T) {
		requireForged(t, startLine+"INFO:root:input frame rate=25\n"+bare, 2,
			"start 1 at 16:29:51.212", "more 30", "more 36")
	})
	t.Run("after many in a row", func(t *testing.T) {
		want := []string{"yield 1 0.25 at 16:29:51.500", "yield 1 1", "yield 1 1"}
		requireForged(t, yieldLine+strings.Repeat(bare, patience+1), patience-1, want...)
	})
	t.Run("but not of many in many texts", func(t *testing.T) {
		log := strings.Repeat(yieldLine+bare, 3*patience)
		require.Equal(t, 3*patience, read([]byte(log)).yields)
	})
}

func TestWhatATextCanPretend(t *testing.T) {
	// The package says so; a reader who wants to know finds it here.
	requireForged(t, startLine+"2026-11-23 16:29:51,300 INFO yield speech len 3, rtf 0.1\n", 0,
		"start 1 at 16:29:51.212", "yield 3 0.1 at 16:29:51.300")
	requireForged(t, startLine+"Killed\n", 0, "start 1 at 16:29:51.212", "notice killed")
	requireForged(t, startLine+"  0%|  | 0/9 [00:00<?, ?it/s]\n", 0, "start 1 at 16:29:51.212", "bar 0/9 0s row 0 ended")
	requireForged(t, startLine+"Traceback (most recent call last):\n  File \"a\", line 1, in b\nRuntimeError: CUDA out of memory\n", 0,
		"start 1 at 16:29:51.212", `fault RuntimeError out_of_memory in "": out of GPU memory`)
}

func TestATracebackWithoutFramesIsNone(t *testing.T) {
	requireForged(t, startLine+"Traceback (most recent call last):\nRuntimeError: CUDA out of memory\n"+yieldLine+startLine+"b\n", 0,
		"start 1 at 16:29:51.212", "yield 1 0.25 at 16:29:51.500", "start 1 at 16:29:51.212", "more 2")
	requireForged(t, startLine+"Traceback (most recent call last):\n"+startLine+"  File \"a\", line 1, in b\nRuntimeError: CUDA out of memory\n", 0,
		"start 1 at 16:29:51.212", "start 1 at 16:29:51.212", "more 25", "more 33")
}
