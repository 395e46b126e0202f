package pylog

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// testLog returns a log whose clock stands still until it is advanced.
func testLog() (log *Log, out *bytes.Buffer, advance func(time.Duration)) {
	out = new(bytes.Buffer)
	now := time.Date(2026, 11, 23, 16, 28, 51, 424_999_000, time.Local)
	log = New(out)
	log.now = func() time.Time { return now }
	return log, out, func(d time.Duration) { now = now.Add(d) }
}

func TestFloat(t *testing.T) {
	one := 1.0 // keeps the sum below out of exact constant arithmetic
	// The right sides are what Python's repr prints.
	for f, want := range map[float64]string{
		0:                      "0.0",
		10:                     "10.0",
		10.16:                  "10.16",
		0.84:                   "0.84",
		0.1 + 0.2*one:          "0.30000000000000004",
		0.01998072064767672:    "0.01998072064767672",
		9e-05:                  "9e-05",
		0.0001:                 "0.0001",
		1.25e-7:                "1.25e-07",
		123456789.125:          "123456789.125",
		1e16:                   "1e+16",
		9007199254740993:       "9007199254740992.0",
		-2.5:                   "-2.5",
		2.9963376976194835:     "2.9963376976194835",
		5e-324:                 "5e-324",
		1.7976931348623157e308: "1.7976931348623157e+308",
	} {
		require.Equal(t, want, Float(f))
	}
}

func TestRecordTruncatesToMilliseconds(t *testing.T) {
	log, out, _ := testLog()
	log.Record(Info, "yield speech len %s, rtf %s", Float(10.16), Float(9e-05))
	log.Print("Removing weight norm...")
	require.Equal(t, "2026-11-23 16:28:51,424 INFO yield speech len 10.16, rtf 9e-05\nRemoving weight norm...\n", out.String())
}

func TestBarOverOneRequest(t *testing.T) {
	log, out, advance := testLog()
	bar := log.NewBar(4)
	for _, d := range []time.Duration{209, 155, 185, 171} {
		advance(d * time.Millisecond)
		bar.Advance()
	}
	advance(11 * time.Millisecond)
	bar.Close()
	require.Equal(t, "\r  0%|          | 0/4 [00:00<?, ?it/s]"+
		"\r 25%|██▌       | 1/4 [00:00<00:00,  4.78it/s]"+
		"\r 50%|█████     | 2/4 [00:00<00:00,  5.64it/s]"+
		"\r 75%|███████▌  | 3/4 [00:00<00:00,  5.53it/s]"+
		"\r100%|██████████| 4/4 [00:00<00:00,  5.65it/s]"+
		"\r100%|██████████| 4/4 [00:00<00:00,  5.47it/s]\n", out.String())
}

func TestBarSlowerThanOneASecond(t *testing.T) {
	log, out, advance := testLog()
	bar := log.NewBar(3)
	advance(5660 * time.Millisecond)
	bar.Advance()
	advance(70 * time.Second)
	bar.Close()
	require.Equal(t, "\r  0%|          | 0/3 [00:00<?, ?it/s]"+
		"\r 33%|███▎      | 1/3 [00:05<00:11,  5.66s/it]"+
		"\r 33%|███▎      | 1/3 [01:15<02:31, 75.66s/it]\n", out.String())
}

func TestBarSkipsPrintsWithinItsInterval(t *testing.T) {
	log, out, advance := testLog()
	bar := log.NewBar(2)
	advance(10 * time.Millisecond)
	bar.Advance()
	advance(10 * time.Millisecond)
	bar.Advance()
	bar.Close()
	require.Equal(t, "\r  0%|          | 0/2 [00:00<?, ?it/s]"+
		"\r100%|██████████| 2/2 [00:00<00:00, 100.00it/s]\n", out.String())
}

func TestBarBlanksALongerText(t *testing.T) {
	log, out, advance := testLog()
	bar := log.NewBar(2)
	advance(100 * time.Millisecond)
	bar.Advance()
	out.Reset()
	bar.items, bar.seconds = average{}, average{}
	bar.show(0, "short")
	require.Equal(t, "\rshort"+"                                        ", out.String())
}

func TestConcurrentBars(t *testing.T) {
	log, out, advance := testLog()
	first := log.NewBar(1)
	second := log.NewBar(2)
	log.Record(Info, "synthesis text 一")
	advance(200 * time.Millisecond)
	second.Advance()
	first.Advance()
	first.Close()
	third := log.NewBar(1)
	advance(200 * time.Millisecond)
	second.Advance()
	second.Close()
	third.Close()
	require.Equal(t, "\r  0%|          | 0/1 [00:00<?, ?it/s]"+
		"\n\r  0%|          | 0/2 [00:00<?, ?it/s]\x1b[A"+
		"2026-11-23 16:28:51,424 INFO synthesis text 一\n"+
		"\n\r 50%|█████     | 1/2 [00:00<00:00,  5.00it/s]\x1b[A"+
		"\r100%|██████████| 1/1 [00:00<00:00,  5.00it/s]"+
		"\r100%|██████████| 1/1 [00:00<00:00,  5.00it/s]\n"+
		"\r  0%|          | 0/1 [00:00<?, ?it/s]"+
		"\n\r100%|██████████| 2/2 [00:00<00:00,  5.00it/s]\x1b[A"+
		"\r100%|██████████| 2/2 [00:00<00:00,  5.00it/s]\n"+
		"\r  0%|          | 0/1 [00:00<?, ?it/s]\n", out.String())
}
