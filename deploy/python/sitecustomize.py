"""Reports every synthesis of a CosyVoice server to cosyvoice-telegraf.

Python imports a file of this name at the start of each process whose PYTHONPATH has its
folder. It imports next to nothing itself and waits for the server to import
cosyvoice.cli.cosyvoice. Then it wraps the inference methods found there. A report is one
JSON object in one datagram on a local socket; what it holds is told in README.md beside
this file. No text that is spoken is ever sent, and of an error only its class.

From the first synthesis on, cosyvoice_telegraf_release.py gives GPU memory back to those who
ask for it, in a thread of its own.

The server comes first. Nothing raised here reaches it, nothing here waits, and nothing
takes a lock: a generator that nobody finished is ended by the garbage collector, which may
run in the middle of any line below.
"""

# All else is imported where it is used: every Python process that inherits PYTHONPATH reads
# this file, and where speech is synthesised torch has loaded it all long before.
import os
import sys
from _thread import get_ident, start_new_thread

MODULE = "cosyvoice.cli.cosyvoice"
MODES = ("sft", "zero_shot", "cross_lingual", "instruct", "instruct2", "vc")
SOCKET = os.environ.get("COSYVOICE_TELEGRAF_SOCKET") or "/run/cosyvoice-telegraf/reports.sock"

# What an error is, by a part of its class and text. The first that fits counts.
ERRORS = (
    ("OutOfMemoryError", "out_of_memory"),
    ("out of memory", "out_of_memory"),
    ("CUBLAS_STATUS_ALLOC_FAILED", "out_of_memory"),
    ("can't allocate memory", "host_out_of_memory"),
    ("builtins.MemoryError", "host_out_of_memory"),
    ("illegal memory access", "illegal_access"),
    ("device-side assert", "device_assert"),
    ("CUDA error", "cuda_error"),
    ("CUBLAS_STATUS", "cuda_error"),
    ("cuDNN error", "cuda_error"),
    ("failed to create trt context", "tensorrt"),
    ("do not support extract speech token", "bad_input"),
    ("wav sample rate", "bad_input"),
    ("speed change only support", "bad_input"),
    ("<|endofprompt|>", "bad_input"),
    ("should not get token", "bad_token"),
    ("Calculated padded input size", "no_tokens"),
    ("Invalid file: tensor", "unsupported"),
    ("EngineCore", "engine_failed"),
)

_running = {}  # thread ident -> the request whose generator it is inside of
_open = {}  # id -> a request that has begun and not ended
_serving = {}  # process id -> a mark that it can be asked to release memory


def _quiet(function):
    def call(*args):
        try:
            return function(*args)
        except Exception:
            return None

    return call


class _Sender:
    """An unconnected socket: each report finds the plugin anew, which may restart at any
    time, and a socket that is absent or full costs one system call."""

    def __init__(self):
        self.socket = None
        # Numbers of reports that were not delivered. Who takes one out tells it in the next
        # report, so that no two threads tell the same.
        self.lost = []

    @_quiet
    def send(self, event, report):
        lost = self._take_lost()
        try:
            self._send(dict(report, v=1, event=event, lost=lost))
        except Exception:
            self.lost.append(lost + 1)

    def _take_lost(self):
        lost = 0
        while True:
            try:
                lost += self.lost.pop()
            except IndexError:
                return lost

    def _send(self, report):
        import json
        import socket

        if self.socket is None:
            self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            self.socket.setblocking(False)
        self.socket.sendto(json.dumps(report).encode(), SOCKET)


_sender = _Sender()


