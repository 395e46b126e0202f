package words

// What top shows.
var (
	TopShort = Text{
		En: "Show live how servers, GPUs and syntheses are, in the terminal",
		Zh: "在终端中实时显示服务、GPU 和合成的状况",
	}
	TopLong = Text{
		En: `Show live how the servers of a machine are, who holds the memory of its GPUs, the last syntheses,
and what is wrong with what to do about it.

The readings come from InfluxDB, or with --local straight from a plugin that is run for this alone:
that needs no InfluxDB and no Telegraf, and disturbs none that run. Without the history only those
causes are named which the server's log, the kernel or the driver tell by themselves.

Keys: q ends it, Tab shows the next machine, p pauses. Where the output is no terminal, it is shown
once.`,
		Zh: `实时显示一台主机上的服务、各 GPU 显存由谁占用、最近的合成，以及哪里有问题、该怎么办。

数据来自 InfluxDB；使用 --local 时直接来自为此临时运行的插件：不需要 InfluxDB 和 Telegraf，
也不影响正在运行的监控。没有历史数据时，只能指出服务日志、内核或驱动直接报告的原因。

按键：q 退出，Tab 切换主机，p 暂停。输出不是终端时只显示一次。`,
	}
	TopExample = Text{
		En: `  cosyvoicectl top
  cosyvoicectl top --on studio
  cosyvoicectl top --local
  ssh gpu-box -t cosyvoicectl top --local`,
		Zh: `  cosyvoicectl top
  cosyvoicectl top --on studio
  cosyvoicectl top --local
  ssh gpu-box -t cosyvoicectl top --local`,
	}
	FlagTopLocal = Text{
		En: "read this machine straight by a plugin of its own, without InfluxDB",
		Zh: "不经 InfluxDB，直接用插件读取本机",
	}
	FlagTopConfig = Text{
		En: "`FILE` with the plugin's settings, for --local",
		Zh: "插件的配置`文件`，用于 --local",
	}
	FlagTopEvery = Text{
		En: "how often to look: a `TIME` of a second or more",
		Zh: "刷新间隔（`TIME`），至少一秒",
	}
	TopTooOften = Text{
		En: "--every %s is less than a second",
		Zh: "--every %s 不足一秒",
	}
	TopConfigLocal = Text{
		En: "--config is of use only with --local",
		Zh: "--config 只能与 --local 一起使用",
	}
	TopOnLocal = Text{
		En: "--local shows this machine; leave --on out",
		Zh: "--local 显示的是本机，请去掉 --on",
	}
	TopLocalEnded = Text{
		En: "the plugin %s ended: %v\n%s",
		Zh: "插件 %s 已退出：%v\n%s",
	}

	TopNothing = Text{
		En: "%s told of no reading within %s",
		Zh: "%s 在 %s内没有给出读数",
	}

	TopKeys      = Text{En: "q quit  p pause", Zh: "q 退出  p 暂停"}
	TopKeysHosts = Text{En: "q quit  p pause  Tab next of %d machines", Zh: "q 退出  p 暂停  Tab 切换（共 %d 台主机）"}
	TopPaused    = Text{En: "paused", Zh: "已暂停"}
	TopLocal     = Text{En: "this machine", Zh: "本机"}
	TopWaiting   = Text{En: "Waiting for the first reading.", Zh: "正在等待第一次读数。"}
	TopSilent    = Text{En: "No reading for %s. cosyvoicectl status tells which part stands still.", Zh: "已有 %s没有读数。cosyvoicectl status 会说明哪个组件停止了工作。"}
	TopFinding   = Text{En: "%s (since %s). %s", Zh: "%s（始于 %s）。%s"}
	TopWellLocal = Text{
		En: "Nothing is wrong that can be told without the history.",
		Zh: "在没有历史数据的情况下，没有发现问题。",
	}
	TopNoServer    = Text{En: "No CosyVoice server is seen.", Zh: "没有发现 CosyVoice 服务。"}
	TopNoCard      = Text{En: "No GPU is seen.", Zh: "没有发现 GPU。"}
	TopServer      = Text{En: "Server", Zh: "服务"}
	TopState       = Text{En: "state", Zh: "状态"}
	TopUptime      = Text{En: "uptime", Zh: "运行时长"}
	TopInFlight    = Text{En: "at once", Zh: "并发"}
	TopOldest      = Text{En: "oldest", Zh: "最久"}
	TopCPU         = Text{En: "CPU", Zh: "CPU"}
	TopMemory      = Text{En: "memory", Zh: "内存"}
	TopMost        = Text{En: "30 min, up to %s", Zh: "30 分钟，最高 %s"}
	TopFromTo      = Text{En: "30 min, %s to %s", Zh: "30 分钟，%s 至 %s"}
	TopOf          = Text{En: "%s of %s, %.0f %%", Zh: "%s / %s，%.0f %%"}
	TopService     = Text{En: "CosyVoice", Zh: "CosyVoice"}
	TopOther       = Text{En: "other processes", Zh: "其他进程"}
	TopUnowned     = Text{En: "no process", Zh: "不属于任何进程"}
	TopHost        = Text{En: "Machine", Zh: "主机"}
	TopHostCPU     = Text{En: "CPU %s", Zh: "CPU %s"}
	TopHostMemory  = Text{En: "memory %s of %s", Zh: "内存 %s / %s"}
	TopSyntheses   = Text{En: "Last syntheses", Zh: "最近的合成"}
	TopRTF         = Text{En: "RTF %s in %d min", Zh: "RTF %s（%d 分钟内）"}
	TopFirst       = Text{En: "first audio %s", Zh: "首包延迟 %s"}
	TopNoSynthesis = Text{En: "None ended in the last %d minutes.", Zh: "最近 %d 分钟内没有合成结束。"}

	Outcomes = map[string]Text{"ok": ReplayOK, "error": ReplayFailed, "abandoned": ReplayAbandoned, "stuck": ReplayStuck}
)
