"""Plays one scene, named as the argument, with the stub of CosyVoice."""
import inspect
import sys
import threading
import time

from cosyvoice.cli.cosyvoice import CosyVoice, CosyVoice2, CosyVoice3

NEEDLE = "Wang Fang 王芳 13800138000 /home/wang/prompt.wav"


def stubborn():
    while True:
        try:
            yield
        except GeneratorExit:
            pass


def transparent():
    """Prints all that a server could notice of the wrapping."""
    voice = CosyVoice3()
    for kind in (CosyVoice, CosyVoice2, CosyVoice3):
        for name in sorted(vars(kind)):
            print(kind.__qualname__, name, end=" ")
            method = getattr(kind, name)
            if name.startswith("inference_") and callable(method):
                print(method.__qualname__, method.__doc__, inspect.signature(method), end="")
            print()
    print(inspect.getsource(CosyVoice.inference_sft))
    print(sys.modules["cosyvoice.cli.cosyvoice"].__loader__.__class__)
    print("loader", sorted(vars(sys.modules["cosyvoice.cli.cosyvoice"].__loader__)))
    for call in (
        lambda: voice.inference_sft(),
        lambda: voice.inference_sft("a", "b", nonsense=1),
        lambda: CosyVoice2().inference_instruct("a", "b", "c"),
    ):
        try:
            call()
        except Exception as error:
            print(repr(error))

    print(voice.inference_instruct("a"), CosyVoice2().inference_cross_lingual)
    print([getattr(finder, "__name__", type(finder)) for finder in sys.meta_path])

    spoken = voice.inference_cross_lingual("a", None)
    print(inspect.isgenerator(spoken), next(spoken), spoken.send("x"), spoken.throw(KeyError("k")), spoken.send(None))
    try:
        spoken.send("enough")
    except StopIteration as stop:
        print("returned", stop.value)
    print(list(spoken))

    spoken = voice.inference_cross_lingual("a", None)
    next(spoken), spoken.send("y"), spoken.close(), spoken.close()
    spoken = voice.inference_cross_lingual("a", None)
    next(spoken)
    try:
        spoken.throw(ValueError("thrown in"))
    except ValueError as error:
        print(repr(error), error.__cause__, error.__context__)
    voice.speak = lambda text, stream: stubborn()
    spoken = voice.inference_sft("a", "b")
    next(spoken)
    try:
        spoken.close()
    except RuntimeError as error:
        print(repr(error))
    del voice.speak
    never = voice.inference_sft("a", "b")
    never.close()
    print(list(never))

    voice.model.failure = ZeroDivisionError("no audio")
    try:
        list(voice.inference_sft("a", "b"))
    except ZeroDivisionError as error:
        print(repr(error), error.__cause__, error.__context__)
    print([thread.name for thread in threading.enumerate()])


def stream():
    voice = CosyVoice3()
    voice.front_end, voice.model.tidying = 0.2, 0.3
    for _ in voice.inference_zero_shot("你好.再见", NEEDLE, None, stream=True):
        time.sleep(0.05)
    print(voice.compute)


def modes():
    voice = CosyVoice3()
    list(voice.inference_sft("one.two", NEEDLE))
    list(voice.inference_instruct2("one", NEEDLE, None))
    list(voice.inference_vc(None, None))
    list(voice.inference_zero_shot((word for word in ("a", "b")), "c", None))
    list(CosyVoice().inference_instruct("one", "b", "c"))
    del voice.sample_rate
    voice.segments = lambda text: []
    list(voice.inference_sft("no audio", "b"))


def stalling():
    voice = CosyVoice3()
    voice.chunks = 4
    speak = voice.model.tts

    def slow(stream, sample_rate, chunks):
        for number, chunk in enumerate(speak(stream, sample_rate, chunks)):
            if number == 2:
                time.sleep(1.2)
            yield chunk

    voice.model.tts = slow
    list(voice.inference_sft("one", "b", stream=True))


