"""Gives back the GPU memory that PyTorch keeps unused: when asked to, or by a limit.

sitecustomize.py, beside this file, runs serve() in a thread of its own from a process's first
synthesis on. Who asks connects to a local socket; what is said there, and the setting by
which the memory is given back without being asked, are told in README.md.

The server comes first, as there: it waits for nothing here but for the moment in which the
memory is given back, which is one without a synthesis.
"""
import atexit
import gc
import json
import os
import re
import socket
import sys
import time

VERSION = 1
SETTING = "COSYVOICE_TELEGRAF_AUTO_RELEASE"
FORM = re.compile(r"([1-9]\d?)% every ([1-9]\d{0,3})m")  # of the setting

LEFT_BEHIND = 60.0  # s: a consumer that asks for no more for so long has gone
LONGEST_WAIT = 3600.0  # s, whatever is asked for
STEP = 0.02  # s between two looks whether nothing is in flight
PATIENCE = 2.0  # s for an asker to say what it wants
TICK = 1.0  # s between two looks whether the limit may be looked at
LOOK = 10.0  # s between two looks at the limit
MINUTE = 60.0


def serve(open_requests, send, describe):
    """Answers askers, one after the other, and keeps to the limit; never returns with either
    to do. open_requests() has for each synthesis that has begun and not ended the seconds since
    then and those since its consumer took a chunk and asked for no more. send(event, report)
    reports, describe(error) words an error for a report."""
    releaser = _Releaser(open_requests, send, describe)
    limit = _limit(releaser)
    try:
        listener = _listen()
    except OSError:  # no folder for the socket
        listener = None
    while listener or limit:
        connection = _accept(listener, TICK if limit else None)
        if connection:
            with connection:
                _answer(connection, releaser)
        if limit:
            limit.keep()


def _listen():
    name = "cosyvoice-release-%d-%s.sock" % (os.getpid(), os.urandom(4).hex())
    path = os.path.join(os.path.abspath(os.environ.get("TMPDIR") or "/tmp"), name)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    # bind gives the file the mode of the socket (Linux, unix_bind): nobody but this user and
    # root may ever connect.
    os.fchmod(listener.fileno(), 0o600)
    listener.bind(path)
    atexit.register(_remove, path, os.getpid())
    listener.listen(4)
    return listener


def _remove(path, pid):
    if os.getpid() == pid:  # and not a process that this one has forked
        try:
            os.unlink(path)
        except OSError:
            pass


def _accept(listener, seconds):
    """Gives None after so many seconds without an asker."""
    if listener is None:
        time.sleep(seconds)
        return None
    listener.settimeout(seconds)
    try:
        return listener.accept()[0]
    except socket.timeout:
        return None
    except OSError:  # such as too many open files
        time.sleep(TICK)
        return None


def _answer(connection, releaser):
    try:
        connection.settimeout(PATIENCE)
        with connection.makefile("rb") as said:
            ask = json.loads(said.readline(1000).decode())
        if ask["v"] != VERSION or ask["ask"] != "release":
            raise ValueError
        seconds = min(max(0.0, float(ask["wait_seconds"])), LONGEST_WAIT)
    except (OSError, ValueError, TypeError, KeyError):
        answer = {"outcome": "not_understood"}
    else:
        answer = releaser.answer(connection, seconds)
    if answer is None:
        return
    try:
        connection.settimeout(PATIENCE)
        connection.sendall(json.dumps(dict(answer, v=VERSION)).encode() + b"\n")
    except OSError:
        pass  # nobody is there to hear it


