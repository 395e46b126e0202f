package synthesis

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/synthesis/datagram"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/synthesis/logline"
)

func startReport(id string, second float64) *datagram.Report {
	return &datagram.Report{
		Event: datagram.Started, ID: id,
		Request: datagram.Request{Mode: logline.SFT, Stream: true, Characters: new(12), Start: moment(second)},
	}
}

func endReport(id string, started, ended float64) *datagram.Report {
	r := startReport(id, started)
	r.Event = datagram.Ended
	r.Result = datagram.Result{
		Outcome:      datagram.OK,
		FirstSegment: moment(started + 0.25), FirstChunk: moment(started + 0.5),
		LastChunk: moment(ended), End: moment(ended + 0.01),
		Segments: new(1), Chunks: 3, AudioSeconds: new(8.0), ComputeSeconds: 0.8,
		Torch: &datagram.TorchMemory{
			Start: datagram.AllocatorState{Retries: 1},
			End:   &datagram.AllocatorState{AllocatedBytes: 5, ReservedBytes: 6, PeakBytes: 7, Retries: 3},
		},
	}
	return r
}

func TestReportedSynthesis(t *testing.T) {
	var r reported
	r.add(startReport("a", 10))
	r.add(startReport("b", 11))
	require.Equal(t, Live{InFlight: 2, OldestSeconds: new(2.0)}, r.live(moment(12)))
	r.add(endReport("b", 11, 13))
	r.add(endReport("a", 10, 14))
	require.Zero(t, r.live(moment(15)).InFlight)

	found := r.replace(News{}, true).Syntheses
	require.Len(t, found, 2)
	s := found[1]
	require.Equal(t, "a", s.ID)
	require.Equal(t, moment(10.25), s.Start)
	require.Equal(t, moment(14), s.End)
	require.InDelta(t, 0.25, *s.WaitSeconds, 1e-9)
	require.InDelta(t, 0.25, *s.FirstChunkSeconds, 1e-9)
	require.InDelta(t, 0.1, *s.RTF(), 1e-9)
	require.Equal(t, 2, s.ConcurrencyMax)
	require.Greater(t, s.ConcurrencyMean, 1.0)
	require.Equal(t, int64(2), s.Torch.Retries)
	require.False(t, s.Inferred)
	require.Empty(t, r.replace(News{}, true).Syntheses, "handed out once")
}

// What a server reports takes the place of what its log tells of the same time, and of
// nothing else.
func TestReportsReplaceTheLog(t *testing.T) {
	var r reported
	r.past = span{moment(0), moment(3)}
	r.add(startReport("a", 10))
	r.add(endReport("a", 10, 14))
	log := News{Syntheses: []Synthesis{
		{ID: "reported to the program before", Start: moment(1)},
		{ID: "while no program ran", Start: moment(5)},
		{ID: "the same as a", Start: moment(10.25)},
	}}
	var ids []string
	for _, s := range r.replace(log, true).Syntheses {
		ids = append(ids, s.ID)
	}
	require.Equal(t, []string{"a", "while no program ran"}, ids)
}

// Of what went on while no program took reports, the log tells all but that of which the
// end is reported.
func TestAnEndAloneReplacesItsOwnSynthesis(t *testing.T) {
	var r reported
	r.add(endReport("a", 10, 14))
	log := News{Syntheses: []Synthesis{
		{ID: "its reports were lost", Start: moment(11)},
		{ID: "the same as a", Start: moment(10.252)},
	}}
	var ids []string
	for _, s := range r.replace(log, true).Syntheses {
		ids = append(ids, s.ID)
	}
	require.Equal(t, []string{"a", "its reports were lost"}, ids)
}

// A request in work when this program ends is left to the log, since nobody may take its
// last report.
func TestReportedSpanEndsBeforeWhatIsInWork(t *testing.T) {
	var r reported
	require.Zero(t, r.span(moment(5)))
	r.add(startReport("a", 10))
	r.add(endReport("a", 10, 14))
	require.Equal(t, span{moment(10), moment(20)}, r.span(moment(20)))
	r.add(startReport("b", 16))
	require.Equal(t, span{moment(10), moment(16)}, r.span(moment(20)))
}

func TestReportedErrorsAreEventsWithoutALog(t *testing.T) {
	failed := endReport("a", 10, 14)
	failed.Outcome, failed.Failure = datagram.Failed, datagram.Failure{Exception: "torch.OutOfMemoryError", Error: logline.OutOfMemory}
	for _, hasLog := range []bool{true, false} {
		var r reported
		r.add(failed)
		news := r.replace(News{}, hasLog)
		require.Equal(t, logline.OutOfMemory, news.Syntheses[0].Error)
		require.Equal(t, hasLog, len(news.Faults) == 0, "the log tells them itself")
	}
}

func TestLostEndIsForgotten(t *testing.T) {
	var r reported
	r.add(startReport("a", 10))
	require.Equal(t, 1, r.live(moment(20)).InFlight)
	require.Zero(t, r.live(moment(20).Add(lostReport)).InFlight)
	r.add(startReport("b", 4000))
	require.Equal(t, 1, r.load.InFlight)
}

// A server that is killed, or a request whose thread died, reports no end.
func TestWhatNeverReportsItsEndIsToldByTheLog(t *testing.T) {
	var r reported
	r.add(startReport("a", 10))
	log := News{Syntheses: []Synthesis{
		{ID: "stuck", Start: moment(10.25), Outcome: Stuck},
		{ID: "killed", Start: moment(10.25), Outcome: Failed, Error: logline.Killed},
		{ID: "the same as a", Start: moment(10.25), Outcome: OK},
	}}
	require.Len(t, r.replace(log, true).Syntheses, 2)
}

// A release belongs to no synthesis, and is told whether there is a log or not.
func TestReportedRelease(t *testing.T) {
	for _, hasLog := range []bool{true, false} {
		var r reported
		release := datagram.Release{Trigger: datagram.Asked, Outcome: datagram.GivenBack, Freed: &datagram.Freed{FreedBytes: 3}}
		r.add(&datagram.Report{Event: datagram.Released, ID: "a", Time: moment(5), Release: release})
		found := r.replace(News{}, hasLog).Releases
		require.Len(t, found, 1)
		require.Equal(t, release, found[0].Release)
		require.WithinRange(t, found[0].At, moment(5), moment(5).Add(999))
		require.Empty(t, r.replace(News{}, hasLog).Releases, "handed out once")
		require.True(t, r.isEmpty(), "nothing to remember, and the log's syntheses stay")
	}
}
