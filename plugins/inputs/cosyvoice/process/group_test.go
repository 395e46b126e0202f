package process

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var (
	containerA = "0::/system.slice/docker-" + strings.Repeat("a", 64) + ".scope\n"
	containerB = "0::/system.slice/docker-" + strings.Repeat("b", 64) + ".scope\n"
)

func in(cgroup string, p proc) proc {
	p.cgroup = cgroup
	return p
}

// A unit whose processes are not one tree, as after a fork and an end between.
func TestPinnedUnitAndCgroup(t *testing.T) {
	const unit = "0::/system.slice/tts.service\n"
	for name, pin := range map[string]Pin{
		"unit":          {Unit: "tts"},
		"unit in full":  {Unit: "tts.service"},
		"cgroup":        {Cgroup: "/system.slice/tts.service"},
		"end of cgroup": {Cgroup: "tts.service"},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMachine(t)
			m.run(in(unit, proc{pid: 90, ppid: 1, argv: "/bin/bash -c python3 main.py && sleep infinity"}))
			m.run(in(unit, proc{pid: 100, ppid: 90, argv: "python3 main.py"}))
			m.run(in(unit, proc{pid: 101, ppid: 100, argv: "ffmpeg -"}))
			m.run(in(unit, proc{pid: 110, ppid: 1, argv: "python3 helper.py"}))
			m.run(in("0::/system.slice/ttss.service\n", proc{pid: 120, ppid: 1, argv: "python3 main.py"}))
			pin.Name = "studio"
			o := m.observer(Options{Pins: []Pin{pin}})
			report := o.Tick(nil)
			require.Equal(t, []string{"studio"}, instances(report))
			require.Equal(t, 100, report.Services[0].PID)
			require.Equal(t, []int{100, 101, 110}, report.Services[0].PIDs)

			// The shell goes on after the server's end, and is not it.
			for _, pid := range []int{100, 101, 110} {
				m.kill(pid)
			}
			m.run(in(unit, proc{pid: 130, ppid: 90, argv: "sleep infinity"}))
			m.wait(time.Second)
			report = o.Tick(nil)
			require.Equal(t, []EventKind{EventExit}, kinds(report.Events))
			require.False(t, report.Services[0].Up)
		})
	}
}

func TestTheKnownEntryPointOfAUnitIsItsMainProcess(t *testing.T) {
	const unit = "0::/system.slice/tts.service\n"
	m := newMachine(t)
	m.run(in(unit, proc{pid: 90, ppid: 1, argv: "redis-server"}))
	server := in(unit, webui(100))
	m.run(server)
	report := m.observer(Options{Pins: []Pin{{Name: "studio", Unit: "tts"}}}).Tick(nil)
	require.Equal(t, 100, report.Services[0].PID)
	require.Equal(t, []int{90, 100}, report.Services[0].PIDs)
}

func TestTritonDiesAndItsPartIsNoServer(t *testing.T) {
	m := newMachine(t)
	triton := in(containerA, proc{pid: 100, ppid: 90, argv: "tritonserver --model-repository /x/model_repo_cosyvoice3"})
	part := in(containerA, proc{pid: 110, ppid: 90, argv: "python3 /bin/trtllm-serve serve /x/cosyvoice3_engines"})
	elsewhere := in(containerB, proc{pid: 120, ppid: 90, argv: "python3 /bin/trtllm-serve serve /x/cosyvoice3_engines"})
	m.run(in(containerA, proc{pid: 90, ppid: 1, argv: "bash run_cosyvoice3.sh 3 3"}))
	m.run(part)
	m.run(elsewhere)
	o := m.observer(Options{})
	require.Empty(t, o.Tick(nil).Services)
	m.run(triton)
	require.Equal(t, []int{100, 110}, o.Tick(nil).Services[0].PIDs)
	m.kill(100)
	m.wait(time.Second)
	report := o.Tick(nil)
	require.Len(t, report.Services, 1)
	require.False(t, report.Services[0].Up)
	triton.pid = 101
	m.run(triton)
	require.Equal(t, []int{101, 110}, o.Tick(nil).Services[0].PIDs)
}

