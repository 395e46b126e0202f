package words

// What plan, apply, destroy and rotate-token say.
var (
	PlanShort = Text{
		En: "Show what apply would change in InfluxDB",
		Zh: "显示 apply 会对 InfluxDB 做哪些改动",
	}
	PlanLong = Text{
		En: `Compare an InfluxDB 2 with what this program keeps in it: buckets, the tasks of the rollups,
and tokens. Nothing is changed.

The server and its token are looked for in this order: flags; INFLUX_HOST, INFLUX_TOKEN and
INFLUX_ORG; a running "cosyvoicectl up"; the active profile in ~/.influxdbv2/configs.`,
		Zh: `将 InfluxDB 2 与本程序要在其中维护的内容进行比较：存储桶、汇总任务和令牌。不做任何改动。

服务地址和令牌依次取自：命令行选项；INFLUX_HOST、INFLUX_TOKEN、INFLUX_ORG；
正在运行的 "cosyvoicectl up"；~/.influxdbv2/configs 中的当前配置。`,
	}
	PlanExample = Text{
		En: `  cosyvoicectl plan
  cosyvoicectl plan --diff
  INFLUX_HOST=http://10.0.0.5:8086 cosyvoicectl plan --token-file ~/operator.token --org lab`,
		Zh: `  cosyvoicectl plan
  cosyvoicectl plan --diff
  INFLUX_HOST=http://10.0.0.5:8086 cosyvoicectl plan --token-file ~/operator.token --org lab`,
	}
	ApplyShort = Text{
		En: "Bring InfluxDB to the desired state: buckets, tasks, tokens",
		Zh: "把 InfluxDB 调整到期望的状态：存储桶、任务、令牌",
	}
	ApplyLong = Text{
		En: `Make the changes that "cosyvoicectl plan" shows. A second apply changes nothing; one that was
interrupted is finished by the next.

What somebody edited by hand, and what has the same name but was not made by this program, is
left alone. Buckets are never removed, and points are not deleted by a shorter retention,
unless that is asked for. Tokens are kept in files of mode 0600 in the state folder.

The exit code is 1 if something that should have been done was not.`,
		Zh: `执行 "cosyvoicectl plan" 所显示的改动。重复执行不会再有改动；中断后再次执行即可完成。

手工修改过的内容，以及名称相同但并非由本程序创建的内容，都保持原样。
除非明确要求，否则不会删除存储桶，也不会因缩短保留期而删除数据。
令牌保存在状态目录中，文件权限为 0600。

如有应做而未做的改动，退出码为 1。`,
	}
	ApplyExample = Text{
		En: `  cosyvoicectl apply
  cosyvoicectl apply --settings cosyvoicectl.toml --org lab
  cosyvoicectl apply --force`,
		Zh: `  cosyvoicectl apply
  cosyvoicectl apply --settings cosyvoicectl.toml --org lab
  cosyvoicectl apply --force`,
	}
	DestroyShort = Text{
		En: "Remove tasks, tokens and label from InfluxDB; the data stays",
		Zh: "从 InfluxDB 中移除任务、令牌和标签，数据保留",
	}
	DestroyLong = Text{
		En: `Remove what apply made: tasks, tokens, the user that owns the tasks, and the label. Buckets stay
with their data, but for those whose name is given with --prune-data: they are deleted for good.

Without --yes it only shows what would be removed.`,
		Zh: `移除 apply 所创建的内容：任务、令牌、任务所属的用户以及标签。存储桶及其数据保留；
用 --prune-data 写明名称的存储桶会被永久删除。

不带 --yes 时只显示将要移除的内容。`,
	}
	DestroyExample = Text{
		En: `  cosyvoicectl destroy
  cosyvoicectl destroy --yes
  cosyvoicectl destroy --yes --prune-data performance_monitor_1m`,
		Zh: `  cosyvoicectl destroy
  cosyvoicectl destroy --yes
  cosyvoicectl destroy --yes --prune-data performance_monitor_1m`,
	}
	DestroyNeedsYes = Text{
		En: "Nothing was removed. To do it: cosyvoicectl destroy --yes",
		Zh: "未移除任何内容。确认执行请用：cosyvoicectl destroy --yes",
	}
	RotateShort = Text{
		En: "Replace a token: telegraf, reader or tasks",
		Zh: "更换令牌：telegraf、reader 或 tasks",
	}
	RotateLong = Text{
		En: `Create a new token, put it into its file, and revoke the old one.

Telegraf reads the file again at its next write; what is refused in between waits in its buffer,
so nothing is lost. A Grafana that uses the reader token has to be given the new one.`,
		Zh: `创建新令牌，写入对应的文件，然后吊销旧令牌。

Telegraf 在下一次写入时会重新读取该文件；其间被拒绝的数据留在缓冲区中，不会丢失。
使用 reader 令牌的 Grafana 需要改用新令牌。`,
	}
	RotateExample = Text{
		En: `  cosyvoicectl rotate-token telegraf`,
		Zh: `  cosyvoicectl rotate-token telegraf`,
	}
	TokenNameMissing = Text{
		En: "which token? telegraf, reader or tasks",
		Zh: "要更换哪个令牌？telegraf、reader 或 tasks",
	}
	TokenRotated = Text{
		En: "✓ The token %q was replaced. The new one is in %s; the old one is revoked.",
		Zh: "✓ 令牌 %q 已更换。新令牌在 %s 中，旧令牌已吊销。",
	}
	ChangeCreate = Text{
		En: "+ %v %q: create",
		Zh: "+ %v %q：新建",
	}
	ChangeUpdate = Text{
		En: "~ %v %q: update",
		Zh: "~ %v %q：更新",
	}
	ChangeRemove = Text{
		En: "- %v %q: remove",
		Zh: "- %v %q：移除",
	}
	ChangeEdited = Text{
		En: "! %v %q: edited by hand, left as it is (--force overwrites it)",
		Zh: "! %v %q：已被手工修改，保持原样（--force 会覆盖）",
	}
	ChangeForeign = Text{
		En: "? %v %q: there is one that cosyvoicectl did not make; it is left alone, and ours is not made (rename it, or take it over with --adopt)",
		Zh: "? %v %q：已存在同名但并非 cosyvoicectl 创建的内容，保持原样，也不再另建（请将其改名，或用 --adopt 接管）",
	}
	ChangeForeignBucket = Text{
		En: "? %v %q: cosyvoicectl did not make it; it is used as it is (--adopt takes it over)",
		Zh: "? %v %q：并非 cosyvoicectl 创建，按原样使用（--adopt 可接管）",
	}
	ChangeBlocked = Text{
		En: "✗ %v %q: a shorter retention deletes points, so it is not set (--allow-data-loss sets it)",
		Zh: "✗ %v %q：缩短保留期会删除数据，因此未执行（--allow-data-loss 可强制执行）",
	}
	RetentionChange = Text{
		En: "[retention %s → %s]",
		Zh: "[保留期 %s → %s]",
	}
	PlanSummary = Text{
		En: "%d to create, %d to update, %d to remove, %d as they are, %d left alone",
		Zh: "新建 %d，更新 %d，移除 %d，无变化 %d，不做改动 %d",
	}
	NothingToDo = Text{
		En: "Nothing to do: InfluxDB is as it should be.",
		Zh: "无需改动：InfluxDB 已是期望的状态。",
	}
	Applied = Text{
		En: "✓ %d changes made",
		Zh: "✓ 完成 %d 项改动",
	}
	TokenIsIn = Text{
		En: "  token %q: %s",
		Zh: "  令牌 %q：%s",
	}
	KindLabel  = Text{En: "label", Zh: "标签"}
	KindBucket = Text{En: "bucket", Zh: "存储桶"}
	KindUser   = Text{En: "user", Zh: "用户"}
	KindToken  = Text{En: "token", Zh: "令牌"}
	KindTask   = Text{En: "task", Zh: "任务"}
)

