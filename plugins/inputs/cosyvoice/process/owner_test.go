package process

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// notes keeps what was said to a person.
type notes struct{ lines []string }

func (*notes) Infof(string, ...any) {}

func (n *notes) Warnf(format string, args ...any) {
	n.lines = append(n.lines, fmt.Sprintf(format, args...))
}

var (
	usingCUDA    = []string{"/dev/null", "/dev/nvidiactl", "/dev/nvidia0", cudaDevice}
	usingNVML    = []string{"/dev/nvidiactl", "/dev/nvidia0"}
	inNamespace  = "pid:[4026532201]"
	webuiOwner   = Owner{Instance: "50000", Role: RoleMain, PID: 100}
	engineOwner  = Owner{Instance: "50000", Role: RoleEngine, PID: 101}
	presumedOnes = Owner{Instance: "50000", Role: RoleMain, PID: 100, Presumed: true}
)

func TestOwner(t *testing.T) {
	server, engine, other := webui(100), proc{pid: 101, ppid: 100, argv: "VLLM::EngineCore"}, proc{pid: 200, ppid: 1, argv: "python train.py"}
	with := func(p proc, fds []string, inside ...int) proc {
		p.fds, p.inside = fds, inside
		return p
	}
	for name, tc := range map[string]struct {
		namespace string
		procs     []proc
		want      map[int]Owner // by what NVML lists; the zero value for none
		said      string
	}{
		"on the host": {
			namespace: initialNamespace,
			procs:     []proc{server, engine, other},
			want:      map[int]Owner{100: webuiOwner, 101: engineOwner, 200: {}, 9999: {}},
		},
		"on the host, a container's process is not taken for that of its id inside": {
			namespace: initialNamespace,
			procs:     []proc{with(server, usingCUDA, 7)},
			want:      map[int]Owner{7: {}, 100: webuiOwner},
		},
		"seen under the same ids": {
			namespace: inNamespace,
			procs:     []proc{with(server, usingCUDA), with(engine, usingCUDA), with(other, usingCUDA)},
			want:      map[int]Owner{100: webuiOwner, 101: engineOwner, 200: {}},
		},
		"seen by the ids in a namespace below": {
			namespace: inNamespace,
			procs:     []proc{with(server, usingCUDA, 7), with(engine, usingCUDA, 8)},
			want:      map[int]Owner{7: webuiOwner, 8: engineOwner},
		},
		"the same id in two namespaces below": {
			namespace: inNamespace,
			procs:     []proc{with(server, usingCUDA, 7), with(other, usingCUDA, 7)},
			want:      map[int]Owner{7: {}},
			said:      "counts as that of others",
		},
		"the host's ids, nothing else uses the GPU": {
			namespace: inNamespace,
			procs: []proc{with(server, usingCUDA), with(engine, usingCUDA), other, {pid: 300, ppid: 1, argv: "dcgm-exporter", fds: usingNVML},
				{pid: 400, ppid: os.Getpid(), argv: "cosyvoice-telegraf nvml-child", fds: usingCUDA}},
			want: map[int]Owner{41234: presumedOnes, 41235: presumedOnes},
			said: `server "50000" is presumed`,
		},
		"the host's ids, one the same as that of a process here": {
			namespace: inNamespace,
			procs:     []proc{with(server, usingCUDA), engine},
			want:      map[int]Owner{101: presumedOnes},
			said:      "presumed",
		},
		"the host's ids, and two use the GPU": {
			namespace: inNamespace,
			procs:     []proc{with(server, usingCUDA), with(other, usingCUDA)},
			want:      map[int]Owner{41234: {}, 41235: {}},
			said:      "run this program on the host",
		},
		"the host's ids, and who uses the GPU is not readable": {
			namespace: inNamespace,
			procs:     []proc{server},
			want:      map[int]Owner{41234: {}},
			said:      "counts as that of others",
		},
	} {
		t.Run(name, func(t *testing.T) {
			m, said := newMachine(t), &notes{}
			m.link(tc.namespace, "self/ns/pid")
			for _, p := range tc.procs {
				m.run(p)
			}
			listed := map[int]bool{}
			for pid := range tc.want {
				listed[pid] = true
			}
			o := m.observer(Options{Log: said})
			for range 2 {
				report := o.Tick(listed)
				for pid, want := range tc.want {
					owner, ok := report.Owner(pid)
					require.Equal(t, want, owner, pid)
					require.Equal(t, want != Owner{}, ok, pid)
				}
				require.Equal(t, strings.Contains(tc.said, "others") || strings.Contains(tc.said, "on the host"), report.OwnersUnknown)
			}
			if tc.said == "" {
				require.Empty(t, said.lines)
				return
			}
			require.Len(t, said.lines, 1, "it is said once")
			require.Contains(t, said.lines[0], tc.said)
		})
	}
}

func TestOwnerOfAProcessThatIsListedLater(t *testing.T) {
	m := newMachine(t)
	m.link(initialNamespace, "self/ns/pid")
	m.run(webui(100))
	report := m.observer(Options{}).Tick(nil)
	owner, ok := report.Owner(100)
	require.True(t, ok)
	require.Equal(t, webuiOwner, owner)
}

func TestPresumptionEndsWithItsReason(t *testing.T) {
	m, said := newMachine(t), &notes{}
	m.link(inNamespace, "self/ns/pid")
	server := webui(100)
	server.fds = usingCUDA
	m.run(server)
	o := m.observer(Options{Log: said})
	report := o.Tick(map[int]bool{41234: true})
	_, ok := report.Owner(41234)
	require.True(t, ok)
	m.run(proc{pid: 200, ppid: 1, argv: "python train.py", fds: usingCUDA})
	report = o.Tick(map[int]bool{41234: true, 41300: true})
	_, ok = report.Owner(41234)
	require.False(t, ok)
	require.Len(t, said.lines, 1)
}

// Another user's process may use the GPU and keep it to itself.
func TestNothingIsPresumedBesideAnUnreadableProcess(t *testing.T) {
	m := newMachine(t)
	m.link(inNamespace, "self/ns/pid")
	server := webui(100)
	server.fds = usingCUDA
	m.run(server)
	m.run(proc{pid: 200, ppid: 1, argv: "python train.py", hidden: true})
	m.write("200/fd", "no folder, so that it cannot be listed")
	report := m.observer(Options{}).Tick(map[int]bool{41234: true})
	_, ok := report.Owner(41234)
	require.False(t, ok)
	require.True(t, report.OwnersUnknown)
}
