package logline

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// headers are those that servers were seen to write before a message, with what their
// time reads as. MSG stands for the message, LEVEL for its level.
var headers = []struct{ line, at string }{
	{"2025-06-02 18:35:56,609 LEVEL MSG", " at 18:35:56.609"}, // upstream
	{"LEVEL:root:MSG", ""}, // basicConfig's default
	{"2025-06-02 18:35:56,609 - LEVEL - MSG", " at 18:35:56.609"},        // wrappers
	{"2025-06-02 18:35:56,609 - root - LEVEL - MSG", " at 18:35:56.609"}, //
	{"2024-07-11 09:12:44, 518-root-LEVEL-MSG", " at 09:12:44.518"},      // translated on the way
	{"2025-05-14 09:21:43.827 | LEVEL     | cosyvoice.cli.cosyvoice:inference_sft:101 - MSG", " at 09:21:43.827"},
	{"2025-05-14 09:21:43.827456 | LEVEL | MSG", " at 09:21:43.827"},
	{"[2025-05-14 09:21:43,827] [LEVEL] [cosyvoice.py:101] MSG", " at 09:21:43.827"},
	{"[2025-05-14 09:21:43] LEVEL: MSG", " at 09:21:43.000"},
	{"2025/05/14 09:21:43 LEVEL MSG", " at 09:21:43.000"},
	{"2025-05-14T09:21:43.827 LEVEL root: MSG", " at 09:21:43.827"},
	{"2025-05-14 09:21:43,827 MainThread LEVEL MSG", " at 09:21:43.827"},
	{"2025-05-14 09:21:43,827 AnyIO worker thread LEVEL MSG", " at 09:21:43.827"},
	{"2025-05-14 09:21:43,827 LEVEL [Thread-12 (llm_job)] MSG", " at 09:21:43.827"},
	{"[LEVEL] MSG", ""},
	{"LEVEL MSG", ""},
	{"MSG", ""}, // docker and journals add the time apart
	{"tts-server-1  | 2025-06-02 18:35:56,609 LEVEL MSG", " at 18:35:56.609"},
	{"cosyvoice_web_1    | LEVEL:root:MSG", ""},
	{"2025-05-14T01:21:43.827123456Z LEVEL:root:MSG", ""},
	{"2025-05-14T10:35:56.827123456Z 2025-05-14 18:35:56,609 LEVEL MSG", " at 18:35:56.609"},
	{"Nov 23 16:28:51 gpu01 python3[4711]: 2025-06-02 18:35:56,609 LEVEL MSG", " at 18:35:56.609"},
	{"\x1b[32m2025-06-02 18:35:56,609\x1b[0m \x1b[1mLEVEL\x1b[0m MSG", " at 18:35:56.609"},
	{"  0%|          | 0/1 [00:00<?, ?it/s]2025-06-02 18:35:56,609 LEVEL MSG", " at 18:35:56.609"},
	{"Loading weights: 100%|███| 3/3 [00:01<00:00,  2.1it/s]2025-06-02 18:35:56,609 LEVEL MSG", " at 18:35:56.609"},
}

// messages are those of the catalogue. A tilde stands for one that only a level tells
// from another.
var messages = []struct{ level, message, want string }{
	{"INFO", "synthesis text 你好，世界", "start 5"},
	{"INFO", "synthesis text <generator object text_generator at 0x7f>", "start generator"},
	{"INFO", "Synthesizing: hello", "start 5"},
	{"INFO", "Synthesizing (cross-lingual): hello", "start 5"},
	{"WARNING", "synthesis text a too short than prompt text b, this may lead to bad performance", "short"},
	{"WARNING", `Synthesis text "a" is shorter than prompt text, this may lead to poor quality`, "short"},
	{"INFO", "yield speech len 0.84, rtf 2.9963376976194835", "yield 0.84 2.9963376976194835"},
	{"INFO", "yield speech len 1.0, rtf 9e-05", "yield 1 9e-05"},
	{"INFO", "yield speech index:0, len 0.44, rtf 0.646,  cost 0.284s,  all cost time 0.284s", "yield 0.44 0.646"},
	{"INFO", "yield speech index:12, len 0.44, rtf 0.646, time cost: 0.284s", "yield 0.44 0.646"},
	{"INFO", "yield speech len 0.44, rtf 0.61,time 0.27", "yield 0.44 0.61"},
	{"INFO", "Yield speech len=1.240s, rtf=0.245", "yield 1.24 0.245"},
	{"INFO", "get zero_shot inference request", "request zero_shot"},
	{"INFO", "get sft inference request", "request sft"},
	{"INFO", "no cuda device, set load_trt/fp16 to False", "notice no_cuda"},
	{"INFO", "input frame rate=25", "notice model_loading"},
	{"INFO", "Converting onnx to trt...", "notice trt_converting"},
	{"INFO", "Succesfully convert onnx to trt...", "notice trt_converted"},
	{"INFO", "DiT tensorRT fp16 engine have some performance issue, use at caution!", "notice trt_precision"},
	{"INFO", "no frontend is avaliable", "notice frontend_missing"},
	{"INFO", "server listening on 0.0.0.0:50000", "notice listening"},
}

