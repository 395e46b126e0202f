package logline

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const (
	head   = "Traceback (most recent call last):\n"
	frames = "  File \"/opt/a/b.py\", line 12, in run\n    self.go(text)\n"
	during = "\nDuring handling of the above exception, another exception occurred:\n\n"
	cause  = "\nThe above exception was the direct cause of the following exception:\n\n"
	oom    = "torch.OutOfMemoryError: CUDA out of memory.\n"
)

// faultLine is how say words an error without a place.
func faultLine(class string, error ErrorClass, where Where, message string) string {
	return fmt.Sprintf("fault %s %s in %q: %s", class, error, where, message)
}

func TestTracebacks(t *testing.T) {
	const (
		oomSaid   = "out of GPU memory"
		llmThread = "Exception in thread Thread-12 (llm_job):\n"
		llmFrames = "  File \"/opt/a/model.py\", line 121, in llm_job\n    for i in token_generator:\n"
		asgi      = "ERROR:    Exception in ASGI application\n"
		logged    = "2026-11-23 16:29:51,212 ERROR "
		illegal   = "RuntimeError: CUDA error: an illegal memory access was encountered\n"
		illegals  = "CUDA error: an illegal memory access was encountered"
		after     = "CUDA kernel errors might be asynchronously reported at some other API call, so the stacktrace below might be incorrect.\n" +
			"For debugging consider passing CUDA_LAUNCH_BLOCKING=1\nCompile with `TORCH_USE_CUDA_DSA` to enable device-side assertions.\n"
	)
	for name, c := range map[string]struct {
		log  string
		want []string
	}{
		"plain": {head + frames + oom, []string{faultLine("torch.OutOfMemoryError", OutOfMemory, "", oomSaid)}},
		"dead llm thread": {llmThread + head + frames + llmFrames + "ValueError: should not get token 6590\n",
			[]string{faultLine("ValueError", BadToken, LLMThread, "should not get token 6590")}},
		"dead llm thread without its announcement": {head + frames + llmFrames + "ValueError: should not get token 6590\n",
			[]string{faultLine("ValueError", BadToken, LLMThread, "should not get token 6590")}},
		"dead llm thread by its announcement": {llmThread + head + frames + "ValueError: should not get token 6590\n",
			[]string{faultLine("ValueError", BadToken, LLMThread, "should not get token 6590")}},
		"in a container": {"tts-1  | " + strings.ReplaceAll(head+frames+"TypeError: a", "\n", "\ntts-1  | ") + "\n",
			[]string{faultLine("TypeError", OtherError, "", "a")}},
		"a text within": {head + frames + startLine + "Zhang: hello\n" + frames + oom,
			[]string{"start 1 at 16:29:51.212", "more 13", faultLine("torch.OutOfMemoryError", OutOfMemory, "", oomSaid)}},
		"another thread": {"Exception in thread Thread-2 (watch):\n" + head + frames + "KeyError: 'a'\n",
			[]string{faultLine("KeyError", OtherError, "", "")}},
		"asgi": {asgi + head + frames + illegal + after, []string{faultLine("RuntimeError", IllegalAccess, ASGI, illegals)}},
		"web UI": {head + "  File \"/opt/x/site-packages/gradio/queueing.py\", line 1, in a\n    b\n" + frames + oom,
			[]string{faultLine("torch.OutOfMemoryError", OutOfMemory, Gradio, oomSaid)}},
		"the program": {head + "  File \"webui.py\", line 188, in <module>\n    main()\n  File \"/x/gradio/a.py\", line 1, in b\n" + oom,
			[]string{faultLine("torch.OutOfMemoryError", OutOfMemory, Main, oomSaid)}},
		"unknown speaker": {head + "  File \"/opt/frontend.py\", line 164, in frontend_sft\n    embedding = self.spk2info[spk_id]['embedding']\n" +
			"                ~~~~~~~~~~~~~^^^^^^^^\nKeyError: '中文女'\n",
			[]string{faultLine("KeyError", BadInput, "", "")}},
		"TensorRT without a message": {head + "  File \"/opt/flow_matching.py\", line 150, in f\n    assert estimator.execute_async_v3(\n" +
			"        torch.cuda.current_stream().cuda_stream) is True\nAssertionError\n",
			[]string{faultLine("AssertionError", OtherError, "", "")}},
		"TensorRT on one line": {head + "  File \"/opt/flow_matching.py\", line 150, in f\n    assert estimator.execute_async_v3(stream) is True\nAssertionError\n",
			[]string{faultLine("AssertionError", TensorRT, "", "")}},
		"without a head": {frames + illegal + after, []string{faultLine("RuntimeError", IllegalAccess, "", illegals)}},
		"the last line alone": {illegal + illegal,
			[]string{faultLine("RuntimeError", IllegalAccess, "", illegals), faultLine("RuntimeError", IllegalAccess, "", illegals)}},
		"a time in its message": {head + frames + "ValueError: 12:30:00 is over\n", []string{faultLine("ValueError", OtherError, "", "")}},
		"a record's words in its message": {head + frames + "ValueError: INFO yield speech len 1, rtf 1\n",
			[]string{faultLine("ValueError", OtherError, "", "INFO yield speech len 1, rtf 1")}},
		"a chain that is cut off": {head + frames + "TypeError: a\n" + during + head + yieldLine,
			[]string{faultLine("TypeError", OtherError, "", "a"), "yield 1 0.25 at 16:29:51.500"}},
		"interrupted by another": {head + frames + "TypeError: a\n" + during + head + asgi + head + frames + oom,
			[]string{faultLine("TypeError", OtherError, "", "a"), faultLine("torch.OutOfMemoryError", OutOfMemory, ASGI, oomSaid)}},
		"cut off":                {head + frames, []string{faultLine("", OtherError, "", "")}},
		"cut off before a frame": {head, []string{}},
		"frames alone":           {frames, []string{}},
		"two in a row": {head + frames + oom + head + frames + "ValueError: a\n",
			[]string{faultLine("torch.OutOfMemoryError", OutOfMemory, "", oomSaid), faultLine("ValueError", OtherError, "", "a")}},
		"two untelling in a row": {head + frames + "TypeError: a\n" + head + frames + "ValueError: b\n",
			[]string{faultLine("TypeError", OtherError, "", "a"), faultLine("ValueError", OtherError, "", "b")}},
		"two threads at once": {head + frames + head + frames + "TypeError: a\n" + frames + "ValueError: b\n",
			[]string{faultLine("TypeError", OtherError, "", "a"), faultLine("ValueError", OtherError, "", "b")}},
		"two threads at once, telling": {head + frames + head + frames + oom + frames + illegal,
			[]string{faultLine("torch.OutOfMemoryError", OutOfMemory, "", oomSaid), faultLine("RuntimeError", IllegalAccess, "", illegals)}},
		"asked to stop": {head + frames + "KeyboardInterrupt\n" + head + frames + "asyncio.exceptions.CancelledError\n" + during + head + frames + "SystemExit: 1\n", []string{}},
		"ignored": {"Exception ignored in: <generator object a at 0x7f>\n" + head + frames + "RuntimeError: generator ignored GeneratorExit\n" + oom,
			[]string{}},
		"lower case": {head + frames + "socket.timeout: timed out\n", []string{faultLine("socket.timeout", OtherError, "", "timed out")}},

		"an occasion, then the error": {head + frames + "KeyError: 'a'\n" + during + head + frames + oom,
			[]string{faultLine("torch.OutOfMemoryError", OutOfMemory, "", oomSaid)}},
		"the error, then what it led to": {head + frames + oom + during + head + frames + "RuntimeError: response already started\n",
			[]string{faultLine("torch.OutOfMemoryError", OutOfMemory, "", oomSaid)}},
		"of two alike the last": {head + frames + "KeyError: 'a'\n" + cause + head + frames + "ValueError: no such voice\n",
			[]string{faultLine("ValueError", OtherError, "", "no such voice")}},
		"three in a chain": {asgi + head + frames + "KeyError: 'a'\n" + cause + head + frames + "ValueError: should not get token 7\n" + during + head + frames + "TypeError: b\n",
			[]string{faultLine("ValueError", BadToken, ASGI, "should not get token 7")}},
		"a bar in a chain": {head + frames + oom + "\r 33%|# | 1/3 [00:05<00:10,  5.66s/it]" + during + head + frames + "ValueError: a\n",
			[]string{faultLine("torch.OutOfMemoryError", OutOfMemory, "", oomSaid), "bar 1/3 5s row 0 ended"}},
		"a record within": {head + frames + yieldLine + frames + oom,
			[]string{"yield 1 0.25 at 16:29:51.500", faultLine("torch.OutOfMemoryError", OutOfMemory, "", oomSaid)}},
		"held until a record": {head + frames + "ValueError: a\n" + yieldLine,
			[]string{faultLine("ValueError", OtherError, "", "a"), "yield 1 0.25 at 16:29:51.500"}},
		"cut off, then many records": {head + frames + strings.Repeat(yieldLine, maxBetween+1),
			append(append([]string{}, repeat("yield 1 0.25 at 16:29:51.500", maxBetween)...),
				faultLine("", OtherError, "", ""), "yield 1 0.25 at 16:29:51.500")},

		"gRPC": {logged + "Exception iterating responses: CUDA error: an illegal memory access was encountered\n" + after + "\n" + head + frames + illegal + after,
			[]string{faultLine("RuntimeError", IllegalAccess, GRPC, illegals) + " at 16:29:51.212"}},
		"gRPC, a user's words": {logged + "Exception iterating responses: '张敏'\n" + head + frames + "KeyError: '张敏'\n",
			[]string{faultLine("KeyError", OtherError, GRPC, "") + " at 16:29:51.212"}},
		"gRPC without a traceback": {logged + "Exception calling application: do not support extract speech token for audio longer than 30s\n" + yieldLine,
			[]string{faultLine("", BadInput, GRPC, "do not support extract speech token for audio longer than 30s") + " at 16:29:51.212", "yield 1 0.25 at 16:29:51.500"}},
		"a wrapper's own words": {logged + "TTS 生成失败: CUDA out of memory. Tried to allocate 20.00 MiB.\n",
			[]string{faultLine("", OutOfMemory, "", "out of GPU memory, tried to allocate 20 MiB") + " at 16:29:51.212"}},
		"a wrapper's own words with a traceback": {logged + "failed: CUDA out of memory\n" + head + frames + oom,
			[]string{faultLine("torch.OutOfMemoryError", OutOfMemory, "", oomSaid) + " at 16:29:51.212"}},
		"an error that is not known":    {logged + "cannot open the door\n", []string{}},
		"gRPC's words at a lower level": {strings.Replace(logged, "ERROR", "INFO", 1) + "Exception iterating responses: CUDA out of memory\n", []string{}},
		"less than an error":            {strings.Replace(logged, "ERROR", "INFO", 1) + "CUDA out of memory\n", []string{}},
		"Triton": {`E0606 15:34:07.123456 123 model.py:484] "Error in streaming request: No speech tokens generated for 张敏\n\nAt:\n  /a/b.py"` + "\n",
			[]string{faultLine("", NoTokens, "", "No speech tokens generated")}},
		"Triton, unknown": {`E0606 15:34:07.123456 123 model.py:428] "Error in offline request: bad text: 张敏"` + "\n",
			[]string{faultLine("", OtherError, "", "bad text")}},

		"old uvicorn tells twice": {asgi + head + frames + oom + logged + "Exception in ASGI application\n" + head + frames + oom,
			[]string{faultLine("torch.OutOfMemoryError", OutOfMemory, ASGI, oomSaid)}},
		"not the same twice": {asgi + head + frames + oom + logged + "Exception in ASGI application\n" + head + frames + "ValueError: a\n",
			[]string{faultLine("torch.OutOfMemoryError", OutOfMemory, ASGI, oomSaid), faultLine("ValueError", OtherError, ASGI, "a") + " at 16:29:51.212"}},
		"much later": {asgi + head + frames + oom + strings.Repeat("noise\n", near/6) + logged + "Exception in ASGI application\n" + head + frames + oom,
			[]string{faultLine("torch.OutOfMemoryError", OutOfMemory, ASGI, oomSaid), faultLine("torch.OutOfMemoryError", OutOfMemory, ASGI, oomSaid) + " at 16:29:51.212"}},
		"old uvicorn tells two twice": {asgi + head + frames + "ValueError: a\n" + logged + "Exception in ASGI application\n" + head + frames + "ValueError: a\n" +
			asgi + head + frames + "ValueError: a\n" + logged + "Exception in ASGI application\n" + head + frames + "ValueError: a\n",
			[]string{faultLine("ValueError", OtherError, ASGI, "a"), faultLine("ValueError", OtherError, ASGI, "a")}},
		"new uvicorn tells two": {asgi + head + frames + oom + asgi + head + frames + oom,
			[]string{faultLine("torch.OutOfMemoryError", OutOfMemory, ASGI, oomSaid), faultLine("torch.OutOfMemoryError", OutOfMemory, ASGI, oomSaid)}},
		"thread and request fail alike": {llmThread + head + llmFrames + illegal + asgi + head + frames + illegal,
			[]string{faultLine("RuntimeError", IllegalAccess, LLMThread, illegals), faultLine("RuntimeError", IllegalAccess, ASGI, illegals)}},
	} {
		require.Equal(t, c.want, records(c.log), name)
	}
}

