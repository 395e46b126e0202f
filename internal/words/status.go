package words

// What `cosyvoicectl status` shows.
var (
	StatusRunning = Text{
		En: "Monitoring runs for %s, state folder %s",
		Zh: "监控已运行 %s，状态目录 %s",
	}
	StatusStopped = Text{
		En: "Monitoring does not run, state folder %s",
		Zh: "监控未运行，状态目录 %s",
	}
	StatusHealthy = Text{
		En: "All is well.",
		Zh: "一切正常。",
	}
	StatusFinding = Text{
		En: "%s: %s What to do now: %s More: cosyvoicectl why",
		Zh: "%s：%s现在怎么做：%s详见 cosyvoicectl why",
	}
	StateRunning = Text{
		En: "running",
		Zh: "运行中",
	}
	StatePaused = Text{
		En: "paused",
		Zh: "已暂停",
	}
	StateDown = Text{
		En: "down",
		Zh: "未运行",
	}
	LastWrite = Text{
		En: "last write %s ago",
		Zh: "%s前写入",
	}
	NeverWritten = Text{
		En: "no points yet",
		Zh: "尚无数据点",
	}
	BucketLabel = Text{
		En: "bucket %s",
		Zh: "存储桶 %s",
	}
	HostLabel = Text{
		En: "host",
		Zh: "主机",
	}
	HostReading = Text{
		En: "CPU %s %%, memory %s of %s MiB used",
		Zh: "CPU %s%%，主机内存已用 %s / %s MiB",
	}
	GPULabel = Text{
		En: "GPU",
		Zh: "GPU",
	}
	GPUReading = Text{
		En: "memory %s of %s MiB used, utilisation %s %%, %s °C",
		Zh: "显存已用 %s / %s MiB，利用率 %s%%，%s °C",
	}
	GPUNone = Text{
		En: "none seen",
		Zh: "未发现",
	}
	SimulatedMark = Text{
		En: " (SIMULATED)",
		Zh: "（模拟）",
	}
	ServerLabel = Text{
		En: "server %s",
		Zh: "服务 %s",
	}
)

// ServerStates words the states that the plugin reports of a server.
var ServerStates = map[string]Text{
	"starting": {En: "starting", Zh: "启动中"},
	"ready":    {En: "ready", Zh: "就绪"},
	"busy":     {En: "busy", Zh: "繁忙"},
	"stuck":    {En: "stuck", Zh: "卡住"},
	"dead":     {En: "not running", Zh: "已退出"},
}

// What is wrong, and what to do.
var (
	NotRunning = Text{
		En: "Nothing runs on this folder. Start it: cosyvoicectl up --state %s",
		Zh: "没有使用该目录的监控在运行。启动命令：cosyvoicectl up --state %s",
	}
	PartDown = Text{
		En: "%s is down; `up` starts it again by itself. If that goes on, the reason stands at the end of %s.",
		Zh: "%s 未运行，`up` 会自动重新启动它。若一直如此，请看 %s 末尾的原因。",
	}
	PartRestarted = Text{
		En: "%s was restarted %s ago (restarts so far: %d). The reason stands in %s.",
		Zh: "%s 在 %s前重新启动（累计 %d 次）。原因见 %s。",
	}
	PartPaused = Text{
		En: "%[1]s (pid %[2]d) is paused by a signal and does nothing. Let it go on: kill -CONT %[2]d",
		Zh: "%[1]s（pid %[2]d）已被信号暂停，没有在工作。恢复运行：kill -CONT %[2]d",
	}
	InfluxUnreadable = Text{
		En: "InfluxDB at %s does not answer queries: %v. If that goes on, see the end of %s and start `cosyvoicectl up` again.",
		Zh: "InfluxDB（%s）没有响应查询：%v。若一直如此，请看 %s 的末尾，并重新启动 `cosyvoicectl up`。",
	}
	StillSettingUp = Text{
		En: "InfluxDB is still starting; try again in a few seconds.",
		Zh: "InfluxDB 仍在启动，请几秒后重试。",
	}
	NoReadingsYet = Text{
		En: "No readings yet; the first ones take up to half a minute after the start.",
		Zh: "尚无读数，启动后半分钟内会有第一批数据。",
	}
	NoReadings = Text{
		En: "No readings within the last hour. The reason should stand at the end of %s.",
		Zh: "最近一小时没有读数。原因应在 %s 的末尾。",
	}
	PluginSilent = Text{
		En: "The plugin has sent nothing for %s, though Telegraf writes. See the end of %s.",
		Zh: "插件已有 %s没有上报数据，但 Telegraf 仍在写入。请看 %s 的末尾。",
	}
	NothingWritten = Text{
		En: "Nothing was written for %s. Points wait in the disk buffer; the reason should stand at the end of %s. If the disk was full, start `cosyvoicectl up` again.",
		Zh: "已有 %s没有数据写入。数据点在磁盘缓冲区中等待，原因应在 %s 的末尾。如果磁盘曾写满，请重新启动 `cosyvoicectl up`。",
	}
	NoServer = Text{
		En: "No CosyVoice server is seen. Start it; if it runs, name it in %s.",
		Zh: "没有发现 CosyVoice 服务。请启动它；如果它已在运行，请在 %s 中指定。",
	}
	ServerDown = Text{
		En: "The CosyVoice server %s is not running. Look at the end of its log and start it again.",
		Zh: "CosyVoice 服务 %s 已退出。请查看其日志末尾并重新启动。",
	}
	ServerStuck = Text{
		En: "The CosyVoice server %s runs but no longer answers. Restart it if that goes on.",
		Zh: "CosyVoice 服务 %s 仍在运行但不再响应。若持续如此，请重启它。",
	}
	GPUHung = Text{
		En: "The driver of the GPU %s does not answer. Try nvidia-smi; if that hangs too, the host needs a restart.",
		Zh: "GPU %s 的驱动没有响应。请试运行 nvidia-smi；如果它也卡住，需要重启主机。",
	}
	GPULost = Text{
		En: "The GPU %s is lost: %s. Look into dmesg for Xid 79, check its power and slot, and restart the host.",
		Zh: "GPU %s 已掉卡（系统已找不到它），原因：%s。请在 dmesg 中查找 Xid 79，检查供电和插槽，然后重启主机。",
	}
	GPUFailed = Text{
		En: "The GPU %s cannot be read: %s",
		Zh: "无法读取 GPU %s，原因：%s",
	}
)
