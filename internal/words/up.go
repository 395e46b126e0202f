package words

// What `cosyvoicectl up` says.
var (
	StateFolder = Text{
		En: "State folder: %s",
		Zh: "状态目录：%s",
	}
	HoldsDemoData = Text{
		En: "Note: %s also holds simulated data of an earlier --demo. For real data alone, choose another folder with --state.",
		Zh: "注意：%s 中还有此前 --demo 产生的模拟数据。如果只想保留真实数据，请用 --state 另选一个目录。",
	}
	TelegrafConfEdited = Text{
		En: "%s has been edited and is kept as it is. To go back to the shipped one, delete it and start again.",
		Zh: "%s 已被修改，保持原样。如需恢复默认配置，请删除该文件后重新启动。",
	}
	EndingLeftover = Text{
		En: "Ending %s (pid %d), left over from an earlier run that was killed…",
		Zh: "正在结束上次被强制终止后遗留的 %s（pid %d）……",
	}
	PartReady = Text{
		En: "✓ %s %s is ready: %s",
		Zh: "✓ %s %s 已就绪：%s",
	}
	InfluxdSlow = Text{
		En: "influxd has not answered for %s; it may be replaying its data. Still waiting. %v",
		Zh: "influxd 已有 %s没有响应，可能正在回放数据，继续等待。%v",
	}
	SimulatorReady = Text{
		En: "✓ the simulated server listens on %s",
		Zh: "✓ 模拟服务已在 %s 上监听",
	}
	SimulatorNotReady = Text{
		En: "✗ the simulated server is not ready: %v. %v",
		Zh: "✗ 模拟服务未就绪：%v。%v",
	}
	AwaitingPoint = Text{
		En: "… telegraf is started; waiting up to %s for the plugin's first point in InfluxDB",
		Zh: "…… telegraf 已启动，等待插件的第一个数据点写入 InfluxDB（最多 %s）",
	}
	PointArrived = Text{
		En: "✓ plugin → Telegraf → InfluxDB: the first point has arrived",
		Zh: "✓ 插件 → Telegraf → InfluxDB：第一个数据点已写入",
	}
	NoPointYet = Text{
		En: "✗ No point of the plugin has reached InfluxDB within %s. %v",
		Zh: "✗ %s内没有插件的数据点写入 InfluxDB。%v",
	}
	Summary = Text{
		En: `
InfluxDB  %[1]s   organisation %[2]s, bucket %[3]s
          read-only token in %[4]s
A query to try:

  from(bucket: "%[3]s") |> range(start: -24h)
    |> filter(fn: (r) => r._measurement == "system_metrics" and r._field == "gpu_memory_used_mb")
    |> group(columns: ["host"]) |> aggregateWindow(every: 1m, fn: mean)

How is it?   cosyvoicectl status --state %[5]s
Ctrl-C stops everything in order.
`,
		Zh: `
InfluxDB  %[1]s   组织 %[2]s，存储桶 %[3]s
          只读令牌在 %[4]s
可以试试这条查询：

  from(bucket: "%[3]s") |> range(start: -24h)
    |> filter(fn: (r) => r._measurement == "system_metrics" and r._field == "gpu_memory_used_mb")
    |> group(columns: ["host"]) |> aggregateWindow(every: 1m, fn: mean)

查看状态：   cosyvoicectl status --state %[5]s
按 Ctrl-C 依次停止全部组件。
`,
	}
	Stopping = Text{
		En: "Stopping %s…",
		Zh: "正在停止 %s……",
	}
	Stopped = Text{
		En: "All parts are stopped.",
		Zh: "全部组件已停止。",
	}
	PartKilled = Text{
		En: "%s did not end by itself within %s and was killed.",
		Zh: "%s 未能在 %s内自行退出，已被强制结束。",
	}
	PartEnded = Text{
		En: "%s ✗ %s ended after %s: %v. Starting it again in %s. %v",
		Zh: "%s ✗ %s 运行 %s后退出：%v。%s后重新启动。%v",
	}
	LogTail = Text{
		En: "The log %s ends with:\n%s",
		Zh: "日志 %s 的末尾：\n%s",
	}
	LogEmpty = Text{
		En: "Nothing was written to the log %s.",
		Zh: "日志 %s 中没有新内容。",
	}
	RunFileFailed = Text{
		En: "`cosyvoicectl status` will not see this part: %v",
		Zh: "`cosyvoicectl status` 将看不到该组件：%v",
	}
	BufferRepaired = Text{
		En: "The disk buffer %s was torn (power cut or full disk). Repaired: %d waiting points kept, the unreadable rest set aside in %s.",
		Zh: "磁盘缓冲区 %s 已损坏（断电或磁盘写满）。已修复：保留 %d 个待写入的数据点，无法读取的部分移到 %s。",
	}
	BufferAsideDropped = Text{
		En: "Of the unreadable parts of disk buffers in %s the oldest were removed (%d files, %d MiB); the newest %d MiB are kept.",
		Zh: "%s 中保存的缓冲区损坏部分：已删除最旧的 %d 个文件（%d MiB），保留最新的 %d MiB。",
	}
	BufferRepairFailed = Text{
		En: "The disk buffer %s could not be checked: %v. Telegraf may refuse to start.",
		Zh: "无法检查磁盘缓冲区 %s：%v。Telegraf 可能拒绝启动。",
	}
)