class _Releaser:
    def __init__(self, open_requests, send, describe):
        self.open_requests, self.send, self.describe = open_requests, send, describe

    def in_flight(self):
        """The ages of the syntheses in flight, and how many consumers have left theirs."""
        requests = self.open_requests()
        ages = [age for age, away in requests if away < LEFT_BEHIND]
        return ages, len(requests) - len(ages)

    def answer(self, connection, seconds):
        """Waits so long until nothing is in flight; None if the asker goes away meanwhile."""
        began = time.monotonic()
        while True:
            ages, left = self.in_flight()
            waited = time.monotonic() - began
            if not ages:
                break
            if waited >= seconds:
                return {"outcome": "busy", "waited_seconds": waited, "in_flight": len(ages),
                        "oldest_seconds": max(ages), "left_behind": left}
            if _is_gone(connection):
                return None
        return dict(self.release("asked"), waited_seconds=waited, left_behind=left)

    def release(self, trigger):
        cuda = _cuda()
        if cuda is None:
            return {"outcome": "no_gpu"}
        began = time.monotonic()
        try:
            devices = _release(cuda)
        except Exception as error:
            answer = dict(self.describe(error), outcome="failed")
        else:
            answer = {"outcome": "released", "devices": devices}
        answer["seconds"] = time.monotonic() - began
        self.report(trigger, answer)
        return answer

    def report(self, trigger, answer):
        report = dict(answer, id=os.urandom(8).hex(), time=time.time(), trigger=trigger)
        devices = report.pop("devices", None)
        if devices is not None:

            def total(when, key):
                return sum(device[when][key] for device in devices)

            report["allocated_bytes"] = total("after", "allocated_bytes")
            report["reserved_bytes"] = total("after", "reserved_bytes")
            report["freed_bytes"] = max(0, total("before", "reserved_bytes") - report["reserved_bytes"])
        self.send("release", report)


def _is_gone(connection):
    """Waits a step, or less if the asker goes away meanwhile."""
    connection.settimeout(STEP)
    try:
        connection.recv(1)
    except socket.timeout:
        return False
    except OSError:
        pass
    return True  # it has nothing more to say


def _cuda():
    """torch.cuda, if it uses a GPU. To ask it anything before that would make it use one."""
    torch = sys.modules.get("torch")
    return torch.cuda if torch is not None and torch.cuda.is_initialized() else None


def _release(cuda):
    before = _devices(cuda)
    if before:
        gc.collect()  # what only cycles hold
        with cuda.device(min(before)):  # on any other it would begin to use that one
            cuda.empty_cache()  # of all of them
    return [{"index": index, "before": before[index], "after": _state(cuda, index)} for index in before]


def _devices(cuda):
    """The GPUs of which torch holds memory here, by their index."""
    held = (i for i in range(cuda.device_count()) if cuda.memory_stats(i).get("reserved_bytes.all.current"))
    return {index: _state(cuda, index) for index in held}


def _state(cuda, index):
    stats = cuda.memory_stats(index)
    free, total = cuda.mem_get_info(index)  # of the card, whoever uses it
    return {
        "allocated_bytes": stats["allocated_bytes.all.current"],
        "reserved_bytes": stats["reserved_bytes.all.current"],
        "card_used_bytes": total - free,
        "card_total_bytes": total,
    }


def _limit(releaser):
    setting = os.environ.get(SETTING)
    if not setting:
        return None
    form = FORM.fullmatch(setting)
    if form is None:
        releaser.report("auto", {"outcome": "misconfigured"})
        return None
    return _Limit(releaser, int(form.group(1)) / 100, int(form.group(2)) * MINUTE)


class _Limit:
    """Releases where a card is filled beyond a share, at most once in so many seconds."""

    def __init__(self, releaser, share, every):
        self.releaser, self.share, self.every = releaser, share, every
        self.due = time.monotonic()

    def keep(self):
        now = time.monotonic()
        if now < self.due or self.releaser.in_flight()[0]:
            return
        self.due = now + LOOK
        try:
            wanted = self.is_wanted()
        except Exception:
            wanted = True  # torch's error comes again, and is reported
        if wanted:
            self.due = now + self.every
            self.releaser.release("auto")

    def is_wanted(self):
        cuda = _cuda()
        return cuda is not None and any(
            state["card_used_bytes"] >= self.share * state["card_total_bytes"]
            # Where less is unused, what fills the card is in use.
            and state["reserved_bytes"] - state["allocated_bytes"] >= state["card_total_bytes"] / 100
            for state in _devices(cuda).values()
        )
