package top

import (
	"strings"

	"github.com/charmbracelet/lipgloss"
)

// grid is a table of texts.
type grid [][]string

// align gives each column the width of its widest text, with two spaces between them; the columns
// from one on, counted from 0, stand at the right.
func (g grid) align(right int) []string {
	widths := make([]int, len(g[0]))
	for _, row := range g {
		for i, cell := range row {
			widths[i] = max(widths[i], lipgloss.Width(cell))
		}
	}
	lines := make([]string, len(g))
	for n, row := range g {
		cells := make([]string, len(row))
		for i, cell := range row {
			if i >= right {
				cells[i] = strings.Repeat(" ", widths[i]-lipgloss.Width(cell)) + cell
			} else {
				cells[i] = pad(cell, widths[i])
			}
		}
		lines[n] = strings.Join(cells, "  ")
	}
	return lines
}

func pad(text string, width int) string {
	return text + strings.Repeat(" ", max(width-lipgloss.Width(text), 0))
}

// spread puts a text at each end of a line; where they do not fit, the second is left out.
func spread(left, right string, width int) string {
	between := width - lipgloss.Width(left) - lipgloss.Width(right)
	if between < 2 {
		return left
	}
	return left + strings.Repeat(" ", between) + right
}

func orDash(text string) string {
	if text == "" {
		return "–"
	}
	return text
}
