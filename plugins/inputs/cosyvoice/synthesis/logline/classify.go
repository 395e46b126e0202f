package logline

import "bytes"

// knownError is one that is told by words of its message. A # in what is said of it
// stands for a number of the message.
type knownError struct {
	words string
	class ErrorClass
	say   string
}

// knownErrors are asked in this order. Sources: torch c10/cuda and aten, onnxruntime,
// vLLM v1/engine, CosyVoice's cosyvoice/cli, cosyvoice/llm and cosyvoice/utils.
var knownErrors = []knownError{
	{"illegal memory access", IllegalAccess, "CUDA error: an illegal memory access was encountered"},
	{"device-side assert triggered", DeviceAssert, "CUDA error: device-side assert triggered"},
	{"unspecified launch failure", LaunchFailed, "CUDA error: unspecified launch failure"},
	{"misaligned address", LaunchFailed, "CUDA error: misaligned address"},
	{"uncorrectable ECC error", LaunchFailed, "CUDA error: uncorrectable ECC error encountered"},

	{"EngineCore encountered an issue", EngineFailed, "EngineCore encountered an issue"},
	{"Engine core initialization failed", EngineFailed, "Engine core initialization failed"},
	{"No available memory for the cache blocks", EngineFailed, "No available memory for the cache blocks"},
	{"less than desired GPU memory utilization", EngineFailed, "Free memory on device on startup is less than desired GPU memory utilization"},

	{"failed to create trt context", TensorRT, "failed to create trt context, maybe not enough CUDA memory"},
	{"TensorRT", TensorRT, "TensorRT failed"},

	{"can't allocate memory: you tried to allocate", HostOutOfMemory, "the host is out of memory"},
	{"not enough memory: you tried to allocate", HostOutOfMemory, "the host is out of memory"},
	{"Cannot allocate memory", HostOutOfMemory, "Cannot allocate memory"},
	{"std::bad_alloc", HostOutOfMemory, "std::bad_alloc"},

	{"no kernel image is available", CUDAError, "CUDA error: no kernel image is available for execution on the device"},
	{"Found no NVIDIA driver", CUDAError, "Found no NVIDIA driver on your system"},
	{"Torch not compiled with CUDA enabled", CUDAError, "Torch not compiled with CUDA enabled"},
	{"CUDA wasn't able to be loaded", CUDAError, "CUDA wasn't able to be loaded by ONNX Runtime"},
	{"CUBLAS_STATUS_", CUDAError, "cuBLAS error"},
	{"CUDNN_STATUS_", CUDAError, "cuDNN error"},
	{"cuDNN error", CUDAError, "cuDNN error"},
	{"CUDA error", CUDAError, "CUDA error"},
	{"CUDA driver error", CUDAError, "CUDA driver error"},
	{"CUDA failure", CUDAError, "CUDA failure"},
	{"HIP error", CUDAError, "HIP error"},

	{"should not get token", BadToken, "should not get token #"},
	{"Calculated padded input size per channel", NoTokens, "Calculated padded input size per channel: (#). Kernel size: (#)"},
	{"No speech tokens generated", NoTokens, "No speech tokens generated"},

	{"do not support extract speech token for audio longer than", BadInput, "do not support extract speech token for audio longer than #s"},
	{"wav sample rate ", BadInput, "wav sample rate # must be greater than #"},
	{"speed change only support non-stream", BadInput, "speed change only support non-stream inference mode"},
	{"<|endofprompt|> not detected", BadInput, "<|endofprompt|> not detected in text or prompt_text"},
	{"is only implemented for CosyVoice!", UnsupportedInput, "inference_instruct is only implemented for CosyVoice"},
	{"Invalid file: tensor(", UnsupportedInput, "Invalid file: a tensor where the front end needs a file"},
	{"Invalid file:", BadInput, "Invalid file"},
	{"Format not recognised", BadInput, "Format not recognised"},
	{"File contains data in an unknown format", BadInput, "File contains data in an unknown format"},
	{"Queue is full", QueueFull, "Queue is full"},
}

// knownClasses are asked where the message tells nothing.
var knownClasses = []struct {
	suffix string
	class  ErrorClass
}{
	{"LibsndfileError", BadInput},
	{"EngineDeadError", EngineFailed},
	{"MemoryError", HostOutOfMemory},
	{"AcceleratorError", CUDAError},
	{"ClientDisconnect", ClientGone},
	{"WebSocketDisconnect", ClientGone},
	{"ConnectionResetError", ClientGone},
	{"BrokenPipeError", ClientGone},
	{"LocalProtocolError", ClientGone},
}

// classify tells what an exception is. What of its message is not known beforehand may
// hold a user's text, and is left out but for the beginning.
func classify(name, message []byte, hint ErrorClass) FaultText {
	text := FaultText{Class: string(name), Error: OtherError}
	if isOutOfMemory(name, message) {
		text.Error = OutOfMemory
		text.Memory = parseMemory(message)
		text.Message = text.Memory.say()
		return text
	}
	for _, known := range knownErrors {
		if at := bytes.Index(message, []byte(known.words)); at >= 0 {
			text.Error, text.Message = known.class, fill(known.say, message[at:])
			return text
		}
	}
	for _, known := range knownClasses {
		if bytes.HasSuffix(name, []byte(known.suffix)) {
			text.Error = known.class
		}
	}
	if text.Error == OtherError && hint != "" {
		text.Error = hint
	}
	text.Message = redact(message)
	return text
}
