package fakenvml_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/NVIDIA/go-nvml/pkg/nvml"
	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/fakenvml"
)

func TestMissingSymbol(t *testing.T) {
	path, err := fakenvml.Build(t.Context(), t.TempDir(), "nvmlDeviceGetTemperature", "nvmlDeviceGetComputeRunningProcesses_v3")
	require.NoError(t, err)
	write(t, fakenvml.Default())

	output, err := helper(t, "missing", path).CombinedOutput()
	require.ErrorContains(t, err, "exit status 127", "%s", output)
	require.Contains(t, string(output), "symbol lookup error")
	require.Contains(t, string(output), "nvmlDeviceGetTemperature")
}

// useMissingSymbol checks a library that lacks two functions, then calls the one
// that has no older version, which ends the process as it does with a real driver.
func useMissingSymbol(args []string) error {
	api := nvml.New(nvml.WithLibraryPath(args[0]))
	if answer := api.Init(); answer != nvml.SUCCESS {
		return answer
	}
	for name, want := range map[string]bool{
		"nvmlDeviceGetTemperature":                false,
		"nvmlDeviceGetComputeRunningProcesses_v3": false,
		"nvmlDeviceGetComputeRunningProcesses_v2": true,
		"nvmlDeviceGetTemperatureV":               true,
	} {
		if err := api.Extensions().LookupSymbol(name); (err == nil) != want {
			return fmt.Errorf("look up %s: %w", name, err)
		}
	}
	device, answer := api.DeviceGetHandleByIndex(0)
	if answer != nvml.SUCCESS {
		return answer
	}
	if _, answer := device.GetComputeRunningProcesses(); answer != nvml.SUCCESS {
		return fmt.Errorf("the older version of the process list: %w", answer)
	}
	_, answer = device.GetTemperature(nvml.TEMPERATURE_GPU)
	return errors.New("a missing function answered " + answer.Error())
}

func TestBuildRefusesAnUnknownFunction(t *testing.T) {
	_, err := fakenvml.Build(t.Context(), t.TempDir(), "nvmlDeviceGetTemprature")
	require.ErrorContains(t, err, "nvmlDeviceGetTemprature")
}

func TestBuildWithoutCompiler(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	_, err := fakenvml.Build(t.Context(), t.TempDir())
	require.ErrorContains(t, err, "install")
}
