package synthesis

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/synthesis/logline"
)

// told gives a new tracker the lines of a log. In them "@12.345" stands for the date and
// time at that second of noon.
func told(t *testing.T, option TextOption, lines ...string) *Tracker {
	t.Helper()
	tracker := NewTracker(option, State{})
	tell(tracker, lines...)
	return tracker
}

func tell(tracker *Tracker, lines ...string) {
	s := newSource(time.UTC, func(s *source, record *logline.Record) { tracker.Add(record, s.now) })
	s.resume(tracker.Now, nil, 0)
	for _, line := range lines {
		s.reader.Write([]byte(inNoon(line) + "\n"))
	}
	s.flush()
}

// inNoon writes out the time of a line that has one.
func inNoon(line string) string {
	before, after, ok := strings.Cut(line, "@")
	if !ok {
		return line
	}
	second, rest, _ := strings.Cut(after, " ")
	return before + "2026-11-23 12:00:" + strings.Replace(second, ".", ",", 1) + " INFO " + rest
}

func moment(second float64) time.Time {
	return time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC).Add(seconds(second))
}

const (
	bar2opens = "\r  0%|          | 0/2 [00:00<?, ?it/s]"
	bar2half  = "\r 50%|#####     | 1/2 [00:01<00:01,  1.00s/it]"
	bar2ends  = "\r100%|##########| 2/2 [00:02<00:00,  1.00s/it]\r100%|##########| 2/2 [00:02<00:00,  1.00s/it]"
)

func TestStream(t *testing.T) {
	tracker := told(t, TextLength,
		"@10.000 get zero_shot inference request",
		bar2opens+"@10.200 synthesis text 你好，世界。",
		"@10.700 yield speech len 1.0, rtf 0.5",  // 10.2 to 10.7
		"@11.700 yield speech len 2.0, rtf 0.5",  // at once
		"@15.000 yield speech len 1.0, rtf 0.25", // the client came back 3.05 s later
		bar2half+"@15.400 synthesis text 再见。",    // the front end took 0.4 s
		"@20.400 yield speech len 1.0, rtf 5.0",  // longer than there is audio left
		bar2ends)
	news := tracker.Take()
	require.Len(t, news.Syntheses, 1)
	s := news.Syntheses[0]
	require.Equal(t, OK, s.Outcome)
	require.Equal(t, logline.ZeroShot, s.Mode)
	require.True(t, s.Streaming)
	require.False(t, s.Inferred)
	require.Equal(t, moment(10.2), s.Start)
	require.Equal(t, moment(20.4), s.End)
	require.Equal(t, s.End, s.Point.Truncate(time.Millisecond))
	require.InDelta(t, 0.2, *s.WaitSeconds, 1e-9)
	require.InDelta(t, 0.5, *s.FirstChunkSeconds, 1e-9)
	require.InDelta(t, 6.75, s.ComputeSeconds, 1e-9)
	require.InDelta(t, 5.0, s.AudioSeconds, 1e-9)
	require.InDelta(t, 1.35, *s.RTF(), 1e-9)
	require.InDelta(t, 5.4, *s.GapSeconds, 1e-9, "the front end counts, the client does not")
	require.True(t, s.Stalled)
	require.Equal(t, 4, s.Chunks)
	require.Equal(t, 2, s.Segments)
	require.Equal(t, 9, *s.Characters)
	require.InDelta(t, 1.0, s.ConcurrencyMean, 1e-9)
	require.True(t, s.WarmUp)
}

func TestMeanConcurrency(t *testing.T) {
	tracker := told(t, TextLength,
		"\r  0%|          | 0/1 [00:00<?, ?it/s]@10.000 synthesis text 一",
		"\n\r  0%|          | 0/1 [00:00<?, ?it/s]\x1b[A@11.000 synthesis text 二",
		"@12.000 yield speech len 10.0, rtf 0.1",
		"\n\r100%|##########| 1/1 [00:01<00:00,  1.00s/it]\x1b[A\r100%|##########| 1/1 [00:01<00:00,  1.00s/it]",
		"@14.000 yield speech len 10.0, rtf 0.4",
		"\r100%|##########| 1/1 [00:04<00:00,  4.00s/it]\r100%|##########| 1/1 [00:04<00:00,  4.00s/it]")
	found := tracker.Take().Syntheses
	require.Len(t, found, 2)
	require.Equal(t, moment(11), found[0].Start)
	require.InDelta(t, 2.0, found[0].ConcurrencyMean, 1e-9)
	require.InDelta(t, 1.25, found[1].ConcurrencyMean, 1e-9, "two for one of four seconds")
	require.Equal(t, 2, found[1].ConcurrencyMax)
	require.False(t, found[1].Inferred)
}

