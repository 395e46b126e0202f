package words

// What serve says, and what its answers say.
var (
	ServeShort = Text{
		En: "Answer \"is it healthy?\" and \"why did it fail?\" by HTTP",
		Zh: "通过 HTTP 回答“是否正常”和“为什么失败”",
	}
	ServeLong = Text{
		En: `Answer two questions by HTTP, in JSON, so that a web page can show the reason beside a synthesis
that failed. It reads only.

  GET /v1/health                           one word and one sentence: all is well, or what is not
  GET /v1/why?at=2026-11-20T21:14:30+08:00  as cosyvoicectl why; also ?request=ID, ?host=, ?lang=zh
  GET /v1/openapi.json                     all of it, described

It listens on 127.0.0.1. On any other address it demands a token, as "Authorization: Bearer ...",
from a file with the mode 0600.`,
		Zh: `以 HTTP 和 JSON 回答两个问题，便于网页在失败的合成旁显示原因。只读。

  GET /v1/health                           一个词和一句话：一切正常，或哪里不正常
  GET /v1/why?at=2026-11-20T21:14:30+08:00  与 cosyvoicectl why 相同；也可用 ?request=编号、?host=、?lang=zh
  GET /v1/openapi.json                     完整的接口说明

默认监听 127.0.0.1。监听其他地址时必须提供令牌（"Authorization: Bearer ..."），
令牌放在权限为 0600 的文件中。`,
	}
	ServeExample = Text{
		En: `  cosyvoicectl serve
  curl http://127.0.0.1:9096/v1/health
  cosyvoicectl serve --allow-origin https://tts.example.com
  cosyvoicectl serve --listen 0.0.0.0:9096 --ask-token-file /etc/cosyvoice/ask_token`,
		Zh: `  cosyvoicectl serve
  curl http://127.0.0.1:9096/v1/health
  cosyvoicectl serve --allow-origin https://tts.example.com
  cosyvoicectl serve --listen 0.0.0.0:9096 --ask-token-file /etc/cosyvoice/ask_token`,
	}
	FlagServeListen = Text{En: "`address` to listen on", Zh: "监听`地址`"}
	FlagAskToken    = Text{
		En: "`file` with the token that a request has to bring; needed beyond 127.0.0.1",
		Zh: "存放请求所需令牌的`文件`；监听 127.0.0.1 以外的地址时必需",
	}
	FlagOrigin = Text{
		En: "`origin` of a web page whose scripts may ask, such as https://tts.example.com; may be repeated",
		Zh: "允许其脚本访问的网页来源（`origin`），如 https://tts.example.com；可重复",
	}
	ServeNeedsToken = Text{
		En: "%s can be reached from other machines: give a token by --ask-token-file",
		Zh: "%s 可从其他机器访问：请用 --ask-token-file 提供令牌",
	}
	SecretOpen = Text{
		En: "%s holds a secret, but others may read it (mode %04o): chmod 600 %s",
		Zh: "%s 中是机密内容，但其他用户可以读取（权限 %04o）：请执行 chmod 600 %s",
	}
	ServeShortToken = Text{
		En: "%s holds no token of at least 16 characters; make one: head -c 24 /dev/urandom | base64 >%[1]s",
		Zh: "%s 中没有至少 16 个字符的令牌；可以生成一个：head -c 24 /dev/urandom | base64 >%[1]s",
	}
	ServeNoOrigin = Text{
		En: "%q is no origin; write scheme and host alone, such as https://tts.example.com",
		Zh: "%q 不是有效的来源；只写协议和主机，如 https://tts.example.com",
	}
	ServeCannotListen = Text{
		En: "cannot listen on %s: %v; choose another address with --listen",
		Zh: "无法监听 %s：%v；请用 --listen 另选地址",
	}
	ServeListening = Text{En: "Listening on http://%s; Ctrl-C ends it.", Zh: "正在监听 http://%s；按 Ctrl-C 结束。"}

	HealthOK      = Text{En: "All is well.", Zh: "一切正常。"}
	HealthUnknown = Text{
		En: "Nothing is known: no plugin has been heard for %s. Look with: cosyvoicectl status",
		Zh: "无法判断：已有 %s没有收到插件的数据。请查看：cosyvoicectl status",
	}
	HealthUnjudged = Text{
		En: "Nothing is known yet: the tasks in InfluxDB have judged nothing of the last %s. That is so in the first minutes; later see: cosyvoicectl tasks",
		Zh: "尚无法判断：InfluxDB 中的任务在最近 %s内没有作出判断。刚启动的几分钟内属正常；否则请查看：cosyvoicectl tasks",
	}
	HealthNoServer = Text{
		En: "Nothing is known: no CosyVoice server is seen. Start it; if it runs, see: cosyvoicectl status",
		Zh: "无法判断：没有发现 CosyVoice 服务。请启动它；如果它已在运行，请查看：cosyvoicectl status",
	}
	APINoSuchPath      = Text{En: "%s %s is nothing here; see /v1/openapi.json", Zh: "没有 %s %s；见 /v1/openapi.json"}
	APINoSuchParameter = Text{En: "there is no parameter %q; there are at, request, host and lang", Zh: "没有参数 %q；可用的有 at、request、host 和 lang"}
	APINoTime          = Text{En: "at=%q is no time in RFC 3339, such as 2026-11-20T21:14:30+08:00 (with + as %%2B)", Zh: "at=%q 不是 RFC 3339 时间，例如 2026-11-20T21:14:30+08:00（+ 写作 %%2B）"}
	APIOneQuestion     = Text{En: "give at or request, not both", Zh: "at 与 request 只能给出一个"}
	APIForeignHost     = Text{En: "asked by the name %q: without a token only localhost and 127.0.0.1 are answered", Zh: "请求使用的主机名是 %q：没有令牌时只回答 localhost 和 127.0.0.1"}
	APIWantsToken      = Text{En: "a token is needed: Authorization: Bearer ...", Zh: "需要令牌：Authorization: Bearer ..."}
)