// The same command line in two containers: the names hold over restarts of
// either server, and of the observer.
func TestNamesInContainersHold(t *testing.T) {
	m := newMachine(t)
	start := func(pid int, cgroup string, made time.Time) {
		p := in(cgroup, webui(pid))
		m.run(p)
		root := t.TempDir()
		require.NoError(t, os.WriteFile(root+"/.dockerenv", nil, 0o644))
		require.NoError(t, os.Chtimes(root+"/.dockerenv", made, made))
		m.relink(root, pid)
	}
	names := func(r Report) map[string]int {
		pids := map[string]int{}
		for _, s := range r.Services {
			pids[s.Instance] = s.PID
		}
		return pids
	}
	older, younger := bootTime, bootTime.Add(time.Minute)
	start(100, containerA, older)
	start(200, containerB, younger)
	o := m.observer(Options{})
	require.Equal(t, map[string]int{"50000": 100, "50000-2": 200}, names(o.Tick(nil)))

	// Both end, and come back the other way round.
	m.kill(100)
	m.kill(200)
	m.wait(time.Second)
	o.Tick(nil)
	start(300, containerB, younger)
	require.Equal(t, map[string]int{"50000": 0, "50000-2": 300}, names(o.Tick(nil)))
	start(400, containerA, older)
	require.Equal(t, map[string]int{"50000": 400, "50000-2": 300}, names(o.Tick(nil)))

	require.Equal(t, map[string]int{"50000": 400, "50000-2": 300}, names(m.observer(Options{}).Tick(nil)))
}

// Both containers are made anew, of another image, and start in the other order.
func TestNamesHoldWhenContainersAreMadeAnew(t *testing.T) {
	mount := func(folder string) string {
		return "36 30 0:33 / / rw - overlay overlay rw\n37 36 8:1 " + folder + " /data rw - ext4 /dev/sda1 rw\n"
	}
	for name, second := range map[string]func(p *proc, mounts *string){
		"by an argument": func(p *proc, _ *string) { p.argv += " --load_jit" },
		"by a variable": func(p *proc, _ *string) {
			p.environ = strings.ReplaceAll(p.environ, "CUDA_VISIBLE_DEVICES=0", "CUDA_VISIBLE_DEVICES=1")
		},
		"by a mounted folder": func(_ *proc, mounts *string) { *mounts = mount("/srv/b") },
	} {
		t.Run(name, func(t *testing.T) {
			m := newMachine(t)
			start := func(pid int, isSecond bool, image string) {
				container := fmt.Sprintf("%064x", pid)
				p, mounts := in("0::/docker/"+container+"\n", webui(pid)), mount("/srv/a")
				p.environ = "HOSTNAME=" + container[:12] + "\x00CUDA_VISIBLE_DEVICES=0\x00IMAGE=" + image + "\x00"
				if isSecond {
					second(&p, &mounts)
				}
				m.run(p)
				m.write(strconv.Itoa(pid)+"/mountinfo", mounts)
			}
			start(100, false, "1")
			start(200, true, "1")
			o := m.observer(Options{})
			require.Equal(t, []string{"50000", "50000-2"}, instances(o.Tick(nil)))

			m.kill(100)
			m.kill(200)
			m.wait(time.Second)
			o.Tick(nil)
			start(300, true, "2")
			report := o.Tick(nil)
			require.Equal(t, []string{"50000", "50000-2"}, instances(report))
			require.Equal(t, 300, report.Services[1].PID)
			start(400, false, "2")
			report = o.Tick(nil)
			require.Equal(t, []string{"50000", "50000-2"}, instances(report))
			require.Equal(t, 400, report.Services[0].PID)
		})
	}
}

func TestAServerThatStartsItselfAnewLivesOn(t *testing.T) {
	m := newMachine(t)
	m.run(webui(100))
	m.hostSockets(tcpLine(50000, tcpListen, 7))
	o := m.observer(Options{})
	for range 2 * maxPause {
		require.Equal(t, StateReady, o.Tick(nil).Services[0].State)
	}
	m.exec(100, "python3", "webui.py", "--port", "50001", "--model_dir", "CosyVoice2-0.5B")
	m.hostSockets(tcpLine(50001, tcpListen, 7), tcpLine(50001, tcpEstablished, 8))
	m.wait(10 * time.Second)
	report := o.Tick(nil)
	require.Empty(t, report.Events)
	require.Equal(t, []string{"50000"}, instances(report), "a series does not change while a process lives")
	require.Equal(t, 1, *report.Services[0].Connections, "its port is the new one")

	m.exec(100, "python3", "webui.py", "--model_dir", "CosyVoice2-0.5B")
	m.hostSockets(tcpLine(8000, tcpListen, 7))
	m.wait(10 * time.Second)
	require.Zero(t, *o.Tick(nil).Services[0].Connections)

	// It writes a title over its command line.
	m.exec(100, "tts: serving")
	for range 4 {
		m.wait(10 * time.Second)
		report = o.Tick(nil)
		require.Empty(t, report.Events)
		require.Equal(t, StateReady, report.Services[0].State)
	}
}
