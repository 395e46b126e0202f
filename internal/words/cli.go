package words

// What cosyvoicectl says about itself and how it is called.
var (
	UnknownLanguage = Text{
		En: "unknown language %q: --lang takes en or zh",
		Zh: "未知语言 %q：--lang 只接受 en 或 zh",
	}
	Failed = Text{
		En: "Error: %v",
		Zh: "错误：%v",
	}
	WrongUsage = Text{
		En: "Error: %v\nSee: cosyvoicectl --help",
		Zh: "用法错误：%v\n请参阅：cosyvoicectl --help --lang zh",
	}
	UnknownCommand = Text{
		En: "unknown command %q",
		Zh: "未知命令 %q",
	}
	UnexpectedArgument = Text{
		En: "unexpected argument %q",
		Zh: "多余的参数 %q",
	}
	UnknownFlag = Text{
		En: "unknown flag: %s",
		Zh: "未知选项：%s",
	}
	FlagNeedsValue = Text{
		En: "%s needs a value",
		Zh: "选项 %s 需要一个值",
	}
	FlagNeedsDemo = Text{
		En: "%s is of use only with --demo",
		Zh: "%s 只能与 --demo 一起使用",
	}
	FlagValueInvalid = Text{
		En: "%q is no value for %s",
		Zh: "%q 不是 %s 的有效值",
	}
	FlagValueUnwanted = Text{
		En: "%q is no value for %s, which takes %s",
		Zh: "%q 不是 %s 的有效值，应为%s",
	}
	PortWanted     = Text{En: "a number from 1 to 65535", Zh: " 1 到 65535 之间的数字"}
	ScenarioWanted = Text{En: "steady, leak or crash", Zh: " steady、leak 或 crash"}
	HistoryWanted  = Text{En: "days or hours, up to 90d", Zh: "天数或小时数，最长 90d"}
	MobileWanted   = Text{En: "numbers such as 13800000000 or +852-60000000, separated by commas", Zh: "用逗号分隔的手机号，例如 13800000000 或 +852-60000000"}
	SpanWanted     = Text{En: "a time such as 90s, 24h or 30d", Zh: "一段时间，例如 90s、24h 或 30d"}
	ToolShort      = Text{
		En: "Run and look after the CosyVoice3 monitor",
		Zh: "运行并查看 CosyVoice3 监控",
	}
	ToolExample = Text{
		En: `  # Try everything on this machine; what it lacks is simulated
  cosyvoicectl up --demo

  # In another terminal: is all well?
  cosyvoicectl status`,
		Zh: `  # 在本机试用全部功能，缺少的部分用模拟代替
  cosyvoicectl up --demo

  # 在另一个终端中：一切是否正常？
  cosyvoicectl status`,
	}
	HelpLong = Text{
		En: "Show the help of a command.",
		Zh: "显示某个命令的帮助。",
	}
	UpShort = Text{
		En: "Run InfluxDB, Telegraf and the plugin in the foreground until Ctrl-C",
		Zh: "在前台运行 InfluxDB、Telegraf 和插件，按 Ctrl-C 停止",
	}
	UpLong = Text{
		En: `Run the single-node stack (InfluxDB, Telegraf and the plugin) in the foreground.

Everything that it keeps is in one state folder; a second run finds its data again.
Logs are in DIR/logs. InfluxDB listens on 127.0.0.1 only.`,
		Zh: `在前台运行单机监控：InfluxDB、Telegraf 和插件。

所有数据都保存在一个状态目录中，再次运行时会沿用。
日志在 DIR/logs 中。InfluxDB 只监听 127.0.0.1。`,
	}
	UpExample = Text{
		En: `  # Watch the CosyVoice3 server on this host
  cosyvoicectl up

  # Try it on a machine without a GPU or a server: what is missing is simulated
  cosyvoicectl up --demo

  # The same with a month behind it, all of it made up
  cosyvoicectl up --demo --history 30d

  # A simulated server that leaks GPU memory until it fails
  cosyvoicectl up --demo --scenario leak --state /tmp/leak --influx-port 8087`,
		Zh: `  # 监控本机的 CosyVoice3 服务
  cosyvoicectl up

  # 在没有 GPU 或服务的机器上试用：缺少的部分用模拟代替
  cosyvoicectl up --demo

  # 同上，并编造过去一个月的历史数据
  cosyvoicectl up --demo --history 30d

  # 模拟一个显存泄漏直至失败的服务
  cosyvoicectl up --demo --scenario leak --state /tmp/leak --influx-port 8087`,
	}
	StatusShort = Text{
		En: "Say in a few lines whether everything runs",
		Zh: "用几行文字说明一切是否正常",
	}
	StatusLong = Text{
		En: `Say whether every part runs, how old the last writes are, and the current readings.

The exit code is 0 when all is well, 1 when something is wrong, 2 for a wrong call.`,
		Zh: `显示各组件是否在运行、最近一次写入距今多久，以及当前读数。

退出码：0 一切正常，1 有异常，2 用法错误。`,
	}
	StatusExample = Text{
		En: `  cosyvoicectl status
  cosyvoicectl status --json | jq .problems`,
		Zh: `  cosyvoicectl status
  cosyvoicectl status --json | jq .problems`,
	}
	VersionShort = Text{
		En: "Print the version",
		Zh: "显示版本",
	}
)

// What each flag is for.
var (
	FlagLang = Text{
		En: "language of the output: en or zh (default: by LC_ALL, LC_MESSAGES, LANG)",
		Zh: "输出语言：en 或 zh（默认取自 LC_ALL、LC_MESSAGES、LANG）",
	}
	FlagHelp = Text{
		En: "show this help",
		Zh: "显示本帮助",
	}
	FlagState = Text{
		En: "state folder",
		Zh: "状态目录",
	}
	FlagInfluxPort = Text{
		En: "port of InfluxDB on 127.0.0.1",
		Zh: "InfluxDB 在 127.0.0.1 上的端口",
	}
	FlagDemo = Text{
		En: "simulate the GPU and the server where this host has none",
		Zh: "本机没有 GPU 或服务时，用模拟的代替",
	}
	FlagSimPort = Text{
		En: "port of the simulated server",
		Zh: "模拟服务的端口",
	}
	FlagScenario = Text{
		En: "what the simulated server does: steady, leak or crash",
		Zh: "模拟服务的行为：steady（平稳）、leak（显存泄漏）或 crash（崩溃）",
	}
	FlagSeed = Text{
		En: "seed of the simulated requests; the same seed repeats the same requests",
		Zh: "模拟请求的随机种子，相同的种子产生相同的请求",
	}
	FlagHistory = Text{
		En: "make up so much history for a new demo, such as 30d or 48h, up to 90d",
		Zh: "为新的演示编造多长的历史数据，例如 30d 或 48h，最长 90d",
	}
	FlagJSON = Text{
		En: "print JSON for scripts",
		Zh: "输出 JSON，供脚本使用",
	}
)

// Headings of a command's help, and the end of a flag's line; $1 is the value.
var (
	FlagDefault = Text{
		En: " (default $1)",
		Zh: "（默认 $1）",
	}
	HelpUsage = Text{
		En: "Usage:",
		Zh: "用法：",
	}
	HelpExamples = Text{
		En: "Examples:",
		Zh: "示例：",
	}
	HelpCommands = Text{
		En: "Commands:",
		Zh: "命令：",
	}
	HelpFlags = Text{
		En: "Flags:",
		Zh: "选项：",
	}
	HelpGlobalFlags = Text{
		En: "Global flags:",
		Zh: "全局选项：",
	}
)
