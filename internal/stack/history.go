package stack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"time"

	"github.com/prometheus/procfs"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/files"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/influx"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/past"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/toolkit"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/fakenvml"
)

// historyNote stands in the demo's folder once a history was begun: by it one that was cut off is
// filled to its end.
type historyNote struct {
	From   time.Time `json:"from"`
	Anchor time.Time `json:"anchor"`
	Seed   uint64    `json:"seed"`
	Done   bool      `json:"done"`
}

func (f Folder) historyNote() string { return f.path("demo", "history.json") }

func (f Folder) noteHistory(note historyNote) error {
	text, err := json.MarshalIndent(note, "", "  ")
	if err != nil {
		return fmt.Errorf("encoding %s: %w", f.historyNote(), err)
	}
	return files.Replace(f.historyNote(), append(text, '\n'))
}

// notedHistory reads the note; nil is that no history was begun.
func (f Folder) notedHistory() (*historyNote, error) {
	text, err := os.ReadFile(f.historyNote())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	note := &historyNote{}
	if err == nil {
		err = json.Unmarshal(text, note)
	}
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", f.historyNote(), err)
	}
	return note, nil
}

// giveUpHistory leaves one that was cut off as it is: from now on the folder is for what is measured.
func (f Folder) giveUpHistory() error {
	if err := os.Remove(f.historyNote()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("giving the made-up history up: %w", err)
	}
	return nil
}

// prepareHistory settles what history is to be made up, nil for none: the one that is asked for, or
// one that was cut off. It refuses where anything else is beside it, or could come: what was measured
// is never mixed with what was not.
func prepareHistory(options Options, simulated Simulated) (*historyNote, error) {
	folder := options.Folder
	note, err := folder.notedHistory()
	begun := err == nil && note != nil && !note.Done
	switch {
	case err != nil, options.History == 0 && !begun:
		return nil, err
	case simulated != allSimulated:
		return nil, words.HistoryNeedsStandIns.With()
	case begun:
		return note, nil
	case note != nil:
		return nil, words.HistoryThere.With(string(folder))
	}
	left, err := os.ReadDir(folder.influxData())
	if err != nil {
		return nil, fmt.Errorf("looking for data: %w", err)
	}
	if len(left) > 0 {
		return nil, words.HistoryNotEmpty.With(string(folder))
	}
	settings, err := folder.settings()
	if err != nil {
		return nil, err
	}
	length := options.History
	for _, kept := range []toolkit.Retention{settings.Retention.Hours, settings.Retention.Events} {
		if kept != 0 {
			length = min(length, time.Duration(kept))
		}
	}
	now := time.Now().UTC().Round(0)
	note = &historyNote{From: past.Oldest(now, length), Anchor: now, Seed: options.Seed}
	return note, folder.noteHistory(*note)
}

// demoHost is the name of a host of which nothing is real. It keeps what is made up apart from
// everything that will ever be measured here.
const demoHost = "demo"

// The versions of the simulated server (test/simulator), and of the one that is made up before it.
const (
	simulatedVersion = "51b0a7e"
	versionBefore    = "51b0a6d"
)

// pastBox is the box that the live demo will show.
func pastBox(options Options) (past.Box, error) {
	proc, err := procfs.NewDefaultFS()
	if err != nil {
		return past.Box{}, fmt.Errorf("reading the host's memory: %w", err)
	}
	memory, err := proc.Meminfo()
	if err != nil {
		return past.Box{}, fmt.Errorf("reading the host's memory: %w", err)
	}
	state := fakenvml.Default()
	card := state.Devices[0]
	return past.Box{
		Host: demoHost, Instance: fmt.Sprint(options.SimPort), Version: simulatedVersion, Before: versionBefore,
		GPU: card.UUID, Name: card.Name, Driver: state.DriverVersion,
		GPUTotal: float64(*card.MemoryTotalBytes), GPUReserved: float64(*card.MemoryReservedBytes),
		Memory: float64(*memory.MemTotalBytes), MemoryUsed: float64(*memory.MemTotalBytes - *memory.MemAvailableBytes),
		Cores: runtime.NumCPU(),
	}, nil
}

// fillHistory writes the history into buckets that are there, before any task is.
func fillHistory(ctx context.Context, client *influx.Client, settings toolkit.Settings, options Options, note historyNote) error {
	box, err := pastBox(options)
	if err != nil {
		return err
	}
	say, began, told := options.Say, time.Now(), 0
	say.Say(words.HistoryBegins, demoHost, note.From.Local().Format(time.DateTime))
	filled, err := past.Fill(ctx, client, settings.Rollups(), past.Plan{Box: box, From: note.From, Anchor: note.Anchor.Local(), Seed: note.Seed}, time.Now, func(at time.Time) {
		if percent := int(100 * at.Sub(note.From) / began.Sub(note.From)); percent >= told+20 {
			told = percent
			say.Say(words.HistoryStep, percent)
		}
	})
	if err != nil {
		return err
	}
	note.Done = true
	say.Say(words.HistoryFilled, filled.Points, filled.Syntheses, filled.Findings, words.Span(time.Since(began).Seconds()))
	return options.Folder.noteHistory(note)
}
