package words

// What gaps, backfill, tasks and forget say.
var (
	GapsShort = Text{
		En: "Find what is missing in the history, and why",
		Zh: "查找历史数据中的缺失及其原因",
	}
	GapsLong = Text{
		En: `Compare, for each host that was heard in the last 30 days, what there should be with the ticks and
with the windows of a minute and an hour. A host that was forgotten (cosyvoicectl forget) is not
called silent.

It tells a host that was off from points that were lost (the plugin ran on, and its points did
not arrive) from windows that were not computed. The exit code is 1 if anything but an
off-time was found.`,
		Zh: `对最近 30 天内有过数据的每台主机，比较应有的数据与原始数据、每分钟汇总和每小时汇总。
已移出清单的主机（cosyvoicectl forget）不再提示无数据。

区分三种情况：主机停机；数据丢失（插件一直在运行，数据却没有写入）；汇总未计算。
除停机外，发现任何缺失时退出码为 1。`,
	}
	GapsExample = Text{
		En: `  cosyvoicectl gaps
  cosyvoicectl gaps --since 7d --json`,
		Zh: `  cosyvoicectl gaps
  cosyvoicectl gaps --since 7d --json`,
	}
	GapOff  = Text{En: "off: the host or the plugin did not run", Zh: "停机：主机或插件没有运行"}
	GapLost = Text{
		En: "LOST: the plugin ran, its points did not arrive",
		Zh: "丢失：插件在运行，数据没有写入",
	}
	GapSilent = Text{
		En: "silent until now: the host is off, or its points wait in Telegraf's buffer",
		Zh: "至今没有数据：主机停机，或数据还在 Telegraf 的缓冲区中",
	}
	GapNotRolledUp = Text{
		En: "NOT ROLLED UP: %s; minutes lack %d points, hours %d",
		Zh: "未汇总：%s；每分钟汇总缺 %d 个点，每小时汇总缺 %d 个点",
	}
	NoGaps = Text{
		En: "✓ Nothing is missing in the last %v.",
		Zh: "✓ 最近 %v没有缺失。",
	}
	GapsHint = Text{
		En: "The repair tasks compute what is not rolled up within hours; at once: cosyvoicectl backfill --auto. Do they run? cosyvoicectl tasks",
		Zh: "修复任务会在数小时内补算未汇总的数据；立即补算：cosyvoicectl backfill --auto。查看任务是否正常：cosyvoicectl tasks",
	}
	ColumnHost = Text{En: "host", Zh: "主机"}
	ColumnFrom = Text{En: "from", Zh: "开始"}
	ColumnTo   = Text{En: "to", Zh: "结束"}
	ColumnWhat = Text{En: "what", Zh: "情况"}

	BackfillShort = Text{
		En: "Have windows computed anew from the ticks",
		Zh: "用原始数据重新计算汇总",
	}
	BackfillLong = Text{
		En: `Have InfluxDB compute all windows between two times that do not hold all of their ticks, by runs
of the repair tasks for earlier times, two at once. It may be interrupted and called again:
what is whole is not computed twice. At the end it counts again.

A time is 2026-11-20, "2026-11-20 15:00" (local), or with an offset 2026-11-20T15:00:00+08:00;
whole hours are computed.`,
		Zh: `让 InfluxDB 重新计算两个时间之间所有不完整的汇总：以过去的时间运行修复任务，每次同时运行两个。
可以随时中断并再次执行，已完整的部分不会重复计算；最后会重新核对。

时间的写法：2026-11-20、"2026-11-20 15:00"（本地时间），或带时区的 2026-11-20T15:00:00+08:00；
按整点小时计算。`,
	}
	BackfillExample = Text{
		En: `  cosyvoicectl backfill --auto
  cosyvoicectl backfill --from 2026-11-20 --to "2026-11-21 06:00"`,
		Zh: `  cosyvoicectl backfill --auto
  cosyvoicectl backfill --from 2026-11-20 --to "2026-11-21 06:00"`,
	}
	BackfillNeedsFrom = Text{
		En: "give either --from or --auto",
		Zh: "请指定 --from 或 --auto 之一",
	}
	BackfillStep = Text{
		En: "%3d/%d  %s, hours before %s",
		Zh: "%3d/%d  %s，%s 之前的数小时",
	}
	BackfillDone = Text{
		En: "✓ %d runs; the windows from %s to %s hold all of their ticks.",
		Zh: "✓ 运行 %d 次；从 %s 到 %s 的汇总已完整。",
	}
	BackfillLeft = Text{
		En: "✗ %d hours are still not whole; the first: host %q, %s, %s. Points may be arriving just now: try again. Do the tasks fail? cosyvoicectl tasks",
		Zh: "✗ 仍有 %d 个小时不完整；第一个：主机 %q，%s，%s。可能正有数据写入，请稍后重试。查看任务是否失败：cosyvoicectl tasks",
	}
	BeforeRetention = Text{
		En: "--from %s lies before the oldest ticks, which are of %s",
		Zh: "--from %s 早于最旧的原始数据（%s）",
	}
	EmptySpan = Text{
		En: "there is no whole hour between %s and %s",
		Zh: "%s 与 %s 之间没有完整的小时",
	}
	NoTime = Text{
		En: `%q is no time; write for example 21:14, 2026-11-20, "2026-11-20 15:00" or 2026-11-20T15:00:00+08:00`,
		Zh: `%q 不是时间；写法例如 21:14、2026-11-20、"2026-11-20 15:00" 或 2026-11-20T15:00:00+08:00`,
	}

	TasksShort = Text{
		En: "Show the tasks, their last runs and errors",
		Zh: "显示任务、最近一次运行和错误",
	}
	TasksLong = Text{
		En: `Show the tasks that cosyvoicectl manages: when each ran last, how long that took, and the text of
its error. And what the task "cosyvoice health" found, which watches over the others every five
minutes: failing tasks, windows that stay behind, silent hosts, too many new series. The exit
code is 1 if a task failed or is switched off, or something was found.`,
		Zh: `显示 cosyvoicectl 管理的任务：最近一次运行的时间、耗时和错误信息；
以及巡检任务 “cosyvoice health”（每五分钟运行一次）发现的问题：任务失败、汇总滞后、主机无数据、序列增长过快。
有任务失败、被停用或发现问题时退出码为 1。`,
	}
	TasksExample = Text{
		En: `  cosyvoicectl tasks
  cosyvoicectl tasks --json | jq '.tasks[] | select(.error)'`,
		Zh: `  cosyvoicectl tasks
  cosyvoicectl tasks --json | jq '.tasks[] | select(.error)'`,
	}
	TaskNeverRan = Text{En: "no run yet", Zh: "尚未运行"}
	TaskInactive = Text{En: "switched off", Zh: "已停用"}
	TasksFailing = Text{
		En: "✗ At %[1]s the last runs of these %[2]v tasks had failed: %[3]s",
		Zh: "✗ %[1]s 时有 %[2]v 个任务最近一次运行失败：%[3]s",
	}
	MinutesLate = Text{
		En: "! The windows of a minute are %v behind, at %s. Is InfluxDB overloaded, or catching up?",
		Zh: "! 每分钟汇总滞后 %v（%s）。InfluxDB 是否过载，或正在补算？",
	}
	HoursLate = Text{
		En: "! The windows of an hour are %v behind, at %s. Is InfluxDB overloaded, or catching up?",
		Zh: "! 每小时汇总滞后 %v（%s）。InfluxDB 是否过载，或正在补算？",
	}
	HostSilent = Text{
		En: "✗ Host %[1]q has not been heard for %[2]v. Is it on, does Telegraf run on it, is its clock right? If it does not come back: cosyvoicectl forget %[1]s",
		Zh: "✗ 主机 %[1]q 已有 %[2]v没有数据。主机和 Telegraf 是否在运行，时钟是否准确？若不再使用：cosyvoicectl forget %[1]s",
	}
	SeriesGrowing = Text{
		En: "! %.0f series had points in the last day, more than %.0f: twice those of a week before, and some. Each needs memory in InfluxDB; does a tag change all the time?",
		Zh: "! 最近一天有 %.0f 个序列写入数据，超过了 %.0f（一周前的两倍再加余量）。每个序列都占用 InfluxDB 内存；是否有标签值在不断变化？",
	}
	NoWatch = Text{
		En: "✗ There is no task %q, so nobody watches over the history. Make it: cosyvoicectl apply",
		Zh: "✗ 没有巡检任务 %q，历史数据无人巡检。请创建：cosyvoicectl apply",
	}
	Unwatched = Text{
		En: "✗ The task %q has not run since %s, so nobody watches over the history. It runs every five minutes: was InfluxDB off?",
		Zh: "✗ 巡检任务 %q 自 %s 起没有运行，历史数据目前无人巡检。它每五分钟运行一次，InfluxDB 是否停机过？",
	}
	NotYetWatched = Text{
		En: "… The task %q has not run yet; its first result comes within six minutes.",
		Zh: "… 巡检任务 %q 尚未运行，六分钟内会有第一次结果。",
	}
	NothingFound = Text{
		En: "✓ No task fails, no tier is behind, no host is silent.",
		Zh: "✓ 没有任务失败，汇总没有滞后，所有主机都有数据。",
	}

	ForgetShort = Text{
		En: "Expect a host no more",
		Zh: "不再等待某台主机的数据",
	}
	ForgetLong = Text{
		En: `Take a host that will not come back out of the inventory: nothing tells any more that it is silent.
Its points stay. Once it is heard again, it is expected again.`,
		Zh: `把不再使用的主机移出清单：不再提示它没有数据。已有的数据保留；它再次写入数据后会重新回到清单中。`,
	}
	ForgetExample = Text{
		En: `  cosyvoicectl forget gpu-box-2`,
		Zh: `  cosyvoicectl forget gpu-box-2`,
	}
	Forgotten = Text{
		En: "✓ Host %q, heard last at %s, is expected no more. `cosyvoicectl tasks` tells so within six minutes.",
		Zh: "✓ 已不再等待主机 %q（最后一次数据：%s）。`cosyvoicectl tasks` 会在六分钟内更新。",
	}
	ForgottenAlive = Text{
		En: "! It was heard less than a minute ago. If it goes on, it is expected again: stop Telegraf there first.",
		Zh: "! 不到一分钟前它还有数据。若继续写入，它会重新回到清单中：请先停止该主机上的 Telegraf。",
	}
	NoSuchHost = Text{
		En: "host %q is not expected: it was not heard for 30 days, or is forgotten already. Expected are: %s",
		Zh: "主机 %q 不在清单中：最近 30 天没有数据，或已被移出。清单中的主机：%s",
	}
	ForgetNeedsHost = Text{
		En: "give the name of one host",
		Zh: "请给出一台主机的名称",
	}

	ColumnTask    = Text{En: "task", Zh: "任务"}
	ColumnEvery   = Text{En: "every", Zh: "间隔"}
	ColumnLastRun = Text{En: "last run", Zh: "最近运行"}
	ColumnTook    = Text{En: "took", Zh: "耗时"}
	ColumnResult  = Text{En: "result", Zh: "结果"}
)

// Flags of these commands.
var (
	FlagSince = Text{
		En: "how far back to look",
		Zh: "向前查看多久",
	}
	FlagFrom = Text{
		En: "first hour",
		Zh: "第一个小时",
	}
	FlagTo = Text{
		En: "end (default: the last whole hour)",
		Zh: "结束时间（默认为最近一个完整的小时）",
	}
	FlagTier = Text{
		En: "compute only where windows of this tier are not whole: 1m or 1h (default: either)",
		Zh: "只补算该级别不完整的汇总：1m 或 1h（默认两者）",
	}
	NoTier = Text{
		En: "--tier %q: there are 1m and 1h",
		Zh: "--tier %q：只有 1m 和 1h",
	}
	FlagAuto = Text{
		En: "all that ticks are kept for",
		Zh: "原始数据保留期内的全部时间",
	}
)
