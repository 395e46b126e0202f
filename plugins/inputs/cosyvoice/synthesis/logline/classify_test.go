package logline

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestClassify(t *testing.T) {
	for exception, want := range map[string]struct {
		class   ErrorClass
		message string
	}{
		"torch.cuda.OutOfMemoryError: CUDA out of memory":                                                                                    {OutOfMemory, "out of GPU memory"},
		"torch.OutOfMemoryError: HIP out of memory":                                                                                          {OutOfMemory, "out of GPU memory"},
		"RuntimeError: CUDA error: out of memory":                                                                                            {OutOfMemory, "out of GPU memory"},
		"RuntimeError: CUDA driver error: out of memory":                                                                                     {OutOfMemory, "out of GPU memory"},
		"RuntimeError: CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`":                                           {OutOfMemory, "out of GPU memory"},
		"RuntimeError: [ONNXRuntimeError] : 6 : Failed to allocate memory for requested buffer of size 2147483648":                           {OutOfMemory, "out of GPU memory, tried to allocate 2048 MiB"},
		"RuntimeError:  CUDA error: an illegal memory access was encountered":                                                                {IllegalAccess, "CUDA error: an illegal memory access was encountered"},
		"RuntimeError: CUDA error: device-side assert triggered":                                                                             {DeviceAssert, "CUDA error: device-side assert triggered"},
		"torch.AcceleratorError: CUDA error: unspecified launch failure":                                                                     {LaunchFailed, "CUDA error: unspecified launch failure"},
		"RuntimeError: cuDNN error: CUDNN_STATUS_EXECUTION_FAILED":                                                                           {CUDAError, "cuDNN error"},
		"RuntimeError: CUDA error: CUBLAS_STATUS_EXECUTION_FAILED when calling x":                                                            {CUDAError, "cuBLAS error"},
		"RuntimeError: CUDA error: invalid device ordinal":                                                                                   {CUDAError, "CUDA error"},
		"RuntimeError: Found no NVIDIA driver on your system. Please check":                                                                  {CUDAError, "Found no NVIDIA driver on your system"},
		"AssertionError: Torch not compiled with CUDA enabled":                                                                               {CUDAError, "Torch not compiled with CUDA enabled"},
		"AssertionError: failed to create trt context, maybe not enough CUDA memory, try reduce current trt concurrent 8":                    {TensorRT, "failed to create trt context, maybe not enough CUDA memory"},
		"AssertionError: do not support extract speech token for audio longer than 30s":                                                      {BadInput, "do not support extract speech token for audio longer than 30s"},
		"AssertionError: wav sample rate 8000 must be greater than 16000":                                                                    {BadInput, "wav sample rate 8000 must be greater than 16000"},
		"AssertionError: speed change only support non-stream inference mode":                                                                {BadInput, "speed change only support non-stream inference mode"},
		"AssertionError: <|endofprompt|> not detected in CosyVoice3 text or prompt_text, check your input!":                                  {BadInput, "<|endofprompt|> not detected in text or prompt_text"},
		"AssertionError: inference_instruct is only implemented for CosyVoice!":                                                              {UnsupportedInput, "inference_instruct is only implemented for CosyVoice"},
		"TypeError: Invalid file: tensor([[0., 0.]])":                                                                                        {UnsupportedInput, "Invalid file: a tensor where the front end needs a file"},
		"TypeError: Invalid file: None":                                                                                                      {BadInput, "Invalid file"},
		"soundfile.LibsndfileError: Error opening '/tmp/张敏.wav': System error.":                                                              {BadInput, "Error opening"},
		"soundfile.LibsndfileError: Error opening <_io.BytesIO object at 0x7f>: Format not recognised.":                                      {BadInput, "Format not recognised"},
		"ValueError: should not get token 6590":                                                                                              {BadToken, "should not get token 6590"},
		"RuntimeError: Calculated padded input size per channel: (3). Kernel size: (4). Kernel size can't be greater than actual input size": {NoTokens, "Calculated padded input size per channel: (3). Kernel size: (4)"},
		"gradio.exceptions.Error: 'Queue is full. Max size is 4 and size is 4.'":                                                             {QueueFull, "Queue is full"},
		"MemoryError": {HostOutOfMemory, ""},
		"numpy._core._exceptions._ArrayMemoryError: Unable to allocate 1. GiB": {HostOutOfMemory, "Unable to allocate 1. GiB"},
		"RuntimeError: [enforce fail at alloc_cpu.cpp:117] err == 0. DefaultCPUAllocator: can't allocate memory: you tried to allocate 99 bytes. Error code 12 (Cannot allocate memory)": {HostOutOfMemory, "the host is out of memory"},
		"OSError: [Errno 12] Cannot allocate memory":                                                                               {HostOutOfMemory, "Cannot allocate memory"},
		"vllm.v1.engine.exceptions.EngineDeadError: EngineCore encountered an issue. See stack trace":                              {EngineFailed, "EngineCore encountered an issue"},
		"ValueError: Free memory on device (3.2/23.69 GiB) on startup is less than desired GPU memory utilization (0.2, 4.7 GiB).": {EngineFailed, "Free memory on device on startup is less than desired GPU memory utilization"},
		"starlette.requests.ClientDisconnect":                                                                                      {ClientGone, ""},
		"ConnectionResetError: [Errno 104] Connection reset by peer":                                                               {ClientGone, ""},
		"RuntimeError: probability tensor contains either `inf`, `nan` or element < 0":                                             {OtherError, "probability tensor contains either"},
		"KeyError: '中文女'": {OtherError, ""},
	} {
		name, message, _ := strings.Cut(exception, ": ")
		got := classify([]byte(name), []byte(message), "")
		require.Equal(t, want.class, got.Error, exception)
		require.Equal(t, want.message, got.Message, exception)
		require.Equal(t, name, got.Class)
	}
}

func TestStickyErrors(t *testing.T) {
	for _, known := range knownErrors {
		sticky := known.class == IllegalAccess || known.class == DeviceAssert || known.class == LaunchFailed
		require.Equal(t, sticky, known.class.Sticky(), known.words)
	}
}

func TestRedact(t *testing.T) {
	for message, want := range map[string]string{
		"nothing to hide":                  "nothing to hide",
		"cannot speak '张敏的手机号'":            "cannot speak",
		"cannot speak 张敏":                  "cannot speak",
		"cannot speak张敏":                   "cannot",
		`cannot speak "hello`:              "cannot speak",
		"cannot open /home/zhangmin/a.wav": "cannot open",
		`cannot open C:\Users\zhangmin`:    "cannot open",
		"cannot open zhangmin@example.com": "cannot open",
		"cannot open file=zhangmin":        "cannot open",
		"no such voice: zhangmin":          "no such voice",
		"call 18616482115 now":             "call",
		"call 86-18616482115 now":          "call",
		"of 4096 bytes":                    "of 4096 bytes",
		"expected (3, 4), got (5, 6)":      "expected",
		"":                                 "",
		"\x00\xff":                         "",
		strings.Repeat("a b ", 100):        strings.TrimSpace(strings.Repeat("a b ", maxMessage/8)),
	} {
		require.Equal(t, want, redact([]byte(message)), message)
	}
}

func TestNumbersOfAMessage(t *testing.T) {
	require.Equal(t, "a 12 b 3", fill("a # b #", []byte("x12y3z4")))
	require.Equal(t, "a ? b ?", fill("a # b #", []byte("x18616482115")))
}
