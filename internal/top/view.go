package top

import (
	"fmt"
	"strings"
	"time"

	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/ansi"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/causes"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

// silent is how old the newest reading is when it is told that nothing comes any more.
const silent = time.Minute

// look are the styles. What they tell is told by a sign or a word as well, and their colours are told
// apart by those who cannot tell red from green (Okabe and Ito, "Color Universal Design", 2008).
type look struct{ title, head, good, warn, bad, quiet lipgloss.Style }

func newLook(terminal *lipgloss.Renderer) look {
	colour := func(dark, light string) lipgloss.Style {
		return terminal.NewStyle().Foreground(lipgloss.AdaptiveColor{Dark: dark, Light: light})
	}
	return look{
		title: terminal.NewStyle().Bold(true), head: terminal.NewStyle().Bold(true),
		good: colour("#56B4E9", "#0072B2"), warn: colour("#E69F00", "#9A6A00").Bold(true), bad: colour("#FF8C42", "#B34A00").Bold(true),
		quiet: terminal.NewStyle().Faint(true),
	}
}

// view draws a board as lines of text, no wider and no more than fit.
type view struct {
	board         Board
	source        string // where the readings come from
	problem       error  // why there are no newer ones
	now           time.Time
	width, height int // of the terminal; a height of 0 is one without an end
	language      words.Language
	look          look
}

func (v view) String() string {
	blocks := []string{v.heading(), v.verdict(), v.servers(), v.cards(), v.host()}
	lines := []string{}
	for _, block := range blocks {
		if block != "" {
			lines = append(lines, strings.Split(block, "\n")...)
			lines = append(lines, "")
		}
	}
	lines = append(lines, v.syntheses(v.height-len(lines))...)
	if v.height > 0 && len(lines) > v.height {
		lines = lines[:v.height]
	}
	for i, line := range lines {
		lines[i] = strings.TrimRight(ansi.Truncate(line, v.width, "…"), " ")
	}
	return strings.Join(lines, "\n")
}

func (v view) heading() string {
	left := v.look.title.Render("CosyVoice  " + orDash(v.board.Host))
	if v.height > 0 {
		left += v.look.quiet.Render("   " + v.keys())
	}
	at := v.source
	if !v.board.At.IsZero() {
		at += "  " + v.board.At.Local().Format(time.TimeOnly)
	}
	return spread(left, v.look.quiet.Render(at), v.width)
}

func (v view) keys() string {
	if len(v.board.Hosts) > 1 {
		return words.TopKeysHosts.With(len(v.board.Hosts)).In(v.language)
	}
	return words.TopKeys.In(v.language)
}

// verdict is that all is well, or what is not and what to do.
func (v view) verdict() string {
	if v.problem != nil {
		return v.told(v.look.bad, "✗", words.Explain(v.problem, v.language))
	}
	if v.board.At.IsZero() {
		return v.told(v.look.warn, "…", words.TopWaiting.In(v.language))
	}
	lines := []string{}
	if age := v.now.Sub(v.board.At); age > silent {
		lines = append(lines, v.told(v.look.bad, "✗", words.TopSilent.With(words.Span(age.Seconds())).In(v.language)))
	}
	for _, fault := range v.board.Faults {
		lines = append(lines, v.told(v.look.bad, "✗", fault.In(v.language)))
	}
	for i, f := range v.board.Findings {
		text := causes.Find(f.Code).In(v.language)
		style, sign := v.look.warn, "!"
		switch f.Severity {
		case "error":
			style, sign = v.look.bad, "✗"
		case "info":
			style, sign = v.look.quiet, "i"
		}
		answer := ""
		if i == 0 {
			answer = text.Answer // what to do about the others `why` tells
		}
		finding := words.TopFinding.With(text.Title, f.Since.Local().Format("15:04"), answer).In(v.language)
		lines = append(lines, v.told(style, sign, strings.TrimSpace(finding)))
		if i == 0 {
			lines = append(lines, v.told(v.look.title, "→", text.Now))
		}
	}
	if len(lines) == 0 && len(v.board.Servers) == 0 {
		lines = append(lines, v.told(v.look.warn, "?", words.HealthNoServer.In(v.language)))
	}
	if len(lines) == 0 {
		well := words.HealthOK
		if !v.board.Judged {
			well = words.TopWellLocal
		}
		lines = append(lines, v.told(v.look.good, "✓", well.In(v.language)))
	}
	return strings.Join(lines, "\n")
}

// breaks are where a line may end in Chinese, which has no spaces.
const breaks = "，。；：、）"

// told wraps a text behind a sign.
func (v view) told(style lipgloss.Style, sign, text string) string {
	wrapped := strings.Split(ansi.Wrap(text, v.width-2, breaks), "\n")
	for i, line := range wrapped {
		wrapped[i] = "  " + line
	}
	wrapped[0] = style.Render(sign) + wrapped[0][1:]
	return strings.Join(wrapped, "\n")
}

// servers are a row each.
func (v view) servers() string {
	if len(v.board.Servers) == 0 {
		if v.board.At.IsZero() {
			return ""
		}
		return v.look.quiet.Render(words.TopNoServer.In(v.language))
	}
	rows := grid{{
		words.TopServer.In(v.language), words.TopState.In(v.language), words.TopUptime.In(v.language), words.TopInFlight.In(v.language),
		words.TopOldest.In(v.language), words.TopCPU.In(v.language), words.TopMemory.In(v.language), words.MomentGPUMemory.In(v.language),
	}}
	for _, s := range v.board.Servers {
		state := s.State
		if known, ok := words.ServerStates[state]; ok {
			state = known.In(v.language)
		}
		rows = append(rows, []string{
			s.Instance, state, v.figure("seconds", s.Uptime), v.figure("number", s.InFlight), v.figure("seconds", s.Oldest),
			v.figure("percent", s.CPU), v.figure("bytes", s.Memory), v.figure("bytes", s.GPUMemory),
		})
	}
	lines := rows.align(3)
	lines[0] = v.look.head.Render(lines[0])
	for i, s := range v.board.Servers {
		if len(s.FlightTrail) > 0 {
			_, most := s.FlightTrail.bounds()
			lines[1+i] += "\n" + v.course(words.MomentInFlight, s.FlightTrail, 0, max(most, 1), words.TopMost.With(v.figure("number", &most)))
		}
	}
	return strings.Join(lines, "\n")
}

// host is a line of figures and one of the processors' course.
func (v view) host() string {
	b := v.board
	if b.CPU == nil && b.Memory == nil {
		return ""
	}
	figures := []string{v.look.head.Render(words.TopHost.In(v.language)),
		words.TopHostCPU.With(v.figure("percent", b.CPU)).In(v.language),
		words.TopHostMemory.With(v.figure("bytes", b.Memory), v.figure("bytes", b.MemoryAll)).In(v.language)}
	lines := []string{strings.Join(figures, "   ")}
	if len(b.CPUTrail) > 0 {
		low, high := b.CPUTrail.bounds()
		lines = append(lines, v.course(words.MomentCPU, b.CPUTrail, 0, 100, words.TopFromTo.With(v.figure("percent", &low), v.figure("percent", &high))))
	}
	return strings.Join(lines, "\n")
}

// course is a sparkline of the last half hour, with a name before it and its range behind.
func (v view) course(name words.Text, trail Trail, low, high float64, says words.Message) string {
	const names = 18
	text := says.In(v.language)
	width := max(v.width-names-lipgloss.Width(text)-2, 10)
	line := sparkline(trail, v.board.At, remembered, width, low, high)
	return v.look.quiet.Render(pad(name.In(v.language), names)) + line + "  " + v.look.quiet.Render(text)
}

// figure is a value with its unit, a dash where it is not known.
func (v view) figure(unit string, value *float64) string {
	if value == nil {
		return "–"
	}
	return causes.Figure{Unit: unit}.Format(*value, v.language)
}

func rtf(value *float64) string {
	if value == nil {
		return "–"
	}
	return fmt.Sprintf("%.3f", *value)
}

func (v view) number(value *float64) string {
	if value == nil {
		return ""
	}
	return fmt.Sprintf("%.0f", *value)
}
