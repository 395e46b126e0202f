package top

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"
	"golang.org/x/term"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/diagnosis"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

// Options are what is shown, and how.
type Options struct {
	Host     string // "" for the first that is heard
	Language words.Language
}

// Show shows what a source tells: live on a terminal until q is pressed or ctx ends, elsewhere once.
func Show(ctx context.Context, source Source, o Options, out io.Writer) error {
	file, isFile := out.(*os.File)
	if !isFile || !term.IsTerminal(int(file.Fd())) {
		return once(ctx, source, o, out)
	}
	ctx, end := context.WithCancel(ctx)
	defer end()
	screen := newScreen(source.Name(o.Language), o, lipgloss.NewRenderer(out))
	program := tea.NewProgram(screen, tea.WithAltScreen(), tea.WithContext(ctx), tea.WithOutput(out), tea.WithoutSignalHandler())
	watched := make(chan error, 1)
	go func() {
		err := source.Watch(ctx, func(n News) { program.Send(n) })
		watched <- err
		if err != nil {
			program.Quit()
		}
	}()
	_, err := program.Run()
	if errors.Is(err, tea.ErrProgramKilled) && ctx.Err() != nil {
		err = nil // it was asked to end
	}
	end()
	watchErr := <-watched
	return errors.Join(watchErr, err)
}

// plainWidth is that of a picture that no terminal shows.
const plainWidth = 80

// patience is how long a picture that is shown once waits for its first reading.
const patience = 30 * time.Second

// errShown ends a source after a picture.
var errShown = errors.New("shown")

// once prints a picture as soon as there is something to show. A plugin's first reading knows no
// rates, its second one does.
func once(ctx context.Context, source Source, o Options, out io.Writer) error {
	ctx, cancel := context.WithTimeoutCause(ctx, patience, words.TopNothing.With(source.Name(o.Language), words.Span(patience.Seconds())))
	defer cancel()
	ctx, end := context.WithCancelCause(ctx)
	defer end(nil)
	s := newScreen(source.Name(o.Language), o, lipgloss.NewRenderer(out))
	s.size(plainWidth, 0)
	err := source.Watch(ctx, func(n News) {
		if n.Problem != nil {
			end(n.Problem)
			return
		}
		s.take(n)
		if s.board().complete() {
			end(errShown)
		}
	})
	if err != nil {
		return err
	}
	if cause := context.Cause(ctx); !errors.Is(cause, errShown) {
		return cause
	}
	_, err = fmt.Fprintln(out, s.View())
	return err
}

// complete says that a rate is known, which takes two readings.
func (b Board) complete() bool { return !b.At.IsZero() && b.CPU != nil }

// screen is the model of Bubble Tea, https://github.com/charmbracelet/bubbletea.
type screen struct {
	options  Options
	source   string
	look     look
	recorder *recorder
	findings []diagnosis.Finding
	judged   []string
	problem  error
	paused   bool
	view     view
}

func newScreen(source string, o Options, terminal *lipgloss.Renderer) *screen {
	return &screen{options: o, source: source, look: newLook(terminal), recorder: newRecorder(), view: view{width: plainWidth}}
}

// tick has the age of the readings told anew.
type tick time.Time

func everySecond() tea.Cmd {
	return tea.Tick(time.Second, func(at time.Time) tea.Msg { return tick(at) })
}

// Init implements tea.Model.
func (s *screen) Init() tea.Cmd { return everySecond() }

// Update implements tea.Model.
func (s *screen) Update(message tea.Msg) (tea.Model, tea.Cmd) {
	switch message := message.(type) {
	case tea.WindowSizeMsg:
		s.size(message.Width, message.Height)
	case tick:
		s.draw()
		return s, everySecond()
	case News:
		s.take(message)
	case tea.KeyMsg:
		switch message.String() {
		case "q", "ctrl+c", "esc":
			return s, tea.Quit
		case "p", " ":
			s.paused = !s.paused
		case "tab":
			s.next(1)
		case "shift+tab":
			s.next(-1)
		}
		s.draw()
	}
	return s, nil
}

// View implements tea.Model.
func (s *screen) View() string { return s.view.String() }

func (s *screen) size(width, height int) {
	s.view.width, s.view.height = max(width, 20), height
	s.draw()
}

func (s *screen) take(n News) {
	s.problem = n.Problem
	for _, p := range n.Points {
		s.recorder.add(p)
	}
	if n.Problem == nil {
		s.findings, s.judged = n.Findings, n.Judged
	}
	s.recorder.forget(time.Now())
	s.draw()
}

// next chooses the machine that is shown.
func (s *screen) next(step int) {
	hosts := s.recorder.hosts()
	if len(hosts) == 0 {
		return
	}
	i := slices.Index(hosts, s.view.board.Host)
	s.options.Host = hosts[(i+step+len(hosts))%len(hosts)]
	s.paused = false
}

func (s *screen) board() Board {
	b := s.recorder.board(s.options.Host)
	b.Judged = slices.Contains(s.judged, b.Host)
	if s.findings != nil {
		b.Findings = slices.DeleteFunc(slices.Clone(s.findings), func(f diagnosis.Finding) bool { return f.Host != b.Host })
	} else {
		b.Findings = s.recorder.facts(b.Host, b.At.Add(-lately))
	}
	return b
}

// draw settles what is shown; while it is paused that stays.
func (s *screen) draw() {
	source := s.source
	if s.paused {
		source = words.TopPaused.In(s.options.Language)
	}
	drawn := view{
		board: s.view.board, source: source, problem: s.problem, now: s.view.now,
		width: s.view.width, height: s.view.height, language: s.options.Language, look: s.look,
	}
	if !s.paused {
		drawn.board, drawn.now = s.board(), time.Now()
	}
	s.view = drawn
}