// Flags of these commands.
var (
	FlagSettings = Text{
		En: "settings file (default: cosyvoicectl.toml in the state folder, where there is one)",
		Zh: "设置文件（默认为状态目录中的 cosyvoicectl.toml，如果存在）",
	}
	FlagHost = Text{
		En: "address of InfluxDB, such as http://localhost:8086",
		Zh: "InfluxDB 的地址，例如 http://localhost:8086",
	}
	FlagTokenFile = Text{
		En: "file with a token of an operator",
		Zh: "存有管理员（operator）令牌的文件",
	}
	FlagOrg = Text{
		En: "organisation in InfluxDB",
		Zh: "InfluxDB 中的组织",
	}
	FlagDiff = Text{
		En: "show what changes in each task",
		Zh: "显示每个任务的具体改动",
	}
	FlagForce = Text{
		En: "overwrite what was edited by hand",
		Zh: "覆盖手工修改过的内容",
	}
	FlagAllowDataLoss = Text{
		En: "allow a retention to be shortened, which deletes points",
		Zh: "允许缩短保留期（会删除数据）",
	}
	FlagAdopt = Text{
		En: "take over buckets and tasks of the same name that cosyvoicectl did not make",
		Zh: "接管同名但并非由 cosyvoicectl 创建的存储桶和任务",
	}
	FlagYes = Text{
		En: "really remove it",
		Zh: "确认移除",
	}
	FlagPruneData = Text{
		En: "delete this bucket with all its data, too; may be given several times",
		Zh: "同时永久删除该存储桶及其全部数据；可重复使用",
	}
)
