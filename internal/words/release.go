package words

// What release-cache says.
var (
	ReleaseShort = Text{
		En: "Have PyTorch give back the GPU memory that it keeps unused",
		Zh: "让 PyTorch 归还闲置的显存",
	}
	ReleaseLong = Text{
		En: `Ask the CosyVoice servers of this machine to give back the GPU memory that PyTorch keeps for later
(gc.collect and torch.cuda.empty_cache), in a moment in which nothing is in flight, and tell what
that freed. Memory in use stays, so it is no cure for a leak.

A server can be asked that runs with deploy/python on its PYTHONPATH, from its first synthesis on;
for others the lines to paste are printed. Only the server's own user and root may ask. A synthesis
that begins at just that moment waits for it, mostly for less than a second.

The exit code is 0 if every server gave back what it could, else 1.`,
		Zh: `让本机的 CosyVoice 服务归还 PyTorch 留作备用的显存（gc.collect 和 torch.cuda.empty_cache），
在没有合成进行的时刻执行，并报告释放了多少。正在使用的显存不会被释放，因此它不能解决显存泄漏。

服务启动时 PYTHONPATH 中须包含 deploy/python，并在完成首次合成后才能响应；对其他服务，会给出可粘贴的代码。
只有服务所属用户和 root 可以执行。恰在此刻开始的合成会稍作等待，通常不到一秒。

退出码：0 所有服务都已归还可归还的显存，否则为 1。`,
	}
	ReleaseExample = Text{
		En: `  cosyvoicectl release-cache
  cosyvoicectl release-cache --instance 50000 --wait 5m
  cosyvoicectl release-cache --json | jq '.servers[].freed_bytes'`,
		Zh: `  cosyvoicectl release-cache
  cosyvoicectl release-cache --instance 50000 --wait 5m
  cosyvoicectl release-cache --json | jq '.servers[].freed_bytes'`,
	}
	FlagInstance = Text{
		En: "ask the server with this `NAME` only, as status shows it",
		Zh: "只操作名为 `NAME` 的服务（名称见 status）",
	}
	FlagReleaseWait = Text{
		En: "wait so long a `TIME` for a moment in which nothing is in flight, at most 1h",
		Zh: "等待没有合成进行的时刻，最长 `TIME`，不超过 1h",
	}
	ReleaseWaitRange = Text{
		En: "--wait is a time from 0s to 1h, such as 30s; it is %s",
		Zh: "--wait 的取值范围是 0s 到 1h，例如 30s；给出的是 %s",
	}

	ReleaseNoServer = Text{
		En: "no CosyVoice server runs on this machine; this command has to run where the server does. One that is not found by itself can be named: cosyvoice-telegraf --print-config",
		Zh: "本机没有正在运行的 CosyVoice 服务；请在服务所在的机器上执行。若服务没有被自动发现，可以在配置中指明：cosyvoice-telegraf --print-config",
	}
	ReleaseNoSuchServer = Text{
		En: "no server is called %q; there is: %s",
		Zh: "没有名为 %q 的服务；现有：%s",
	}
	ReleaseWaits = Text{
		En: "Waiting for up to %s until nothing is in flight …",
		Zh: "等待没有合成进行的时刻，最长 %s……",
	}
	ReleaseStopped = Text{
		En: "stopped; a server that had not answered yet released nothing",
		Zh: "已中止；尚未回应的服务没有释放显存",
	}

	ReleaseDone = Text{
		En: "Server %s (pid %d) gave back %.1f GiB, in %.1f s.",
		Zh: "服务 %s（pid %d）归还了 %.1f GiB 显存，用时 %.1f 秒。",
	}
	ReleaseDevice = Text{
		En: "GPU %d: PyTorch holds %.1f GiB, before %.1f; %.1f of it in use. The whole card: %.1f of %.1f GiB used, before %.1f",
		Zh: "GPU %d：PyTorch 现占用 %.1f GiB，之前 %.1f GiB，其中 %.1f GiB 正在使用。整卡现已用 %.1f / %.1f GiB，之前 %.1f GiB",
	}
	ReleaseLittle = Text{
		En: "Hardly anything was kept unused; what the card holds is in use. By what: cosyvoicectl why",
		Zh: "几乎没有闲置的显存，显卡上的显存都在使用中。查看原因：cosyvoicectl why",
	}
	ReleaseLeftBehind = Text{
		En: "%d syntheses were left behind by clients that went away; what they hold stays. More: cosyvoicectl explain abandoned_generators",
		Zh: "有 %d 个合成因客户端中途离开而遗留，它们占用的显存无法归还。详见：cosyvoicectl explain abandoned_generators",
	}
	ReleaseBusy = Text{
		En: "Server %s (pid %d) released nothing: within %s there was no moment without a synthesis. In flight: %d, the oldest for %s. Pause new requests, or wait longer: --wait 5m",
		Zh: "服务 %s（pid %d）没有释放显存：%s内一直有合成在进行。进行中 %d 个，最早的已持续 %s。请暂停新请求，或延长等待：--wait 5m",
	}
	ReleaseMaybeStuck = Text{
		En: "One that takes so long may be stuck: cosyvoicectl why",
		Zh: "持续这么久的合成可能已卡住：cosyvoicectl why",
	}
	ReleaseNoGPU = Text{
		En: "Server %s (pid %d) has nothing to release: PyTorch uses no GPU there.",
		Zh: "服务 %s（pid %d）没有可释放的显存：其中的 PyTorch 没有使用 GPU。",
	}
	ReleaseFailed = Text{
		En: "Server %s (pid %d) released nothing: PyTorch raised %s. After a CUDA error a server has to be restarted; see: cosyvoicectl why",
		Zh: "服务 %s（pid %d）没有释放显存：PyTorch 报错 %s。发生 CUDA 错误后必须重启服务；请查看：cosyvoicectl why",
	}
	ReleaseOtherVersion = Text{
		En: "Server %s (pid %d) does not understand the question: its deploy/python is of another release. Copy that of this one over it, and restart the server.",
		Zh: "服务 %s（pid %d）无法识别请求：它使用的 deploy/python 与本工具版本不同。请用本版本的文件覆盖，并重启服务。",
	}
	ReleaseDenied = Text{
		En: "Server %s (pid %d) belongs to another user; only that one and root may ask it: sudo cosyvoicectl release-cache (%s)",
		Zh: "服务 %s（pid %d）属于其他用户，只有该用户和 root 可以操作：sudo cosyvoicectl release-cache（%s）",
	}
	ReleaseNoAnswer = Text{
		En: "Server %s (pid %d) did not answer: %s. It may hang, have just ended, or still wait for another who asked: cosyvoicectl status",
		Zh: "服务 %s（pid %d）没有回应：%s。它可能已卡住、刚刚退出，或仍在处理另一个请求：cosyvoicectl status",
	}
	ReleaseNoFile = Text{
		En: "Server %s (pid %d) cannot be asked: it was started without deploy/python, or has synthesised nothing since its start.",
		Zh: "服务 %s（pid %d）无法响应：启动时没有加入 deploy/python，或启动后还没有合成过。",
	}
	ReleaseLines = Text{
		En: `With deploy/python on its PYTHONPATH a server can be asked, without a change to CosyVoice:

  PYTHONPATH=/opt/cosyvoice-telegraf/python python3 webui.py ...

Without it, paste these lines into the server's code, and have them run while nothing is in flight:

  import gc, torch
  gc.collect()
  torch.cuda.empty_cache()

In runtime/python/fastapi/server.py, for example, below "app = FastAPI()":

  @app.post("/release_cache")
  def release_cache():
      import gc, torch
      before = torch.cuda.memory_reserved()
      gc.collect()
      torch.cuda.empty_cache()
      return {"freed_bytes": before - torch.cuda.memory_reserved()}

Then, whenever it is needed: curl -X POST http://127.0.0.1:50000/release_cache`,
		Zh: `把 deploy/python 加入 PYTHONPATH 后即可用本命令操作，无需修改 CosyVoice：

  PYTHONPATH=/opt/cosyvoice-telegraf/python python3 webui.py ...

不使用它时，可把下面几行粘贴到服务代码中，并在没有合成进行时执行：

  import gc, torch
  gc.collect()
  torch.cuda.empty_cache()

例如在 runtime/python/fastapi/server.py 中，加在 app = FastAPI() 之后：

  @app.post("/release_cache")
  def release_cache():
      import gc, torch
      before = torch.cuda.memory_reserved()
      gc.collect()
      torch.cuda.empty_cache()
      return {"freed_bytes": before - torch.cuda.memory_reserved()}

之后在需要时执行：curl -X POST http://127.0.0.1:50000/release_cache`,
	}
)
