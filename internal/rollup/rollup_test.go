package rollup

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the tasks anew")

func TestTasksAreWritten(t *testing.T) {
	tasks, err := Tasks(Defaults)
	require.NoError(t, err)
	for _, task := range tasks {
		path := filepath.Join("..", "..", "tasks", task.File)
		if *update {
			require.NoError(t, os.WriteFile(path, []byte(task.Flux), 0o644))
		}
		text, err := os.ReadFile(path)
		require.NoError(t, err, "run make generate")
		require.Equal(t, task.Flux, string(text), "run make generate")
	}
}
