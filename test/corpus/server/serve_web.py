"""A web UI: two workers, a short queue, and the noise of the libraries that convert audio."""
import logging
import queue
import threading
import time
import traceback
import warnings

import noise


class Server:
    def __init__(self, run, workers=2, places=3):
        self.truth, self.model = run.truth, run.model()
        self.queue = queue.Queue(places)
        warnings.simplefilter("always")  # as Gradio does
        for _ in range(workers):
            threading.Thread(target=self.work, daemon=True).start()
        noise.startup()
        # Python keeps this back until something else flushes: it may come after the first request.
        print("* Running on local URL:  http://0.0.0.0:50000\n")
        print("To create a public link, set `share=True` in `launch()`.")
        self.truth.ready()

    def work(self):
        while True:
            request, done = self.queue.get()
            logging.info("get {} inference request".format(request.order.mode))
            try:
                for seconds in request.watch(self.model.inference(request)):
                    warnings.warn("Trying to convert audio automatically from float32 to 16-bit int format.")
                    noise.convert(seconds)
            except Exception:
                traceback.print_exc()
            done.set()

    def call(self, order):
        request = self.truth.request(order, len(self.model.frontend.split(order.text)))
        done = threading.Event()
        try:
            self.queue.put_nowait((request, done))
        except queue.Full:
            request.ended("refused")
            return
        if done.wait(order.patience):
            request.ended()
        else:
            request.ended("hung", gave_up_after_s=order.patience)

    def call_all(self, orders, at_once=1):
        pending = list(orders)

        def client():
            while pending:
                self.call(pending.pop(0))
                time.sleep(0.02)

        clients = [threading.Thread(target=client) for _ in range(at_once)]
        for thread in clients:
            thread.start()
        for thread in clients:
            thread.join()
