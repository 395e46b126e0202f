package words

// What why says.
var (
	WhyShort = Text{
		En: "Tell why a synthesis failed or was slow, and what to do",
		Zh: "说明合成失败或变慢的原因及处理办法",
	}
	WhyLong = Text{
		En: `Tell why something went wrong: the answer in a sentence, the figures that prove it, what went on
around it, what to do now and for good, what else it could have been and is not, and how sure that is.

Without a flag the last synthesis that failed, or the last fault, of the past day is explained; if
there was none, how things are now. --since lists all that was found and all that failed. Where the
readings do not support an answer, it says so and what is missing. Readings of a minute are kept for
90 days; nothing can be said of what is older.`,
		Zh: `说明出错的原因：一句话的结论、证明它的数据、前后发生了什么、现在怎么做、如何根治、
还有哪些可能已被排除，以及结论有多可靠。

不带参数时，解释最近一天内最后一次失败的合成或最后一次故障；若都没有，则说明当前状况。
--since 列出这段时间内发现的全部问题和全部失败。若数据不足以得出结论，会明确说明并指出缺少什么。
按分钟的数据保留 90 天，更早的情况无法判断。`,
	}
	WhyExample = Text{
		En: `  cosyvoicectl why
  cosyvoicectl why --at 21:14
  cosyvoicectl why --at "2026-11-20 21:14:30"
  cosyvoicectl why --request webui.log:183022
  cosyvoicectl why --since 24h`,
		Zh: `  cosyvoicectl why
  cosyvoicectl why --at 21:14
  cosyvoicectl why --at "2026-11-20 21:14:30"
  cosyvoicectl why --request webui.log:183022
  cosyvoicectl why --since 24h`,
	}
	FlagAt = Text{
		En: "explain this `TIME`: 21:14, 21:14:30, \"2026-11-20 21:14\", or RFC 3339",
		Zh: "解释这个时间（`TIME`）：21:14、21:14:30、\"2026-11-20 21:14\"，或 RFC 3339 格式",
	}
	FlagRequest = Text{
		En: "explain the synthesis with this `ID`, its field request_id",
		Zh: "解释编号（字段 request_id）为 `ID` 的合成",
	}
	FlagWhySince = Text{
		En: "list what was found and what failed in so long a `TIME`, such as 24h or 30d",
		Zh: "列出这段时间（`TIME`，如 24h 或 30d）内发现的问题和失败的合成",
	}
	FlagOnHost = Text{
		En: "look at the machine with this `NAME` only (the tag host)",
		Zh: "只看名为 `NAME` 的主机（标签 host）",
	}
	OneQuestion = Text{
		En: "give one of --at, --request and --since",
		Zh: "--at、--request 与 --since 只能给出一个",
	}
	TimeToCome = Text{
		En: "%s is still to come",
		Zh: "%s 还没有到",
	}
	NoSuchRequest = Text{
		En: "no synthesis of the last 30 days has the id %q; its field request_id tells the ids",
		Zh: "最近 30 天内没有编号为 %q 的合成；编号见字段 request_id",
	}

	WhyFailed    = Text{En: "The synthesis that ended at %s failed (%s): %s", Zh: "%s 结束的合成失败（%s）：%s"}
	WhyEnded     = Text{En: "The synthesis that ended at %s: %s", Zh: "%s 结束的合成：%s"}
	WhyEvent     = Text{En: "At %s (%s): %s", Zh: "%s（%s）：%s"}
	WhyThen      = Text{En: "At %s: %s", Zh: "%s：%s"}
	WhyWell      = Text{En: "nothing was wrong that is known of: it took %s for %s of audio.", Zh: "没有发现异常：用时 %s，音频长 %s。"}
	WhyNothing   = Text{En: "nothing is found that was wrong.", Zh: "没有发现异常。"}
	WhyNoReason  = Text{En: "no cause is found that the readings support.", Zh: "现有数据不足以得出原因。"}
	WhyQuiet     = Text{En: "Nothing failed in the last day, and nothing is wrong now.", Zh: "最近一天没有失败，目前一切正常。"}
	WhyBlind     = Text{En: "Nothing can be said: there are no readings of that time. Those of a minute are put together a minute after it.", Zh: "无法判断：没有当时的数据。每分钟的数据在其结束约一分钟后才汇总完成。"}
	WhyCause     = Text{En: "%s (%s), %s", Zh: "%s（%s），%s"}
	CauseNamed   = Text{En: "%s (%s)", Zh: "%s（%s）"}
	WhySince     = Text{En: "since %s", Zh: "始于 %s"}
	WhyDirectly  = Text{En: "What was seen at once", Zh: "直接表现"}
	WhyEvidence  = Text{En: "Figures", Zh: "数据"}
	WhyTimeline  = Text{En: "From %s to %s", Zh: "%s 至 %s"}
	WhyEvents    = Text{En: "Events", Zh: "事件"}
	WhyBlackBox  = Text{En: "The black box: the %[1]d s before %[2]s", Zh: "黑匣子：%[2]s 之前的 %[1]d 秒"}
	WhyAlso      = Text{En: "Found besides", Zh: "同时发现"}
	WhyRuledOut  = Text{En: "Looked for, and not there", Zh: "已检查并排除"}
	WhyMissing   = Text{En: "Not known", Zh: "缺少的数据"}
	WhyMoreAbout = Text{En: "More: cosyvoicectl explain %s", Zh: "详细说明：cosyvoicectl explain %s"}

	SureTexts = map[string]Text{
		"certain":  {En: "certain: it was told by the log, the kernel or the driver", Zh: "确定：日志、内核或驱动已明确报告"},
		"likely":   {En: "likely: the figures fit this cause and no other", Zh: "很可能：数据符合这一原因，且不符合其他原因"},
		"possible": {En: "possible: the figures fit more than one cause", Zh: "可能：数据同时符合多种原因"},
		"unknown":  {En: "not known", Zh: "未知"},
	}
	GapTexts = map[string]Text{
		"data":      {En: "nothing was heard of the host in those minutes", Zh: "当时没有收到主机的任何数据"},
		"gpu":       {En: "readings of the GPU", Zh: "GPU 数据"},
		"server":    {En: "a server: none was seen running", Zh: "服务：没有发现正在运行的服务"},
		"syntheses": {En: "syntheses: the log told of none in those minutes", Zh: "合成：日志中没有当时的合成"},
		"growth":    {En: "growth: the server has to run for half an hour before it can be told from what a start needs", Zh: "增长趋势：服务运行满半小时后才能与启动阶段的占用区分"},
		"usual":     {En: "what is usual: there are no hours of before to compare with yet", Zh: "平时水平：还没有可供比较的历史"},
	}
	MomentGPUMemory = Text{En: "GPU memory", Zh: "显存"}
	MomentGPU       = Text{En: "GPU use", Zh: "GPU 利用率"}
	MomentCPU       = Text{En: "CPU of the host", Zh: "主机 CPU"}
	MomentInFlight  = Text{En: "syntheses at once", Zh: "同时进行的合成"}
	MomentRTF       = Text{En: "RTF", Zh: "RTF"}

	SinceNothing  = Text{En: "Nothing was found and nothing failed since %s.", Zh: "自 %s 以来没有发现问题，也没有失败。"}
	SinceFound    = Text{En: "Found since %s", Zh: "自 %s 以来发现的问题"}
	SinceFailed   = Text{En: "Syntheses that failed", Zh: "失败的合成"}
	SinceFailures = Text{En: "%d, the last at %s", Zh: "%d 次，最近一次 %s"}
	SincePeriod   = Text{En: "%s to %s", Zh: "%s 至 %s"}
	OutcomeStuck  = Text{En: "stuck", Zh: "卡住"}
	OutcomeLeft   = Text{En: "abandoned: the client left", Zh: "客户端中途断开"}
	OutcomeCut    = Text{En: "cut short: %s", Zh: "音频不完整：%s"}
)
