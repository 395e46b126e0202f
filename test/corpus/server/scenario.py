"""A scenario: one run of one process, with what it needs around it."""
import json
import os
import time
from dataclasses import dataclass, field
from typing import Callable

from prefixes import UPSTREAM
from texts import Texts

SCENARIOS = {}


@dataclass
class Scenario:
    name: str
    description: str
    run: Callable
    tz: str = "CST-8"
    tz_note: str = "POSIX TZ: CST-8 = UTC+08:00; log times are local, truth times are epoch"
    env: dict = field(default_factory=dict)
    prefix: str = UPSTREAM
    level: str = "DEBUG"
    encoding: str = "utf-8"
    packages: str = "upstream"  # a file in ../requirements
    split: bool = False  # standard output goes to cosyvoice.out
    append: bool = True  # the log is opened for appending, as >> does
    rotated: bool = False  # the run leaves a cosyvoice.log.1


def scenario(description, **settings):
    def register(run):
        SCENARIOS[run.__name__] = Scenario(run.__name__, description, run, **settings)
        return run

    return register


class Run:
    """What a scenario works with."""

    def __init__(self, scenario, truth, folder, log):
        self.truth, self.folder, self.log = truth, folder, log
        self.texts = Texts(scenario.name)
        self.more = {}  # further keys of truth.json

    def note(self, **more):
        self.more.update(more)

    def model(self):
        from cosyvoice.cli.cosyvoice import CosyVoice3

        return CosyVoice3()

    def caller(self):
        from direct import Caller

        caller = Caller(self.model(), self.truth)
        self.truth.ready()
        return caller

    def settle(self, seconds=1.0):
        """Waits for what the server still does for clients that have left."""
        time.sleep(seconds)

    def write(self):
        self.truth.write(os.path.join(self.folder, "truth.json"), **self.more)
        with open(os.path.join(self.folder, "texts.json"), "w", encoding="utf-8") as file:
            json.dump({"texts": self.texts.made, "needles": sorted(self.texts.needles)}, file,
                      ensure_ascii=False, indent=1)
            file.write("\n")
