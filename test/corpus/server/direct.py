"""A program that calls the model itself, as README examples and small wrappers do."""
import random
import threading
import time
import traceback
from concurrent.futures import ThreadPoolExecutor


class Caller:
    def __init__(self, model, truth):
        self.model, self.truth = model, truth
        self.held = []  # generators of clients that neither read nor close
        self.draw = random.Random(0)

    def call(self, order):
        """Returns when the request ended, or when its client lost patience."""
        planned = 0 if order.mode == "vc" else len(self.model.frontend.split(order.text))
        request = self.truth.request(order, planned)
        thread = threading.Thread(target=self.speak, args=(request,), daemon=True)
        thread.start()
        thread.join(order.patience)
        if thread.is_alive():
            request.ended("hung", gave_up_after_s=order.patience)

    def call_all(self, orders, at_once=1, apart=0.02):
        """Each client waits so many seconds before a request, on average."""
        def client(order):
            time.sleep(self.draw.uniform(0, 2 * apart))
            self.call(order)

        with ThreadPoolExecutor(at_once) as clients:
            list(clients.map(client, orders))

    def speak(self, request):
        order = request.order
        speeches = request.watch(self.model.inference(request))
        try:
            for count, _ in enumerate(speeches, 1):
                time.sleep(order.pause)
                if order.abandon and count == order.abandon_after:
                    request.ended("abandoned")
                    self.held.append(speeches)
                    if order.abandon == "close":
                        speeches.close()
                    return
        except Exception:
            traceback.print_exc()
        request.ended()
