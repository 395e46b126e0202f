package top

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/diagnosis"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

func cpu(host string, at time.Time, percent float64) Point {
	return Point{"system_metrics", at, map[string]string{"host": host}, map[string]any{"cpu_usage_percent": percent, "memory_used_mb": 1.0, "memory_total_mb": 2.0}}
}

func server(host string, at time.Time) Point {
	return Point{"cosyvoice_service", at, map[string]string{"host": host, "instance": "50000"}, map[string]any{"up": int64(1), "state": "ready"}}
}

func press(s *screen, key tea.KeyMsg) tea.Cmd {
	_, command := s.Update(key)
	return command
}

func TestKeys(t *testing.T) {
	s := newScreen("here", Options{Language: words.English}, lipgloss.NewRenderer(&bytes.Buffer{}))
	s.Update(tea.WindowSizeMsg{Width: 80, Height: 24})
	now := time.Now()
	s.Update(News{Points: []Point{server("a", now), cpu("a", now, 11), server("b", now), cpu("b", now, 22)}, Judged: []string{"a", "b"}, Findings: []diagnosis.Finding{{Code: "host_bound", Severity: "warning", Host: "b"}}})
	assert.Contains(t, s.View(), "CPU 11 %")
	assert.Contains(t, s.View(), "✓ All is well.", "what is found is of the other machine")
	assert.Contains(t, s.View(), "next of 2 machines")

	press(s, tea.KeyMsg{Type: tea.KeyTab})
	assert.Contains(t, s.View(), "CPU 22 %")
	assert.NotContains(t, s.View(), "All is well.")
	press(s, tea.KeyMsg{Type: tea.KeyTab})
	assert.Contains(t, s.View(), "CPU 11 %", "round")

	press(s, tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("p")})
	seen := s.view.now
	s.Update(News{Points: []Point{cpu("a", now.Add(time.Second), 33)}})
	assert.Equal(t, seen, s.view.now, "the readings grow no older while it is paused")
	assert.Contains(t, s.View(), "CPU 11 %", "paused")
	assert.Contains(t, s.View(), "paused")
	press(s, tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("p")})
	assert.Contains(t, s.View(), "CPU 33 %")

	for _, key := range []tea.KeyMsg{{Type: tea.KeyRunes, Runes: []rune("q")}, {Type: tea.KeyCtrlC}} {
		command := press(s, key)
		require.NotNil(t, command)
		assert.IsType(t, tea.QuitMsg{}, command())
	}
}

func TestFindingsStayWhileInfluxDBIsAway(t *testing.T) {
	s := newScreen("here", Options{Language: words.English}, lipgloss.NewRenderer(&bytes.Buffer{}))
	s.Update(News{Points: []Point{server("a", time.Now()), cpu("a", time.Now(), 11)}, Judged: []string{"a"}, Findings: []diagnosis.Finding{{Code: "host_bound", Severity: "warning", Host: "a"}}})
	s.Update(News{Problem: errors.New("it is away")})
	assert.Contains(t, s.View(), "it is away")
	assert.Contains(t, s.View(), "CPU 11 %")
	s.Update(News{Points: []Point{cpu("a", time.Now(), 12)}, Judged: []string{"a"}, Findings: []diagnosis.Finding{}})
	assert.NotContains(t, s.View(), "it is away")
	assert.Contains(t, s.View(), "✓ All is well.")
	s.Update(News{Points: []Point{cpu("a", time.Now(), 12)}, Findings: []diagnosis.Finding{}})
	assert.NotContains(t, s.View(), "All is well.", "no task has judged")
}

// told is a source that tells what it holds and waits.
type told []News

func (told) Name(words.Language) string { return "the test" }

func (all told) Watch(ctx context.Context, tell func(News)) error {
	for _, n := range all {
		tell(n)
	}
	<-ctx.Done()
	return nil
}

func TestWithoutATerminalItIsShownOnce(t *testing.T) {
	now := time.Now()
	first := Point{"system_metrics", now.Add(-time.Second), map[string]string{"host": "a"}, map[string]any{"memory_used_mb": 1.0}}
	var out bytes.Buffer
	require.NoError(t, Show(t.Context(), told{{Points: []Point{first}}, {Points: []Point{cpu("a", now, 11)}}}, Options{Language: words.English}, &out))
	assert.Contains(t, out.String(), "CPU 11 %", "rates are waited for")
	assert.NotContains(t, out.String(), "\x1b", "no colours")

	away := errors.New("it is away")
	require.ErrorIs(t, Show(t.Context(), told{{Problem: away}}, Options{}, &out), away)

	ended, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, Show(ended, told{}, Options{}, &out), context.Canceled)
}
