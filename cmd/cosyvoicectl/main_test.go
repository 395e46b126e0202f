package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/stack"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

func call(t *testing.T, args ...string) (code int, stdout, stderr string) {
	var out, problems bytes.Buffer
	code = execute(args, &out, &problems)
	require.NotContains(t, out.String()+problems.String(), "%!")
	return code, out.String(), problems.String()
}

func TestExitCodes(t *testing.T) {
	t.Setenv("LC_ALL", "C")
	t.Setenv("HOME", t.TempDir()) // no profiles of the influx tool
	t.Setenv("INFLUX_TOKEN", "")
	t.Setenv("INFLUX_HOST", "")
	for _, test := range []struct {
		name   string
		args   []string
		code   int
		stdout string
		stderr string
	}{
		{"version", []string{"--version"}, exitOK, "cosyvoicectl dev", ""},
		{"help", []string{"--help"}, exitOK, "Commands:", ""},
		{"help of a command", []string{"up", "--help"}, exitOK, "cosyvoicectl up --demo", ""},
		{"help without a command", nil, exitOK, "  cosyvoicectl status", ""},
		{"help about a command", []string{"help", "up"}, exitOK, "cosyvoicectl up --demo", ""},
		{"help about help", []string{"help", "--help"}, exitOK, "cosyvoicectl help [COMMAND]", ""},
		{"help about nothing", []string{"help", "down"}, exitUsage, "", `unknown command "down"`},
		{"unknown command", []string{"down"}, exitUsage, "", `unknown command "down"`},
		{"unknown flag", []string{"up", "--demi"}, exitUsage, "", "unknown flag: --demi"},
		{"unknown short flag", []string{"up", "-d"}, exitUsage, "", "unknown flag: -d"},
		{"no value", []string{"up", "--state"}, exitUsage, "", "--state needs a value"},
		{"stray argument", []string{"status", "now"}, exitUsage, "", `unexpected argument "now"`},
		{"bad value", []string{"up", "--influx-port", "many"}, exitUsage, "", `"many" is no value for --influx-port, which takes a number from 1 to 65535`},
		{"unknown scenario", []string{"up", "--demo", "--scenario", "storm"}, exitUsage, "", `"storm" is no value for --scenario, which takes steady, leak or crash`},
		{"scenario without a demo", []string{"up", "--scenario", "leak"}, exitUsage, "", "--scenario is of use only with --demo"},
		{"seed without a demo", []string{"up", "--seed", "2", "--lang", "zh"}, exitUsage, "", "--seed 只能与 --demo 一起使用"},
		{"history without a demo", []string{"up", "--history", "30d"}, exitUsage, "", "--history is of use only with --demo"},
		{"no length of a history", []string{"up", "--demo", "--history", "long"}, exitUsage, "", `"long" is no value for --history`},
		{"too long a history", []string{"up", "--demo", "--history", "91d"}, exitUsage, "", `"91d" is no value for --history, which takes days or hours, up to 90d`},
		{"a history of all time", []string{"up", "--demo", "--history", "forever"}, exitUsage, "", `"forever" is no value for --history`},
		{"no port at all", []string{"up", "--influx-port", "0"}, exitUsage, "", `"0" is no value for --influx-port`},
		{"too large a port", []string{"up", "--sim-port", "65536"}, exitUsage, "", `"65536" is no value for --sim-port`},
		{"unknown language", []string{"status", "--lang", "fr"}, exitUsage, "", "--lang takes en or zh"},
		{"token without a name", []string{"rotate-token"}, exitUsage, "", "which token?"},
		{"backfill of nothing", []string{"backfill"}, exitUsage, "", "either --from or --auto"},
		{"backfill of all and some", []string{"backfill", "--auto", "--from", "2026-11-20"}, exitUsage, "", "either --from or --auto"},
		{"no length of a time", []string{"why", "--since", "yesterday"}, exitUsage, "", `"yesterday" is no value for --since, which takes a time such as 90s, 24h or 30d`},
		{"a time to come", []string{"gaps", "--since", "-1h", "--lang", "zh"}, exitUsage, "", `"-1h" 不是 --since 的有效值，应为一段时间，例如 90s、24h 或 30d`},
		{"no seed", []string{"up", "--demo", "--seed", "x"}, exitUsage, "", `"x" is no value for --seed`},
		{"too often a look", []string{"top", "--every", "10ms"}, exitUsage, "", "--every 10ms is less than a second"},
		{"settings of a plugin that is not run", []string{"top", "--config", "c.conf"}, exitUsage, "", "only with --local"},
		{"this machine and another", []string{"top", "--local", "--on", "studio", "--lang", "zh"}, exitUsage, "", "请去掉 --on"},
		{"all causes", []string{"explain"}, exitOK, "  gpu_memory_leak        GPU memory leak", ""},
		{"a cause", []string{"explain", "gpu_out_of_memory", "--lang", "zh"}, exitOK, "申请的显存、显卡剩余", ""},
		{"no such cause", []string{"explain", "flood"}, exitFailed, "", `nothing is known by the code "flood"; all codes`},
		{"a part of a cause's name", []string{"explain", "leak"}, exitFailed, "", `did you mean "gpu_memory_leak"?`},
		{"two causes", []string{"explain", "warm_up", "gpu_lost"}, exitUsage, "", "one code at the most"},
		{"release with a stray argument", []string{"release-cache", "50000"}, exitUsage, "", `unexpected argument "50000"`},
		{"release before now", []string{"release-cache", "--wait", "-1s"}, exitUsage, "", "a time from 0s to 1h"},
		{"release after days", []string{"release-cache", "--wait", "48h", "--lang", "zh"}, exitUsage, "", "取值范围是 0s 到 1h"},
		{"forget nobody", []string{"forget"}, exitUsage, "", "the name of one host"},
		{"relay to nobody", []string{"relay"}, exitUsage, "", "--robot-file robot.url"},
		{"relay to a file that is not there", []string{"relay", "--robot-file", "robot.url"}, exitFailed, "", "open robot.url: no such file"},
		{"relay to a robot of all", []string{"relay", "--robot-file", robotFile(t, 0o644)}, exitFailed, "", "but others may read it (mode 0644): chmod 600"},
		{"relay at no address", []string{"relay", "--robot-file", robotFile(t, 0o600), "--listen", "here"}, exitFailed, "", "cannot listen at here"},
		{"a robot that calls nobody", []string{"relay", "--at-mobiles", "13800000000,tom"}, exitUsage, "", `"13800000000,tom" is no value for --at-mobiles, which takes numbers such as`},
		{"a report of no time", []string{"report", "--since", "1m"}, exitUsage, "", "from 10 minutes to 730 days"},
		{"a report of too long a time", []string{"report", "--since", "20000h"}, exitUsage, "", "--since 20000h: give"},
		{"a report from nowhere", []string{"report", "--state", t.TempDir()}, exitFailed, "", "no token for InfluxDB"},
		{"no tier", []string{"backfill", "--auto", "--tier", "1d"}, exitUsage, "", "there are 1m and 1h"},
		{"no InfluxDB", []string{"plan", "--state", t.TempDir()}, exitFailed, "", "no token for InfluxDB at http://localhost:8086"},
		{"no address", []string{"gaps", "--state", t.TempDir(), "--host", "box:8086", "--token-file", "main_test.go"}, exitFailed, "", `"box:8086" is no address`},
		{"nothing runs", []string{"status", "--state", t.TempDir()}, exitFailed, "Start it: cosyvoicectl up --state", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			code, stdout, stderr := call(t, test.args...)
			require.Equal(t, test.code, code, stdout+stderr)
			require.Contains(t, stdout, test.stdout)
			require.Contains(t, stderr, test.stderr)
			if test.stderr == "" {
				require.Empty(t, stderr)
			}
		})
	}
}

