"""HTTP, gRPC and web servers."""
from cases import Fault
from orders import Order, mixed
from scenario import scenario

CLASSIC = ("sft", "zero_shot", "instruct2")


def orders(run, count, **more):
    made = mixed(run.texts, count, segments=(1, 2), **more)
    for index, order in enumerate(made):
        order.mode = CLASSIC[index % 3]
    return made


def failing(run, case, place, mode="sft", **more):
    return Order(mode, run.texts.text(2), fault=Fault(case, place, segment=1), **more)


def http(run):
    from serve_http import Server

    server = Server(run)
    server.probe("GET", "/docs", 200)
    server.probe("GET", "/health", 404)
    return server


def told(run, server, **more):
    run.settle()
    run.note(http_probes=server.probes, access_lines_expected=server.access, **more)


@scenario("FastAPI: a mixed load, forms without a field, a prompt that is no audio, failures after 200 OK,"
          " clients that leave, and at the end a lost CUDA context")
def fastapi(run):
    server = http(run)
    server.call_all(orders(run, 4))
    server.call(orders(run, 1)[0], method="GET")
    server.probe("POST", "/inference_sft", 422)
    server.probe("POST", "/inference_zero_shot", 422)
    server.call_all(orders(run, 6), at_once=3)
    server.call(Order("zero_shot", run.texts.text(1), prompt_file="broken.wav"))
    server.call(Order("sft", run.texts.text(1), speaker=run.texts.secret("诸葛书瑶的声音")))
    server.call(failing(run, "invalid_file", "frontend", "zero_shot"))
    server.call(failing(run, "oom_2_5", "flow"))
    server.call(failing(run, "oom_2_0", "flow", "instruct2"))
    server.call(failing(run, "bad_token", "llm"))
    server.call(Order("sft", run.texts.text(2), abandon="close"))
    server.call(Order("sft", run.texts.text(2), abandon="early"))
    run.settle()
    server.call(failing(run, "bad_token", "llm", stream=True, patience=1.5))
    server.call_all(orders(run, 4, stream=True), at_once=2)
    server.call(failing(run, "illegal_access", "flow"))
    poisoned = run.truth.requests[-1].told["id"]
    server.call_all(orders(run, 3))
    told(run, server, poisoned_from=poisoned)


@scenario("FastAPI with standard output and standard error in two files", split=True, tz="UTC0", tz_note="UTC")
def fastapi_split(run):
    server = http(run)
    server.call_all(orders(run, 6), at_once=2)
    server.call(failing(run, "oom_2_3", "flow"))
    told(run, server)


@scenario("FastAPI on Python 3.12 with newer libraries: no exception groups", packages="new")
def fastapi_python312(run):
    server = http(run)
    server.call_all(orders(run, 4), at_once=2)
    server.call(failing(run, "oom_2_5", "flow"))
    server.call(Order("zero_shot", run.texts.text(1), prompt_file="broken.wav"))
    told(run, server)


@scenario("FastAPI on uvicorn 0.18, which writes each of its errors twice", packages="old")
def fastapi_uvicorn018(run):
    server = http(run)
    server.call_all(orders(run, 4), at_once=2)
    server.call(failing(run, "oom_2_1", "flow"))
    server.call(Order("zero_shot", run.texts.text(1), prompt_file="broken.wav"))
    told(run, server)


@scenario("gRPC: a request line each, failures that tell their text twice, a cancelled call, one that hangs")
def grpc(run):
    from serve_grpc import Server

    server = Server(run)
    server.call_all(orders(run, 4))
    server.call_all(orders(run, 6), at_once=3)
    server.call(failing(run, "oom_2_5", "flow"))
    server.call(Order("sft", run.texts.text(1), speaker=run.texts.secret("慕容望舒的声音")))
    server.call(Order("sft", run.texts.text(2), abandon="close"))
    run.settle()
    server.call(failing(run, "bad_token", "llm", stream=True, patience=1.5))
    server.call_all(orders(run, 3, stream=True))
    run.settle()


@scenario("web UI: a line a request, noise of its libraries, a full queue (which leaves no line), failures, a hung stream")
def webui(run):
    from serve_web import Server

    server = Server(run)
    server.call_all(orders(run, 4))
    server.call_all(orders(run, 10), at_once=8)
    server.call(failing(run, "oom_2_3", "flow"))
    server.call(failing(run, "bad_token", "llm", stream=True, patience=1.5))
    server.call_all(orders(run, 4, stream=True))
