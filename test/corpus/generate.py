"""Runs the scenarios and writes their logs and truths: generate.py CACHE [SCENARIO...]"""
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent
SERVER = HERE / "server"
CORPUS = HERE.parents[1] / "plugins/inputs/cosyvoice/synthesis/testdata/corpus"
CHECKOUT = "/opt/CosyVoice"
CONDA = "/opt/conda/envs/cosyvoice"
AT_ONCE = 3  # more would make the threads of a run wait for a processor
LIMIT = 60  # seconds for one scenario

sys.path.insert(0, str(SERVER))
import run as child  # noqa: E402 it registers the scenarios


def neutral_paths(python):
    """This machine's paths, and those that the logs shall show instead; longest first."""
    asked = subprocess.run([python, "-c", "import sys; print(sys.prefix); print(sys.base_prefix)"],
                           capture_output=True, check=True, text=True)
    prefix, base = asked.stdout.split()
    paths = {str(SERVER): CHECKOUT, prefix: CONDA, base: CONDA}
    return sorted(paths.items(), key=lambda item: -len(item[0]))


def record(scenario, cache, scratch):
    """Runs one scenario; returns the folder of what it left."""
    folder = Path(scratch, scenario.name)
    folder.mkdir()
    python = str(Path(cache, scenario.packages, "bin/python"))
    log = folder / "cosyvoice.log"
    environment = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "TZ": scenario.tz, "PYTHONDONTWRITEBYTECODE": "1"}
    environment.update(scenario.env)
    # Not replaced by Python: a shell that waits is what tells of a kill.
    command = ["sh", "-c", '"$@"; exit $?', "sh", python, str(SERVER / "run.py"), scenario.name, str(folder), str(log)]
    with open(log, "ab" if scenario.append else "wb") as errors:
        output = open(folder / "cosyvoice.out", "ab") if scenario.split else errors
        subprocess.run(command, stdin=subprocess.DEVNULL, stdout=output, stderr=errors, cwd=SERVER, env=environment,
                       timeout=LIMIT)
    if not (folder / "truth.json").exists():
        raise SystemExit("%s ended early:\n%s" % (scenario.name, log.read_text(errors="replace")[-2000:]))
    for file in folder.glob("cosyvoice.*"):
        content = file.read_bytes()
        for path, neutral in neutral_paths(python):
            content = content.replace(path.encode(), neutral.encode())
        file.write_bytes(content)
    check(folder)
    return folder


def check(folder):
    """Refuses a run that went otherwise than planned, and files that tell of this machine."""
    truth = json.loads((folder / "truth.json").read_text())
    died = len(truth["thread_exceptions"])
    for request in truth["requests"]:
        fault = request["injection"]
        if fault and fault["place"] == "llm":
            died -= 1
        elif fault:
            assert request["outcome"] == "error", "%s %s: not struck" % (folder.name, request["id"])
    assert died == 0, "%s: threads died otherwise than planned" % folder.name
    telling = "|".join(map(re.escape, (str(HERE.parents[1]), str(Path.home()), socket.gethostname())))
    for file in folder.iterdir():
        found = re.search(rb"(?<!\w)(%s)(?!\w)" % telling.encode(), file.read_bytes())
        assert not found, "%s/%s names %s" % (folder.name, file.name, found[0])


def main(cache, names):
    scenarios = [child.SCENARIOS[name] for name in names] or list(child.SCENARIOS.values())
    begun = time.time()
    with tempfile.TemporaryDirectory(prefix="corpus") as scratch, ThreadPoolExecutor(AT_ONCE) as pool:
        for folder in pool.map(lambda scenario: record(scenario, cache, scratch), scenarios):
            target = CORPUS / folder.name
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree(folder, target)
            print("%5.0f s  %s" % (time.time() - begun, folder.name), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