func TestEveryMessageBehindEveryHeader(t *testing.T) {
	for _, header := range headers {
		for _, m := range messages {
			if m.level == "WARNING" && !strings.Contains(header.line, "LEVEL") && strings.HasPrefix(m.message, "synthesis text a too") {
				continue // Told by its words alone, below.
			}
			line := strings.NewReplacer("LEVEL", m.level, "MSG", m.message).Replace(header.line)
			got := records(line + "\n")
			if strings.HasPrefix(header.line, "  0%") {
				require.Equal(t, "bar 0/1 0s row 0", got[0])
				got = got[1:]
			}
			require.Equal(t, []string{m.want + header.at}, got, line)
		}
	}
}

func TestWarningIsToldByItsLevel(t *testing.T) {
	const words = "synthesis text a too short than prompt text b, this may lead to bad performance\n"
	requireRecords(t, "short", words)
	requireRecords(t, "short", "WARNING:root:"+words)
	requireRecords(t, "start 64", "INFO:root:"+words)
	// The words stand on another line where the text has a line feed.
	requireRecords(t, "short\nshort", "WARNING:root:synthesis text a\nb too short than prompt text c\nd, this\n"+
		"WARNING:root:synthesis text a\n")
}

func TestOtherLines(t *testing.T) {
	for line, want := range map[string]string{
		"INFO:     Uvicorn running on http://0.0.0.0:50000 (Press CTRL+C to quit)":    "notice listening",
		"* Running on local URL:  http://0.0.0.0:50000":                               "notice listening",
		"Running on local URL:  http://0.0.0.0:50000":                                 "notice listening",
		" * Running on http://127.0.0.1:9233":                                         "notice listening",
		"Killed":                                                                      "notice killed",
		"run.sh: line 3:  4711 Killed                  python3 webui.py --port 50000": "notice killed",
		"[DONE] Audio saved to outputs/output_20260101_101010.wav":                    "saved",
		"2026-01-01 10:10:10,000 INFO Audio saved to /root/outputs/a.wav":             "saved at 10:10:10.000",
		"Falling back to ['CPUExecutionProvider'] and retrying.":                      "notice onnx_on_cpu",
		"/opt/venv/onnxruntime_inference_collection.py:69: UserWarning: Specified provider 'CUDAExecutionProvider' is not in available provider names.Available providers: 'CPUExecutionProvider'":        "notice onnx_on_cpu",
		"2026-11-23 16:29:37.457286323 [W:onnxruntime:Default, onnxruntime_pybind_state.cc:870 CreateExecutionProviderInstance] Failed to create CUDAExecutionProvider. Require cuDNN 9.* and CUDA 12.*.": "notice onnx_on_cpu at 16:29:37.457",
	} {
		require.Equal(t, []string{want}, records(line+"\n"), line)
	}
}

