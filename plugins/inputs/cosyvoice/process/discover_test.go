package process

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// checkout is the root of an official checkout on the machine.
const checkout = "/root/CosyVoice"

func machineWithCheckout(t *testing.T) *machine {
	m := newMachine(t)
	m.file(checkout+"/cosyvoice/cli/cosyvoice.py", "")
	m.file("/srv/tts/cosyvoice/cli/cosyvoice.py", "")
	m.file("/models/voice/cosyvoice3.yaml", "")
	return m
}

func TestServersAreFound(t *testing.T) {
	for name, tc := range map[string]struct {
		proc     proc
		instance string
		api      api
	}{
		"official web page": {
			proc{argv: "python3 webui.py --port 50000 --model_dir pretrained_models/CosyVoice-300M", cwd: checkout}, "50000", apiGradio},
		"web page with defaults": {
			proc{argv: "python3 webui.py", cwd: checkout}, "8000", apiGradio},
		"web page in a renamed checkout": {
			proc{argv: "python3 webui.py", cwd: "/srv/tts"}, "8000", apiGradio},
		"FastAPI": {
			proc{argv: "python3 server.py --port 50001 --model_dir iic/CosyVoice-300M", cwd: checkout + "/runtime/python/fastapi"}, "50001", apiFastAPI},
		"FastAPI with defaults": {
			proc{argv: "python3 server.py", cwd: checkout + "/runtime/python/fastapi"}, "50000", apiFastAPI},
		"gRPC told by its option": {
			proc{argv: "python3 server.py --port 50000 --max_conc 4 --model_dir iic/CosyVoice-300M", hidden: true}, "50000", apiRPC},
		"gRPC told by its folder": {
			proc{argv: "python3 server.py", cwd: checkout + "/runtime/python/grpc"}, "50000", apiRPC},
		"gRPC told by its path": {
			proc{argv: "python3 /root/CosyVoice/runtime/python/grpc/server.py", hidden: true}, "50000", apiRPC},
		"app.py with options that are no options": {
			proc{argv: "python app.py --host 0.0.0.0 --port 7860 --allow-webui-cors-origin *", cwd: checkout}, "7860", apiGradio},
		"app.py with defaults": {
			proc{argv: "python app.py", cwd: checkout}, "7860", apiGradio},
		"another user's, default port": {
			proc{argv: "/opt/conda/envs/cosyvoice/bin/python server.py --port=50002", hidden: true}, "50002", apiFastAPI},
		"another user's, only the unit says it": {
			proc{argv: "python3 server.py", cgroup: "0::/system.slice/cosyvoice.service\n", hidden: true}, "50000", apiFastAPI},
		"options of the interpreter": {
			proc{argv: "/usr/bin/python3.10 -u -W ignore -X utf8 webui.py --port 1234", cwd: checkout}, "1234", apiGradio},
		"renamed interpreter": {
			proc{argv: "tts webui.py", comm: "tts", exe: "/usr/bin/python3.10", cwd: checkout}, "8000", apiGradio},
		"renamed interpreter of another user": {
			proc{argv: "tts server.py --model_dir CosyVoice2-0.5B", comm: "python3.10", hidden: true}, "50000", apiFastAPI},
		"runtime as a module": {
			proc{argv: "python -m runtime.python.fastapi.server", cwd: checkout}, "50000", apiFastAPI},
		"model directory with an unspeaking name": {
			proc{argv: "python3 server.py --model_dir /models/voice", cwd: "/srv"}, "50000", apiFastAPI},
		"conda environment and a port": {
			proc{argv: "python api.py --port 9233", cwd: "/srv/api", exe: "/opt/conda/envs/cosyvoice/bin/python3.10"}, "9233", apiOther},
		"wrapper with a telling name": {
			proc{argv: "python cosyvoice_server.py --host 0.0.0.0 --port 10096 --model_dir /models/x", cwd: "/srv"}, "10096", apiOther},
		"uvicorn": {
			proc{argv: "/opt/bin/python /opt/bin/uvicorn openai_tts_cosyvoice_server:app --host 0.0.0.0 --port 8092", cwd: "/srv"}, "8092", apiOther},
		"uvicorn as a module": {
			proc{argv: "python -m uvicorn openai_tts_cosyvoice_server:app --host 0.0.0.0", cwd: checkout}, "8000", apiOther},
		"module": {
			proc{argv: "python -m cosyvoice_api.server --port 8001", cwd: checkout}, "8001", apiOther},
		"wrapper of which no port is known": {
			proc{argv: "python run_server.py --model_dir CosyVoice2-0.5B", cwd: "/srv/tang"}, "tang", apiOther},
	} {
		t.Run(name, func(t *testing.T) {
			m := machineWithCheckout(t)
			tc.proc.pid, tc.proc.ppid = 100, 1
			m.run(tc.proc)
			o := m.observer(Options{})
			report := o.Tick(nil)
			require.Equal(t, []string{tc.instance}, instances(report))
			require.Equal(t, tc.api, o.servers[0].api())
			require.Equal(t, []int{100}, report.Services[0].PIDs)
		})
	}
}

