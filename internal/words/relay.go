package words

// What relay says about itself.
var (
	RelayShort = Text{
		En: "Send Alertmanager's notifications to a DingTalk group",
		Zh: "将 Alertmanager 的告警通知转发到钉钉群",
	}
	RelayLong = Text{
		En: `Receive the notifications that Alertmanager posts to its webhook, and send each to a DingTalk group by
the group's robot. Stop it with Ctrl-C.

Alertmanager is told that a notification is delivered once DingTalk has taken it; until then
Alertmanager tries again. The same notification is sent once. The robot's webhook and secret are read from
files that only their owner may read (chmod 600), so that they stand in no list of processes.`,
		Zh: `接收 Alertmanager 发到 webhook 的通知，通过群机器人逐条发送到钉钉群。按 Ctrl-C 停止。

钉钉接收成功后才向 Alertmanager 确认，在此之前由 Alertmanager 不断重试；同一条通知只发送一次。
机器人的 webhook 地址和密钥从仅所有者可读的文件（chmod 600）中读取，不会出现在进程列表里。`,
	}
	RelayExample = Text{
		En: `  # The robot's webhook, from the settings of the group, in a file for you alone
  (umask 077; cat > robot.url)
  cosyvoicectl relay --robot-file robot.url

  # A robot that asks for a signature, and a phone to be called on errors
  cosyvoicectl relay --robot-file robot.url --secret-file robot.secret --at-mobiles 13800000000

  # A robot that takes only messages with a keyword
  cosyvoicectl relay --robot-file robot.url --keyword CosyVoice`,
		Zh: `  # 把群设置中机器人的 webhook 地址存入只有自己可读的文件
  (umask 077; cat > robot.url)
  cosyvoicectl relay --robot-file robot.url

  # 机器人启用了加签；出现严重告警时 @ 指定的手机号
  cosyvoicectl relay --robot-file robot.url --secret-file robot.secret --at-mobiles 13800000000

  # 机器人设置了自定义关键词
  cosyvoicectl relay --robot-file robot.url --keyword CosyVoice`,
	}
	FlagRelayListen = Text{
		En: "address that Alertmanager posts to",
		Zh: "接收 Alertmanager 通知的地址",
	}
	FlagRobotFile = Text{
		En: "file with the robot's webhook, https://oapi.dingtalk.com/robot/send?access_token=…",
		Zh: "存有机器人 webhook 地址的文件，内容形如 https://oapi.dingtalk.com/robot/send?access_token=…",
	}
	FlagSecretFile = Text{
		En: "file with the secret of a robot that asks for a signature, SEC…",
		Zh: "存有加签密钥的文件，内容形如 SEC…；机器人未启用加签时不需要",
	}
	FlagKeyword = Text{
		En: "keyword that the robot asks for",
		Zh: "机器人设置的自定义关键词",
	}
	FlagAtMobiles = Text{
		En: "mobile numbers of members of the group who are called when something of severity error fires, separated by commas",
		Zh: "出现严重告警时要 @ 的群成员手机号，用逗号分隔",
	}
	RelayNeedsRobot = Text{
		En: "give the file that holds the robot's webhook: --robot-file robot.url",
		Zh: "请指定存有机器人 webhook 地址的文件：--robot-file robot.url",
	}
	RelayListening = Text{
		En: "Waiting for Alertmanager at http://%s/, sending to the DingTalk robot at %s (%s). Ctrl-C stops it.",
		Zh: "正在 http://%s/ 等待 Alertmanager，通知将发送到 %s 的钉钉机器人（%s）。按 Ctrl-C 停止。",
	}
	RelaySigned   = Text{En: "signed", Zh: "加签"}
	RelayUnsigned = Text{En: "not signed", Zh: "未加签"}
	RelayOpen     = Text{
		En: "Note: whoever reaches %s can send messages to the group. If Alertmanager runs on this host, leave --listen out.",
		Zh: "注意：任何能访问 %s 的人都可以向群里发消息。若 Alertmanager 就在本机，请不要设置 --listen。",
	}
	RelayCannotListen = Text{
		En: "cannot listen at %s: %v\nDoes another relay run? Stop it, or choose another address with --listen, in alertmanager.yml too.",
		Zh: "无法监听 %s：%v\n是否已有另一个 relay 在运行？请先停止它，或用 --listen 另选地址，并同步修改 alertmanager.yml。",
	}
	RelaySent = Text{
		En: "Sent: %s",
		Zh: "已发送：%s",
	}
	RelayStopped = Text{
		En: "Stopped.",
		Zh: "已停止。",
	}
)