func TestStuck(t *testing.T) {
	tracker := told(t, TextLength, bar2opens+"@10.000 synthesis text 你好")
	tracker.Advance(moment(39))
	require.Equal(t, Live{InFlight: 1, OldestSeconds: new(29.0)}, tracker.Live())
	tracker.Advance(moment(41))
	live := tracker.Live()
	require.Equal(t, 1, live.Stuck)
	stuck := tracker.Take().Stuck
	require.Len(t, stuck, 1)
	require.Equal(t, moment(40), stuck[0].At.Truncate(time.Millisecond))
	require.Empty(t, stuck[0].Cause)

	tell(tracker, "@50.000 yield speech len 1.0, rtf 40.0")
	require.Zero(t, tracker.Live().Stuck, "it was only slow")
	tracker.End()
	require.Equal(t, Abandoned, tracker.Take().Syntheses[0].Outcome, "after a yield it is up to the client")
}

func TestDeadThreadIsStuckSooner(t *testing.T) {
	tracker := told(t, TextLength, bar2opens+"@10.000 synthesis text 你好",
		"Exception in thread Thread-4 (llm_job):", "Traceback (most recent call last):",
		`  File "/opt/CosyVoice/cosyvoice/cli/model.py", line 121, in llm_job`, "    for i in token_generator:",
		"ValueError: should not get token 6590", "@10.100 some other line")
	tracker.Advance(moment(26))
	stuck := tracker.Take().Stuck
	require.Len(t, stuck, 1)
	require.Equal(t, logline.BadToken, stuck[0].Cause)
	tracker.End()
	s := tracker.Take().Syntheses[0]
	require.Equal(t, Stuck, s.Outcome)
	require.Equal(t, logline.BadToken, s.Error)
}

func TestSlowServerIsNotStuck(t *testing.T) {
	tracker := told(t, TextLength, bar2opens+"@00.000 synthesis text 你好", "@20.000 yield speech len 10.0, rtf 2.0",
		bar2half+"@20.000 synthesis text 你好")
	tracker.Advance(moment(120))
	require.Zero(t, tracker.Live().Stuck, "its last yield took 20 s: 200 s are waited")
	tracker.Advance(moment(221))
	require.Equal(t, 1, tracker.Live().Stuck)
}

func TestNewServerEndsWhatTheOldOneHadInWork(t *testing.T) {
	tracker := told(t, TextLength, bar2opens+"@10.000 synthesis text 你好", "@12.000 input frame rate=25")
	found := tracker.Take().Syntheses
	require.Len(t, found, 1)
	require.Equal(t, Stuck, found[0].Outcome)
	require.Zero(t, tracker.Live().InFlight)
}

func TestKilled(t *testing.T) {
	tracker := told(t, TextLength, bar2opens+"@10.000 synthesis text 你好", "Killed")
	found := tracker.Take().Syntheses
	require.Len(t, found, 1)
	require.Equal(t, Failed, found[0].Outcome)
	require.Equal(t, logline.Killed, found[0].Error)
}

func TestFirstChunkGrew(t *testing.T) {
	stream := func(second, first, rtf string) []string {
		return []string{
			"\r  0%|          | 0/1 [00:00<?, ?it/s]@" + second + ".000 synthesis text 你好",
			"@" + second + ".100 yield speech len " + first + ", rtf " + rtf,
			"@" + second + ".300 yield speech len 2.0, rtf 0.1",
			"\r100%|##########| 1/1 [00:04<00:00,  4.00s/it]\r100%|##########| 1/1 [00:04<00:00,  4.00s/it]",
		}
	}
	tracker := told(t, TextLength, stream("10", "1.0", "0.1")...)
	require.Empty(t, tracker.Take().Notices)
	tell(tracker, stream("20", "4.0", "0.025")...)
	notices := tracker.Take().Notices
	require.Len(t, notices, 1)
	require.Equal(t, FirstChunkGrew, notices[0].Code)
	tell(tracker, stream("30", "4.0", "0.025")...)
	require.Empty(t, tracker.Take().Notices, "said once")
}

func TestTextOptions(t *testing.T) {
	read := func(option TextOption) Synthesis {
		tracker := told(t, option, bar2opens+"@10.000 synthesis text 你好，世界", "@11.000 yield speech len 10.0, rtf 0.1")
		tracker.End()
		return tracker.Take().Syntheses[0]
	}
	require.Nil(t, read(NoText).Characters)
	require.Equal(t, 5, *read(TextLength).Characters)
	require.Empty(t, read(TextLength).Text)
	require.Regexp(t, "^[0-9a-f]{16}$", read(TextHash).Text)
	require.Equal(t, "你好，世界", read(FullText).Text)
}