func repeat(s string, n int) (list []string) {
	for range n {
		list = append(list, s)
	}
	return list
}

func TestExceptionGroups(t *testing.T) {
	group := func(inner string) string {
		return "ERROR:    Exception in ASGI application\n  + Exception Group " + head +
			"  |   File \"/opt/a.py\", line 1, in a\n  |     raise BaseExceptionGroup(\n" +
			"  | exceptiongroup.ExceptionGroup: unhandled errors in a TaskGroup (1 sub-exception)\n" + inner +
			"    +------------------------------------\n"
	}
	part := func(n int, exception string) string {
		return fmt.Sprintf("  +-+---------------- %d ----------------\n    | ", n) + head +
			"    |   File \"/opt/b.py\", line 1, in b\n    |     go()\n    | " + exception + "\n"
	}
	want := faultLine("ValueError", BadToken, ASGI, "should not get token 7")
	require.Equal(t, []string{want}, records(group(part(1, "ValueError: should not get token 7"))))
	require.Equal(t, []string{want, want}, records(strings.Repeat(group(part(1, "ValueError: should not get token 7")), 2)), "two groups")
	require.Equal(t, []string{want}, records(group(part(1, "KeyError: 'a'")+part(2, "ValueError: should not get token 7"))), "two in a group")
	require.Equal(t, []string{want, faultLine("KeyError", OtherError, "", "")},
		records(group(part(1, "ValueError: should not get token 7"))+head+frames+"KeyError: 'a'\n"), "one behind a group")
	chained := strings.ReplaceAll(part(1, "KeyError: 'a'\n    | \n    | During handling of the above exception, another exception occurred:\n    | \n    | "+
		head+"    |   File \"/opt/b.py\", line 1, in b\n    | ValueError: should not get token 7"), "\n\n", "\n")
	require.Equal(t, []string{want}, records(group(chained)), "a chain in a group")
}

