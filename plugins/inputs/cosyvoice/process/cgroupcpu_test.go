package process

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func cpuStatV2(throttled int) string {
	return fmt.Sprintf("usage_usec 900\nuser_usec 500\nsystem_usec 400\nnr_periods 10\nnr_throttled 4\nthrottled_usec %d\nnr_bursts 0\nburst_usec 0\n", throttled)
}

func cpuStatV1(throttled int) string {
	return fmt.Sprintf("nr_periods 10\nnr_throttled 4\nthrottled_time %d\n", throttled)
}

func TestCgroupCPU(t *testing.T) {
	const container = "/docker/0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	for name, tc := range map[string]struct {
		cgroup    string
		own       string // of this program
		files     map[string]string
		limit     *float64
		throttled *float64
	}{
		"version 2": {
			cgroup: "0::/system.slice/tts.service\n",
			files: map[string]string{
				"system.slice/tts.service/cpu.max": "250000 100000\n", "system.slice/tts.service/cpu.stat": cpuStatV2(1_500_000),
				"system.slice/cpu.max": "max 100000\n", "system.slice/cpu.stat": cpuStatV2(9_000_000),
			}, limit: new(250.0), throttled: new(1.5)},
		"version 2, never held back": {
			cgroup: "0::/tts\n",
			files:  map[string]string{"tts/cpu.max": "15000 20000\n", "tts/cpu.stat": cpuStatV2(0)},
			limit:  new(75.0), throttled: new(0.0)},
		"version 2, limited further up": {
			cgroup: "0::/pod/tts\n",
			files: map[string]string{
				"pod/tts/cpu.max": "max 100000\n", "pod/tts/cpu.stat": cpuStatV2(0),
				"pod/cpu.max": "150000 100000\n", "pod/cpu.stat": cpuStatV2(2_000_000),
			}, limit: new(150.0), throttled: new(2.0)},
		"version 2, the controller is enabled only further up": {
			cgroup: "0::/tts.slice/tts.service\n",
			files: map[string]string{
				"tts.slice/tts.service/cpu.stat": "usage_usec 900\nuser_usec 500\nsystem_usec 400\n",
				"tts.slice/cpu.max":              "200000 100000\n", "tts.slice/cpu.stat": cpuStatV2(3_000_000),
			}, limit: new(200.0), throttled: new(3.0)},
		"version 2, the tightest limit counts, whatever its period": {
			cgroup: "0::/pod/tts\n",
			files: map[string]string{
				"pod/tts/cpu.max": "400000 100000\n", "pod/tts/cpu.stat": cpuStatV2(1_000_000),
				"pod/cpu.max": "1000000 500000\n", "pod/cpu.stat": cpuStatV2(2_000_000),
				"cpu.max": "300000 100000\n", "cpu.stat": cpuStatV2(3_000_000),
			}, limit: new(200.0), throttled: new(2.0)},
		"version 2, of equal limits the server's own counts": {
			cgroup: "0::/pod/tts\n",
			files: map[string]string{
				"pod/tts/cpu.max": "400000 100000\n", "pod/tts/cpu.stat": cpuStatV2(1_000_000),
				"pod/cpu.max": "400000 100000\n", "pod/cpu.stat": cpuStatV2(2_000_000),
			}, limit: new(400.0), throttled: new(1.0)},
		"version 2, no limit": {
			cgroup: "0::/tts\n",
			files:  map[string]string{"tts/cpu.max": "max 100000\n", "tts/cpu.stat": cpuStatV2(0)}},
		"version 2, the time is not told": {
			cgroup: "0::/tts\n",
			files:  map[string]string{"tts/cpu.max": "200000 100000\n", "tts/cpu.stat": "usage_usec 900\n"},
			limit:  new(200.0)},
		"version 1": {
			cgroup: "5:cpu,cpuacct:" + container + "\n4:memory:/elsewhere\n0::/elsewhere\n",
			files: map[string]string{
				"cpu" + container + "/cpu.cfs_quota_us": "150000\n", "cpu" + container + "/cpu.cfs_period_us": "100000\n",
				"cpu" + container + "/cpu.stat": cpuStatV1(2_500_000_000),
				"cpu/cpu.cfs_quota_us":          "-1\n", "cpu/cpu.cfs_period_us": "100000\n", "cpu/cpu.stat": cpuStatV1(0),
			}, limit: new(150.0), throttled: new(2.5)},
		"version 1, limited further up": {
			cgroup: "5:cpuacct,cpu:/pod/tts\n",
			files: map[string]string{
				"cpu/pod/tts/cpu.cfs_quota_us": "-1\n", "cpu/pod/tts/cpu.cfs_period_us": "100000\n", "cpu/pod/tts/cpu.stat": cpuStatV1(0),
				"cpu/pod/cpu.cfs_quota_us": "50000\n", "cpu/pod/cpu.cfs_period_us": "100000\n", "cpu/pod/cpu.stat": cpuStatV1(7_000_000_000),
			}, limit: new(50.0), throttled: new(7.0)},
		"version 1, no limit": {
			cgroup: "5:cpu:/tts\n",
			files:  map[string]string{"cpu/tts/cpu.cfs_quota_us": "-1\n", "cpu/tts/cpu.cfs_period_us": "100000\n", "cpu/tts/cpu.stat": cpuStatV1(0)}},
		"both, CPU in version 2": {
			cgroup: "4:memory:/tts\n0::/tts\n",
			files:  map[string]string{"unified/tts/cpu.max": "200000 100000\n", "unified/tts/cpu.stat": cpuStatV2(1_000_000)},
			limit:  new(200.0), throttled: new(1.0)},
		"in the same container without a cgroup namespace": {
			cgroup: "0::" + container + "\n", own: "0::" + container + "\n",
			files: map[string]string{"cpu.max": "200000 100000\n", "cpu.stat": cpuStatV2(1_000_000)},
			limit: new(200.0), throttled: new(1.0)},
		"outside this program's cgroup namespace": {
			cgroup: "0::/../tts\n",
			files:  map[string]string{"cpu.max": "200000 100000\n", "tts/cpu.max": "200000 100000\n"}},
		"elsewhere than this program sees": {
			cgroup: "0::/elsewhere\n", own: "0::/\n",
			files: map[string]string{"cpu.max": "200000 100000\n", "cpu.stat": cpuStatV2(1_000_000)}},
		"version 1 has the controller, but is not mounted here": {
			cgroup: "5:cpu:/tts\n0::/tts\n",
			files:  map[string]string{"tts/cpu.max": "200000 100000\n", "tts/cpu.stat": cpuStatV2(1_000_000)}},
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
			require.Equal(t, tc.limit, service.CgroupCPULimitPercent)
			require.Equal(t, tc.throttled, service.CgroupCPUThrottledSeconds)
		})
	}
}

