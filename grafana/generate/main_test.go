package main

import (
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var generated = sync.OnceValues(func() (map[string][]byte, error) { return generate("../../flux") })

// made are the files as they are made now, by their names in the folder grafana.
func made(t *testing.T) map[string][]byte {
	t.Helper()
	files, err := generated()
	require.NoError(t, err)
	return files
}

// What is committed is what the builders make; `make generate` writes it anew.
func TestFilesAreWritten(t *testing.T) {
	files := made(t)
	for name, want := range files {
		got, err := os.ReadFile(filepath.Join("..", name))
		require.NoError(t, err)
		assert.True(t, string(want) == string(got), "%s is not what is made: `make generate` writes it anew", name)
	}
	for _, pattern := range []string{"../dashboards/*/*", "../provisioning/alerting/rules.*"} {
		there, err := filepath.Glob(pattern)
		require.NoError(t, err)
		for _, path := range there {
			name, err := filepath.Rel("..", path)
			require.NoError(t, err)
			assert.True(t, files[name] != nil, "nothing makes %s any more", name)
		}
	}
}