func TestAClockThatIsPutBackEndsWhatIsInFlight(t *testing.T) {
	tracker := told(t, TextLength, bar1opens+"@50.000 synthesis text 你好")
	tracker.Advance(moment(300))
	tell(tracker, "@10.000 something else", "@11.000 get sft inference request")
	require.Equal(t, moment(11), tracker.Now)
	require.Len(t, tracker.Take().Syntheses, 1)
}

func TestABarOverSomethingElseIsNoSynthesis(t *testing.T) {
	tracker := told(t, TextLength, "@10.000 input frame rate=25", "\r  0%|          | 0/8 [00:00<?, ?it/s]", "@11.000 get sft inference request")
	tracker.Advance(moment(120))
	tracker.End()
	news := tracker.Take()
	require.Empty(t, news.Syntheses)
	require.Empty(t, news.Stuck)
}

func TestAClientThatWentIsNoFailure(t *testing.T) {
	tracker := NewTracker(TextLength, State{})
	add := func(second float64, record logline.Record) { tracker.Add(&record, moment(second)) }
	add(1, logline.Record{Kind: logline.SegmentStart, Segment: logline.Segment{Characters: 2}})
	add(2, logline.Record{Kind: logline.Fault, Fault: logline.FaultText{Error: logline.ClientGone}})
	require.Equal(t, Abandoned, tracker.Take().Syntheses[0].Outcome)
}

func TestBin(t *testing.T) {
	for value, bin := range map[float64]int64{1: 0, 1.1: 0, 1.101: 1, 10: 24, 0.1: -24, 0.0999: -25} {
		require.Equal(t, bin, Bin(value), "%g", value)
	}
}

// A new bar may be followed by the line feeds of another thread's, as a closing one is.
func TestBarTellsItsAge(t *testing.T) {
	const row1 = "\n\r  0%|          | 0/1 [00:00<?, ?it/s]\x1b[A"
	tracker := told(t, TextLength, bar2opens+"@10.000 synthesis text 一", row1+"@11.000 synthesis text 二",
		"@12.000 yield speech len 1.0, rtf 2.0", bar2ends, "@13.000 yield speech len 2.0, rtf 1.0",
		"\r  0%|          | 0/1 [00:00<?, ?it/s]",
		"\n\r100%|##########| 1/1 [00:02<00:00,  2.00s/it]\x1b[A\r100%|##########| 1/1 [00:02<00:00,  2.00s/it]",
		"@13.010 synthesis text 三", "@14.010 yield speech len 4.0, rtf 0.25",
		"\r100%|##########| 1/1 [00:01<00:00,  1.00s/it]\r100%|##########| 1/1 [00:01<00:00,  1.00s/it]")
	tracker.End()
	found := tracker.Take().Syntheses
	require.Len(t, found, 3)
	for i, s := range found {
		require.Equal(t, OK, s.Outcome, i)
		require.Equal(t, []float64{1, 2, 4}[i], s.AudioSeconds)
	}
}

// Two streams in step: their chunks could be each other's, but a bar steps right after the
// last chunk of its own segment, even where the step itself is not shown.
func TestABarClaimsTheLastChunk(t *testing.T) {
	const row1 = "\n\r  0%|          | 0/1 [00:00<?, ?it/s]\x1b[A"
	for name, shown := range map[string]string{"step": "\n\r100%|##########| 1/1 [00:02<00:00,  2.00s/it]\x1b[A", "no step": ""} {
		t.Run(name, func(t *testing.T) {
			tracker := told(t, TextLength,
				bar2opens+"@10.000 synthesis text 一",
				row1+"@10.001 synthesis text 二",
				"@11.000 yield speech len 4.0, rtf 0.25", // 10.000, the first one's
				"@11.001 yield speech len 4.0, rtf 0.25", // 10.001
				"@12.000 yield speech len 4.0, rtf 0.25", // 11.000
				"@12.001 yield speech len 4.0, rtf 0.25", // 11.001
				"@13.000 yield speech len 1.0, rtf 1.0",  // 12.000: nearer to the first one's
				shown+"\r100%|##########| 1/1 [00:02<00:00,  2.00s/it]",
				"@13.501 yield speech len 3.0, rtf 0.5") // 12.001
			tracker.End()
			found := tracker.Take().Syntheses
			require.Len(t, found, 2)
			require.Equal(t, []float64{9, 11}, []float64{found[0].AudioSeconds, found[1].AudioSeconds})
			require.Equal(t, []int{3, 3}, []int{found[0].Chunks, found[1].Chunks})
			require.Equal(t, moment(10.001), found[0].Start)
			require.Equal(t, moment(13.501), found[1].End)
			for _, s := range found {
				require.True(t, s.Inferred)
			}
		})
	}
}

