package main

import (
	"fmt"
	"slices"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/release"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

const (
	// maybeStuck is how old a synthesis must be, in seconds, to be suspicious by that alone.
	maybeStuck = 600
	// little is the share of a card below which it is of no use that it was kept unused.
	little = 0.01
)

// showReleases says a sentence for each process, and what there is to know beside.
func (t *tool) showReleases(results []release.Result) {
	for i := range results {
		r := &results[i]
		fmt.Fprintln(t.stdout, releaseSentence(r).In(t.language))
		for _, remark := range releaseRemarks(r) {
			fmt.Fprintln(t.stdout, "  "+remark.In(t.language))
		}
	}
	if slices.ContainsFunc(results, func(r release.Result) bool { return r.Outcome == release.NoFile }) {
		fmt.Fprintln(t.stdout)
		t.say(words.ReleaseLines)
	}
}

func releaseSentence(r *release.Result) words.Message {
	reason := words.OneLine(r.Reason)
	switch r.Outcome {
	case release.Released:
		return words.ReleaseDone.With(r.Instance, r.PID, gib(r.FreedBytes), r.Seconds)
	case release.Busy:
		return words.ReleaseBusy.With(r.Instance, r.PID, words.Span(r.WaitedSeconds), r.InFlight, words.Span(r.OldestSeconds))
	case release.NoGPU:
		return words.ReleaseNoGPU.With(r.Instance, r.PID)
	case release.Failed:
		return words.ReleaseFailed.With(r.Instance, r.PID, words.OneLine(r.Exception))
	case release.NotUnderstood:
		return words.ReleaseOtherVersion.With(r.Instance, r.PID)
	case release.NoFile:
		return words.ReleaseNoFile.With(r.Instance, r.PID)
	case release.Denied:
		return words.ReleaseDenied.With(r.Instance, r.PID, reason)
	default:
		return words.ReleaseNoAnswer.With(r.Instance, r.PID, reason)
	}
}

func releaseRemarks(r *release.Result) []words.Message {
	var remarks []words.Message
	total := int64(0)
	for _, d := range r.Devices {
		total += d.Before.CardTotalBytes
		remarks = append(remarks, words.ReleaseDevice.With(d.Index,
			gib(d.After.ReservedBytes), gib(d.Before.ReservedBytes), gib(d.After.AllocatedBytes),
			gib(d.After.CardUsedBytes), gib(d.After.CardTotalBytes), gib(d.Before.CardUsedBytes)))
	}
	if r.Outcome == release.Released && float64(r.FreedBytes) <= little*float64(total) {
		remarks = append(remarks, words.ReleaseLittle.With())
	}
	if r.LeftBehind > 0 {
		remarks = append(remarks, words.ReleaseLeftBehind.With(r.LeftBehind))
	}
	if r.OldestSeconds >= maybeStuck {
		remarks = append(remarks, words.ReleaseMaybeStuck.With())
	}
	return remarks
}

func gib(bytes int64) float64 { return float64(bytes) / (1 << 30) }
