package process

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func writeCgroups(t *testing.T, root string, files map[string]string) {
	for file, content := range files {
		file = filepath.Join(root, file)
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
		require.NoError(t, os.WriteFile(file, []byte(content), 0o644))
	}
}

const noLimitV1 = "9223372036854771712\n"

func TestCgroupMemory(t *testing.T) {
	const container = "/docker/0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	for name, tc := range map[string]struct {
		cgroup string
		own    string // of this program
		files  map[string]string
		memory uint64
		limit  uint64 // 0: absent
		kills  uint64
	}{
		"version 2": {
			cgroup: "0::/system.slice/tts.service\n",
			files: map[string]string{
				"system.slice/tts.service/memory.current": "1000\n",
				"system.slice/tts.service/memory.max":     "2000\n",
				"system.slice/tts.service/memory.events":  "low 0\nhigh 0\nmax 3\noom 2\noom_kill 1\noom_group_kill 0\n",
			}, memory: 1000, limit: 2000, kills: 1},
		"version 2, limited further up": {
			cgroup: "0::/pod/tts\n",
			files: map[string]string{
				"pod/tts/memory.current": "1000\n", "pod/tts/memory.max": "max\n", "pod/tts/memory.events": "oom_kill 0\n",
				"pod/memory.max": "3000\n",
			}, memory: 1000, limit: 3000},
		"version 2, the lowest limit counts": {
			cgroup: "0::/pod/tts\n",
			files: map[string]string{
				"pod/tts/memory.current": "1000\n", "pod/tts/memory.max": "2500\n", "pod/tts/memory.events": "oom_kill 0\n",
				"pod/memory.max": "3000\n", "memory.max": "2600\n",
			}, memory: 1000, limit: 2500},
		"version 2, no limit": {
			cgroup: "0::/tts\n",
			files:  map[string]string{"tts/memory.current": "1000\n", "tts/memory.max": "max\n", "tts/memory.events": "oom_kill 0\n"},
			memory: 1000},
		"version 1": {
			cgroup: "5:cpu,cpuacct:/elsewhere\n4:memory:" + container + "\n1:name=systemd:/elsewhere\n",
			files: map[string]string{
				"memory" + container + "/memory.usage_in_bytes": "1000\n",
				"memory" + container + "/memory.limit_in_bytes": "2000\n",
				"memory" + container + "/memory.oom_control":    "oom_kill_disable 0\nunder_oom 0\noom_kill 7\n",
				"memory/memory.limit_in_bytes":                  noLimitV1,
			}, memory: 1000, limit: 2000, kills: 7},
		"version 1, no limit": {
			cgroup: "4:memory:/tts\n",
			files: map[string]string{
				"memory/tts/memory.usage_in_bytes": "1000\n", "memory/tts/memory.limit_in_bytes": noLimitV1,
				"memory/tts/memory.oom_control": "oom_kill 0\n", "memory/memory.limit_in_bytes": noLimitV1,
			}, memory: 1000},
		"both, memory in version 1": {
			cgroup: "4:memory:/tts\n0::/tts\n",
			files: map[string]string{
				"memory/tts/memory.usage_in_bytes": "1000\n", "memory/tts/memory.oom_control": "oom_kill 2\n",
				"unified/tts/memory.events": "oom_kill 9\n",
			}, memory: 1000, kills: 2},
		"both, memory in version 2": {
			cgroup: "4:cpu:/tts\n0::/tts\n",
			files: map[string]string{
				"unified/tts/memory.current": "1000\n", "unified/tts/memory.max": "2000\n", "unified/tts/memory.events": "oom_kill 2\n",
			}, memory: 1000, limit: 2000, kills: 2},
		"in the same container without a cgroup namespace": {
			cgroup: "4:memory:" + container + "\n", own: "4:memory:" + container + "\n",
			files: map[string]string{
				"memory/memory.usage_in_bytes": "1000\n", "memory/memory.limit_in_bytes": "2000\n", "memory/memory.oom_control": "oom_kill 1\n",
			}, memory: 1000, limit: 2000, kills: 1},
	} {
		t.Run(name, func(t *testing.T) {
			m, cgroups := newMachine(t), t.TempDir()
			writeCgroups(t, cgroups, tc.files)
			p := webui(100)
			p.cgroup = tc.cgroup
			m.run(p)
			m.run(proc{pid: 50, ppid: 1, argv: "cosyvoice-telegraf", cgroup: tc.own})
			o := m.observer(Options{CgroupRoot: cgroups})
			o.table.self = 50
			service := o.Tick(nil).Services[0]
			require.Equal(t, tc.memory, *service.CgroupMemoryBytes)
			require.Equal(t, tc.kills, *service.CgroupOOMKills)
			if tc.limit == 0 {
				require.Nil(t, service.CgroupMemoryLimitBytes)
			} else {
				require.Equal(t, tc.limit, *service.CgroupMemoryLimitBytes)
			}
		})
	}
}

func TestACgroupThatCannotBeSeenIsAbsent(t *testing.T) {
	cgroups := t.TempDir()
	for _, file := range []string{"memory.current", "memory/memory.usage_in_bytes", "tts/memory.current"} {
		file = filepath.Join(cgroups, file)
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
		require.NoError(t, os.WriteFile(file, []byte("1000\n"), 0o644))
	}
	for _, cgroup := range []string{
		"",
		"0::/../" + filepath.Base(cgroups) + "/tts\n", // outside this program's cgroup namespace
		"4:memory:/tts\n0::/tts\n",                    // version 1 has the controller, but is not mounted here
		"0::/elsewhere\n",
	} {
		m := newMachine(t)
		p := webui(100)
		p.cgroup = cgroup
		m.run(p)
		service := m.observer(Options{CgroupRoot: cgroups}).Tick(nil).Services[0]
		require.Nil(t, service.CgroupMemoryBytes, cgroup)
		require.Nil(t, service.CgroupOOMKills, cgroup)
		require.Nil(t, service.CgroupMemoryLimitBytes, cgroup)
	}
}

func TestInCgroup(t *testing.T) {
	paths := strings.Fields("/user.slice/user-1000.slice/user@1000.service/app.slice/tts.service /system.slice/docker-0123.scope/init")
	for wanted, in := range map[string]bool{
		"tts.service": true, "ts.service": false, "tts": false, "app.slice/tts.service": true,
		"docker-0123.scope": true, "/system.slice": true, "/system.slice/docker-0123.scope/": true, "docker-0123.scope/x": false,
	} {
		require.Equal(t, in, inCgroup(paths, wanted), wanted)
	}
}

func FuzzFlatKeyed(f *testing.F) {
	f.Add("low 0\noom_kill 12\n", "oom_kill")
	f.Fuzz(func(t *testing.T, content, key string) {
		if value := flatKeyed(content, key); value != nil && flatKeyed("", key) != nil {
			t.Fatal("found in nothing")
		}
	})
}
