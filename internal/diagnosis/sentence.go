package diagnosis

import (
	"cmp"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/causes"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

// Sentence is the answer in one.
func (a *Answer) Sentence(language words.Language) string {
	failed := a.Synthesis != nil && a.Synthesis.well() == 0
	reason := words.WhyNothing.In(language)
	switch {
	case a.Cause != nil:
		reason = causes.Find(a.Cause.Code).In(language).Answer
	case len(a.Missing) > 0 && a.Missing[0] == NoData:
		return words.WhyBlind.In(language)
	case failed || a.Event != nil:
		reason = words.WhyNoReason.In(language)
	case a.Synthesis != nil:
		figures := a.Synthesis.Figures
		reason = words.WhyWell.With(words.Span(figures["duration_seconds"]), words.Span(figures["audio_seconds"])).In(language)
	}
	at := words.Clock(a.At)
	switch {
	case failed:
		return words.WhyFailed.With(at, cmp.Or(a.Synthesis.Error, a.Synthesis.Outcome), reason).In(language)
	case a.Synthesis != nil:
		return words.WhyEnded.With(at, reason).In(language)
	case a.Event != nil:
		return words.WhyEvent.With(at, words.OneLine(a.Event.Message), reason).In(language)
	case a.Cause != nil || a.Asked:
		return words.WhyThen.With(at, reason).In(language)
	}
	return words.WhyQuiet.In(language)
}

// FailureName names how a synthesis failed, by its outcome and the class of its error.
func FailureName(outcome, class string, language words.Language) string {
	name := cmp.Or(class, outcome)
	if cause := causes.OfError(class); cause != nil {
		name = words.CauseNamed.With(cause.In(language).Title, class).In(language)
	}
	switch outcome {
	case "stuck":
		return words.OutcomeStuck.In(language)
	case "abandoned":
		return words.OutcomeLeft.In(language)
	case "ok":
		return words.OutcomeCut.With(name).In(language)
	}
	return name
}
