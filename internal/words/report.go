package words

// What the command report says.
var (
	ReportShort = Text{
		En: "Write a report of a day, or of any time, as one file for mail or a ticket",
		Zh: "把一天（或任意一段时间）的情况写成一个报告文件，可作邮件或工单附件",
	}
	ReportLong = Text{
		En: `Write what there is to say of a time into one HTML file: the verdict, what to do, what was found and
when, the figures and pictures of the time, the slowest and the failed syntheses with their reasons,
how much more the card can do, and what is not known. It opens on a telephone, prints, needs no
network, and holds no text that was spoken. A file of that name is replaced.

The report is about one machine; where InfluxDB knows several, --on names it.`,
		Zh: `把一段时间的情况写成一个 HTML 文件：结论、该做什么、发现了什么问题及其时间、这段时间的
数据和图表、最慢和失败的合成及原因、显卡还有多少余量，以及哪些情况无法得知。
手机上可以打开，可以打印，不需要网络，不含任何合成文本。同名文件会被替换。

一份报告只讲一台主机；InfluxDB 中有多台时，用 --on 指定。`,
	}
	ReportExample = Text{
		En: `  cosyvoicectl report
  cosyvoicectl report --since 7d -o week.html
  cosyvoicectl report --since 1h -o - | mail -a "Content-Type: text/html" -s report ops@example.com`,
		Zh: `  cosyvoicectl report
  cosyvoicectl report --since 7d -o week.html
  cosyvoicectl report --since 1h -o - | mail -a "Content-Type: text/html" -s report ops@example.com`,
	}
	FlagReportSince = Text{En: "how long a `TIME` until now it is about, such as 24h or 7d, up to 730 days", Zh: "报告的时间范围（`TIME`，到现在为止），如 24h 或 7d，最长 730 天"}
	FlagOutput      = Text{En: "write to this `FILE`; - is the standard output", Zh: "写入该文件（`FILE`）；- 表示标准输出"}
	ReportBadSpan   = Text{En: "--since %s: give a time from 10 minutes to 730 days (730d)", Zh: "--since %s：请给出 10 分钟到 730 天（730d）之间的时间"}
	ReportSilent    = Text{En: "nothing was heard of %[1]s within %[2]s. Look with: cosyvoicectl status", Zh: "%[2]s内没有收到 %[1]s 的任何数据。请查看：cosyvoicectl status"}
	ReportAnyHost   = Text{En: "any machine", Zh: "任何主机"}
	ReportWhichHost = Text{En: "there are several machines: name one with --on, of %s", Zh: "有多台主机：请用 --on 指定其中一台：%s"}
	ReportReading   = Text{En: "[%d/%d] reading %s", Zh: "[%d/%d] 正在读取%s"}
	ReportWritten   = Text{En: "%s is written (%d KB). %s", Zh: "已写入 %s（%d KB）。%s"}

	ReportStepFindings  = Text{En: "what was found", Zh: "发现的问题"}
	ReportStepReadings  = Text{En: "the readings", Zh: "各项数据"}
	ReportStepSyntheses = Text{En: "syntheses, and why they went as they did", Zh: "合成及其原因"}
	ReportStepCapacity  = Text{En: "what the card can still do", Zh: "显卡余量"}
	ReportStepGaps      = Text{En: "what is missing", Zh: "缺少的数据"}
)