class _Request:
    """One call of an inference method, from its first next() to its end."""

    def __init__(self, mode, model, arguments):
        import threading
        import time

        self.clock = time.perf_counter
        self.sample_rate = getattr(model, "sample_rate", None)
        self.wall, self.began = time.time(), self.clock()
        self.resumed = self.model_since = self.handed_out = self.began
        self.busy = self.playable = 0.0
        thread = threading.current_thread()
        self.report = {
            "id": os.urandom(8).hex(),
            "mode": mode,
            "stream": bool(arguments.get("stream")),
            "start": self.wall,
            "thread": _plain(thread.name, 100),
            "thread_id": thread.native_id or 0,
        }
        text = arguments.get("tts_text")
        if isinstance(text, str):
            self.report["characters"] = len(text)
        _sender.send("start", self.report)
        self.report.update(
            chunks=0, compute_seconds=0.0, overhead_seconds=0.0, consumer_seconds=0.0
        )
        self.memory = _torch_memory()
        self.pid = os.getpid()
        _open[self.report["id"]] = self
        _serve_askers(self.pid)

    def _epoch(self, now):
        return self.wall + (now - self.began)

    @_quiet
    def resume(self):
        """The consumer is back, and asks for the next chunk."""
        if self.report["chunks"]:
            self.resumed = self.model_since = self.clock()
            self.report["consumer_seconds"] += self.resumed - self.handed_out

    @_quiet
    def spawn(self, thread):
        """The request is about to start a thread. The model starts one for each segment,
        when the text front end is done with it: llm_job, or vc_job."""
        thread.cosyvoice_request = self.report["id"]
        if getattr(getattr(thread, "_target", None), "__name__", "").endswith("_job"):
            self.model_since = self.clock()
            self.report.setdefault("first_segment", self._epoch(self.model_since))
            self.report["segments"] = self.report.get("segments", 0) + 1

    @_quiet
    def hand_out(self, chunk):
        now, report = self.clock(), self.report
        self._account(now)
        self.handed_out = now
        report["chunks"] += 1
        report["last_chunk"] = self._epoch(now)
        if report["chunks"] == 1:
            report["first_chunk"] = report["last_chunk"]
        else:
            report["gap_seconds"] = max(report.get("gap_seconds", 0.0), now - self.resumed)
        audio = chunk["tts_speech"].shape[1] / self.sample_rate
        # A player that always asks for more has had all of the time but the consumer's.
        stall = max(0.0, self.busy - self.playable) if report["chunks"] > 1 else 0.0
        self.playable = max(self.playable, self.busy) + audio
        report.setdefault("first_chunk_audio_seconds", audio)
        report["audio_seconds"] = report.get("audio_seconds", 0.0) + audio
        report["stall_seconds"] = report.get("stall_seconds", 0.0) + stall

    def _account(self, now):
        """Shares the time inside the generator out: the model's, and all else."""
        self.report["compute_seconds"] += now - self.model_since
        self.report["overhead_seconds"] += self.model_since - self.resumed
        self.busy += now - self.resumed

    def age(self):
        """Seconds since it began, and since its consumer took a chunk and asked for no more."""
        now = self.clock()
        away = now - self.handed_out if self.report["chunks"] and self.handed_out > self.resumed else 0.0
        return now - self.began, away

    @_quiet
    def end(self, outcome, error=None):
        _open.pop(self.report["id"], None)
        now = self.clock()
        if error is None:
            self.model_since = now  # after its last chunk the model only tidies up
        self._account(now)
        self.report.update(end=self._epoch(now), outcome=outcome)
        if error is not None:
            self.report.update(_describe(error))
        if self.memory is not None:
            self.report["torch"] = {"start": self.memory, "end": _torch_memory()}
        _sender.send("end", self.report)


_begin = _quiet(_Request)


@_quiet
def _serve_askers(pid):
    """Has cosyvoice_telegraf_release.py run in each process that synthesises: in one forked
    off as well, where no thread of its parent's runs."""
    mark = object()
    if pid not in _serving and _serving.setdefault(pid, mark) is mark:
        start_new_thread(_serve, (pid,))


@_quiet
def _serve(pid):
    from cosyvoice_telegraf_release import serve

    serve(lambda: [r.age() for r in _open.copy().values() if r.pid == pid], _sender.send, _describe)


@_quiet
def _torch_memory():
    torch = sys.modules.get("torch")
    if torch is None or not torch.cuda.is_initialized():
        return None
    stats = torch.cuda.memory_stats()
    return {
        "allocated_bytes": stats["allocated_bytes.all.current"],
        "reserved_bytes": stats["reserved_bytes.all.current"],
        "peak_bytes": stats["allocated_bytes.all.peak"],
        "retries": stats["num_alloc_retries"],
        "ooms": stats["num_ooms"],
    }


def _describe(error):
    kind, text = type(error), _quiet(str)(error) or ""
    name = kind.__module__ + "." + kind.__qualname__
    known = (described for part, described in ERRORS if part in name + ": " + text)
    report = {"exception": _plain(name, 100), "error": next(known, "other")}
    if name.startswith("torch.") and text.startswith("CUDA out of memory. Tried to allocate"):
        # The one text that is sent: torch puts nothing but numbers into it, and advice
        # behind them.
        report["message"] = _plain(text.split(" If reserved")[0], 600)
    return report


def _plain(text, limit):
    return "".join(c if " " <= c <= "~" else "?" for c in text[:limit])


