"""The same work in logs of other shapes."""
import os
import shutil
import threading
import time

import noise
from orders import Order, mixed
from scenario import scenario
from texts import ASSISTANT


def work(run):
    caller = run.caller()
    caller.call_all(mixed(run.texts, 4))
    caller.call_all(mixed(run.texts, 2, stream=True))
    caller.call_all(mixed(run.texts, 6), at_once=3)


@scenario("prefix INFO:root: without a time", prefix="level:name:message", level="INFO")
def prefix_bare(run):
    work(run)


@scenario("prefix of a wrapper: time - level -", prefix="asctime - level - message", tz="UTC0", tz_note="UTC")
def prefix_dashes(run):
    work(run)


@scenario("prefix of a wrapper: time - root - level -", prefix="asctime - name - level - message")
def prefix_name(run):
    work(run)


@scenario("prefix of a wrapper: [time] [level]", prefix="[asctime] [level] message")
def prefix_brackets(run):
    work(run)


@scenario("records handed to loguru: time | level | place -", prefix="loguru", level="INFO")
def prefix_loguru(run):
    work(run)


@scenario("no bars", env={"TQDM_DISABLE": "1"})
def tqdm_disabled(run):
    work(run)


@scenario("GBK", env={"PYTHONIOENCODING": "gbk"}, encoding="gbk")
def gbk(run):
    work(run)


@scenario("ASCII: Python escapes what the log cannot hold, and bars are of #",
          env={"LC_ALL": "POSIX", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}, encoding="ascii, backslashreplace")
def ascii_log(run):
    caller = run.caller()
    caller.call_all(mixed(run.texts, 4))
    caller.call_all([Order("sft", run.texts.keep("🎉🎉" + run.texts.sentence() + "𠮷野家见！"))])
    caller.call_all(mixed(run.texts, 4), at_once=2)


@scenario("texts of several lines, and empty lines in them", tz="UTC0", tz_note="UTC")
def line_breaks(run):
    caller = run.caller()
    for joint in ("\n", "\n\n", "\r\n"):
        lines = joint.join(run.texts.sentence(english=True).strip() for _ in range(3))
        caller.call_all([Order("cross_lingual", run.texts.keep(ASSISTANT + lines), length=0.5)])
    poem = "\n".join(run.texts.sentence() for _ in range(4))
    orders = [Order("cross_lingual", run.texts.keep(ASSISTANT + poem)) for _ in range(3)]
    caller.call_all(orders + mixed(run.texts, 3), at_once=2)


@scenario("long texts with a control mark: not split, one segment of minutes")
def long_text(run):
    caller = run.caller()
    text = ASSISTANT + "".join(run.texts.sentence() for _ in range(20))
    caller.call_all([Order("cross_lingual", run.texts.keep(text), pace=0.8)])
    caller.call_all([Order("cross_lingual", run.texts.keep(text + "完。"), stream=True, pace=0.8)])


@scenario("DEBUG lines of other libraries that quote records, and one line of 80 KB")
def debug_noise(run):
    caller = run.caller()
    for order in mixed(run.texts, 4):
        noise.quotes()
        caller.call_all([order])
    noise.endless(14000)
    caller.call_all(mixed(run.texts, 2))

    def chatter():
        for _ in range(60):
            noise.convert(3.0)
            time.sleep(0.02)

    threading.Thread(target=chatter, daemon=True).start()
    caller.call_all(mixed(run.texts, 4), at_once=2)


@scenario("copied away and truncated in the middle of a request; the writer goes on at its old offset, behind zeros",
          append=False, rotated=True)
def copytruncate(run):
    caller = run.caller()
    caller.call_all(mixed(run.texts, 3))
    order = Order("sft", run.texts.text(1), pace=4)

    def rotate():
        time.sleep(0.5)  # the request is at work and writes nothing
        shutil.copy(run.log, run.log + ".1")
        os.truncate(run.log, 0)

    rotation = threading.Thread(target=rotate)
    rotation.start()
    caller.call_all([order])
    rotation.join()
    assert run.truth.requests[-1].segments[0].told["yields"][0]["compute_s"] > 0.55
    caller.call_all(mixed(run.texts, 3))
