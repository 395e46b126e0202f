package stack

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/files"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

// record is what run.json tells about a running stack. The file is there while
// the stack runs; after a clean stop it is gone.
type record struct {
	Up        process      `json:"up"`
	Version   string       `json:"version"`
	StartedAt time.Time    `json:"started_at"`
	InfluxURL string       `json:"influx_url"`
	Plugin    Program      `json:"plugin"`
	Simulated Simulated    `json:"simulated"`
	Parts     []partRecord `json:"parts"`
}

type partRecord struct {
	process
	Name    string `json:"name"`
	Version string `json:"version"`
	// Restarts counts the new starts after the first.
	Restarts int `json:"restarts"`
}

// runFile keeps run.json in step with the parts.
type runFile struct {
	path   string
	mu     sync.Mutex
	record record
}

// started notes that a part runs with a new pid.
func (r *runFile) started(p part, pid int) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	entry := partRecord{process: findProcess(pid), Name: p.name, Version: p.version}
	i := slices.IndexFunc(r.record.Parts, func(known partRecord) bool { return known.Name == p.name })
	if i < 0 {
		r.record.Parts = append(r.record.Parts, entry)
	} else {
		entry.Restarts = r.record.Parts[i].Restarts + 1
		r.record.Parts[i] = entry
	}
	content, err := json.MarshalIndent(r.record, "", "  ")
	if err != nil {
		return fmt.Errorf("encoding %s: %w", r.path, err)
	}
	return files.Replace(r.path, append(content, '\n'))
}

// readRecord reads run.json; nil is a stack that is stopped.
func (f Folder) readRecord() (*record, error) {
	content, err := os.ReadFile(f.runFile())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, words.FolderUnreadable.With(string(f), err)
	}
	var last record
	if err := json.Unmarshal(content, &last); err != nil {
		return nil, fmt.Errorf("reading %s: %w", f.runFile(), err)
	}
	return &last, nil
}