// What a demo simulates.
var (
	SimulatedBoth = Text{
		En: "Demo: the GPU and the CosyVoice3 server are SIMULATED (this host has neither). Host readings, Telegraf and InfluxDB are real.",
		Zh: "演示：GPU 和 CosyVoice3 服务是【模拟】的（本机两者都没有）。主机指标、Telegraf 和 InfluxDB 是真实的。",
	}
	SimulatedGPU = Text{
		En: "Demo: the GPU is SIMULATED (this host has none). The CosyVoice server, host readings, Telegraf and InfluxDB are real.",
		Zh: "演示：GPU 是【模拟】的（本机没有）。CosyVoice 服务、主机指标、Telegraf 和 InfluxDB 是真实的。",
	}
	SimulatedServer = Text{
		En: "Demo: the CosyVoice3 server is SIMULATED (none runs here). The GPU, host readings, Telegraf and InfluxDB are real.",
		Zh: "演示：CosyVoice3 服务是【模拟】的（本机没有运行）。GPU、主机指标、Telegraf 和 InfluxDB 是真实的。",
	}
	SimulatedNothing = Text{
		En: "Demo: nothing is simulated; a GPU and a running CosyVoice server were found here.",
		Zh: "演示：没有模拟任何部分，本机已有 GPU 和正在运行的 CosyVoice 服务。",
	}
)

// What is said of the made-up history of a demo.
var (
	HistoryBegins = Text{
		En: "… making up the history of a host named %q since %s. None of it was measured.",
		Zh: "…… 正在为名为 %q 的主机编造自 %s 以来的历史数据，其中没有任何实测数据。",
	}
	HistoryStep = Text{
		En: "… %d %%",
		Zh: "…… %d%%",
	}
	HistoryFilled = Text{
		En: "✓ history: %d points, %d syntheses and %d findings were made up within %s",
		Zh: "✓ 历史数据：编造了 %d 个数据点、%d 次合成和 %d 条诊断，用时 %s",
	}
	HistoryNeedsStandIns = Text{
		En: "A history is made up only for a demo in which GPU and server are simulated. This host has a real one, and what is measured is not mixed with what is not. Leave --history out.",
		Zh: "只有 GPU 和服务都是模拟的演示才能编造历史数据。本机有真实的 GPU 或服务，实测数据不能与编造的数据混在一起。请去掉 --history。",
	}
	HistoryThere = Text{
		En: "%s holds a made-up history already. Leave --history out to go on with it, or choose an empty folder with --state for a new one.",
		Zh: "%s 中已有编造的历史数据。去掉 --history 即可继续使用；如需重新生成，请用 --state 指定一个空目录。",
	}
	HistoryNotEmpty = Text{
		En: "%s holds data already, and a history is made up only where there is none. Choose an empty folder with --state, or leave --history out.",
		Zh: "%s 中已有数据，而历史数据只能在空目录中编造。请用 --state 指定一个空目录，或去掉 --history。",
	}
)

