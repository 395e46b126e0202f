"""The calls that servers make, and the records that they leave in the log."""
import logging
import time

from cosyvoice.cli.frontend import Frontend
from cosyvoice.cli.model import Model
from tqdm import tqdm


class CosyVoice3:
    def __init__(self):
        logging.info("input frame rate=25")
        self.frontend = Frontend()
        self.model = Model()
        print("Removing weight norm...")

    def inference(self, request):
        """Yields the seconds of each piece of audio."""
        if request.order.mode == "vc":
            return self.inference_vc(request)
        return self.inference_text(request)

    def inference_text(self, request):
        order = request.order
        for index, text in enumerate(tqdm(self.frontend.split(order.text))):
            self.frontend.prepare(order, text, index)
            if order.mode == "zero_shot" and len(text) < 0.5 * len(order.prompt_text):
                logging.warning("synthesis text {} too short than prompt text {}, this may lead to bad performance"
                                .format(text, order.prompt_text))
                request.warned_short()
            start_time = time.time()
            logging.info("synthesis text {}".format(text))
            segment = request.segment(start_time, text)
            for speech_len in self.model.tts(order, index, order.tokens(text), order.stream):
                now = time.time()
                rtf = (now - start_time) / speech_len
                logging.info("yield speech len {}, rtf {}".format(speech_len, rtf))
                segment.yielded(start_time, now, speech_len, rtf)
                yield speech_len
                start_time = time.time()
            segment.finished()

    def inference_vc(self, request):
        order = request.order
        self.frontend.prepare(order, "", 0)
        start_time = time.time()
        segment = request.segment(start_time, None)
        for speech_len in self.model.tts(order, 0, order.vc_tokens, order.stream):
            now = time.time()
            rtf = (now - start_time) / speech_len
            logging.info("yield speech len {}, rtf {}".format(speech_len, rtf))
            segment.yielded(start_time, now, speech_len, rtf)
            yield speech_len
            start_time = time.time()
        segment.finished()
