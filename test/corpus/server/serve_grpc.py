"""A gRPC server with upstream's service name and records, without generated code."""
import logging
import time
from concurrent import futures

import grpc

METHOD = "/cosyvoice.CosyVoice/Inference"


class Server:
    def __init__(self, run):
        self.truth, self.model, self.requests = run.truth, run.model(), {}
        logging.info("grpc service initialized")
        server = grpc.server(futures.ThreadPoolExecutor(4), maximum_concurrent_rpcs=4)
        handler = grpc.unary_stream_rpc_method_handler(self.inference)
        server.add_generic_rpc_handlers(
            (grpc.method_handlers_generic_handler("cosyvoice.CosyVoice", {"Inference": handler}),))
        self.server, port = server, server.add_insecure_port("127.0.0.1:0")
        server.start()
        logging.info("server listening on 0.0.0.0:50000")
        self.channel = grpc.insecure_channel("127.0.0.1:%d" % port)
        self.truth.ready()

    def inference(self, number, context):
        request = self.requests[int(number)]
        logging.info("get {} inference request".format(request.order.mode))
        speeches = request.watch(self.model.inference(request))
        logging.info("send inference response")
        for seconds in speeches:
            yield bytes(round(seconds * 100))

    def call(self, order):
        request = self.truth.request(order, len(self.model.frontend.split(order.text)))
        self.requests[request.number] = request
        answers = self.channel.unary_stream(METHOD)(str(request.number).encode(), timeout=order.patience)
        outcome, gave_up = None, None
        try:
            for count, _ in enumerate(answers, 1):
                if order.abandon and count == order.abandon_after:
                    answers.cancel()
                    outcome = "abandoned"
                    break
        except grpc.RpcError as raised:
            if raised.code() == grpc.StatusCode.DEADLINE_EXCEEDED:
                outcome, gave_up = "hung", order.patience
        request.ended(outcome, gave_up_after_s=gave_up)

    def call_all(self, orders, at_once=1):
        def client(order):
            self.call(order)
            time.sleep(0.02)

        with futures.ThreadPoolExecutor(at_once) as clients:
            list(clients.map(client, orders))
