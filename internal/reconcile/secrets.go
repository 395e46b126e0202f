package reconcile

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/files"
)

// Secrets is the folder in which the texts of the tokens are kept: InfluxDB shows one only
// when it is created.
type Secrets string

// ids is the file that tells which token of InfluxDB each file holds.
func (s Secrets) ids() string { return filepath.Join(string(s), "tokens.json") }

// Path is where a token lies.
func (s Secrets) Path(t Token) string { return filepath.Join(string(s), t.File) }

// id is that of the token whose text is kept; empty if none is.
func (s Secrets) id(t Token) string {
	if text, err := os.ReadFile(s.Path(t)); err != nil || len(strings.TrimSpace(string(text))) == 0 {
		return ""
	}
	ids, err := s.readIDs()
	if err != nil {
		return ""
	}
	return ids[t.Name]
}

func (s Secrets) readIDs() (map[string]string, error) {
	ids := map[string]string{}
	text, err := os.ReadFile(s.ids())
	if errors.Is(err, fs.ErrNotExist) {
		return ids, nil
	}
	if err == nil {
		err = json.Unmarshal(text, &ids)
	}
	if err != nil {
		return nil, fmt.Errorf("reading which tokens are kept: %w", err)
	}
	return ids, nil
}

// text is that of a token.
func (s Secrets) text(t Token) (string, error) {
	text, err := os.ReadFile(s.Path(t))
	if err != nil {
		return "", fmt.Errorf("reading the token %q: %w", t.Name, err)
	}
	return strings.TrimSpace(string(text)), nil
}

// keep stores a token. The text comes first: without an id it is replaced by the next apply.
func (s Secrets) keep(t Token, id, text string) error {
	if err := os.MkdirAll(filepath.Dir(s.Path(t)), 0o700); err != nil {
		return fmt.Errorf("keeping the token %q: %w", t.Name, err)
	}
	if err := files.Replace(s.Path(t), []byte(text)); err != nil {
		return fmt.Errorf("keeping the token %q: %w", t.Name, err)
	}
	return s.setID(t, id)
}

func (s Secrets) setID(t Token, id string) error {
	ids, err := s.readIDs()
	if err != nil {
		return err
	}
	ids[t.Name] = id
	if id == "" {
		delete(ids, t.Name)
	}
	text, err := json.MarshalIndent(ids, "", "  ")
	if err != nil {
		return fmt.Errorf("keeping which tokens there are: %w", err)
	}
	return files.Replace(s.ids(), append(text, '\n'))
}

// forget removes a token's text.
func (s Secrets) forget(t Token) error {
	if err := os.Remove(s.Path(t)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("removing the token %q: %w", t.Name, err)
	}
	return s.setID(t, "")
}
