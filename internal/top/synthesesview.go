package top

import (
	"strings"
	"time"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

// syntheses are the last ones, as many as fit.
func (v view) syntheses(room int) []string {
	if v.board.At.IsZero() {
		return nil
	}
	title := v.look.head.Render(words.TopSyntheses.In(v.language))
	if v.board.RTF != nil {
		title += "   " + words.TopRTF.With(rtf(v.board.RTF), int(lately.Minutes())).In(v.language)
	}
	if v.board.First != nil {
		title += "   " + words.TopFirst.With(v.figure("seconds", v.board.First)).In(v.language)
	}
	if len(v.board.Syntheses) == 0 {
		return []string{title, v.look.quiet.Render(words.TopNoSynthesis.With(int(remembered.Minutes())).In(v.language))}
	}
	fit := len(v.board.Syntheses)
	if v.height > 0 {
		fit = min(fit, max(room-2, 0))
	} else {
		fit = min(fit, 10)
	}
	rows := grid{{words.ReplayEnd.In(v.language), words.ReplayMode.In(v.language), words.ReplayOutcome.In(v.language),
		words.ReplayDuration.In(v.language), words.ReplayFirstChunk.In(v.language), words.ReplayAudio.In(v.language), "RTF"}}
	for _, s := range v.board.Syntheses[:fit] {
		rows = append(rows, []string{s.At.Local().Format(time.TimeOnly), orDash(s.Mode), v.outcome(s),
			v.figure("seconds", s.Duration), v.figure("seconds", s.FirstChunk), v.figure("seconds", s.Audio), rtf(s.RTF)})
	}
	lines := rows.align(3)
	lines[0] = v.look.quiet.Render(lines[0])
	for i, s := range v.board.Syntheses[:fit] {
		if s.Outcome != "ok" || s.Error != "" {
			lines[1+i] = v.look.warn.Render(lines[1+i])
		}
	}
	return append([]string{title}, lines...)
}

func (v view) outcome(s Synthesis) string {
	name, known := words.Outcomes[s.Outcome]
	if s.Outcome == "ok" && s.Error != "" {
		name = words.ReplayCutShort
	}
	if !known {
		return orDash(s.Outcome) // of a server that tells its audio files alone
	}
	return strings.TrimSpace(name.In(v.language) + " " + s.Error)
}