// What is wrong with the files of a robot.
var (
	RelayNoWebhook = Text{
		En: "%s does not hold the webhook of a DingTalk robot. Copy it from the robot's settings in the group; it is one line: https://oapi.dingtalk.com/robot/send?access_token=…",
		Zh: "%s 中不是钉钉机器人的 webhook 地址。请从群的机器人设置中复制，内容只有一行：https://oapi.dingtalk.com/robot/send?access_token=…",
	}
	RelayNoSecret = Text{
		En: "%s does not hold the secret of a DingTalk robot. Copy it from the robot's security settings; it begins with SEC. A robot without a signature needs no --secret-file.",
		Zh: "%s 中不是钉钉机器人的加签密钥。请从机器人的安全设置中复制，以 SEC 开头。未启用加签的机器人不需要 --secret-file。",
	}
)

// Why a notification was not delivered, or not taken from Alertmanager.
var (
	RelayFailed = Text{
		En: "Not delivered yet: %s\n  %v",
		Zh: "尚未送达：%s\n  %v",
	}
	RelayNotTaken = Text{
		En: "Not taken: %v",
		Zh: "未接受：%v",
	}
	RelayUnverified = Text{
		En: "DingTalk refuses the message (%d %s). Compare the robot's security settings: is its keyword given by --keyword, its secret by --secret-file, does this host's clock go right (timedatectl), and is this host's address allowed? Alertmanager goes on trying.",
		Zh: "钉钉拒绝了消息（%d %s）。请核对机器人的安全设置：关键词是否与 --keyword 一致，加签密钥是否与 --secret-file 一致，本机时钟是否准确（timedatectl），本机的公网 IP 是否在允许的地址段内。Alertmanager 会继续重试。",
	}
	RelayNoRobot = Text{
		En: "DingTalk does not let this robot send (%d %s). Was it removed or switched off, or the group dissolved? Look at the group's settings, put the webhook that stands there into the file of --robot-file, and start relay again. Alertmanager goes on trying.",
		Zh: "钉钉不允许该机器人发送消息（%d %s）。机器人是否已被移除或停用，群是否已解散？请查看群设置，将其中的 webhook 地址写入 --robot-file 指定的文件，然后重新启动 relay。Alertmanager 会继续重试。",
	}
	RelayUnfit = Text{
		En: "DingTalk finds the content unfit (%d %s). See in Alertmanager which alert it is; `amtool silence add` silences it there. Alertmanager goes on trying.",
		Zh: "钉钉认为消息内容不合规（%d %s）。请在 Alertmanager 中查看是哪条告警，可用 `amtool silence add` 将其静默。Alertmanager 会继续重试。",
	}
	RelayTooFast = Text{
		En: "DingTalk has had too many messages of this robot (%d %s) and takes none for up to ten minutes. Does something else send by the same robot? Give relay one of its own. Alertmanager goes on trying.",
		Zh: "该机器人发送过于频繁（%d %s），被钉钉限流，最长持续十分钟。是否有其他程序共用同一个机器人？请为 relay 单独创建一个。Alertmanager 会继续重试。",
	}
	RelayRefused = Text{
		En: "DingTalk did not take the message (%d %s). Alertmanager goes on trying.",
		Zh: "钉钉没有接收消息（%d %s）。Alertmanager 会继续重试。",
	}
	RelayStatus = Text{
		En: "%s answered with status %d. Is a proxy in between (HTTPS_PROXY)? Alertmanager goes on trying.",
		Zh: "%s 返回了状态码 %d。中间是否有代理（HTTPS_PROXY）？Alertmanager 会继续重试。",
	}
	RelayNoAnswer = Text{
		En: "%s did not answer as DingTalk does. Is the address in the file of --robot-file right, or a proxy in between (HTTPS_PROXY)? Alertmanager goes on trying.",
		Zh: "%s 的应答不是钉钉的格式。--robot-file 文件中的地址是否正确，中间是否有代理（HTTPS_PROXY）？Alertmanager 会继续重试。",
	}
	RelayUnreachable = Text{
		En: "%s cannot be reached: %v. Does this host have a way to the internet (behind a proxy set HTTPS_PROXY)? Alertmanager goes on trying.",
		Zh: "无法连接 %s：%v。本机能否访问外网（需要代理时请设置 HTTPS_PROXY）？Alertmanager 会继续重试。",
	}
	RelayQuiet = Text{
		En: "DingTalk had too many messages of this robot; nothing is sent for another %v. Alertmanager goes on trying.",
		Zh: "机器人刚被钉钉限流，%v内暂不发送。Alertmanager 会继续重试。",
	}
	RelayPaced = Text{
		En: "a robot may send 20 messages a minute, and this one would be too many; it is sent when Alertmanager tries again",
		Zh: "机器人每分钟最多发送 20 条，本条已超出，将在 Alertmanager 重试时发送",
	}
	RelayOthersFirst = Text{
		En: "other messages are being sent; this one is sent when Alertmanager tries again",
		Zh: "前面的消息还在发送，本条将在 Alertmanager 重试时发送",
	}
	RelayNobodyWaits = Text{
		En: "relay is being stopped, or Alertmanager does not wait any more; it is sent when Alertmanager tries again",
		Zh: "relay 正在停止，或 Alertmanager 已不再等待，将在 Alertmanager 重试时发送",
	}
	RelayNoJSON = Text{
		En: "what was posted is no JSON of Alertmanager: %v",
		Zh: "收到的内容不是 Alertmanager 的 JSON：%v",
	}
	RelayNoNotification = Text{
		En: "what was posted is no notification of Alertmanager: version %q with %d alerts; expected is version %q with one at least",
		Zh: "收到的内容不是 Alertmanager 的通知：版本 %q，告警 %d 条；应为版本 %q 且至少一条",
	}
	RelayOnlyPost = Text{
		En: "a notification is sent by POST, this was %s; GET /healthz tells whether relay runs",
		Zh: "通知应以 POST 方式发送，收到的是 %s；GET /healthz 可检查 relay 是否在运行",
	}
	RelayOnlyJSON = Text{
		En: "a notification has the Content-Type application/json, this had %q",
		Zh: "通知的 Content-Type 应为 application/json，收到的是 %q",
	}
	RelayTooLarge = Text{
		En: "the notification has more than %d bytes; set max_alerts of the webhook in alertmanager.yml to 20",
		Zh: "通知超过 %d 字节；请在 alertmanager.yml 中将该 webhook 的 max_alerts 设为 20",
	}
)