func TestQuotationsAreNoRecords(t *testing.T) {
	for _, line := range []string{
		`2026-11-23 16:29:51,212 DEBUG data: yield speech len 3, rtf 0.1`,
		`2026-11-23 16:29:51,212 INFO said "yield speech len 3, rtf 0.1"`,
		`2026-11-23 16:29:51,212 INFO he said yield speech len 3, rtf 0.1`,
		`2026-11-23 16:29:51,212 INFO 他说 yield speech len 3, rtf 0.1`,
		`2026-11-23 16:29:51,212 DEBUG subprocess output: b'yield speech len 3, rtf 0.1'`,
		`{"text": "synthesis text a", "log": "get sft inference request"}`,
		`root: yield speech len 3, rtf 0.1`,
		`now yield speech len 3, rtf 0.1`,
		`He said that at 12:30:00 - yield speech len 3, rtf 0.1`,
		`at 12:30:00 - yield speech len 3, rtf 0.1`,
		`he said to the INFO yield speech len 3, rtf 0.1`,
		`2026-11-23 16:29:51,212 INFO synthesizing text`,
		`2026-11-23 16:29:51,212 INFO get sft inference request, please`,
		`2026-11-23 16:29:51,212 INFO get lost inference request`,
		`2026-11-23 16:29:51,212 INFO HTTP Request: POST http://a/inference_sft "HTTP/1.1 200 OK"`,
		`2026-11-23 16:29:51,212 INFO Audio saved to out.wav (duration: 4.04s) cost 0.005s`,
		`Falling back to ['CUDAExecutionProvider', 'CPUExecutionProvider'] and retrying.`,
		`8 Memcpy nodes are added to the graph main_graph for CUDAExecutionProvider.`,
		`Killed the cat`,
		`I was Killed`,
	} {
		require.Empty(t, records(line+"\n"), line)
	}
	requireRecords(t, "yield 1 1", "Loading: 50%| | 1/2 [a]INFO:root:yield speech len 1, rtf 1\n")
	require.Empty(t, records("INFO:root:he said: 50%| | 1/2 [a]INFO:root:yield speech len 1, rtf 1\n"))
	requireRecords(t, "start 24", "synthesis text Note: 50%| | 1/2 [a]bcde\n")
	// A text may hold anything.
	requireRecords(t, "start 34", "INFO:root:synthesis text INFO yield speech len 3, rtf 0.125\n")
	requireRecords(t, "start 40", "INFO:root:synthesis text Note: 50%| | 1/2 [00:00<?, ?it/s]你好吗? ok\n")
}

func TestBrokenYieldIsSuspicious(t *testing.T) {
	for _, values := range []string{"len , rtf 0.1", "len 3", "len 3, rtf", "len 3, rtf 0.1x", "len -3, rtf 1",
		"len nan, rtf 1", "len 1e400, rtf 1", "len 3, rtf 1e99", "len 0.0, rtf 1", "len 3 rtf 1", "index:1 len 3, rtf 1"} {
		r := NewReader(func(record *Record) { t.Errorf("%s gave %s", values, say(record)) })
		_, _ = r.Write([]byte("INFO:root:yield speech " + values + "\n"))
		require.EqualValues(t, 1, r.Counters().Suspicious, values)
	}
}

func TestAccessLines(t *testing.T) {
	for line, want := range map[string]string{
		`INFO:     127.0.0.1:48942 - "GET /docs HTTP/1.1" 200 OK`:                                    `access "" 200`,
		`INFO:     127.0.0.1:48942 - "POST /inference_zero_shot HTTP/1.1" 500 Internal Server Error`: `access "zero_shot" 500`,
		`INFO:     ::1:48942 - "GET /inference_sft?tts_text=%E4%BD%A0&spk_id=a HTTP/1.1" 200`:        `access "sft" 200`,
		`INFO:     10.0.0.1:1 - "POST /api/inference_instruct2/ HTTP/1.0" 422 Unprocessable Entity`:  `access "instruct2" 422`,
		`INFO:     10.0.0.1:1 - "POST /inference_other HTTP/1.1" 404 Not Found`:                      `access "" 404`,
		`2026-11-23 16:29:51,212 - INFO - 10.0.0.1:1 - "POST /inference_vc HTTP/1.1" 200 OK`:         `access "vc" 200 at 16:29:51.212`,
		`10.0.0.1 - - [23/Nov/2026 16:28:51] "POST /inference_cross_lingual HTTP/1.1" 200 -`:         `access "cross_lingual" 200`,
	} {
		require.Equal(t, []string{want}, records(line+"\n"), line)
	}
	for _, line := range []string{
		`INFO:     127.0.0.1:48942 - "GET /docs HTTP/1.1"`,
		`INFO:     127.0.0.1:48942 - "GET /docs" 200 OK`,
		`INFO:     127.0.0.1:48942 - "GET /docs HTTP/1.1" 2000`,
		`he said "GET /docs HTTP/1.1" 200 OK`,
	} {
		require.Empty(t, records(line+"\n"), line)
	}
}