func TestCPULimitsThatCannotBeReadAreAbsent(t *testing.T) {
	withoutPrivileges(t)
	m, cgroups := newMachine(t), t.TempDir()
	writeCgroups(t, cgroups, map[string]string{
		"pod/tts/cpu.max": "100000 100000\n", "pod/tts/cpu.stat": cpuStatV2(1_000_000),
		"pod/cpu.max": "200000 100000\n", "pod/cpu.stat": cpuStatV2(2_000_000),
	})
	p := webui(100)
	p.cgroup = "0::/pod/tts\n"
	m.run(p)
	o := m.observer(Options{CgroupRoot: cgroups})
	forbid := func(file string) { require.NoError(t, os.Chmod(filepath.Join(cgroups, file), 0)) }

	forbid("pod/tts/cpu.stat")
	service := o.Tick(nil).Services[0]
	require.Equal(t, new(100.0), service.CgroupCPULimitPercent)
	require.Nil(t, service.CgroupCPUThrottledSeconds, "that of another cgroup is not told instead")

	forbid("pod/tts/cpu.max")
	service = o.Tick(nil).Services[0]
	require.Equal(t, new(200.0), service.CgroupCPULimitPercent)
	require.Equal(t, new(2.0), service.CgroupCPUThrottledSeconds)

	forbid("pod/cpu.max")
	service = o.Tick(nil).Services[0]
	require.Nil(t, service.CgroupCPULimitPercent)
	require.Nil(t, service.CgroupCPUThrottledSeconds)
}

func TestTheTimeThatALimitHeldBackIsCounted(t *testing.T) {
	m, cgroups := newMachine(t), t.TempDir()
	p := webui(100)
	p.cgroup = "0::/tts\n"
	m.run(p)
	o := m.observer(Options{CgroupRoot: cgroups})
	for _, tick := range []struct {
		limit     string
		throttled int
		seconds   *float64
	}{
		{"200000 100000\n", 0, new(0.0)},
		{"200000 100000\n", 250_000, new(0.25)},
		{"100000 100000\n", 40_250_000, new(40.25)}, // more than the tick's time: on several CPUs
		{"max 100000\n", 40_250_000, nil},
		{"300000 100000\n", 41_000_000, new(41.0)},
	} {
		writeCgroups(t, cgroups, map[string]string{"tts/cpu.max": tick.limit, "tts/cpu.stat": cpuStatV2(tick.throttled)})
		require.Equal(t, tick.seconds, o.Tick(nil).Services[0].CgroupCPUThrottledSeconds)
		m.wait(10 * time.Second)
	}
	m.kill(100)
	service := o.Tick(nil).Services[0]
	require.Nil(t, service.CgroupCPULimitPercent, "a dead server has no limit")
	require.Nil(t, service.CgroupCPUThrottledSeconds)
}

func TestParseCPULimit(t *testing.T) {
	for text, want := range map[string]*float64{
		"100000 100000\n": new(100.0), "250000 100000\n": new(250.0), "1000\n1000000\n": new(0.1),
		"max 100000\n": nil, "-1\n100000\n": nil, "": nil, "max\n": nil, "100000\n": nil, "100000 100000 100000\n": nil,
		"0 100000\n": nil, "100000 0\n": nil, "100000 -1\n": nil, "100000 max\n": nil, "1e5 100000\n": nil,
	} {
		require.Equal(t, want, parseCPULimit(text), "%q", text)
	}
}

func FuzzParseCPULimit(f *testing.F) {
	f.Add("250000 100000\n")
	f.Add("max 100000\n")
	f.Add("-1\n100000\n")
	f.Fuzz(func(t *testing.T, text string) {
		if limit := parseCPULimit(text); limit != nil && (*limit <= 0 || math.IsInf(*limit, 0) || math.IsNaN(*limit)) {
			t.Fatalf("%q gave %v", text, *limit)
		}
	})
}
