package fakenvml_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/fakenvml"
)

func TestSet(t *testing.T) {
	s := fakenvml.Default()
	set := func(key, value string) { require.NoError(t, s.Set(key, value), key) }

	set("device.0.temperature_c", "80")
	require.Equal(t, new(uint64(80)), s.Devices[0].TemperatureC)
	set("device.0.throttle_reasons", "0x20")
	require.Equal(t, new(uint64(0x20)), s.Devices[0].ThrottleReasons)
	set("device.0.energy_mj", "")
	require.Nil(t, s.Devices[0].EnergyMillijoules)
	set("device.1.uuid", "GPU-new")
	require.Len(t, s.Devices, 2)

	set("device.0.process.42", "compute 7")
	set("device.0.process.42", "graphics n/a")
	require.Equal(t, []fakenvml.Process{{PID: 42, Type: fakenvml.Graphics}}, s.Devices[0].Processes)
	set("device.0.process.42", "")
	require.Empty(t, s.Devices[0].Processes)

	set("call.nvmlShutdown.hang_s", "0.5")
	set("call.nvmlShutdown.latency_us", "3")
	require.Equal(t, fakenvml.Call{Hang: time.Second / 2, Latency: new(3 * time.Microsecond)}, s.Calls["nvmlShutdown"])
	set("call.nvmlShutdown.hang_s", "")
	set("call.nvmlShutdown.latency_us", "")
	require.Empty(t, s.Calls)
}

func TestSetRefuses(t *testing.T) {
	for key, value := range map[string]string{
		"temperature_c":                "80",
		"device.0":                     "80",
		"device.0.temprature_c":        "80",
		"device.0.temperature_c":       "-3",
		"device.2.temperature_c":       "80",
		"device.16.uuid":               "GPU-x",
		"device.0.process.x":           "compute 1",
		"device.0.process.1":           "compute",
		"device.0.process.2":           "render 1",
		"device.0.process.3":           "compute 1 for_ever",
		"device.0.process.4":           "compute 1 sm=",
		"device.0.process.5":           "compute 1 sampled_as=x",
		"device.0.mig.1.uuid":          "MIG-x",
		"device.0.mig.0.tmperature_c":  "3",
		"device.0.mig.0.mig.0.uuid":    "MIG-x",
		"call.nvmlDeviceGetTemp.error": "3",
		"call.nvmlShutdown.errors":     "3",
		"call.nvmlShutdown.hang_s":     "long",
		"driver_version":               "a\nb",
	} {
		s := fakenvml.Default()
		require.Error(t, s.Set(key, value), "%s=%s", key, value)
	}
}
