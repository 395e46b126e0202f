package top

import (
	"strings"

	"github.com/charmbracelet/lipgloss"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

// cards are a few lines each: how it is, who holds its memory, how that went.
func (v view) cards() string {
	if len(v.board.Cards) == 0 {
		if v.board.At.IsZero() {
			return ""
		}
		return v.look.quiet.Render(words.TopNoCard.In(v.language))
	}
	var lines []string
	for _, c := range v.board.Cards {
		name := v.look.head.Render(strings.TrimSpace("GPU " + v.number(c.Index) + "  " + c.Name))
		if c.State != "ok" {
			lines = append(lines, name+"  "+v.look.bad.Render(c.State))
			continue
		}
		readings := strings.Join([]string{
			v.figure("percent", c.Utilization), v.figure("celsius", c.Temperature), v.figure("watts", c.Power), v.figure("hz", c.Clock),
		}, "  ")
		lines = append(lines, spread(name, readings, v.width))
		lines = append(lines, v.memory(c)...)
	}
	return strings.Join(lines, "\n")
}

func (v view) memory(c Card) []string {
	if c.Total == nil || c.Used == nil || *c.Total <= 0 {
		return nil
	}
	// Where the driver does not tell the processes, all of it is simply used.
	parts := []part{{"▒", *c.Used}}
	legend := []string{}
	if c.Service != nil && c.Other != nil && c.Unowned != nil {
		parts = []part{{"█", *c.Service}, {"▓", *c.Other}, {"░", *c.Unowned}}
		for i, owner := range []words.Text{words.TopService, words.TopOther, words.TopUnowned} {
			if parts[i].value > 0 || i == 0 {
				legend = append(legend, parts[i].sign+" "+owner.In(v.language)+" "+v.figure("bytes", &parts[i].value))
			}
		}
	}
	used := words.TopOf.With(v.figure("bytes", c.Used), v.figure("bytes", c.Total), 100**c.Used / *c.Total).In(v.language)
	lines := []string{bar(max(v.width-lipgloss.Width(used)-2, 10), *c.Total, parts) + "  " + used}
	if len(legend) > 0 {
		lines = append(lines, strings.Join(legend, "   "))
	}
	if len(c.MemoryTrail) > 0 {
		low, high := c.MemoryTrail.bounds()
		lines = append(lines, v.course(words.MomentGPUMemory, c.MemoryTrail, 0, *c.Total, words.TopFromTo.With(v.figure("bytes", &low), v.figure("bytes", &high))))
	}
	return lines
}
