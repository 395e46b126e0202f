package words

// What `cosyvoice-telegraf replay --table` shows.
var (
	ReplayEnd         = Text{En: "end", Zh: "结束时间"}
	ReplayMode        = Text{En: "mode", Zh: "模式"}
	ReplayOutcome     = Text{En: "outcome", Zh: "结果"}
	ReplayWay         = Text{En: "way", Zh: "方式"}
	ReplayDuration    = Text{En: "duration", Zh: "耗时"}
	ReplayFirstChunk  = Text{En: "first audio", Zh: "首包延迟"}
	ReplayAudio       = Text{En: "audio", Zh: "音频时长"}
	ReplayRTF         = Text{En: "RTF", Zh: "RTF"}
	ReplaySegments    = Text{En: "segments", Zh: "分段"}
	ReplayCharacters  = Text{En: "characters", Zh: "字数"}
	ReplayConcurrency = Text{En: "at once", Zh: "并发"}
	ReplayGrouping    = Text{En: "grouping", Zh: "归属"}

	ReplayStream    = Text{En: "stream", Zh: "流式"}
	ReplayWhole     = Text{En: "whole", Zh: "非流式"}
	ReplayOK        = Text{En: "ok", Zh: "成功"}
	ReplayCutShort  = Text{En: "cut short", Zh: "音频不完整"}
	ReplayFailed    = Text{En: "error", Zh: "失败"}
	ReplayAbandoned = Text{En: "abandoned", Zh: "客户端断开"}
	ReplayStuck     = Text{En: "stuck", Zh: "卡住"}
	ReplayExact     = Text{En: "exact", Zh: "确定"}
	ReplayInferred  = Text{En: "inferred", Zh: "推断"}

	ReplayTotals = Text{
		En: "%d syntheses: %d ok, %d failed, %d abandoned, %d stuck. %.1f s of audio in %.1f s of computing, RTF %.3f.",
		Zh: "共 %d 次合成：成功 %d，失败 %d，客户端断开 %d，卡住 %d。音频 %.1f 秒，计算 %.1f 秒，RTF %.3f。",
	}
	ReplayReading = Text{
		En: "%[1]d lines read, %[2]d understood, %[3]d suspicious; %[4]d of %[5]d yields inferred, %[6]d from before the log's beginning.",
		Zh: "读取 %[1]d 行，识别 %[2]d 行，可疑 %[3]d 行；音频输出 %[5]d 次，其中 %[4]d 次的归属靠推断；另有 %[6]d 次属于日志开始之前的请求。",
	}
	ReplayNothing = Text{
		En: "No synthesis was found. The log must hold the server's lines \"synthesis text\" and \"yield speech len\", which it writes to its standard error.",
		Zh: "没有找到任何合成记录。日志中应包含服务写到标准错误输出（stderr）的 “synthesis text” 和 “yield speech len” 行。",
	}
)