// ReportTexts are what stands in the report itself, by their names in its template.
var ReportTexts = map[string]Text{
	"title":  {En: "CosyVoice3 report", Zh: "CosyVoice3 运行报告"},
	"period": {En: "%s to %s (%s), times in %s", Zh: "%s 至 %s（%s），时间均为 %s"},

	"ok":      {En: "Well", Zh: "正常"},
	"warning": {En: "Warning", Zh: "警告"},
	"error":   {En: "Fault", Zh: "严重"},
	"unknown": {En: "Not known", Zh: "未知"},
	"info":    {En: "To know", Zh: "提示"},
	"at":      {En: "now, %s", Zh: "现在，%s"},

	"then":         {En: "in these %s", Zh: "这 %s内"},
	"sum_well":     {En: "Nothing was found wrong, and all %d syntheses went well.", Zh: "没有发现问题，%d 次合成全部成功。"},
	"sum":          {En: "Problems found: %[1]d. Syntheses that failed: %[2]d of %[3]d.", Zh: "发现问题 %[1]d 个；%[3]d 次合成中失败 %[2]d 次。"},
	"sum_none":     {En: "Problems found: %d. No synthesis was seen.", Zh: "发现问题 %d 个；没有看到任何合成。"},
	"sum_unjudged": {En: " For %s the tasks that find causes did not run.", Zh: "查找原因的任务有 %s没有运行。"},
	"sum_unknown":  {En: " Of %s of that time nothing is known.", Zh: "这段时间内有 %s没有数据。"},

	"todo":         {En: "What to do", Zh: "该做什么"},
	"todo_nothing": {En: "Nothing has to be done.", Zh: "无需处理。"},
	"todo_unknown": {En: "First have the monitoring run again: cosyvoicectl status names what stands still.", Zh: "请先恢复监控：cosyvoicectl status 会指出哪个组件停止了工作。"},
	"todo_now":     {En: "now", Zh: "现在"},
	"todo_lasting": {En: "for good", Zh: "根治"},

	"findings":         {En: "What was found", Zh: "发现的问题"},
	"findings_nothing": {En: "Nothing was found that is wrong.", Zh: "没有发现异常。"},
	"finding_time":     {En: "%s to %s", Zh: "%s 至 %s"},
	"finding_lasts":    {En: "since %s, and still", Zh: "始于 %s，仍在持续"},
	"finding_more":     {En: "And %d more: cosyvoicectl why --since %s", Zh: "另有 %d 个：cosyvoicectl why --since %s"},
	"now":              {En: "Do now", Zh: "现在怎么做"},
	"lasting":          {En: "For good", Zh: "如何根治"},
	"again":            {En: "If it comes again", Zh: "若再次出现"},

	"numbers":         {En: "The time in figures", Zh: "这段时间的数据"},
	"syntheses":       {En: "syntheses", Zh: "次合成"},
	"failed":          {En: "failed", Zh: "次失败"},
	"failed_share":    {En: "failed (%s)", Zh: "次失败（%s）"},
	"left":            {En: "clients left", Zh: "次客户端断开"},
	"audio":           {En: "of audio made", Zh: "合成音频"},
	"rtf_p50":         {En: "RTF, p50", Zh: "RTF，p50"},
	"rtf_p95":         {En: "RTF, p95", Zh: "RTF，p95"},
	"first_p50":       {En: "first audio, p50", Zh: "首包延迟，p50"},
	"first_p95":       {En: "first audio, p95", Zh: "首包延迟，p95"},
	"available":       {En: "of the known time in service", Zh: "可用率（仅计有数据的时段）"},
	"starts":          {En: "starts of the server", Zh: "次服务启动"},
	"exits":           {En: "unexpected ends", Zh: "次意外退出"},
	"unknown_figure":  {En: "–", Zh: "–"},
	"server":          {En: "Server", Zh: "服务"},
	"server_known":    {En: "known", Zh: "有数据的时长"},
	"server_share":    {En: "in service", Zh: "可用率"},
	"server_rtf":      {En: "RTF, mean", Zh: "平均 RTF"},
	"server_none":     {En: "No server was seen in this time.", Zh: "这段时间内没有看到服务。"},
	"charts":          {En: "Charts", Zh: "图表"},
	"chart_empty":     {En: "Not known in this time.", Zh: "这段时间内没有数据。"},
	"chart_window":    {En: "A point stands for %s. Where nothing is drawn, nothing is known.", Zh: "每个点代表 %s。空白处没有数据。"},
	"chart_highest":   {En: "highest %s", Zh: "最高 %s"},
	"chart_memory":    {En: "GPU memory: who holds it", Zh: "显存：由谁占用"},
	"chart_rtf":       {En: "RTF: seconds of work for one of audio", Zh: "RTF：每秒音频所需的计算秒数"},
	"chart_first":     {En: "First audio", Zh: "首包延迟"},
	"chart_syntheses": {En: "Syntheses", Zh: "合成次数"},
	"chart_flight":    {En: "Syntheses at once", Zh: "同时进行的合成"},
	"chart_cpu":       {En: "CPU of the host", Zh: "主机 CPU"},
	"chart_gpu":       {En: "GPU use", Zh: "GPU 利用率"},
	"chart_celsius":   {En: "GPU temperature", Zh: "GPU 温度"},
	"owner_service":   {En: "CosyVoice", Zh: "CosyVoice"},
	"owner_other":     {En: "other processes", Zh: "其他进程"},
	"owner_unowned":   {En: "no process", Zh: "不属于任何进程"},
	"owner_reserved":  {En: "the driver", Zh: "驱动保留"},
	"line_peak":       {En: "peak", Zh: "峰值"},
	"line_card":       {En: "the card: %s", Zh: "显卡：%s"},
	"line_real_time":  {En: "real time: slower above", Zh: "实时线：高于此线则慢于播放"},
	"line_p50":        {En: "p50", Zh: "p50"},
	"line_p95":        {En: "p95", Zh: "p95"},
	"line_mean":       {En: "mean", Zh: "平均"},
	"line_max":        {En: "highest", Zh: "最高"},
	"line_well":       {En: "went well", Zh: "成功"},
	"line_left":       {En: "client left", Zh: "客户端断开"},
	"line_failed":     {En: "failed", Zh: "失败"},
	"unit_each":       {En: "in %s", Zh: "每 %s"},

	"failures":         {En: "Syntheses that failed", Zh: "失败的合成"},
	"failures_nothing": {En: "None failed that is known of.", Zh: "没有发现失败的合成。"},
	"failures_unknown": {En: "Not known: the log told of no synthesis.", Zh: "未知：日志中没有任何合成。"},
	"failures_number":  {En: "number", Zh: "次数"},
	"failures_last":    {En: "last", Zh: "最近一次"},
	"failures_why":     {En: "Why: the newest of each kind", Zh: "原因：每类最近一次"},
	"slowest":          {En: "The slowest syntheses", Zh: "最慢的合成"},
	"slowest_nothing":  {En: "No synthesis went well that is known of.", Zh: "没有发现成功的合成。"},
	"col_what":         {En: "what", Zh: "情况"},
	"col_message":      {En: "the last said", Zh: "最近一条内容"},
	"col_end":          {En: "end", Zh: "结束时间"},
	"col_mode":         {En: "mode", Zh: "模式"},
	"col_took":         {En: "took", Zh: "耗时"},
	"col_audio":        {En: "audio", Zh: "音频"},
	"col_rtf":          {En: "RTF", Zh: "RTF"},
	"col_first":        {En: "first audio", Zh: "首包延迟"},
	"col_at_once":      {En: "at once", Zh: "并发"},
	"col_why":          {En: "why", Zh: "原因"},
	"why_well":         {En: "nothing wrong is found", Zh: "没有发现异常"},
	"why_unknown":      {En: "no cause is found that the readings support", Zh: "现有数据不足以得出原因"},
	"why_blind":        {En: "no readings of that time", Zh: "没有当时的数据"},

	"capacity":         {En: "What the card can still do", Zh: "显卡余量"},
	"cap_memory":       {En: "%[1]s: at most %[2]s of %[3]s were used, %[4]s were always free.", Zh: "%[1]s：最多占用 %[2]s（共 %[3]s），始终空闲 %[4]s。"},
	"cap_memory_none":  {En: "How much GPU memory is free is not known.", Zh: "显存余量未知。"},
	"cap_speed":        {En: "A second of audio takes %[1]s s of work in the mean: %[2]s times as fast as real time.", Zh: "每秒音频平均需要 %[1]s 秒计算：是实时速度的 %[2]s 倍。"},
	"cap_speed_none":   {En: "How fast it is is not known: no synthesis went well.", Zh: "速度未知：没有成功的合成。"},
	"cap_flight":       {En: "At most %s were at work at once in a server.", Zh: "单个服务最多同时进行 %s 个合成。"},
	"cap_knee":         {En: "From %d at once on, more at once make no more audio in the same time: each only waits longer.", Zh: "从 %d 个并发起，再增加并发也不会提高总产量，只会让每个合成等得更久。"},
	"cap_no_knee":      {En: "Up to %d at once, more at once still made more audio. What comes beyond was not seen, so it is not known.", Zh: "在 %d 个并发以内，增加并发仍能提高总产量。更高的并发没有出现过，因此未知。"},
	"cap_one_level":    {En: "Whether it does more with more at once is not known: too few syntheses ran at once to compare.", Zh: "增加并发能否提高产量未知：同时进行的合成太少，无法比较。"},
	"cap_each":         {En: "One more at once takes about %[1]s of GPU memory: by memory there is room for about %[2]d more.", Zh: "每增加一个并发约需显存 %[1]s：按显存计算，大约还能再增加 %[2]d 个。"},
	"cap_each_unknown": {En: "How much GPU memory one more at once takes cannot be told from these syntheses.", Zh: "从这些合成中无法得出每增加一个并发需要多少显存。"},
	"cap_levels":       {En: "By the syntheses since %s:", Zh: "依据 %s 以来的合成："},
	"cap_throughput":   {En: "audio a second", Zh: "每秒产出音频"},
	"cap_rtf95":        {En: "RTF, p95", Zh: "RTF，p95"},
	"cap_peak":         {En: "GPU memory, peak", Zh: "显存峰值"},

	"events":         {En: "Events", Zh: "事件"},
	"events_nothing": {En: "No event was told.", Zh: "没有事件。"},

	"data":          {En: "How good the data is", Zh: "数据质量"},
	"data_first":    {En: "Nothing is known of the time before %s.", Zh: "%s 之前没有数据。"},
	"data_whole":    {En: "No gap since %s.", Zh: "自 %s 起没有缺口。"},
	"data_gaps":     {En: "Gaps since %s:", Zh: "自 %s 起的缺口："},
	"data_more":     {En: "And %d more: cosyvoicectl gaps", Zh: "另有 %d 处：cosyvoicectl gaps"},
	"data_before":   {En: "Of what was before, only windows are kept: gaps in it do not show here.", Zh: "更早的数据只保留汇总值，其中的缺口不在此列出。"},
	"data_unrolled": {En: "Windows that lack points: %d. The figures of the time may be too low; cosyvoicectl gaps names them, cosyvoicectl backfill --auto mends them.", Zh: "有 %d 处汇总值不完整，相关数据可能偏低；cosyvoicectl gaps 可列出，cosyvoicectl backfill --auto 可修复。"},
	"data_missing":  {En: "Not known in this time: %s", Zh: "这段时间内没有的数据：%s"},
	"gap_time":      {En: "time", Zh: "时间"},
	"gap_length":    {En: "length", Zh: "时长"},
	"versions":      {En: "Versions", Zh: "版本"},
	"version_last":  {En: "last seen", Zh: "最后出现"},
	"driver":        {En: "NVIDIA driver", Zh: "NVIDIA 驱动"},
	"cosyvoice":     {En: "CosyVoice, server %s", Zh: "CosyVoice，服务 %s"},
	"footer":        {En: "Made at %s by cosyvoicectl report. It holds no text that was spoken.", Zh: "由 cosyvoicectl report 生成于 %s。不含任何合成文本。"},
}