func TestOtherProgramsAreNotServers(t *testing.T) {
	for name, p := range map[string]proc{
		"editor":                 {argv: "vim cosyvoice.py", cwd: checkout},
		"editor of a server":     {argv: "vim webui.py --port 50000", cwd: checkout},
		"tail":                   {argv: "tail -f cosyvoice.log", cwd: checkout},
		"shell":                  {argv: "bash", cwd: checkout},
		"shell script":           {argv: "bash /root/CosyVoice/run.sh", cwd: checkout},
		"shell command":          {argv: "/bin/bash -c python3 webui.py --port 50000 --model_dir CosyVoice", cwd: checkout},
		"grep":                   {argv: "grep -r cosyvoice webui.py", cwd: checkout},
		"git":                    {argv: "git clone https://example.org/CosyVoice.git"},
		"ssh":                    {argv: "ssh host python3 /root/CosyVoice/webui.py"},
		"tmux":                   {argv: "tmux new -s cosyvoice python3 webui.py", cwd: checkout},
		"client":                 {argv: "python client.py --port 50000", cwd: checkout + "/runtime/python/fastapi"},
		"client by name":         {argv: "python cosyvoice_client.py --port 50000 --model_dir CosyVoice", cwd: checkout},
		"example":                {argv: "python example.py", cwd: checkout},
		"training":               {argv: "python cosyvoice/bin/train.py --model_dir exp/cosyvoice", cwd: checkout},
		"training module":        {argv: "python -m cosyvoice.bin.train --model_dir exp/cosyvoice", cwd: checkout},
		"jupyter":                {argv: "python /usr/bin/jupyter lab --port 8888", cwd: checkout},
		"tensorboard":            {argv: "python /usr/bin/tensorboard --logdir exp --port 6006", cwd: checkout},
		"pip":                    {argv: "python -m pip install -r requirements.txt", cwd: checkout},
		"language server":        {argv: "python /usr/bin/pylsp", cwd: checkout},
		"type checker":           {argv: "node /usr/lib/pyright/index.js webui.py", cwd: checkout},
		"file server":            {argv: "python -m http.server --port 8000", cwd: checkout},
		"interpreter":            {argv: "python3", cwd: checkout},
		"inline":                 {argv: "python3 -c import(cosyvoice) webui.py", cwd: checkout},
		"conda run":              {argv: "/opt/conda/bin/python /opt/conda/bin/conda run -n cosyvoice3 uvicorn openai_tts_cosyvoice_server:app", cwd: checkout},
		"Stable Diffusion":       {argv: "python webui.py --port 7860", cwd: "/root/stable-diffusion-webui"},
		"other FastAPI":          {argv: "python server.py --port 50000 --model_dir /models/llama", cwd: "/srv/llm"},
		"other user's app":       {argv: "python app.py --port 7860", hidden: true},
		"only conda's variable":  {argv: "python app.py", cwd: "/srv/other", environ: "CONDA_DEFAULT_ENV=cosyvoice\x00"},
		"downloader of the name": {argv: "python download_cosyvoice.py --model_dir CosyVoice", cwd: checkout},
	} {
		t.Run(name, func(t *testing.T) {
			m := machineWithCheckout(t)
			p.pid, p.ppid = 100, 1
			m.run(p)
			require.Empty(t, instances(m.observer(Options{}).Tick(nil)))
		})
	}
}

