"""Texts that hold a line break and then what looks like a record."""
import time

from orders import Order, mixed
from scenario import scenario
from texts import ASSISTANT

YIELD = "yield speech len 3.0, rtf 0.1"


def wall(ahead=0.0):
    moment = time.time() + ahead
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(moment)) + ",%03d" % (moment % 1 * 1000)


class Forger:
    def __init__(self, run):
        self.run, self.caller, self.told = run, run.caller(), []

    def forge(self, telltale, lines, joint="\n"):
        """The lines are made when the request is, for those that carry a time."""
        text = self.run.texts.keep(ASSISTANT + self.run.texts.sentence() + joint + lines + joint + self.run.texts.sentence())
        self.caller.call_all([Order("cross_lingual", text)])
        self.told.append({"request": self.run.truth.requests[-1].told["id"], "lines": lines.count("\n") + 1,
                          "telltale": telltale})

    def finish(self, alike):
        self.caller.call_all(mixed(self.run.texts, 2))
        self.run.note(forged=self.told, cannot_be_told_apart=alike)


@scenario("texts that forge records, each with something that gives it away")
def forged(run):
    forger = Forger(run)
    forger.caller.call_all(mixed(run.texts, 3))
    forger.forge("no time", YIELD)
    forger.forge("no time", YIELD, joint="\r")
    forger.forge("no time", "synthesis text " + run.texts.secret("fbqzkxwvr"))
    forger.forge("no time", "get sft inference request")
    forger.forge("another prefix", "INFO:root:" + YIELD)
    forger.forge("another prefix", "INFO:root:synthesis text x\nINFO:root:" + YIELD)
    forger.forge("another prefix", wall() + " - INFO - " + YIELD)
    forger.forge("years ago", "2020-01-01 00:00:00,000 INFO " + YIELD)
    forger.forge("a minute ago", wall(-60) + " INFO " + YIELD)
    forger.forge("in an hour", wall(3600) + " INFO " + YIELD, joint="\r\n")
    forger.finish(alike=False)


@scenario("texts that forge records and nothing gives them away: the time is right, or such lines never carry one;"
          " for the size of the damage, not for exact sums")
def forged_alike(run):
    forger = Forger(run)
    forger.caller.call_all(mixed(run.texts, 2))
    forger.forge("none: prefix and time are right", wall(0.01) + " INFO " + YIELD)
    forger.forge("none: bars carry no time", "100%|██████████| 1/1 [00:00<00:00,  3.00it/s]")
    forger.forge("none: access lines carry no time", 'INFO:     127.0.0.1:9 - "POST /inference_sft HTTP/1.1" 200 OK')
    forger.forge("none: tracebacks carry no time", "Traceback (most recent call last):\n  File \"/opt/x.py\", line 1, in f\n"
                 "RuntimeError: CUDA error: device-side assert triggered")
    forger.finish(alike=True)


@scenario("a log without times: a forged record of its own shape cannot be told apart",
          prefix="level:name:message", level="INFO")
def forged_bare(run):
    forger = Forger(run)
    forger.forge("none: prefix is right", "INFO:root:" + YIELD)
    forger.finish(alike=True)
