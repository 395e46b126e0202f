package process

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// host is a case of testdata/README.md.
type host struct {
	name  string
	procs []proc
	files []string
	want  []string // servers, as describe gives them
}

func readHosts(t *testing.T, name string) []*host {
	file, err := os.Open(filepath.Join("testdata", name))
	require.NoError(t, err)
	defer file.Close()
	var hosts []*host
	for lines := bufio.NewScanner(file); lines.Scan(); {
		line := lines.Text()
		if name, ok := strings.CutPrefix(line, "## "); ok {
			hosts = append(hosts, &host{name: name})
			continue
		}
		if line == "" {
			continue
		}
		require.NotEmpty(t, hosts, line)
		hosts[len(hosts)-1].add(t, line)
	}
	require.NotEmpty(t, hosts)
	return hosts
}

func (h *host) add(t *testing.T, line string) {
	words := strings.Fields(line)
	switch {
	case words[0] == "=>":
		h.want = append(h.want, strings.Join(words[1:], " "))
	case words[0] == "+":
		h.files = append(h.files, words[1])
	case strings.HasPrefix(line, " "):
		for _, word := range words {
			h.procs[len(h.procs)-1].set(t, word)
		}
	default:
		pid, err := strconv.Atoi(words[0])
		require.NoError(t, err, line)
		ppid, err := strconv.Atoi(words[1])
		require.NoError(t, err, line)
		h.procs = append(h.procs, proc{pid: pid, ppid: ppid, argv: strings.Join(words[2:], " ")})
	}
}

func (p *proc) set(t *testing.T, word string) {
	key, value, _ := strings.Cut(word, "=")
	switch key {
	case "hidden":
		p.hidden = true
	case "cwd":
		p.cwd = value
	case "exe":
		p.exe = value
	case "env":
		p.environ = value + "\x00"
	case "comm":
		p.comm = value
	case "cgroup":
		p.cgroup = value + "\n"
	default:
		t.Fatalf("process %d has an unknown property %q", p.pid, word)
	}
}

var apiNames = map[api]string{apiOther: "other", apiGradio: "gradio", apiFastAPI: "fastapi", apiTriton: "triton", apiRPC: "rpc"}

// describe writes the servers as the corpus does.
func describe(o *Observer, report Report) []string {
	var lines []string
	for _, service := range report.Services {
		i := slices.IndexFunc(o.servers, func(s *server) bool { return s.instance == service.Instance })
		line := service.Instance + " api=" + apiNames[o.servers[i].api()]
		if service.Version != "" {
			line += " version=" + service.Version
		}
		for _, role := range service.Roles {
			slices.Sort(role.PIDs)
			line += fmt.Sprintf(" %s=%s", role.Name, strings.ReplaceAll(strings.Trim(fmt.Sprint(role.PIDs), "[]"), " ", ","))
		}
		lines = append(lines, line)
	}
	return lines
}

func TestCorpus(t *testing.T) {
	for _, file := range []string{"servers.txt", "others.txt"} {
		for _, h := range readHosts(t, file) {
			t.Run(h.name, func(t *testing.T) {
				require.Equal(t, file == "servers.txt", len(h.want) > 0)
				m := newMachine(t)
				for _, file := range h.files {
					m.file(file, "")
				}
				for _, p := range h.procs {
					m.run(p)
				}
				o := m.observer(Options{})
				onGPU := map[int]bool{}
				require.Equal(t, h.want, describe(o, o.Tick(onGPU)))
				// That another look, or that it holds GPU memory, changes nothing.
				for _, p := range h.procs {
					onGPU[p.pid] = true
				}
				require.Equal(t, h.want, describe(o, o.Tick(onGPU)))
			})
		}
	}
}
