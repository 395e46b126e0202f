"""What a log says while a server starts."""
import logging
import sys
import time
import traceback

import cases
from orders import mixed
from scenario import scenario
from truth import describe


def say(text):
    """Writes as a C++ library does, past Python's logging."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


@scenario("ONNX Runtime cannot load its CUDA part and uses the CPU, told in colours")
def onnx_on_cpu(run):
    stamp = time.strftime("%Y-%m-%d %H:%M:%S.123456789 ")
    say("\x1b[1;31m" + stamp + "[E:onnxruntime:Default, provider_bridge_ort.cc:1744 TryGetProviderInfo_CUDA]"
        " /onnxruntime_src/onnxruntime/core/session/provider_bridge_ort.cc:1426 onnxruntime::Provider&"
        " onnxruntime::ProviderLibrary::Get() [ONNXRuntimeError] : 1 : FAIL : Failed to load library"
        " libonnxruntime_providers_cuda.so with error: libcublasLt.so.12: cannot open shared object file: No such file"
        " or directory\n\x1b[m")
    say("\x1b[0;93m" + stamp + "[W:onnxruntime:Default, onnxruntime_pybind_state.cc:870 CreateExecutionProviderInstance]"
        " Failed to create CUDAExecutionProvider. Please reference https://onnxruntime.ai/docs/execution-providers/"
        "CUDA-ExecutionProvider.html#requirements to ensure all dependencies are met.\x1b[m")
    run.note(notices=["onnx_on_cpu"])
    run.caller().call_all(mixed(run.texts, 5))


@scenario("ONNX Runtime says which providers there are, and uses the CPU", tz="UTC0", tz_note="UTC")
def onnx_on_cpu_warning(run):
    say("/opt/conda/envs/cosyvoice/lib/python3.10/site-packages/onnxruntime/capi/onnxruntime_inference_collection.py:69:"
        " UserWarning: Specified provider 'CUDAExecutionProvider' is not in available provider names."
        "Available providers: 'AzureExecutionProvider, CPUExecutionProvider'\n  warnings.warn(")
    run.note(notices=["onnx_on_cpu"])
    run.caller().call_all(mixed(run.texts, 2))


@scenario("no CUDA device: the model runs on the CPU", tz="UTC0", tz_note="UTC")
def no_cuda(run):
    logging.warning("no cuda device, set load_trt/fp16 to False")
    run.note(notices=["no_cuda"])
    run.caller().call_all(mixed(run.texts, 3, segments=(1,), pace=12))


@scenario("a TensorRT engine is built, then the first calls are slow")
def warm_up(run):
    logging.warning("DiT tensorRT fp16 engine have some performance issue, use at caution!")
    logging.info("Converting onnx to trt...")
    stamp = time.strftime("[%m/%d/%Y-%H:%M:%S] ")
    say(stamp + "[TRT] [I] [MemUsageChange] Init CUDA: CPU +14, GPU +0, now: CPU 712, GPU 3120 (MiB)")
    time.sleep(0.5)
    logging.info("Succesfully convert onnx to trt...")
    say(stamp + "[TRT] [I] Loaded engine size: 638 MiB")
    say(stamp + "[TRT] [I] [MemUsageChange] TensorRT-managed allocation in IExecutionContext creation: CPU +0, GPU +1608,"
        " now: CPU 0, GPU 2246 (MiB)")
    run.note(notices=["trt_precision", "trt_converting", "trt_converted"])
    caller = run.caller()
    for pace in (8, 5, 3):
        caller.call_all(mixed(run.texts, 1, segments=(1,), stream=True, pace=pace))
    caller.call_all(mixed(run.texts, 6))


@scenario("the TensorRT context does not fit: the server ends before it is ready")
def trt_context(run):
    logging.info("input frame rate=25")
    try:
        raise cases.error("trt_context")
    except AssertionError as raised:
        run.truth.raised(describe(raised))
        traceback.print_exc()
