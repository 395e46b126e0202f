"""The failures, worded as torch, CUDA, TensorRT, ONNX Runtime and CosyVoice word them."""
from typing import NamedTuple, Optional


def foreign(module, name, base=RuntimeError):
    """A class that tracebacks name as the library's own."""
    return type(name, (base,), {"__module__": module})


TorchOOM = foreign("torch", "OutOfMemoryError")
CudaOOM = foreign("torch.cuda", "OutOfMemoryError")
LibsndfileError = foreign("soundfile", "LibsndfileError")
OnnxError = foreign("onnxruntime.capi.onnxruntime_pybind11_state", "RuntimeException", Exception)

FRAGMENTS = (" If reserved but unallocated memory is large try setting PYTORCH_CUDA_ALLOC_CONF=expandable_segments:True"
             " to avoid fragmentation.  See documentation for Memory Management "
             " (https://pytorch.org/docs/stable/notes/cuda.html#environment-variables)")
FRAGMENTS_OLD = (" If reserved memory is >> allocated memory try setting max_split_size_mb to avoid fragmentation."
                 "  See documentation for Memory Management and PYTORCH_CUDA_ALLOC_CONF")
ASYNCHRONOUS = ("\nCUDA kernel errors might be asynchronously reported at some other API call, so the stacktrace below"
                " might be incorrect.\nFor debugging consider passing CUDA_LAUNCH_BLOCKING=1"
                "\nCompile with `TORCH_USE_CUDA_DSA` to enable device-side assertions.\n")

KIB, MIB, GIB = 2.0**10, 2.0**20, 2.0**30


class Case(NamedTuple):
    cls: type
    text: str
    kind: str  # coarse, as counted in tracebacks_by_kind
    error: str  # the error class that a reader should find
    memory: Optional[dict] = None  # bytes that the text tells
    poisons: bool = False  # every later use of the GPU fails too


def oom(cls, text, **memory):
    return Case(cls, text, "oom", "out_of_memory", memory)