func TestAShellThatStartsItCounts(t *testing.T) {
	m := newMachine(t)
	server := proc{pid: 100, ppid: 90, argv: "python app.py --port 7860", hidden: true}
	m.run(proc{pid: 90, ppid: 1, argv: "bash /root/CosyVoice/run.sh"})
	m.run(server)
	require.Equal(t, []string{"7860"}, instances(m.observer(Options{}).Tick(nil)))

	m.run(proc{pid: 90, ppid: 1, argv: "tmux new -s cosyvoice"})
	require.Empty(t, instances(m.observer(Options{}).Tick(nil)))
}

func TestAScriptFurtherUpCounts(t *testing.T) {
	for _, chain := range [][3]int{{90, 95, 100}, {100, 95, 90}} {
		m := newMachine(t)
		m.run(proc{pid: chain[0], ppid: 1, argv: "bash /root/CosyVoice/run.sh"})
		m.run(proc{pid: chain[1], ppid: chain[0], argv: "timeout 1d python app.py"})
		m.run(proc{pid: chain[2], ppid: chain[1], argv: "python app.py --port 7860", hidden: true})
		require.Equal(t, []string{"7860"}, instances(m.observer(Options{}).Tick(nil)))
	}
}

func TestAServerMustMentionCosyVoice(t *testing.T) {
	m := newMachine(t)
	m.run(proc{pid: 100, ppid: 1, argv: "python server.py --port 50000 --model_dir /models/llama", cwd: "/srv", fds: []string{"socket:[7]"}})
	m.hostSockets(tcpLine(50000, tcpListen, 7))
	require.Empty(t, instances(m.observer(Options{}).Tick(map[int]bool{100: true})))
}

func TestAReusedPIDIsANewProcess(t *testing.T) {
	m := newMachine(t)
	m.run(proc{pid: 100, ppid: 1, argv: "sleep 1000"})
	o := m.observer(Options{})
	for o.table.entries[100] == nil || o.table.entries[100].pause < maxPause {
		o.Tick(nil)
	}
	m.run(proc{pid: 100, ppid: 1, start: 3000, argv: "bash run.sh", cwd: checkout})
	for range maxPause {
		require.Empty(t, instances(o.Tick(nil)))
	}
	m.write("100/cmdline", "python3\x00webui.py\x00")
	for range 4 {
		if len(o.Tick(nil).Services) > 0 {
			return
		}
	}
	t.Fatal("a new process is looked at again soon")
}

func TestGPUMemoryCounts(t *testing.T) {
	m := newMachine(t)
	m.run(proc{pid: 100, ppid: 1, argv: "python api.py", cwd: "/srv", exe: "/opt/envs/cosyvoice/bin/python"})
	require.Empty(t, instances(m.observer(Options{}).Tick(nil)))
	require.Equal(t, []string{"9233"}, instances(m.observer(Options{}).Tick(map[int]bool{100: true})))
}

func TestAProcessThatTurnsIntoAServerIsFound(t *testing.T) {
	m := newMachine(t)
	m.run(proc{pid: 100, ppid: 1, start: justNow, argv: "bash run.sh", cwd: checkout})
	o := m.observer(Options{})
	require.Empty(t, instances(o.Tick(nil)))
	m.write("100/cmdline", "python3\x00webui.py\x00")
	require.Equal(t, []string{"8000"}, instances(o.Tick(nil)))
}