def errors():
    import torch

    voice = CosyVoice3()
    for failure in (
        torch.OutOfMemoryError(
            "CUDA out of memory. Tried to allocate 1.05 GiB. GPU 0 has a total capacity of 23.69 GiB of which "
            "374.94 MiB is free. Process 17 has 2.00 GiB memory in use. Including non-PyTorch memory, this process "
            "has 20.00 GiB memory in use. Of the allocated memory 16.12 GiB is allocated by PyTorch, and 25.00 MiB "
            "is reserved by PyTorch but unallocated. If reserved but unallocated memory is large try setting "
            + NEEDLE
        ),
        RuntimeError("CUDA out of memory. Tried to allocate " + NEEDLE),
        torch.OutOfMemoryError("no room for " + NEEDLE),
        MemoryError(),
        RuntimeError("CUDA error: an illegal memory access was encountered\n" + NEEDLE),
        RuntimeError("CUDA error: device-side assert triggered"),
        RuntimeError("cuDNN error: CUDNN_STATUS_EXECUTION_FAILED"),
        AssertionError("do not support extract speech token for audio longer than 30s"),
        ValueError("should not get token 6562"),
        KeyError(NEEDLE),
        KeyboardInterrupt(),
    ):
        voice.model.failure = failure
        try:
            list(voice.inference_sft(NEEDLE, NEEDLE))
        except BaseException as error:
            assert error is failure


def cpu():
    import torch

    torch.cuda.initialized = False
    list(CosyVoice3().inference_sft("one", "b"))


class Unprintable(Exception):
    def __str__(self):
        raise ValueError("no text")


def strange():
    """What the reporter does not expect to meet."""
    import os

    voice = CosyVoice3()
    voice.model.failure = Unprintable()
    try:
        list(voice.inference_sft("a", "b"))
    except Unprintable:
        print("raised")
    voice.speak = lambda text, stream: iter(["not a chunk"])
    print(list(voice.inference_sft("a", "b")))
    os.urandom = None
    print(list(voice.inference_sft("a", "b")))


def abandoned():
    voice = CosyVoice3()
    spoken = voice.inference_sft("one.two", "b", stream=True)
    next(spoken)
    spoken.close()
    dropped = voice.inference_sft("one.two", "b", stream=True)
    next(dropped), next(dropped)
    del dropped


def death():
    voice = CosyVoice3()
    voice.model.death = AssertionError("<|endofprompt|> not in " + NEEDLE)
    threading.current_thread().name = "name\nin two lines"
    list(voice.inference_sft("one", "b"))
    voice.model.death = SystemExit()
    list(voice.inference_sft("one", "b"))
    strange = threading.Thread(target=lambda: 1 / 0)  # of no request
    strange.start(), strange.join()


def concurrent():
    voice = CosyVoice3()
    voice.chunks = 2

    def client():
        for _ in range(4):
            list(voice.inference_sft("one", "b", stream=True))

    clients = [threading.Thread(target=client) for _ in range(8)]
    for thread in clients:
        thread.start()
    for thread in clients:
        thread.join()
    list(voice.inference_sft("the last", "b"))  # tells how many were lost before


def many():
    """More reports than a socket holds that nobody reads."""
    voice = CosyVoice3()
    voice.segments = lambda text: []
    began = time.perf_counter()
    for _ in range(500):
        list(voice.inference_sft("one", "b"))
    print("%.0f µs a request" % ((time.perf_counter() - began) / 500 * 1e6))
    sys.stdout.flush()
    sys.stdin.readline()  # until the test has read the socket empty
    list(voice.inference_sft("one", "b"))


def forked():
    import os

    voice = CosyVoice3()
    list(voice.inference_sft("parent", "b"))
    child = os.fork()
    list(voice.inference_sft("both", "b"))
    if child:
        os.waitpid(child, 0)


def cost():
    """Prints what the wrapping adds to a chunk and to a request."""
    voice = CosyVoice3()
    chunk = {"tts_speech": type("Audio", (), {"shape": (1, 12000)})}

    def best(chunks, requests):
        voice.speak = lambda text, stream: iter([chunk] * chunks)
        wrapped, plain = type(voice).inference_sft, getattr(type(voice).inference_sft, "__wrapped__", None)
        seconds = {wrapped: [], plain: []}
        for _ in range(5):
            for method, taken in seconds.items():
                began = time.perf_counter()
                for _ in range(requests):
                    for _ in method(voice, "one", "b"):
                        pass
                taken.append(time.perf_counter() - began)
        return (min(seconds[wrapped]) - min(seconds[plain])) * 1e6

    print("%.1f µs a chunk, %.0f µs a request" % (best(20000, 1) / 20000, best(1, 1000) / 1000))


globals()[sys.argv[1]]()
