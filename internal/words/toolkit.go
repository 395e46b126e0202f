package words

// What is said about InfluxDB by plan, apply and destroy.
var (
	InfluxUnreachable = Text{
		En: "InfluxDB at %s does not answer as an InfluxDB 2 server: %v\nIs it running, and is the address right? It is taken from --host, INFLUX_HOST, the state folder of `cosyvoicectl up`, or ~/.influxdbv2/configs.",
		Zh: "%s 没有像 InfluxDB 2 那样应答：%v\n服务在运行吗？地址对吗？地址依次取自 --host、INFLUX_HOST、`cosyvoicectl up` 的状态目录、~/.influxdbv2/configs。",
	}
	InfluxVersion = Text{
		En: "InfluxDB at %s is version %q; the tasks need 2.x from %s on. Nothing was changed.",
		Zh: "%s 的 InfluxDB 版本是 %q；这些任务需要 2.x 且不低于 %s。未做任何改动。",
	}
	NoSuchOrg = Text{
		En: "this token sees no organisation %q in InfluxDB, only %q. Set org in the settings, --org or INFLUX_ORG.",
		Zh: "该令牌在 InfluxDB 中看不到组织 %q，只能看到 %q。请在设置文件、--org 或 INFLUX_ORG 中指定。",
	}
	TokenRefused = Text{
		En: "InfluxDB at %s does not accept the token: %v\nUse a token of an operator or owner: INFLUX_TOKEN, --token-file, or a profile of the influx CLI.",
		Zh: "%s 的 InfluxDB 不接受该令牌：%v\n请使用管理员（operator）或所有者的令牌：INFLUX_TOKEN、--token-file，或 influx 命令行工具的配置。",
	}
	TokenMayNot = Text{
		En: "InfluxDB at %s does not allow this token to do that: %v\nUse a token of an operator: creating users, tokens and tasks needs all rights.",
		Zh: "%s 的 InfluxDB 不允许该令牌执行此操作：%v\n请使用管理员（operator）令牌：创建用户、令牌和任务需要全部权限。",
	}
	NoBucketOfOurs = Text{
		En: "there is no bucket %q that cosyvoicectl manages. Nothing was removed.",
		Zh: "没有名为 %q 且由 cosyvoicectl 管理的存储桶。未删除任何内容。",
	}
	LeftAsItIs = Text{
		En: "Note: the %s %q was changed by hand, or keeping to the settings would delete data; it is left as it is. See: cosyvoicectl plan",
		Zh: "注意：%s %q 已被手工修改，或者按设置执行会删除数据，因此保持原样。请参阅：cosyvoicectl plan",
	}
	InfluxBrought = Text{
		En: "✓ InfluxDB is set up: %d changes made (%d buckets, %d tasks)",
		Zh: "✓ InfluxDB 已配置：完成 %d 项改动（%d 个存储桶，%d 个任务）",
	}
	FixedNames = Text{
		En: "%s: with `cosyvoicectl up` the organisation is %q and the buckets begin with %q, as in telegraf.conf: remove org and bucket_prefix",
		Zh: "%s：使用 `cosyvoicectl up` 时，组织固定为 %q，存储桶名以 %q 开头（与 telegraf.conf 一致）：请删除 org 和 bucket_prefix",
	}
	NoSuchToken = Text{
		En: "there is no token %q; the tokens are %q",
		Zh: "没有名为 %q 的令牌；可用的令牌有 %q",
	}
	ApplyFirst = Text{
		En: "the token %q is for buckets or a user that are not there yet. First: cosyvoicectl apply",
		Zh: "令牌 %q 所需的存储桶或用户尚不存在。请先运行：cosyvoicectl apply",
	}
	NoToken = Text{
		En: "no token for InfluxDB at %s: set INFLUX_TOKEN or --token-file, or make a profile with `influx config create`; with a running `cosyvoicectl up` none is needed",
		Zh: "没有用于 %s 的 InfluxDB 令牌：请设置 INFLUX_TOKEN 或 --token-file，或用 `influx config create` 建立配置；`cosyvoicectl up` 正在运行时则不需要",
	}
	NoAddress = Text{
		En: "%q is no address of an InfluxDB: write for example http://localhost:8086",
		Zh: "%q 不是 InfluxDB 的地址：写法例如 http://localhost:8086",
	}
	NoProfile = Text{
		En: "%s has no profile %q",
		Zh: "%s 中没有名为 %q 的配置",
	}
	NoTask = Text{
		En: "there is no task %q in InfluxDB. First: cosyvoicectl apply",
		Zh: "InfluxDB 中没有任务 %q。请先运行：cosyvoicectl apply",
	}
	RunFailed = Text{
		En: "the run for %s failed: %s",
		Zh: "针对 %s 的运行失败：%s",
	}
)
