"""A FastAPI server, and clients that use it well or badly."""
import http.client
import socket
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode

import cases
import uvicorn
from fastapi import FastAPI, File, Form, Header, UploadFile
from fastapi.responses import StreamingResponse

BOUNDARY = "b0undary"


def application(model, requests):
    app = FastAPI()

    def pcm(speeches):
        for seconds in speeches:
            yield bytes(2 * round(seconds * 24000))

    def answer(number):
        request = requests[number]
        return StreamingResponse(pcm(request.watch(model.inference(request))))

    def load(number, upload):
        """Reads the prompt before the answer starts, so that a bad one is answered with 500."""
        if upload.filename == "broken.wav":
            raised = cases.error("bad_wav")
            requests[number].failed(raised)
            raise raised

    @app.get("/inference_sft")
    @app.post("/inference_sft")
    async def inference_sft(tts_text: str = Form(), spk_id: str = Form(), x_request: int = Header()):
        return answer(x_request)

    @app.get("/inference_zero_shot")
    @app.post("/inference_zero_shot")
    async def inference_zero_shot(tts_text: str = Form(), prompt_text: str = Form(),
                                  prompt_wav: UploadFile = File(), x_request: int = Header()):
        load(x_request, prompt_wav)
        return answer(x_request)

    @app.get("/inference_instruct2")
    @app.post("/inference_instruct2")
    async def inference_instruct2(tts_text: str = Form(), prompt_wav: UploadFile = File(), x_request: int = Header()):
        return answer(x_request)

    return app


class Server:
    def __init__(self, run):
        self.truth, self.model = run.truth, run.model()
        self.requests, self.access, self.probes = {}, Counter(), []
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        config = uvicorn.Config(application(self.model, self.requests), host="127.0.0.1", port=self.port)
        server = uvicorn.Server(config)
        threading.Thread(target=server.run, daemon=True).start()
        while not server.started:
            time.sleep(0.05)
        self.truth.ready()

    def probe(self, method, path, expected):
        """A request that is no synthesis."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port)
        connection.request(method, path)
        status = connection.getresponse().status
        assert status == expected, status
        self.probes.append({"t": time.time(), "method": method, "path": path, "status": status})
        self.answered(method, path, status)

    def answered(self, method, path, status):
        self.access["%s %s %d" % (method, path, status)] += 1

    def call_all(self, orders, at_once=1):
        with ThreadPoolExecutor(at_once) as clients:
            list(clients.map(self.call, orders))

    def call(self, order, method="POST"):
        request = self.truth.request(order, len(self.model.frontend.split(order.text)))
        number = request.number
        self.requests[number] = request
        path = "/inference_" + order.mode
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=order.patience)
        body, kind = form(order)
        connection.request(method, path, body, {"X-Request": str(number), "Content-Type": kind})
        told = {"status": None, "bytes": 0, "cut": True, "method": method, "path": path}
        outcome, gave_up = None, None
        try:
            self.read(connection, order, told)
        except Left:
            outcome = "abandoned"
        except TimeoutError:
            outcome, gave_up, told["cut"] = "hung", order.patience, "timeout"
        except http.client.HTTPException:
            pass  # the server broke off; why is what the model's side tells
        connection.close()
        # Upstream's answer starts before the synthesis: whoever left before saw a 200 written too.
        self.answered(method, path, told["status"] or 200)
        request.ended(outcome, http=told, gave_up_after_s=gave_up)

    def read(self, connection, order, told):
        if order.abandon == "early":
            time.sleep(0.1)
            raise Left
        response = connection.getresponse()
        told["status"] = response.status
        while True:
            piece = response.read1(65536)
            if not piece:
                break
            told["bytes"] += len(piece)
            if order.abandon == "close":
                raise Left
        told["cut"] = False


class Left(Exception):
    """The client has gone."""


def form(order):
    fields = {"tts_text": order.text, "spk_id": order.speaker, "prompt_text": order.prompt_text}
    if order.mode == "sft":
        return urlencode(fields), "application/x-www-form-urlencoded"
    parts = ['--%s\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (BOUNDARY, name, value)
             for name, value in fields.items()]
    parts.append('--%s\r\nContent-Disposition: form-data; name="prompt_wav"; filename="%s"\r\n\r\n%s\r\n--%s--\r\n'
                 % (BOUNDARY, order.prompt_file, "RIFF" * 200, BOUNDARY))
    return "".join(parts).encode(), "multipart/form-data; boundary=" + BOUNDARY