CASES = {
    "oom_2_5": oom(TorchOOM,
        "CUDA out of memory. Tried to allocate 1.25 GiB. GPU 0 has a total capacity of 23.55 GiB of which 731.69 MiB"
        " is free. Process 20011 has 1.50 GiB memory in use. Including non-PyTorch memory, this process has 21.34 GiB"
        " memory in use. Of the allocated memory 18.75 GiB is allocated by PyTorch, and 2.12 GiB is reserved by PyTorch"
        " but unallocated." + FRAGMENTS,
        tried=1.25 * GIB, total=23.55 * GIB, free=731.69 * MIB, other_processes=1.5 * GIB, this_process=21.34 * GIB,
        allocated=18.75 * GIB, reserved_unallocated=2.12 * GIB),
    "oom_2_5_kib": oom(TorchOOM,
        "CUDA out of memory. Tried to allocate 512.00 KiB. GPU 1 has a total capacity of 11.76 GiB of which 0 bytes"
        " is free. Including non-PyTorch memory, this process has 11.74 GiB memory in use. Of the allocated memory"
        " 10.02 GiB is allocated by PyTorch, with 87.50 MiB allocated in private pools (e.g., CUDA Graphs), and"
        " 640.00 KiB is reserved by PyTorch but unallocated." + FRAGMENTS,
        tried=512 * KIB, total=11.76 * GIB, free=0, this_process=11.74 * GIB, allocated=10.02 * GIB,
        reserved_unallocated=640 * KIB),
    "oom_2_3": oom(CudaOOM,
        "CUDA out of memory. Tried to allocate 220.00 MiB. GPU 0 has a total capacity of 7.78 GiB of which 98.19 MiB is"
        " free. Process 3120 has 7.68 GiB memory in use. Of the allocated memory 6.95 GiB is allocated by PyTorch, and"
        " 321.05 MiB is reserved by PyTorch but unallocated." + FRAGMENTS,
        tried=220 * MIB, total=7.78 * GIB, free=98.19 * MIB, other_processes=7.68 * GIB, allocated=6.95 * GIB,
        reserved_unallocated=321.05 * MIB),
    # Torch 2.1 and 2.2 spell it "capacty".
    "oom_2_1": oom(CudaOOM,
        "CUDA out of memory. Tried to allocate 20.00 MiB. GPU 0 has a total capacty of 15.89 GiB of which 13.06 MiB is"
        " free. Including non-PyTorch memory, this process has 15.87 GiB memory in use. Of the allocated memory"
        " 14.40 GiB is allocated by PyTorch, and 611.27 MiB is reserved by PyTorch but unallocated. If reserved but"
        " unallocated memory is large try setting max_split_size_mb to avoid fragmentation.  See documentation for"
        " Memory Management and PYTORCH_CUDA_ALLOC_CONF",
        tried=20 * MIB, total=15.89 * GIB, free=13.06 * MIB, this_process=15.87 * GIB, allocated=14.4 * GIB,
        reserved_unallocated=611.27 * MIB),
    "oom_2_0": oom(CudaOOM,
        "CUDA out of memory. Tried to allocate 448.00 MiB (GPU 0; 11.91 GiB total capacity; 9.87 GiB already allocated;"
        " 61.62 MiB free; 10.33 GiB reserved in total by PyTorch)" + FRAGMENTS_OLD,
        tried=448 * MIB, total=11.91 * GIB, allocated=9.87 * GIB, free=61.62 * MIB, reserved_total=10.33 * GIB),
    "oom_1_12": oom(RuntimeError,
        "CUDA out of memory. Tried to allocate 2.00 MiB (GPU 0; 5.93 GiB total capacity; 4.71 GiB already allocated;"
        " 0 bytes free; 4.80 GiB reserved in total by PyTorch)" + FRAGMENTS_OLD,
        tried=2 * MIB, total=5.93 * GIB, allocated=4.71 * GIB, free=0, reserved_total=4.8 * GIB),
    "oom_hip": oom(TorchOOM,
        "HIP out of memory. Tried to allocate 3.62 GiB. GPU 0 has a total capacity of 19.98 GiB of which 2.07 GiB is"
        " free. Of the allocated memory 16.90 GiB is allocated by PyTorch, and 402.66 MiB is reserved by PyTorch but"
        " unallocated." + FRAGMENTS.replace("CUDA_ALLOC", "HIP_ALLOC"),
        tried=3.62 * GIB, total=19.98 * GIB, free=2.07 * GIB, allocated=16.9 * GIB,
        reserved_unallocated=402.66 * MIB),
    "oom_driver": oom(RuntimeError, "CUDA error: out of memory" + ASYNCHRONOUS),
    "oom_onnx": oom(OnnxError,
        "[ONNXRuntimeError] : 6 : RUNTIME_EXCEPTION : Non-zero status code returned while running Conv node."
        " Name:'/encoder/conv1/Conv' Status Message: /onnxruntime_src/onnxruntime/core/framework/bfc_arena.cc:376"
        " void* onnxruntime::BFCArena::AllocateRawInternal(size_t, bool, onnxruntime::Stream*) Failed to allocate"
        " memory for requested buffer of size 268435456",
        tried=268435456.0),
    "illegal_access": Case(RuntimeError, "CUDA error: an illegal memory access was encountered" + ASYNCHRONOUS,
                           "cuda_illegal_access", "illegal_access", poisons=True),
    "device_assert": Case(RuntimeError, "CUDA error: device-side assert triggered" + ASYNCHRONOUS,
                          "cuda_device_assert", "device_assert", poisons=True),
    "cublas": Case(RuntimeError, "CUDA error: CUBLAS_STATUS_EXECUTION_FAILED when calling `cublasGemmEx( handle,"
                   " opa, opb, m, n, k, &falpha, a, CUDA_R_16F, lda, b, CUDA_R_16F, ldb, &fbeta, c, CUDA_R_16F, ldc,"
                   " compute_type, CUBLAS_GEMM_DEFAULT_TENSOR_OP)`", "other", "cuda_error"),
    "trt_context": Case(AssertionError, "failed to create trt context, maybe not enough CUDA memory,"
                        " try reduce current trt concurrent 4", "tensorrt", "tensorrt"),
    "prompt_too_long": Case(AssertionError, "do not support extract speech token for audio longer than 30s",
                            "other", "bad_input"),
    "sample_rate": Case(AssertionError, "wav sample rate 8000 must be greater than 16000", "other", "bad_input"),
    "speed_in_stream": Case(AssertionError, "speed change only support non-stream inference mode",
                            "other", "bad_input"),
    "no_endofprompt": Case(AssertionError, "<|endofprompt|> not detected in CosyVoice3 text or prompt_text,"
                           " check your input!", "other", "bad_input"),
    "bad_wav": Case(LibsndfileError, "Error opening <tempfile.SpooledTemporaryFile object at 0x7f31d40c2b50>:"
                    " Format not recognised.", "other", "bad_input"),
    "invalid_file": Case(TypeError, "Invalid file: tensor([[0., 0., 0.,  ..., 0., 0., 0.]])", "other", "unsupported"),
    "bad_token": Case(ValueError, "should not get token 6570", "other", "bad_token"),
    "no_tokens": Case(RuntimeError, "Calculated padded input size per channel: (3). Kernel size: (4)."
                      " Kernel size can't be greater than actual input size", "other", "no_tokens"),
    "probabilities": Case(RuntimeError, "probability tensor contains either `inf`, `nan` or element < 0",
                          "other", "other"),
}


_lost = None  # the case that ended this process's CUDA context


def error(name):
    global _lost
    case = CASES[name]
    if case.poisons:
        _lost = name
    raised = case.cls(case.text)
    raised.case = case
    return raised


def use_gpu():
    """Fails once the context is lost, as every call of CUDA does."""
    if _lost:
        raise error(_lost)


class Fault(NamedTuple):
    """One failure of a request: a case, the place, the segment, and how many tokens or chunks precede it."""

    case: str
    place: str  # frontend, llm (the thread), flow
    segment: int = 0
    after: int = 0

    def strikes(self, place, segment, done=0):
        return place == self.place and segment == self.segment and done >= self.after

    def strike(self):
        raise error(self.case)
