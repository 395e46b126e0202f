package logfile

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

const (
	stateVersion = 1
	maxStateSize = 4 << 20
	// forgetAfter is how old a position may be. What was written since to a log that
	// nobody watched for longer is history.
	forgetAfter = 7 * 24 * time.Hour
)

// Store is the state file: how far the logs of each server instance were read. It may be
// used by several goroutines.
type Store struct {
	path string
	now  func() time.Time

	mutex   sync.Mutex
	content state
	changed bool // since it was written
}

// state is what the file holds.
type state struct {
	Version   int                 `json:"version"`
	Instances map[string]Position `json:"instances"`
}

// Position is how far the logs of an instance were read.
type Position struct {
	Saved time.Time `json:"saved"`
	Files []Saved   `json:"files"`
	// Memory is what their reader wants to know again.
	Memory json.RawMessage `json:"memory,omitempty"`
}

// OpenStore reads the state file. One that does not exist, or is not one, is an empty
// one, which the next Save writes over; a path of "" stands for none at all.
func OpenStore(path string, now func() time.Time, log Logger) *Store {
	s := &Store{path: path, now: now, content: state{Version: stateVersion, Instances: make(map[string]Position)}}
	if path == "" {
		return s
	}
	content, err := readState(path)
	if errors.Is(err, fs.ErrNotExist) {
		return s
	}
	if err != nil {
		log.Warnf("The state file %s is not used and will be written anew, so lines that were written while nothing ran here may be missing: %v", path, err)
		return s
	}
	for instance, p := range content.Instances {
		if age := now().Sub(p.Saved); age < forgetAfter {
			s.content.Instances[instance] = p
		}
	}
	return s
}

func readState(path string) (state, error) {
	file, err := os.OpenFile(path, os.O_RDONLY|unix.O_NONBLOCK, 0)
	if err != nil {
		return state{}, err
	}
	defer file.Close()
	content, err := io.ReadAll(io.LimitReader(file, maxStateSize))
	if err != nil {
		return state{}, fmt.Errorf("read: %w", err)
	}
	return parseState(content)
}

func parseState(content []byte) (state, error) {
	var s state
	if err := json.Unmarshal(content, &s); err != nil {
		return state{}, fmt.Errorf("it is no valid JSON of this program: %w", err)
	}
	if s.Version != stateVersion {
		return state{}, fmt.Errorf("it has version %d, expected %d", s.Version, stateVersion)
	}
	for _, p := range s.Instances {
		for _, saved := range p.Files {
			if err := saved.validate(); err != nil {
				return state{}, err
			}
		}
	}
	return s, nil
}

// Position returns that of an instance, its files for Options.Known.
func (s *Store) Position(instance string) Position {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.content.Instances[instance]
}

// Save writes the positions of the given instances; those of others stay as they are.
// The file is replaced as a whole, so that a crash leaves the old one or the new one.
func (s *Store) Save(checkpoints map[string]Position) error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for instance, p := range checkpoints {
		p.Saved = s.now().UTC().Truncate(time.Hour)
		if !p.isAs(s.content.Instances[instance]) {
			s.content.Instances[instance], s.changed = p, true
		}
	}
	if s.path == "" || !s.changed {
		return nil
	}
	content, err := json.Marshal(s.content)
	if err != nil {
		return fmt.Errorf("encode the state: %w", err)
	}
	if err := replaceFile(s.path, content); err != nil {
		return fmt.Errorf("save how far the logs were read: %w; see that the folder of state_file can be written to and has space", err)
	}
	s.changed = false
	return nil
}

func (p Position) isAs(other Position) bool {
	return p.Saved.Equal(other.Saved) && slices.Equal(p.Files, other.Files) && bytes.Equal(p.Memory, other.Memory)
}

// replaceFile writes a file beside the old one and renames it over that.
func replaceFile(path string, content []byte) (err error) {
	folder := filepath.Dir(path)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	temporary := path + ".tmp"
	file, err := os.OpenFile(temporary, os.O_WRONLY|os.O_CREATE|os.O_TRUNC|unix.O_NOFOLLOW, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(content)
	err = errors.Join(err, file.Chmod(0o600), file.Sync(), file.Close())
	if err == nil {
		err = os.Rename(temporary, path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(temporary))
	}
	dir, err := os.Open(folder)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}