// Why `cosyvoicectl up` cannot go on.
var (
	FolderInUse = Text{
		En: "%s is in use by another `cosyvoicectl up` (pid %s). Stop that one first, or choose another folder with --state.",
		Zh: "%s 正被另一个 `cosyvoicectl up`（pid %s）使用。请先停止它，或用 --state 另选一个目录。",
	}
	PortInUse = Text{
		En: "%s needs port %d, but %v. Stop that program, or choose another port with %s.",
		Zh: "%s 需要端口 %d，但%v。请停止该程序，或用 %s 另选端口。",
	}
	PortHolder = Text{
		En: "process %d (%s) holds it",
		Zh: "它被进程 %d（%s）占用",
	}
	PortHolderUnknown = Text{
		En: "another user's process holds it",
		Zh: "它被其他用户的进程占用",
	}
	PartCannotStart = Text{
		En: "%s does not start: it ended %d times in a row within seconds, last with %v. %v",
		Zh: "%s 无法启动：连续 %d 次在几秒内退出，最后一次为 %v。%v",
	}
	FolderUnusable = Text{
		En: "The state folder %s cannot be used: %v. Choose another with --state, or give yourself the right to write there.",
		Zh: "无法使用状态目录 %s：%v。请用 --state 另选一个目录，或为当前用户授予写权限。",
	}
	FolderUnreadable = Text{
		En: "The state folder %s cannot be read: %v. Ask as the user who runs `cosyvoicectl up`.",
		Zh: "无法读取状态目录 %s：%v。请改用运行 `cosyvoicectl up` 的那个用户执行本命令。",
	}
	DiskFull = Text{
		En: "The disk of %s has only %d MiB free; InfluxDB and Telegraf need at least %d MiB to write. Free some space, or choose a folder on another disk with --state.",
		Zh: "%s 所在磁盘仅剩 %d MiB，InfluxDB 和 Telegraf 至少需要 %d MiB 才能写入。请释放磁盘空间，或用 --state 选择其他磁盘上的目录。",
	}
	PortUnusable = Text{
		En: "%s cannot listen on port %d: %v. Choose another port with %s.",
		Zh: "%s 无法监听端口 %d：%v。请用 %s 另选端口。",
	}
	PartMissing = Text{
		En: "%[1]s is missing (on PATH: %[2]v; in %[3]s: %[4]v). Build it with `make parts`, or install the official package %[5]s.",
		Zh: "缺少 %[1]s（PATH 中：%[2]v；%[3]s 中：%[4]v）。请运行 `make parts` 构建，或安装官方软件包 %[5]s。",
	}
	NotThere = Text{
		En: "none",
		Zh: "无",
	}
	OwnProgramMissing = Text{
		En: "%s is neither beside cosyvoicectl nor on PATH. Build it with `make build`, or install the package.",
		Zh: "在 cosyvoicectl 所在目录和 PATH 中都找不到 %s。请运行 `make build` 构建，或安装软件包。",
	}
	PluginFailed = Text{
		En: "The plugin %s measured nothing (%v). It says:\n%s",
		Zh: "插件 %s 没有采集到任何数据（%v）。它的输出：\n%s",
	}
	OperatorTokenMissing = Text{
		En: "The InfluxDB in %s is already set up, but its operator token %s is missing. Restore that file from a backup, or move the InfluxDB folder away to begin with an empty one.",
		Zh: "%s 中的 InfluxDB 已经初始化，但缺少管理令牌文件 %s。请从备份恢复该文件，或移走 InfluxDB 目录以便从空库开始。",
	}
	OperatorTokenRefused = Text{
		En: "InfluxDB refuses the operator token in %s; it belongs to other data than those in %s. Put the two back together from one backup.",
		Zh: "InfluxDB 拒绝了 %s 中的管理令牌，它与 %s 中的数据不匹配。请从同一份备份恢复两者。",
	}
)