def _observe(generator, mode, model, signature, args, kwargs):
    """Does what `yield from generator` does, and keeps the time."""
    request = None
    if get_ident() not in _running:  # or it is a part of the request that calls it
        request = _begin(mode, model, _arguments(signature, args, kwargs) or {})
    if request is None:
        return (yield from generator)
    advance, value = generator.send, None
    while True:
        request.resume()
        thread = get_ident()
        _running[thread] = request
        try:
            chunk = advance(value)
        except StopIteration as stop:
            request.end("ok")
            return stop.value
        except BaseException as error:
            request.end("error", error)
            raise
        finally:
            value = None  # or an error that was thrown in would hold its own traceback
            _running.pop(thread, None)
        request.hand_out(chunk)
        try:
            advance, value = generator.send, (yield chunk)
        except GeneratorExit:
            request.resume()
            try:
                generator.close()
            finally:
                request.end("abandoned")
            raise
        except BaseException as thrown:
            advance, value = generator.throw, thrown


@_quiet
def _arguments(signature, args, kwargs):
    bound = signature.bind(*args, **kwargs)
    bound.apply_defaults()
    return bound.arguments


def _wrap(method, mode):
    import functools
    import inspect

    signature = inspect.signature(method)

    @functools.wraps(method)
    def call(self, *args, **kwargs):
        result = method(self, *args, **kwargs)
        if inspect.isgenerator(result):
            return _observe(result, mode, self, signature, (self,) + args, kwargs)
        return result

    return call


def _watch_models(module):
    from types import FunctionType

    for kind in list(vars(module).values()):
        if not isinstance(kind, type) or kind.__module__ != MODULE:
            continue
        for mode in MODES:
            method = vars(kind).get("inference_" + mode)
            if isinstance(method, FunctionType):
                setattr(kind, "inference_" + mode, _wrap(method, mode))


def _watch_threads():
    import functools
    import threading
    import time

    start, hook = threading.Thread.start, threading.excepthook

    @functools.wraps(start)
    def start_thread(self):
        request = _running.get(get_ident())
        if request is not None:
            request.spawn(self)
        return start(self)

    @_quiet
    def tell(death):
        request = getattr(death.thread, "cosyvoice_request", None)
        if request is not None and death.exc_type is not SystemExit:
            report = {"id": request, "time": time.time(), "thread": _plain(death.thread.name, 100)}
            _sender.send("thread_died", dict(report, **_describe(death.exc_value)))

    def thread_died(death):
        tell(death)
        hook(death)

    threading.Thread.start = start_thread
    threading.excepthook = thread_died


class _Finder:
    """Leaves the search for the module to the finders behind it, and has the module looked
    at when it is loaded, before the server gets it."""

    searching = False  # another finder of this kind may search through this one

    def find_spec(self, name, path=None, target=None):
        if name != MODULE or self.searching:
            return None
        self.searching = True
        try:
            for finder in list(sys.meta_path):
                find = getattr(finder, "find_spec", None)  # finders of old Pythons have none
                spec = find(name, path, target) if find and finder is not self else None
                if spec is not None:
                    self.watch(spec.loader)
                    return spec
        finally:
            self.searching = False

    @_quiet
    def watch(self, loader):
        if "exec_module" in vars(loader):
            return  # another's doing, or a class, which other modules share

        def exec_module(module):
            del loader.exec_module  # the loader's own again
            loader.exec_module(module)
            self.watch_module(module)

        loader.exec_module = exec_module

    @_quiet
    def watch_module(self, module):
        sys.meta_path.remove(self)
        _watch_threads()
        _watch_models(module)


def _run_next_sitecustomize():
    """Python imports the first sitecustomize on its path, which is this one; this runs the
    one that it hides. Its errors are its own: Python prints them as ever."""
    from importlib.machinery import PathFinder

    folder = os.path.dirname(os.path.realpath(__file__))
    own = [entry for entry in sys.path if os.path.realpath(entry) == folder]
    if not own:
        return
    behind = [entry for entry in sys.path[sys.path.index(own[0]):] if entry not in own]
    spec = PathFinder.find_spec("sitecustomize", behind)
    if spec is None or spec.loader is None:
        return
    from importlib.util import module_from_spec

    module = sys.modules["sitecustomize"] = module_from_spec(spec)
    spec.loader.exec_module(module)


if os.environ.get("COSYVOICE_TELEGRAF") != "0":
    sys.meta_path.insert(0, _Finder())
_run_next_sitecustomize()
