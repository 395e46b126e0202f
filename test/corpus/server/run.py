"""Runs one scenario: run.py NAME FOLDER LOG writes FOLDER/truth.json and FOLDER/texts.json."""
import os
import platform
import sys
import threading

import prefixes
from scenario import SCENARIOS, Run
from scenarios import failures, forged, load, servers, shapes, start  # noqa: F401 they register themselves
from truth import Truth


def main(name, folder, log):
    scenario = SCENARIOS[name]
    files = ["cosyvoice.log"]
    if scenario.split:
        files.append("cosyvoice.out")
    if scenario.rotated:
        files.insert(0, "cosyvoice.log.1")
    truth = Truth(
        scenario=name, description=scenario.description, log_files=files,
        python="Python " + platform.python_version(), tz=scenario.tz, tz_note=scenario.tz_note,
        encoding=scenario.encoding, env=dict(scenario.env, TZ=scenario.tz), prefix=scenario.prefix)
    threading.excepthook = truth.thread_died
    prefixes.configure(scenario.prefix, scenario.level)
    run = Run(scenario, truth, folder, log)
    scenario.run(run)
    run.write()
    sys.stdout.flush()
    os._exit(0)  # hung threads would keep the interpreter


if __name__ == "__main__":
    main(*sys.argv[1:])
