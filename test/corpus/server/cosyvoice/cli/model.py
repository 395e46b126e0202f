"""The model: one thread makes tokens, the caller's makes audio of them."""
import threading
import time

import cases

SAMPLE_RATE = 24000
TOKEN_SECONDS = 0.04
LLM_SECONDS = 0.0004  # a token; with the flow a real time factor of about 0.02
FLOW_SECONDS = 0.0003
LOOKAHEAD = 3
HELD_BACK = 4  # tokens of which the vocoder keeps the audio for the next chunk
POLL_SECONDS = 0.02


class Job:
    """The tokens of one segment while they are made."""

    def __init__(self):
        self.tokens = 0
        self.ended = False


class Model:
    def __init__(self):
        # Shared by all requests and never reset, like upstream's: later streams start later.
        self.token_hop_len = 25
        self.token_max_hop_len = 100

    def llm_job(self, job, order, index, wanted):
        while job.tokens < wanted:
            if order.fault and order.fault.strikes("llm", index, job.tokens):
                order.fault.strike()
            step = min(5, wanted - job.tokens)
            time.sleep(step * LLM_SECONDS * order.pace)
            job.tokens += step
        job.ended = True

    def vc_job(self, job, wanted):
        job.tokens = wanted
        job.ended = True

    def token2wav(self, order, index, tokens, before=0, chunk=0):
        """Takes time for the tokens before these too, since the flow reads them again."""
        if tokens == 0:
            raise cases.error("no_tokens")
        assert self.execute_async_v3(order, index, chunk) is True
        time.sleep((tokens + before / 10) * FLOW_SECONDS * order.pace)
        return tokens

    def execute_async_v3(self, order, index, chunk):
        """Fails as TensorRT does, by its return value, or as torch does."""
        if order.fault and order.fault.strikes("flow", index, chunk):
            if order.fault.case == "trt_execute":
                return False
            order.fault.strike()
        return True

    def tts(self, order, index, wanted, stream):
        """Yields seconds of audio."""
        job = Job()
        if order.mode == "vc":
            thread = threading.Thread(target=self.vc_job, args=(job, wanted))
        else:
            thread = threading.Thread(target=self.llm_job, args=(job, order, index, wanted))
        thread.daemon = True
        thread.start()
        if stream:
            yield from self.stream(job, order, index)
        else:
            thread.join()
            yield seconds(self.token2wav(order, index, job.tokens))

    def stream(self, job, order, index):
        done, chunk = 0, 0
        while not (job.ended and job.tokens - done < self.token_hop_len + LOOKAHEAD):
            time.sleep(POLL_SECONDS)
            hop = self.token_hop_len
            if job.tokens - done >= hop + LOOKAHEAD:
                held = HELD_BACK if chunk == 0 else 0
                yield seconds(self.token2wav(order, index, hop, done, chunk) - held)
                done, chunk = done + hop, chunk + 1
                self.token_hop_len = min(2 * hop, self.token_max_hop_len)
        held = HELD_BACK if chunk else 0
        yield seconds(self.token2wav(order, index, job.tokens - done, done, chunk) + held)


def seconds(tokens):
    return round(tokens * TOKEN_SECONDS * SAMPLE_RATE) / SAMPLE_RATE