func TestKnownProcessesAreLeftAlone(t *testing.T) {
	m := newMachine(t)
	for pid := 100; pid < 120; pid++ {
		m.run(proc{pid: pid, ppid: 1, start: justNow, argv: "sleep 1000"})
	}
	for pid := 120; pid < 130; pid++ { // old
		m.run(proc{pid: pid, ppid: 1, start: 1, argv: "sleep 1000"})
	}
	o := m.observer(Options{})
	require.Equal(t, Scan{Processes: 30, Examined: 30}, withoutTime(o.Tick(nil).Scan))
	examined := 0
	for range 63 {
		examined += o.Tick(nil).Scan.Examined
	}
	// After 1, 2, 4, 8, 16, 32 and then each 60 ticks; the old ones each 60 ticks.
	require.Equal(t, 6*20+10, examined)
	m.run(proc{pid: 200, ppid: 1, argv: "sleep 1000"})
	require.Equal(t, 1, o.Tick(nil).Scan.Examined)
}

func withoutTime(s Scan) Scan {
	s.Seconds = 0
	return s
}

func TestTreeBelongsToItsTopmostServer(t *testing.T) {
	m := newMachine(t)
	m.run(proc{pid: 90, ppid: 1, argv: "bash run.sh", cwd: checkout})
	m.run(proc{pid: 100, ppid: 90, argv: "python3 webui.py --port 50000", cwd: checkout})
	m.run(proc{pid: 101, ppid: 100, argv: "VLLM::EngineCore", comm: "VLLM::EngineCor"})
	m.run(proc{pid: 102, ppid: 100, argv: "python3 webui.py --port 50000", cwd: checkout})
	m.run(proc{pid: 103, ppid: 102, argv: "ffmpeg -i -"})
	m.run(proc{pid: 104, ppid: 1, argv: "ffmpeg -i -"})
	report := m.observer(Options{}).Tick(nil)
	require.Len(t, report.Services, 1)
	require.Equal(t, []int{100, 101, 102, 103}, report.Services[0].PIDs)
	parts := map[RoleName][]int{}
	for _, role := range report.Services[0].Roles {
		parts[role.Name] = role.PIDs
	}
	require.Equal(t, map[RoleName][]int{
		RoleMain: {100}, RoleEngine: {101}, RoleWorker: {102}, RoleHelper: {103},
	}, parts)
}

func TestAChildThatBecomesAServerStaysAChild(t *testing.T) {
	m := newMachine(t)
	m.run(webui(100))
	o := m.observer(Options{})
	o.Tick(nil)
	// The title that a parent writes over its arguments hides what it is.
	m.write("100/cmdline", "tts\x00")
	m.run(proc{pid: 101, ppid: 100, argv: "python3 server.py --model_dir CosyVoice", cwd: checkout})
	m.wait(10 * time.Second)
	report := o.Tick(nil)
	require.Equal(t, []string{"50000"}, instances(report))
	require.Equal(t, []int{100, 101}, report.Services[0].PIDs)
}

func TestTwoServersOfOneNameAreToldApart(t *testing.T) {
	m := newMachine(t)
	younger, older := webui(100), webui(101)
	younger.start, older.start = 20, 10
	m.run(younger)
	m.run(older)
	o := m.observer(Options{})
	report := o.Tick(nil)
	require.Equal(t, []string{"50000", "50000-2"}, instances(report))
	require.Equal(t, 101, report.Services[0].PID)
	m.kill(101)
	report = o.Tick(nil)
	require.Equal(t, []string{"50000", "50000-2"}, instances(report))
	require.False(t, report.Services[0].Up)
	require.True(t, report.Services[1].Up)
}
