"""What happened in one run, from the clock readings of the model and never from the log."""
import hashlib
import json
import threading
import time
from collections import Counter

# Kind and error class of what the stand-in raises by itself: for an unknown speaker, and where
# TensorRT's return value is asserted.
PLAIN = {"KeyError": ("other", "bad_input"), "AssertionError": ("tensorrt", "tensorrt")}


def describe(raised):
    """An exception in the words of the truth."""
    cls = type(raised)
    name = cls.__qualname__ if cls.__module__ == "builtins" else cls.__module__ + "." + cls.__qualname__
    case = getattr(raised, "case", None)
    kind, error = (case.kind, case.error) if case else PLAIN[name]
    told = {"cls": name, "msg": str(raised), "kind": kind, "error": error}
    if case and case.memory:
        told["memory"] = case.memory
    return told


class Segment:
    def __init__(self, truth, index, start, text, warned_short):
        self.truth = truth
        self.told = {"index": index, "t_start": start, "chars": None, "logged_text": text is not None,
                     "warned_short": warned_short, "yields": [], "complete": False}
        if text is not None:
            self.told.update(chars=len(text), text_sha256=hashlib.sha256(text.encode()).hexdigest(),
                             newlines_in_text=text.count("\n"))

    def yielded(self, start, now, audio, rtf):
        self.told["yields"].append({"t": now, "audio_s": audio, "compute_s": now - start, "rtf": rtf,
                                    "t_compute_start": start})

    def finished(self):
        self.told["complete"] = True
        self.truth.in_flight(-1)


class Request:
    """One call of the model, asked for by an order."""

    def __init__(self, truth, number, order, planned):
        self.truth, self.number, self.order = truth, number, order
        self.segments, self.warned = [], False
        self.told = {
            "id": "r%03d" % number, "mode": order.mode, "stream": order.stream, "t_start": time.time(), "t_end": None,
            "outcome": "ok", "error": None, "http": None, "abandon": order.abandon, "gave_up_after_s": None,
            "injection": order.fault._asdict() if order.fault else None, "planned_segments": planned,
            "client_yields": [],
        }

    def warned_short(self):
        self.warned = True

    def segment(self, start, text):
        segment = Segment(self.truth, len(self.segments), start, text, self.warned)
        self.warned = False
        self.segments.append(segment)
        self.truth.in_flight(+1)
        return segment

    def watch(self, speeches):
        """Passes on what the model yields, and notes it and the exception that ends it."""
        try:
            for seconds in speeches:
                self.told["client_yields"].append({"t": time.time(), "audio_s": seconds})
                yield seconds
        except Exception as raised:
            self.failed(raised)
            raise
        finally:
            speeches.close()
            if self.segments and not self.segments[-1].told["complete"]:
                self.truth.in_flight(-1)

    def failed(self, raised):
        self.told.update(outcome="error", error=describe(raised))
        self.truth.raised(self.told["error"])

    def ended(self, outcome=None, **more):
        self.told.update(t_end=time.time(), **more)
        if outcome and self.told["outcome"] == "ok":
            self.told["outcome"] = outcome

    def as_dict(self):
        told = dict(self.told)
        segments = [segment.told for segment in self.segments]
        yields = [audio for segment in segments for audio in segment["yields"]]
        told.update(
            segments_started=sum(segment["logged_text"] for segment in segments),
            yields=len(yields),
            audio_s=sum(audio["audio_s"] for audio in yields),
            compute_s=sum(audio["compute_s"] for audio in yields),
            first_yield_latency_s=told["client_yields"][0]["t"] - told["t_start"] if told["client_yields"] else None,
            segments=segments)
        return told


class Truth:
    def __init__(self, **about):
        self.told = dict(about, t_process_start=time.time(), t_ready=None)
        self.lock = threading.Lock()
        self.requests, self.thread_exceptions = [], []
        self.by_class, self.by_kind, self.by_error = Counter(), Counter(), Counter()
        self.open, self.peak = 0, 0

    def request(self, order, planned):
        with self.lock:
            self.requests.append(Request(self, len(self.requests) + 1, order, planned))
            return self.requests[-1]

    def in_flight(self, change):
        with self.lock:
            self.open += change
            self.peak = max(self.peak, self.open)

    def raised(self, error):
        with self.lock:
            self.by_class[error["cls"]] += 1
            self.by_kind[error["kind"]] += 1
            self.by_error[error["error"]] += 1

    def thread_died(self, args):
        """Belongs into threading.excepthook."""
        died = dict(describe(args.exc_value), t=time.time(), thread=args.thread.name)
        self.raised(died)
        self.thread_exceptions.append(died)
        threading.__excepthook__(args)

    def ready(self):
        self.told["t_ready"] = time.time()

    def write(self, path, **more):
        requests = [request.as_dict() for request in self.requests]
        segments = [segment for request in requests for segment in request["segments"]]
        totals = {"requests": len(requests)}
        totals.update(sorted(Counter("requests_" + request["outcome"] for request in requests).items()))
        for name in ("segments_started", "yields", "audio_s", "compute_s"):
            totals[name] = sum(request[name] for request in requests)
        totals.update(
            segments_complete=sum(segment["complete"] for segment in segments),
            chars_started=sum(segment["chars"] or 0 for segment in segments),
            warnings_too_short=sum(segment["warned_short"] for segment in segments),
            dead_llm_threads=len(self.thread_exceptions),
            tracebacks_by_class=self.by_class, tracebacks_by_kind=self.by_kind, faults_by_error=self.by_error,
            peak_segments_in_flight=self.peak,
            segments_open_at_end=sum(not segment["complete"] for segment in segments),
            rtf=totals["compute_s"] / totals["audio_s"] if totals["audio_s"] else None)
        told = dict(self.told, t_end=time.time(), **more)
        told.update(totals=totals, thread_exceptions=self.thread_exceptions, requests=requests)
        with open(path, "w", encoding="utf-8") as file:
            json.dump(told, file, ensure_ascii=False, indent=1)
            file.write("\n")
