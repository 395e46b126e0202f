"""Requests that fail, one kind after the other."""
import os
import signal
import threading
import time

from cases import CASES, Fault
from orders import Order, mixed
from scenario import scenario


def one(run, mode="sft", segments=1, **more):
    return Order(mode, run.texts.text(segments), **more)


@scenario("the thread that makes tokens dies: not streamed with some tokens (short audio, no error) and with none;"
          " streamed (the request hangs)")
def dead_thread(run):
    caller = run.caller()
    caller.call_all([
        one(run),
        one(run, fault=Fault("bad_token", "llm", after=60)),
        one(run, segments=2, fault=Fault("probabilities", "llm", segment=1, after=40)),
        one(run, "zero_shot", fault=Fault("bad_token", "llm")),
        one(run, "zero_shot", stream=True),
        one(run, stream=True, fault=Fault("bad_token", "llm"), patience=1.5),
        one(run, "instruct2", segments=2, stream=True, fault=Fault("oom_2_5", "llm", segment=1, after=120), patience=2.5),
        one(run, "cross_lingual", stream=True, fault=Fault("no_endofprompt", "llm"), patience=1.5),
        one(run), one(run, stream=True)])
    caller.call_all(mixed(run.texts, 4) + [one(run, stream=True, fault=Fault("bad_token", "llm"), patience=1.5)]
                    + mixed(run.texts, 4), at_once=4)


@scenario("out of memory in every wording: torch 1.12 to 2.5, ROCm, the driver, ONNX Runtime", tz="UTC0", tz_note="UTC")
def out_of_memory(run):
    caller = run.caller()
    wordings = [name for name in CASES if name.startswith("oom")]
    for index, name in enumerate(wordings):
        caller.call_all([one(run, segments=2, fault=Fault(name, "flow", segment=index % 2))])
    caller.call_all([one(run, "zero_shot", stream=True, fault=Fault("oom_2_5", "flow", after=1)),
                     one(run, "zero_shot", fault=Fault("oom_2_3", "frontend")),
                     one(run, stream=True, fault=Fault("oom_2_0", "llm", after=30), patience=1.5),
                     one(run)])


@scenario("an illegal memory access: every later request fails until the server is restarted")
def illegal_access(run):
    caller = run.caller()
    caller.call_all(mixed(run.texts, 3))
    run.note(poisoned_from="r004")
    caller.call_all([one(run, segments=2, fault=Fault("illegal_access", "flow", segment=1))] + mixed(run.texts, 4))


@scenario("a device-side assertion in the thread that makes tokens: every later request fails",
          tz="JST-9", tz_note="POSIX TZ: UTC+09:00")
def device_assert(run):
    caller = run.caller()
    caller.call_all(mixed(run.texts, 3, stream=True))
    run.note(poisoned_from="r004")
    caller.call_all([one(run, stream=True, fault=Fault("device_assert", "llm", after=150), patience=1.5)])
    caller.call_all(mixed(run.texts, 4), at_once=2)


@scenario("TensorRT fails to execute, and cuBLAS; the server goes on")
def trt_execute(run):
    run.caller().call_all([one(run), one(run, fault=Fault("trt_execute", "flow")),
                           one(run, stream=True, fault=Fault("cublas", "flow", after=1)), one(run)])


@scenario("inputs that are refused: prompt too long, sample rate, unknown speaker, speed in a stream, no end of prompt")
def bad_input(run):
    speaker = run.texts.secret("上官念慈的声音")
    run.caller().call_all([
        one(run, "zero_shot", fault=Fault("prompt_too_long", "frontend")),
        one(run, "cross_lingual", fault=Fault("sample_rate", "frontend")),
        one(run, speaker=speaker),
        one(run, stream=True, fault=Fault("speed_in_stream", "flow")),
        one(run, "instruct2", fault=Fault("no_endofprompt", "llm")),
        one(run, segments=3, fault=Fault("prompt_too_long", "frontend", segment=1)),
        one(run)])


@scenario("clients that leave a stream: generators closed, and held for ever", tz="America/New_York",
          tz_note="name in the zone database; log times are local")
def abandoned(run):
    caller = run.caller()
    leaving = [one(run, segments=2, stream=True, abandon=how, abandon_after=count)
               for how in ("close", "hold") for count in (1, 2)]
    caller.call_all([one(run, stream=True)] + leaving + mixed(run.texts, 3))
    caller.call_all(mixed(run.texts, 4, stream=True) + leaving[:2] + mixed(run.texts, 4, stream=True), at_once=3)


@scenario("killed by the system in the middle of a request; the shell says so")
def killed(run):
    caller = run.caller()
    caller.call_all(mixed(run.texts, 3))
    threading.Thread(target=caller.call, args=(one(run, pace=20),), daemon=True).start()
    time.sleep(0.6)
    last = run.truth.requests[-1]
    last.ended("error", error={"cls": None, "msg": "", "kind": "killed", "error": "killed"})
    run.note(notices=["killed"])
    run.write()
    os.kill(os.getpid(), signal.SIGKILL)