// EventKinds name the events that the plugin tells.
var EventKinds = map[string]Text{
	"start":                {En: "the server started", Zh: "服务启动"},
	"ready":                {En: "the server is ready", Zh: "服务就绪"},
	"exit":                 {En: "the server ended", Zh: "服务退出"},
	"stuck":                {En: "the server is stuck", Zh: "服务卡住"},
	"oom":                  {En: "out of GPU memory", Zh: "显存不足"},
	"cuda_error":           {En: "CUDA error", Zh: "CUDA 错误"},
	"llm_thread_died":      {En: "the language model's thread died", Zh: "语言模型线程退出"},
	"exception":            {En: "exception", Zh: "异常"},
	"queue_full":           {En: "the queue is full", Zh: "队列已满"},
	"cache_released":       {En: "unused GPU memory given back", Zh: "归还闲置显存"},
	"cache_release_failed": {En: "GPU memory not given back", Zh: "未能归还显存"},
	"killed":               {En: "a process was killed", Zh: "进程被杀死"},
	"cpu_fallback":         {En: "runs on the CPU", Zh: "改在 CPU 上运行"},
	"frontend_missing":     {En: "text front end missing", Zh: "缺少文本前端"},
	"first_chunk_grew":     {En: "the first chunk grew", Zh: "首包变长"},
	"model_loading":        {En: "the model is loaded", Zh: "加载模型"},
	"trt_converting":       {En: "TensorRT is built", Zh: "开始转换 TensorRT"},
	"trt_converted":        {En: "TensorRT was built", Zh: "TensorRT 转换完成"},
	"trt_precision":        {En: "precision of TensorRT", Zh: "TensorRT 精度"},
	"listening":            {En: "the server listens", Zh: "服务开始监听"},
	"gpu_hung":             {En: "the driver hangs", Zh: "驱动无响应"},
	"gpu_failed":           {En: "the GPU cannot be read", Zh: "无法读取 GPU"},
	"gpu_denied":           {En: "no permission for the GPU", Zh: "没有 GPU 权限"},
	"gpu_recovered":        {En: "the GPU can be read again", Zh: "GPU 恢复"},
	"gpu_lost":             {En: "a GPU is lost", Zh: "GPU 掉卡"},
	"gpu_back":             {En: "a GPU is back", Zh: "GPU 恢复在线"},
	"gpu_count_changed":    {En: "other GPUs than before", Zh: "GPU 数量变化"},
	"driver_mismatch":      {En: "driver and library differ", Zh: "驱动与库版本不一致"},
	"driver_gone":          {En: "the driver is gone", Zh: "驱动已卸载"},
	"driver_changed":       {En: "another driver", Zh: "驱动版本变化"},
	"xid":                  {En: "the driver reports a fault (Xid)", Zh: "驱动报告故障（Xid）"},
}
