package process

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestAnExitTellsOfTheOutOfMemoryKiller(t *testing.T) {
	const (
		server = "system.slice/tts.service/"
		above  = "system.slice/"
	)
	events := func(kills int) string { return fmt.Sprintf("oom 9\noom_kill %d\noom_group_kill 0\n", kills) }
	for name, tc := range map[string]struct {
		cgroup string
		before map[string]string
		after  map[string]string // "" for a file that is gone
		killed bool
	}{
		"version 2, struck": {
			before: map[string]string{server + "memory.events": events(1), above + "memory.events": events(5)},
			after:  map[string]string{server + "memory.events": events(2), above + "memory.events": events(6)},
			killed: true,
		},
		"struck at another server": {
			before: map[string]string{server + "memory.events": events(1), above + "memory.events": events(5)},
			after:  map[string]string{above + "memory.events": events(6)},
		},
		"struck long ago": {
			before: map[string]string{server + "memory.events": events(1), above + "memory.events": events(5)},
		},
		"the cgroup is gone, struck": {
			before: map[string]string{server + "memory.events": events(0), above + "memory.events": events(5)},
			after:  map[string]string{server + "memory.events": "", above + "memory.events": events(6)},
			killed: true,
		},
		"the cgroup is gone, not struck": {
			before: map[string]string{server + "memory.events": events(1), above + "memory.events": events(5)},
			after:  map[string]string{server + "memory.events": ""},
		},
		"the cgroup was made anew": {
			before: map[string]string{server + "memory.events": events(3)},
			after:  map[string]string{server + "memory.events": events(0)},
		},
		"the kernel does not tell": {
			before: map[string]string{server + "memory.events": "oom 9\n"},
			after:  map[string]string{server + "memory.events": events(2)},
		},
		"version 1, struck": {
			cgroup: "4:memory:/" + server + "\n",
			before: map[string]string{"memory/" + server + "memory.oom_control": "under_oom 0\noom_kill 0\n"},
			after:  map[string]string{"memory/" + server + "memory.oom_control": "under_oom 0\noom_kill 1\n"},
			killed: true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			m, cgroups := newMachine(t), t.TempDir()
			write := func(files map[string]string) {
				for file, content := range files {
					file = filepath.Join(cgroups, file)
					if content == "" {
						require.NoError(t, os.Remove(file))
						continue
					}
					require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
					require.NoError(t, os.WriteFile(file, []byte(content), 0o644))
				}
			}
			write(map[string]string{server + "memory.current": "1000\n", "memory/" + server + "memory.usage_in_bytes": "1000\n"})
			write(tc.before)
			p := webui(100)
			p.cgroup = tc.cgroup
			if p.cgroup == "" {
				p.cgroup = "0::/" + server + "\n"
			}
			m.run(p)
			o := m.observer(Options{CgroupRoot: cgroups})
			require.True(t, o.Tick(nil).Services[0].Up)
			m.wait(10 * time.Second)
			write(tc.after)
			m.kill(100)
			exit := o.Tick(nil).Events[0]
			require.Equal(t, EventExit, exit.Kind)
			require.Equal(t, tc.killed, exit.OOMKilled)
		})
	}
}
