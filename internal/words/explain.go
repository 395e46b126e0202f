package words

// What explain says.
var (
	ExplainShort = Text{
		En: "Explain what can be wrong, and what to do",
		Zh: "说明可能的问题及处理办法",
	}
	ExplainLong = Text{
		En: `Explain one of the things that can be wrong with a server: what it is, how it is told from what
resembles it, what to look at, and what to do now and for good. Without a code it lists all.`,
		Zh: `说明服务可能出现的一种问题：是什么、如何与相似的问题区分、看什么、现在怎么做、如何根治。
不给出代码时列出全部。`,
	}
	ExplainExample = Text{
		En: `  cosyvoicectl explain
  cosyvoicectl explain gpu_memory_leak`,
		Zh: `  cosyvoicectl explain
  cosyvoicectl explain gpu_memory_leak`,
	}
	ExplainOne = Text{
		En: "give one code at the most",
		Zh: "最多给出一个代码",
	}
	NoSuchCause = Text{
		En: "nothing is known by the code %q; all codes: cosyvoicectl explain",
		Zh: "没有代码为 %q 的问题；全部代码：cosyvoicectl explain",
	}
	NoSuchCauseBut = Text{
		En: "nothing is known by the code %q (did you mean %q?); all codes: cosyvoicectl explain",
		Zh: "没有代码为 %q 的问题（是否指 %q？）；全部代码：cosyvoicectl explain",
	}
	GroupMemory     = Text{En: "GPU memory", Zh: "显存"}
	GroupSlow       = Text{En: "slow", Zh: "变慢"}
	GroupBroken     = Text{En: "failing", Zh: "故障"}
	GroupMonitoring = Text{En: "the monitoring itself", Zh: "监控自身"}
	CauseWhen       = Text{En: "When", Zh: "判断依据"}
	CauseNot        = Text{En: "Not to be mistaken for", Zh: "不要混淆"}
	CauseLook       = Text{En: "Look at", Zh: "看什么"}
	CauseNow        = Text{En: "Do now", Zh: "现在怎么做"}
	CauseLasting    = Text{En: "For good", Zh: "如何根治"}
	CauseShown      = Text{En: "Proved by", Zh: "依据的数据"}
	ListComma       = Text{En: ", ", Zh: "、"}
	CauseLimits     = Text{En: "Limits, which [limits] of cosyvoicectl.toml can change; the last are those of other causes too", Zh: "判断阈值，可在 cosyvoicectl.toml 的 [limits] 中修改；最后一组与其他问题共用"}
	CauseEvents     = Text{En: "Seen as the event", Zh: "对应的事件"}
)