// What stands in a message, beside what the alert itself says.
var (
	RelayFiring         = Text{En: "Alert: %s", Zh: "告警：%s"}
	RelayFiringSeverity = Text{En: "Alert (%s): %s", Zh: "告警（%s）：%s"}
	RelayResolved       = Text{En: "Resolved: %s", Zh: "已恢复：%s"}
	RelayInfo           = Text{En: "info", Zh: "提示"}
	RelayWarning        = Text{En: "warning", Zh: "警告"}
	RelayError          = Text{En: "error", Zh: "严重"}
	RelayOfSeveral      = Text{En: " (%d alerts)", Zh: "（共 %d 条）"}
	RelayLeftOut        = Text{
		En: "%d more alerts are not shown here; Alertmanager's page has all.",
		Zh: "另有 %d 条告警未在此显示，可在 Alertmanager 页面查看全部。",
	}
	RelayHost     = Text{En: "host %s", Zh: "主机 %s"}
	RelayInstance = Text{En: "server %s", Zh: "服务 %s"}
	RelayGPU      = Text{En: "GPU %s", Zh: "显卡 %s"}
	RelaySince    = Text{En: "since %s", Zh: "始于 %s"}
	RelayLasted   = Text{En: "from %s to %s (%s)", Zh: "%s 至 %s（历时 %s）"}
	RelayItem     = Text{En: "- **%s:** %s", Zh: "- **%s：** %s"}
	RelayEvidence = Text{En: "Evidence", Zh: "依据"}
	RelayDetails  = Text{En: "Details", Zh: "详情"}
	RelayLabels   = Text{En: "Labels", Zh: "标签"}
)
