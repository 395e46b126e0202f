package main

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/fakenvml"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/simulator/pylog"
)

type arrival struct {
	wait    time.Duration
	request request
}

func firstArrivals(seed uint64) []arrival {
	a := newArrivals(settings{Seed: seed, RequestsPerMinute: 60})
	sequence := make([]arrival, 1000)
	for i := range sequence {
		sequence[i].wait, sequence[i].request = a.next()
	}
	return sequence
}

func TestSeedRepeatsTheRequests(t *testing.T) {
	require.Equal(t, firstArrivals(7), firstArrivals(7))
	require.NotEqual(t, firstArrivals(7), firstArrivals(8))
	var sum time.Duration
	streamed := 0
	segments := make(map[int]int)
	for _, a := range firstArrivals(7) {
		sum += a.wait
		segments[len(split(a.request.Text))]++
		if a.request.Stream {
			streamed++
		}
	}
	require.InDelta(t, 1000, sum.Seconds(), 100)
	require.InDelta(t, 333, streamed, 60)
	require.Len(t, segments, 4)
	require.InDelta(t, 600, segments[1], 60)
}

func TestSplit(t *testing.T) {
	for want := 1; want <= 4; want++ {
		text := randomText(rand.New(rand.NewPCG(1, 2)), want)
		segments := split(text)
		require.Len(t, segments, want)
		require.Equal(t, text, strings.Join(segments, ""))
	}
	long := strings.Repeat("字", 60) + "。"
	require.Equal(t, []string{long + "短。"}, split(long+"短。"), "a short rest joins the segment before")
	require.Equal(t, []string{"短"}, split("短"))
	require.Empty(t, split(""))
}

func testEngine(factor float64) (*engine, *bytes.Buffer) {
	out := new(bytes.Buffer)
	return newEngine(pylog.New(out), newCard("", 0), truthFile{}, settings{RealTimeFactor: factor}), out
}

func TestStreamedChunks(t *testing.T) {
	e, _ := testEngine(0.001)
	text := strings.Repeat("字", 60) + "。" // about 350 tokens
	total := speechTokens(text)
	chunks := func() (sizes []int) {
		err := e.synthesize(context.Background(), request{Mode: sft, Stream: true, Text: text}, func(samples int) error {
			sizes = append(sizes, samples/samplesPerToken)
			return nil
		})
		require.NoError(t, err)
		return sizes
	}
	require.Equal(t, []int{21, 50, 100, 100, total - 271}, chunks())
	require.Equal(t, []int{96, 100, 100, total - 296}, chunks(), "the step never shrinks")
}

func TestSynthesisStopsWithItsConsumer(t *testing.T) {
	e, out := testEngine(0.001)
	gone := errors.New("client is gone")
	text := strings.Repeat(strings.Repeat("字", 60)+"。", 2)
	err := e.synthesize(context.Background(), request{Mode: sft, Text: text}, func(int) error { return gone })
	require.ErrorIs(t, err, gone)
	require.Equal(t, 1, strings.Count(out.String(), "yield speech"))
	require.True(t, strings.HasSuffix(out.String(), "\r  0%|          | 0/2 [00:00<?, ?it/s]\n"))
	require.Zero(t, e.inFlight())
}

func TestRTFIsComputeTimeOverSpeech(t *testing.T) {
	e, out := testEngine(0.05)
	const consumer = 100 * time.Millisecond
	begin := time.Now()
	require.NoError(t, e.synthesize(context.Background(), request{Mode: sft, Stream: true, Text: shortText}, func(int) error {
		time.Sleep(consumer)
		return nil
	}))
	took := time.Since(begin)
	yields := regexp.MustCompile(`yield speech len (\S+), rtf (\S+)\n`).FindAllStringSubmatch(out.String(), -1)
	require.Len(t, yields, 3)
	var speech, compute float64
	for _, yield := range yields {
		length, err := strconv.ParseFloat(yield[1], 64)
		require.NoError(t, err)
		rtf, err := strconv.ParseFloat(yield[2], 64)
		require.NoError(t, err)
		require.GreaterOrEqual(t, rtf, 0.05)
		speech += length
		compute += rtf * length
	}
	require.InDelta(t, float64(speechTokens(shortText))*0.04, speech, 1e-9)
	require.InDelta(t, (took - 3*consumer).Seconds(), compute, 0.08, "the consumer's time does not count")
}

func TestWorkIsShared(t *testing.T) {
	begin := time.Now()
	require.NoError(t, work(context.Background(), 50*time.Millisecond, func() int { return 3 }))
	require.GreaterOrEqual(t, time.Since(begin), 150*time.Millisecond)
	stopped, cancel := context.WithCancel(context.Background())
	cancel()
	require.ErrorIs(t, work(stopped, time.Hour, func() int { return 1 }), context.Canceled)
}

func TestOutOfMemoryText(t *testing.T) {
	err := &outOfMemory{Tried: 384 * mebibyte, Total: 24144 * mebibyte, Free: 300 * mebibyte, Own: 22500 * mebibyte,
		Others: []fakenvml.Process{{PID: 4711, MemoryBytes: new(uint64(1344 * mebibyte))}}}
	require.Equal(t, "CUDA out of memory. Tried to allocate 384.00 MiB. GPU 0 has a total capacity of 23.58 GiB of which 300.00 MiB is free. "+
		"Process 4711 has 1.31 GiB memory in use. Including non-PyTorch memory, this process has 21.97 GiB memory in use. "+
		"Of the allocated memory 21.20 GiB is allocated by PyTorch, and 310.00 MiB is reserved by PyTorch but unallocated. "+
		"If reserved but unallocated memory is large try setting PYTORCH_CUDA_ALLOC_CONF=expandable_segments:True to avoid fragmentation.  "+
		"See documentation for Memory Management  (https://pytorch.org/docs/stable/notes/cuda.html#environment-variables)", err.Error())
}

func TestTemperatureFollowsTheLoad(t *testing.T) {
	d := fakenvml.DefaultDevice(0)
	var s sensor
	for range 4 * 120 {
		s.show(&d, 2, gpuPeriod)
	}
	require.InDelta(t, 72, float64(*d.TemperatureC), 5)
	for range 4 * 300 {
		s.show(&d, 0, gpuPeriod)
	}
	require.InDelta(t, 38, float64(*d.TemperatureC), 1)
	d.TemperatureC = new(uint64(90))
	s.show(&d, 0, gpuPeriod)
	require.EqualValues(t, 90, *d.TemperatureC, "a value that somebody set drifts from there")
}

func TestUnsupportedReadingsStayUnsupported(t *testing.T) {
	d := fakenvml.DefaultDevice(0)
	d.PowerMilliwatts, d.MemoryUsedBytes = nil, nil
	new(sensor).show(&d, 1, gpuPeriod)
	setOwn(&d, 5)
	require.Nil(t, d.PowerMilliwatts)
	require.Nil(t, d.MemoryUsedBytes)
}