func TestVLLMTellsItsDeathThreeTimes(t *testing.T) {
	const (
		prefix = "(EngineCore_DP0 pid=17374) "
		logged = prefix + "ERROR 11-23 16:29:51 [core.py:708] "
		last   = "ValueError: No available memory for the cache blocks. Try increasing `gpu_memory_utilization`.\n"
	)
	lines := func(prefix, text string) string {
		return prefix + strings.ReplaceAll(strings.TrimSuffix(text, "\n"), "\n", "\n"+prefix) + "\n"
	}
	traceback := head + frames + "    raise ValueError(\"No available memory for the cache blocks.\")\n" + last
	log := lines(logged, "EngineCore failed to start.\n"+traceback) +
		lines(prefix, "Process EngineCore_DP0:\n"+traceback) +
		head + "  File \"webui.py\", line 1, in <module>\n    main()\nRuntimeError: Engine core initialization failed. See root cause above. Failed core proc(s): {}\n"
	require.Equal(t, []string{
		faultLine("ValueError", EngineFailed, "", "No available memory for the cache blocks"),
		faultLine("RuntimeError", EngineFailed, Main, "Engine core initialization failed"),
	}, records(log))
	require.Equal(t, []string{faultLine("ValueError", EngineFailed, "", "a")},
		records(lines(logged, "EngineCore encountered a fatal error.\n"+head+frames+"ValueError: a\n")), "unknown in itself")
	require.Equal(t, []string{faultLine("", EngineFailed, "", "EngineCore failed to start")},
		records(logged+"EngineCore failed to start.\n"))
}

