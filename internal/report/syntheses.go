package report

import (
	"cmp"
	"math"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/causes"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/diagnosis"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

// Failure is a way in which syntheses failed.
type Failure struct {
	Name, Last string
	Number     int64
}

// Failures are all ways, the most frequent first.
func (p *page) Failures() (rows []Failure) {
	for _, f := range p.Summary.Failures {
		if !clientLeft(f) {
			rows = append(rows, Failure{diagnosis.FailureName(f.Outcome, f.Error, p.language), p.when(f.Last), f.Number})
		}
	}
	return rows
}

// NoFailures tells "none" from "not known".
func (p *page) NoFailures() string {
	if p.syntheses() == 0 {
		return p.say("failures_unknown")
	}
	return p.say("failures_nothing")
}

// Explained is a synthesis and why it went as it did.
type Explained struct {
	End, Mode, What                          string
	Took, Audio, RTF, FirstChunk, AtOnce     string
	Why, Sure, Answer, Now, RequestID, Title string
}

// Failed are the newest failure of each kind.
func (p *page) Failed() []Explained { return p.explained(p.Report.Failed) }

// Slowest are the syntheses that took the longest.
func (p *page) Slowest() []Explained { return p.explained(p.Report.Slowest) }

func (p *page) explained(answers []*diagnosis.Answer) (rows []Explained) {
	for _, a := range answers {
		s := a.Synthesis
		figure := func(unit, name string) string {
			value, known := s.Figures[name]
			if !known {
				value = math.NaN()
			}
			return p.amount(unit, value)
		}
		row := Explained{
			End: s.At.In(p.zone).Format("01-02 15:04:05"), Mode: cmp.Or(s.Mode, p.say("unknown_figure")), What: diagnosis.FailureName(s.Outcome, s.Error, p.language), RequestID: s.RequestID,
			Took: figure("seconds", "duration_seconds"), Audio: figure("seconds", "audio_seconds"), RTF: figure("number", "rtf"),
			FirstChunk: figure("seconds", "first_chunk_seconds"), AtOnce: figure("number", "concurrency_mean"),
		}
		switch {
		case a.Cause != nil:
			texts := causes.Find(a.Cause.Code).In(p.language)
			row.Title, row.Why, row.Answer, row.Now = texts.Title, texts.Title, texts.Answer, texts.Now
			row.Sure = words.SureTexts[string(a.Sure)].In(p.language)
		case len(a.Missing) > 0 && a.Missing[0] == diagnosis.NoData:
			row.Why = p.say("why_blind")
		case s.Outcome == "ok" && s.Error == "":
			row.Why = p.say("why_well")
		default:
			row.Why = p.say("why_unknown")
		}
		rows = append(rows, row)
	}
	return rows
}
