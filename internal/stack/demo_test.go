package stack

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/fakenvml"
)

func TestSurveySimulatesWhatThePluginDoesNotSee(t *testing.T) {
	if _, err := os.Stat("/dev/nvidiactl"); err == nil {
		t.Skip("this host has an NVIDIA driver")
	}
	const (
		host    = "system_metrics,host=h cpu_usage_percent=1 1"
		gpu     = `cosyvoice_gpu,uuid=GPU-1,name=RTX\ 4090 index=0i,state="ok" 1`
		running = `cosyvoice_service,instance=webui-50000 state="ready, up=0i",up=1i 1`
		dead    = `cosyvoice_service,instance=webui-50000 up=0i,ready=1i 1`
	)
	for _, test := range []struct {
		name   string
		points string
		want   Simulated
		text   words.Text
	}{
		{"neither", host, Simulated{GPU: true, Server: true}, words.SimulatedBoth},
		{"a GPU", host + "\n" + gpu, Simulated{Server: true}, words.SimulatedServer},
		{"a server", running + "\n" + host, Simulated{GPU: true}, words.SimulatedGPU},
		{"a dead server", host + "\n" + dead, Simulated{GPU: true, Server: true}, words.SimulatedBoth},
		{"both", gpu + "\n" + running, Simulated{}, words.SimulatedNothing},
	} {
		t.Run(test.name, func(t *testing.T) {
			plugin := script(t, "plugin", "cat <<'END'\n"+test.points+"\nEND\nexit 1")
			found, err := survey(t.Context(), Program{Path: plugin}, "cosyvoice.conf")
			require.NoError(t, err)
			require.Equal(t, test.want, found)
			require.Equal(t, test.text, simulatedText(found))
		})
	}
}

func TestSurveyTellsWhyThePluginFails(t *testing.T) {
	plugin := script(t, "plugin", `echo "E! $2 $3: unknown key" >&2; exit 1`)
	_, err := survey(t.Context(), Program{Path: plugin}, "cosyvoice.conf")
	require.ErrorIs(t, err, words.PluginFailed.With())
	require.ErrorContains(t, err, "E! --config cosyvoice.conf: unknown key")
	require.ErrorContains(t, err, "exit status 1")
}

func TestFakeGPUGetsItsOwnSettings(t *testing.T) {
	folder := newFolder(t)
	require.NoError(t, os.Mkdir(folder.demo(), 0o700))
	conf, err := prepareFakeGPU(folder, "/opt/demo/libnvidia-ml.so.1")
	require.NoError(t, err)
	require.True(t, fileContains(conf, `nvml_library = "/opt/demo/libnvidia-ml.so.1"`)())
	require.NoFileExists(t, folder.PluginConf(), "the user's settings are left alone")
	state, err := fakenvml.Read(folder.gpuState())
	require.NoError(t, err)
	require.Len(t, state.Devices, 1)

	real := telegrafPart(Programs{}, folder, plan{}, nil)
	require.NotContains(t, real.env, "FAKE_NVML_STATE="+folder.gpuState())
	fake := telegrafPart(Programs{}, folder, plan{simulated: Simulated{GPU: true}}, nil)
	require.Contains(t, fake.env, "FAKE_NVML_STATE="+folder.gpuState())
}

func TestPluginKeepsItsFilesInTheFolder(t *testing.T) {
	folder := newFolder(t)
	part := telegrafPart(Programs{}, folder, plan{}, nil)
	require.Contains(t, part.env, "STATE_DIRECTORY="+string(folder))
	require.Contains(t, part.env, "COSYVOICE_TELEGRAF_SOCKET="+filepath.Join(string(folder), "reports.sock"))
}