// Two bars step at the same moment, and then close: the line feed with which the cursor goes to
// the second one looks like the closing of the first, which is still to come. It closes nothing
// else.
func TestABarIsClosedOnce(t *testing.T) {
	const row1 = "\n\r  0%|          | 0/1 [00:00<?, ?it/s]\x1b[A"
	const row2 = "\n\n\r  0%|          | 0/1 [00:00<?, ?it/s]\x1b[A\x1b[A"
	const done = "\r100%|##########| 1/1 [00:01<00:00,  1.70s/it]"
	tracker := told(t, TextLength,
		"\r  0%|          | 0/1 [00:00<?, ?it/s]@10.000 synthesis text 一",
		row1+"@10.010 synthesis text 二",
		row2+"@10.020 synthesis text 三",
		"@10.900 yield speech len 4.0, rtf 0.22", // 10.020
		"@11.690 yield speech len 2.0, rtf 0.84", // 10.010
		"@11.700 yield speech len 2.0, rtf 0.85", // 10.000
		done+"\n"+done+"\x1b[A"+done+"\n"+done,
		"@12.000 yield speech len 5.0, rtf 0.22", // 10.900
		"\n\n"+done+"\x1b[A\x1b[A"+done)
	tracker.End()
	found := tracker.Take().Syntheses
	require.Len(t, found, 3)
	require.Equal(t, []float64{2, 2, 9}, []float64{found[0].AudioSeconds, found[1].AudioSeconds, found[2].AudioSeconds})
}

// Whose thread died is a guess. A stream that goes on to its end had a living one.
func TestADeadThreadIsNotThatOfAStreamThatEnds(t *testing.T) {
	const row1 = "\n\r  0%|          | 0/1 [00:00<?, ?it/s]\x1b[A"
	for name, ends := range map[string]string{
		"step":    "\n\r100%|##########| 1/1 [00:02<00:00,  2.00s/it]\x1b[A\r100%|##########| 1/1 [00:02<00:00,  2.00s/it]",
		"no step": "\r100%|##########| 1/1 [00:02<00:00,  2.00s/it]",
	} {
		t.Run(name, func(t *testing.T) {
			tracker := told(t, TextLength,
				bar2opens+"@10.000 synthesis text 一",
				row1+"@10.500 synthesis text 二",
				"Exception in thread Thread-4 (llm_job):", "Traceback (most recent call last):",
				`  File "/opt/CosyVoice/cosyvoice/cli/model.py", line 121, in llm_job`, "    for i in token_generator:",
				"ValueError: should not get token 6590", "@10.600 some other line",
				"@11.000 yield speech len 1.0, rtf 0.5",
				"@12.000 yield speech len 1.0, rtf 1.0",
				ends+"@12.100 some other line")
			tracker.Advance(moment(26))
			news := tracker.Take()
			require.Len(t, news.Syntheses, 1)
			require.Equal(t, OK, news.Syntheses[0].Outcome)
			require.Empty(t, news.Syntheses[0].Error)
			require.Len(t, news.Stuck, 1)
			require.Equal(t, logline.BadToken, news.Stuck[0].Cause)
		})
	}
}

// What was not streamed has all its audio at once. Another request's may come before the
// bar steps.
func TestABarClaimsNothingThatItDoesNotLack(t *testing.T) {
	tracker := told(t, TextLength,
		bar2opens+"@10.000 synthesis text 一",
		"\n\r  0%|          | 0/1 [00:00<?, ?it/s]\x1b[A"+"@10.001 synthesis text 二",
		"@11.001 yield speech len 4.0, rtf 0.25",  // 10.001
		"@11.002 yield speech len 3.0, rtf 0.334", // 10.000
		"\n\r100%|##########| 1/1 [00:02<00:00,  2.00s/it]\x1b[A\r100%|##########| 1/1 [00:02<00:00,  2.00s/it]")
	tracker.End()
	found := tracker.Take().Syntheses
	require.Len(t, found, 2)
	require.Equal(t, []float64{4, 3}, []float64{found[0].AudioSeconds, found[1].AudioSeconds})
}
