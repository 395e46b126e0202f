package cosyvoice

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/influxdata/telegraf"
	"github.com/influxdata/telegraf/plugins/inputs"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/tools/txtar"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/config"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/execd"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/gpu"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/process"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/fakenvml"
)

// The test binary is its own NVML child, as the plugin is.
func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == "nvml-child" {
		if gpu.RunChild(context.Background(), os.Args[2], os.Stdin, os.Stdout, func() { os.Exit(0) }) != nil {
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// TestCases gathers once for each folder of testcases:
//
//	telegraf.conf   the settings; ${NVML_LIBRARY} is the fake driver
//	gpu.state       what the fake driver answers; without the file there is none
//	host.txtar      the host: proc/… and the files of its servers, root/…
//	expected.out    the points, without their times
func TestCases(t *testing.T) {
	folders, err := filepath.Glob("testcases/*")
	require.NoError(t, err)
	require.NotEmpty(t, folders)
	library, err := fakenvml.Build(t.Context(), t.TempDir())
	require.NoError(t, err)
	for _, folder := range folders {
		t.Run(filepath.Base(folder), func(t *testing.T) {
			t.Setenv("NVML_LIBRARY", library)
			state, err := filepath.Abs(filepath.Join(folder, "gpu.state"))
			require.NoError(t, err)
			if _, err := fakenvml.Read(state); !errors.Is(err, fs.ErrNotExist) {
				require.NoError(t, err)
			}
			t.Setenv(fakenvml.StateVariable, state)
			got := gatherCase(t, folder)
			expected := filepath.Join(folder, "expected.out")
			if *update {
				require.NoError(t, os.WriteFile(expected, []byte(got), 0o644))
				return
			}
			want, err := os.ReadFile(expected)
			require.NoError(t, err)
			assert.Equal(t, string(want), got, "run `make generate` if the change is meant")
		})
	}
}

func gatherCase(t *testing.T, folder string) string {
	input := inputs.Inputs["cosyvoice"]().(*Cosyvoice)
	require.NoError(t, config.Load(filepath.Join(folder, "telegraf.conf"), "cosyvoice", input))
	var text bytes.Buffer
	log := execd.NewLogger(&text, telegraf.Info)
	input.Log = log
	input.NVMLChild = []string{os.Args[0], "nvml-child"}
	input.host = unpackHost(t, filepath.Join(folder, "host.txtar"))
	require.NoError(t, input.Init())

	var out bytes.Buffer
	runner := &execd.Runner{Input: input, Stdout: &out, Log: input.Log}
	_, err := runner.Once(t.Context(), func(ctx context.Context) { input.gpus.WaitReady(ctx) })
	log.Close()
	require.NoError(t, err, text.String())
	return stable(out.String())
}

// unpackHost writes the files of a host into a temporary folder. A file whose name
// has the form "link -> target" is a symbolic link; in targets and contents $ROOT
// stands for the host's root folder, and the arguments of a cmdline stand on a line
// each. The clock stands at the time in the archive's comment.
func unpackHost(t *testing.T, path string) process.Options {
	archive, err := txtar.ParseFile(path)
	require.NoError(t, err)
	dir := t.TempDir()
	for _, file := range archive.Files {
		name, target, isLink := strings.Cut(file.Name, " -> ")
		name = filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o755))
		if isLink {
			target = strings.ReplaceAll(target, "$ROOT", filepath.Join(dir, "root"))
			require.NoError(t, os.Symlink(target, name))
			continue
		}
		data := file.Data
		if filepath.Base(name) == "cmdline" {
			data = bytes.ReplaceAll(data, []byte("\n"), []byte{0})
		}
		require.NoError(t, os.WriteFile(name, data, 0o644))
	}
	now, err := time.Parse(time.RFC3339, strings.TrimSpace(string(archive.Comment)))
	require.NoError(t, err)
	return process.Options{ProcRoot: filepath.Join(dir, "proc"), CgroupRoot: filepath.Join(dir, "cgroup"), Now: func() time.Time { return now }}
}

// stable is the points in order, without their times and without what this run of
// the plugin took.
func stable(points string) string {
	ownCost := regexp.MustCompile(`^(cpu_seconds_total|memory_rss_bytes|seconds|uptime_seconds)=`)
	var lines []string
	for line := range strings.Lines(points) {
		line = line[:strings.LastIndexByte(line, ' ')]
		if strings.HasPrefix(line, "cosyvoice_agent,") {
			series, fields, _ := strings.Cut(line, " ")
			kept := slices.DeleteFunc(strings.Split(fields, ","), ownCost.MatchString)
			line = series + " " + strings.Join(kept, ",")
		}
		lines = append(lines, line+"\n")
	}
	slices.Sort(lines)
	return strings.Join(lines, "")
}