func robotFile(t *testing.T, mode os.FileMode) string {
	path := filepath.Join(t.TempDir(), "robot.url")
	require.NoError(t, os.WriteFile(path, []byte("https://oapi.dingtalk.com/robot/send?access_token=0123"), 0o600))
	require.NoError(t, os.Chmod(path, mode))
	return path
}

func TestLanguage(t *testing.T) {
	t.Setenv("LC_ALL", "")
	t.Setenv("LC_MESSAGES", "")
	t.Setenv("LANG", "zh_CN.UTF-8")
	_, stdout, _ := call(t, "up", "-h")
	require.Contains(t, stdout, "示例：")
	require.Contains(t, stdout, "状态目录")
	require.Contains(t, stdout, "（默认 8086）")
	require.NotContains(t, stdout, "default")
	_, stdout, _ = call(t, "up", "-h", "--lang=en")
	require.Contains(t, stdout, "Examples:")
	require.Contains(t, stdout, "(default 8086)")
	_, _, stderr := call(t, "down")
	require.Contains(t, stderr, "用法错误：未知命令 \"down\"")
	_, _, stderr = call(t, "up", "--demi")
	require.Contains(t, stderr, "用法错误：未知选项：--demi")
}

func TestStatusAsJSON(t *testing.T) {
	code, stdout, _ := call(t, "status", "--json", "--lang", "zh", "--state", t.TempDir())
	require.Equal(t, exitFailed, code)
	var status struct {
		Running  bool
		Problems []string
	}
	require.NoError(t, json.Unmarshal([]byte(stdout), &status))
	require.False(t, status.Running)
	require.Contains(t, status.Problems[0], "Nothing runs")
}

