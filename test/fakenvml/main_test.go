package fakenvml_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/NVIDIA/go-nvml/pkg/nvml"
	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/fakenvml"
)

// library is what the tests of this process share: go-nvml stays bound to the
// first library that a process loads, so one with other symbols needs a process
// of its own (see helper).
var library string

// helpers are what this test program does when it is started as another process.
var helpers = map[string]func(args []string) error{
	"count":   countEnergy,
	"missing": useMissingSymbol,
	"version": versionOf,
}

const helperVariable = "FAKENVML_TEST_HELPER"

func TestMain(m *testing.M) {
	if name := os.Getenv(helperVariable); name != "" {
		if err := helpers[name](os.Args[1:]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(run(m))
}

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "fakenvml-test-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	if library, err = fakenvml.Build(context.Background(), dir); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.Run()
}

// helper is a command that runs one of the helpers.
func helper(t *testing.T, name string, args ...string) *exec.Cmd {
	t.Helper()
	program, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), program, args...)
	cmd.Env = append(os.Environ(), helperVariable+"="+name)
	return cmd
}

// write puts a state into a new file and points the library to it.
func write(t *testing.T, s fakenvml.State) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "gpu.state")
	require.NoError(t, fakenvml.Write(path, s))
	t.Setenv(fakenvml.StateVariable, path)
	return path
}

// open initialises the library until the end of the test.
func open(t *testing.T) nvml.Interface {
	t.Helper()
	api := nvml.New(nvml.WithLibraryPath(library))
	require.Equal(t, nvml.SUCCESS, api.Init())
	t.Cleanup(func() { require.Equal(t, nvml.SUCCESS, api.Shutdown()) })
	return api
}

// first is the device of index 0.
func first(t *testing.T, api nvml.Interface) nvml.Device {
	t.Helper()
	device, answer := api.DeviceGetHandleByIndex(0)
	require.Equal(t, nvml.SUCCESS, answer)
	return device
}

// update changes the state as another process would.
func update(t *testing.T, path string, change func(*fakenvml.State)) {
	t.Helper()
	require.NoError(t, fakenvml.Update(path, func(s *fakenvml.State) error {
		change(s)
		return nil
	}))
}
