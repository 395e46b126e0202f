"""Servers that work, alone and under load."""
from orders import Order, mixed
from scenario import scenario


@scenario("one request after the other, not streamed, of 1 to 3 segments")
def c1(run):
    caller = run.caller()
    caller.call_all(mixed(run.texts, 17))
    caller.call_all([Order("zero_shot", run.texts.short(), pace=8) for _ in range(3)])


@scenario("one request after the other, streamed: the first chunks grow and stay large", tz="UTC0", tz_note="UTC")
def c1_stream(run):
    run.caller().call_all(mixed(run.texts, 14, stream=True, pace=1.5))


@scenario("4 clients, not streamed", tz="America/New_York", tz_note="name in the zone database; log times are local")
def c4(run):
    short = [Order("zero_shot", run.texts.short(), pace=8) for _ in range(4)]
    run.caller().call_all(mixed(run.texts, 16, pace=1.5) + short + mixed(run.texts, 12, pace=1.5), at_once=4, apart=0.15)


@scenario("4 clients, streamed", tz="CET-1", tz_note="POSIX TZ: UTC+01:00")
def c4_stream(run):
    run.caller().call_all(mixed(run.texts, 24, stream=True, pace=1.5), at_once=4, apart=0.15)


@scenario("8 clients, not streamed")
def c8(run):
    run.caller().call_all(mixed(run.texts, 48, pace=2), at_once=8, apart=0.15)


@scenario("8 clients, streamed", tz="EST5", tz_note="POSIX TZ: UTC-05:00")
def c8_stream(run):
    run.caller().call_all(mixed(run.texts, 32, stream=True, pace=2), at_once=8, apart=0.15)


@scenario("8 clients, half of the requests streamed", tz="IST-5:30", tz_note="POSIX TZ: UTC+05:30")
def c8_mixed(run):
    run.caller().call_all(mixed(run.texts, 40, stream="mixed", pace=2), at_once=8, apart=0.15)


@scenario("streams whose clients take time after each chunk, so that the tokens of later chunks wait for them")
def slow_consumers(run):
    caller = run.caller()
    caller.call_all(mixed(run.texts, 6, stream=True, pause=0.15))
    caller.call_all(mixed(run.texts, 8, stream=True, pause=0.25), at_once=4, apart=0.15)


@scenario("voice conversion: no text, no bar; alone and between syntheses", tz="UTC0", tz_note="UTC")
def voice_conversion(run):
    caller = run.caller()
    conversions = [Order("vc", vc_tokens=tokens, pace=4) for tokens in (100, 240, 375)]
    caller.call_all(conversions)
    caller.call_all([Order("vc", vc_tokens=500, pace=2, stream=True)])
    caller.call_all(mixed(run.texts, 3) + conversions + mixed(run.texts, 3))


@scenario("segments too short for a bar to be drawn again, and real time factors below 0.0001")
def short_segments(run):
    caller = run.caller()
    caller.call_all([Order(mode, run.texts.short(), length=0.3) for mode in ("sft", "zero_shot", "instruct2")])
    caller.call_all([Order("sft", run.texts.text(1), length=4, pace=0.001) for _ in range(4)])
    caller.call_all([Order("sft", run.texts.text(3), pace=0.01) for _ in range(3)])
    caller.call_all([Order("sft", run.texts.short(), length=0.3) for _ in range(12)], at_once=4, apart=0.15)


@scenario("runaway generation: audio that does not end for a short text, not streamed and streamed")
def runaway(run):
    caller = run.caller()
    caller.call_all(mixed(run.texts, 3))
    caller.call_all([Order("sft", run.texts.text(1), length=10, pace=0.8)])
    caller.call_all([Order("zero_shot", run.texts.text(1), stream=True, length=8, pace=0.8)])
    caller.call_all(mixed(run.texts, 2))