func TestStatusView(t *testing.T) {
	reading := func(value float64) *float64 { return &value }
	written := time.Now().Add(-4 * time.Second)
	status := &stack.Status{
		Folder: "/state", Running: true, UptimeSeconds: 3 * 3600, Simulated: stack.Simulated{GPU: true},
		Parts: []stack.PartStatus{
			{Name: "influxd", Version: "2.9.1", Running: true, PID: 12, UptimeSeconds: 3 * 3600},
			{Name: "telegraf", Version: "1.39.3"},
			{Name: "cosyvoice-telegraf", Version: "1.0", Running: true, Paused: true, PID: 14, UptimeSeconds: 5},
		},
		Buckets: []stack.BucketStatus{{Name: "performance_monitor", LastWrite: &written}, {Name: "performance_monitor_events"}},
		Readings: &stack.Readings{
			CPUPercent: reading(12.4), MemoryUsedMiB: reading(4000),
			GPUMemoryUsedMiB: reading(5000), GPUMemoryTotalMiB: reading(24564), GPUUtilization: reading(33), GPUTemperatureC: reading(60),
			Servers: []stack.Server{{Instance: "50000", Up: true, State: "busy", UptimeSeconds: reading(90), Version: "abc"}},
		},
		Problems: []words.Message{words.PartDown.With("telegraf", "/state/logs/telegraf.log")},
	}
	for language, want := range map[words.Language]string{
		words.English: `Monitoring runs for 3 h 0 min, state folder /state

influxd              2.9.1    running   pid 12   3 h 0 min
telegraf             1.39.3   down
cosyvoice-telegraf   1.0      paused    pid 14   5 s

bucket performance_monitor          last write 4 s ago
bucket performance_monitor_events   no points yet
host                                CPU 12 %, memory 4000 of – MiB used
GPU (SIMULATED)                     memory 5000 of 24564 MiB used, utilisation 33 %, 60 °C
server 50000                        busy  1 min 30 s  abc

✗ telegraf is down; ` + "`up`" + ` starts it again by itself. If that goes on, the reason stands at the end of /state/logs/telegraf.log.
`,
		words.Chinese: `监控已运行 3 小时 0 分，状态目录 /state

influxd              2.9.1    运行中   pid 12   3 小时 0 分
telegraf             1.39.3   未运行
cosyvoice-telegraf   1.0      已暂停   pid 14   5 秒

存储桶 performance_monitor          4 秒前写入
存储桶 performance_monitor_events   尚无数据点
主机                                CPU 12%，主机内存已用 4000 / – MiB
GPU（模拟）                         显存已用 5000 / 24564 MiB，利用率 33%，60 °C
服务 50000                          繁忙  1 分 30 秒  abc

✗ telegraf 未运行，` + "`up`" + ` 会自动重新启动它。若一直如此，请看 /state/logs/telegraf.log 末尾的原因。
`,
	} {
		var out bytes.Buffer
		require.NoError(t, showStatus(&out, status, language))
		require.Equal(t, want, out.String())
	}
}
