package parts

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFreeBytesOfAFolderThatIsNotThereYet(t *testing.T) {
	dir := t.TempDir()
	want, err := freeBytes(dir)
	require.NoError(t, err)
	got, err := freeBytes(filepath.Join(dir, "not", "yet"))
	require.NoError(t, err)
	require.InEpsilon(t, want, got, 0.1)
}

func TestFullDiskIsToldBeforeTheBuild(t *testing.T) {
	f := newFakes(t)
	f.goTool(makesProgram("Telegraf 1.39.3"))
	r, err := recipeFor("telegraf")
	require.NoError(t, err)
	r.diskGB = 1e9
	require.NoError(t, os.MkdirAll(f.dir+"/cache", 0o755))
	report := newReporter(t.Output(), r.title())
	defer report.close()

	_, err = build(t.Context(), r, f.dir+"/cache", report)

	require.ErrorContains(t, err, "GB free, a build needs about 1000000000 GB")
	require.NotContains(t, f.calls(), "download")
}
