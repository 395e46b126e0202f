package logfile

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func at(t time.Time) func() time.Time { return func() time.Time { return t } }

func position(path string) Position {
	return Position{Files: []Saved{{
		Path: path, identity: identity{Device: 1, Inode: 2},
		Head: fingerprintOf([]byte("one")), Tail: fingerprintOf([]byte("one")), Read: 3, Offset: 2,
	}}}
}

func TestTheStateIsWrittenAndRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new", "state.json")
	log := new(journal)
	store := OpenStore(path, at(noon), log)
	require.NoError(t, store.Save(map[string]Position{"50000": position("/a.log")}))
	require.NoError(t, store.Save(map[string]Position{"8000": position("/b.log")}))

	again := OpenStore(path, at(noon.Add(time.Hour)), log)
	require.Equal(t, position("/a.log").Files, again.Position("50000").Files, "saving one instance keeps the others")
	require.Equal(t, position("/b.log").Files, again.Position("8000").Files)
	require.Empty(t, again.Position("9000").Files)
	require.Empty(t, log.lines)

	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode())
	entries, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	require.Len(t, entries, 1, "the temporary file is gone")
}

func TestAStateThatDidNotChangeIsNotWritten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.json")
	store := OpenStore(path, at(noon), new(journal))
	require.NoError(t, store.Save(map[string]Position{"50000": position("/a.log")}))
	require.NoError(t, os.Remove(path))
	require.NoError(t, store.Save(map[string]Position{"50000": position("/a.log")}))
	require.NoFileExists(t, path)
}

func TestAnOldPositionIsForgotten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.json")
	require.NoError(t, OpenStore(path, at(noon), new(journal)).Save(map[string]Position{"50000": position("/a.log")}))
	require.Empty(t, OpenStore(path, at(noon.Add(forgetAfter)), new(journal)).Position("50000").Files)
}

func TestAStateThatIsNoneIsWrittenOver(t *testing.T) {
	good, err := json.Marshal(state{Version: stateVersion, Instances: map[string]Position{"50000": position("/a.log")}})
	require.NoError(t, err)
	for name, content := range map[string]string{
		"empty":             "",
		"cut":               string(good[:len(good)-3]),
		"of another":        `{"name": "package", "version": "1.0"}`,
		"of a later format": strings.Replace(string(good), `"version":1`, `"version":2`, 1),
		"negative offset":   strings.Replace(string(good), `"offset":2`, `"offset":-2`, 1),
		"offset too far":    strings.Replace(string(good), `"offset":2`, `"offset":4`, 1),
		"huge fingerprint":  strings.Replace(string(good), `"length":3`, `"length":99999999999`, 1),
		"binary":            "\x00\xff\x7fELF",
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "state.json")
			require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
			log := new(journal)
			store := OpenStore(path, at(noon), log)
			require.Len(t, log.warnings(), 1)
			require.Contains(t, log.warnings()[0], path)
			require.Empty(t, store.Position("50000").Files)
			require.NoError(t, store.Save(map[string]Position{"50000": position("/a.log")}))
			require.Equal(t, position("/a.log").Files, OpenStore(path, at(noon), log).Position("50000").Files)
			require.Len(t, log.warnings(), 1)
		})
	}
}

func TestAStateThatCannotBeWritten(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "state.json")
	require.NoError(t, os.Mkdir(path, 0o700))
	store := OpenStore(path, at(noon), new(journal))
	require.ErrorContains(t, store.Save(map[string]Position{"50000": position("/a.log")}), "state_file")
	require.NoFileExists(t, path+".tmp")
}

func TestWithoutAStateFile(t *testing.T) {
	store := OpenStore("", at(noon), new(journal))
	require.NoError(t, store.Save(map[string]Position{"50000": position("/a.log")}))
}

func TestTheStateHoldsNoTextOfTheLog(t *testing.T) {
	b := newBench(t)
	b.options.FromBeginning = true
	b.write("cosyvoice.log", "a secret\nanother secret")
	b.poll()
	path := b.path("state.json")
	files := b.follower.Checkpoint()
	require.NoError(t, OpenStore(path, at(noon), b.journal).Save(map[string]Position{"50000": {Files: files}}))
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NotContains(t, string(content), "secret")
	require.Contains(t, string(content), `"offset":9`)
}

func FuzzState(f *testing.F) {
	good, err := json.Marshal(state{Version: stateVersion, Instances: map[string]Position{"50000": position("/a.log")}})
	require.NoError(f, err)
	f.Add(good)
	f.Add([]byte(`{"version":1,"instances":{"a":{"files":[{"head":{"length":1},"read":9223372036854775807}]}}}`))
	f.Fuzz(func(t *testing.T, content []byte) {
		parsed, err := parseState(content)
		if err != nil {
			return
		}
		b := newBench(t)
		b.write("cosyvoice.log", "one\ntwo\n")
		for _, p := range parsed.Instances {
			for _, saved := range p.Files {
				saved.Path = b.log
				b.options.Known = append(b.options.Known, saved)
			}
		}
		// Whatever the state says, new lines are read.
		b.polls(2)
		b.write("cosyvoice.log", "three\n")
		require.Contains(t, b.polls(3), "three")
	})
}
