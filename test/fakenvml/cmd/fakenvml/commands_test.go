package main

import (
	"bytes"
	"debug/elf"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func run(t *testing.T, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	cmd := newCommand()
	cmd.SetArgs(args)
	cmd.SetOut(&out)
	cmd.SetErr(&out)
	err := cmd.ExecuteContext(t.Context())
	return out.String(), err
}

func TestInitSetShow(t *testing.T) {
	state := filepath.Join(t.TempDir(), "state")
	_, err := run(t, "init", state, "--devices", "2")
	require.NoError(t, err)
	_, err = run(t, "set", state, "device.1.temperature_c=80", "device.0.power_mw=", "device.1.process.7=compute 5")
	require.NoError(t, err)

	out, err := run(t, "show", state)
	require.NoError(t, err)
	require.Contains(t, out, "device.1.temperature_c=80\n")
	require.Contains(t, out, "device.1.process.7=compute 5\n")
	require.NotContains(t, out, "device.0.power_mw")

	_, err = run(t, "set", state, "device.1.temperature_c=81", "device.1.temprature_c=81")
	require.ErrorContains(t, err, "unknown key")
	after, err := run(t, "show", state)
	require.NoError(t, err)
	require.Equal(t, out, after, "a set that fails changes nothing")
}

func TestBuild(t *testing.T) {
	out, err := run(t, "build", "--out", t.TempDir(), "--missing", "nvmlDeviceGetUUID")
	require.NoError(t, err)
	library, err := elf.Open(strings.TrimSpace(out))
	require.NoError(t, err)
	defer library.Close()
	symbols, err := library.DynamicSymbols()
	require.NoError(t, err)
	var defined []string
	for _, symbol := range symbols {
		if symbol.Section != elf.SHN_UNDEF {
			defined = append(defined, symbol.Name)
		}
	}
	require.Contains(t, defined, "nvmlDeviceGetName")
	require.NotContains(t, defined, "nvmlDeviceGetUUID")
	soname, err := library.DynString(elf.DT_SONAME)
	require.NoError(t, err)
	require.Equal(t, []string{"libnvidia-ml.so.1"}, soname)
}