func TestATracebackHasAnEnd(t *testing.T) {
	log := head + frames + strings.Repeat("    deeper()\n", 2*maxTraceback) + yieldLine
	require.Equal(t, []string{faultLine("", OtherError, "", ""), "yield 1 0.25 at 16:29:51.500"}, records(log))
}

func TestSettle(t *testing.T) {
	said := []string{}
	r := NewReader(func(record *Record) { said = append(said, say(record)) })
	_, _ = r.Write([]byte(head + frames + "ValueError: a\n"))
	require.Empty(t, said, "another may be chained to it")
	r.Settle()
	require.Equal(t, []string{faultLine("ValueError", OtherError, "", "a")}, said)
	r.Settle()
	_, _ = r.Write([]byte(during + head + frames + "TypeError: b\n"))
	r.Flush()
	require.Len(t, said, 1, "it was told")
	_, _ = r.Write([]byte(head + frames + oom))
	require.Len(t, said, 2, "nothing can tell more")
}

func TestAFaultStandsWhereItsClassDoes(t *testing.T) {
	r := NewReader(func(record *Record) { require.EqualValues(t, len(head+frames), record.Place.Offset) })
	_, _ = r.Write([]byte(head + frames + "ValueError: a\n"))
	r.Flush()
	// Read from the middle, it is the same.
	r.SkipTo(int64(len(head)))
	_, _ = r.Write([]byte(frames + "ValueError: a\n"))
	r.Flush()
}
