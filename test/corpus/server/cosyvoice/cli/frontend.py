"""Splits texts into segments and prepares prompts."""
import logging
import re

import cases

SENTENCE = re.compile(r"[^。！？.!?]*[。！？.!?]+\s*|[^。！？.!?]+$")
FULL_SEGMENT = 55
SPEAKERS = {"中文女": 0, "英文男": 1}


class Frontend:
    def __init__(self):
        self.spk2info = SPEAKERS
        logging.info("use wetext frontend")

    def split(self, text):
        """Joins sentences to segments. A text with a control mark stays whole, as upstream's does."""
        if "<|" in text and "|>" in text:
            return [text]
        segments = [""]
        for sentence in SENTENCE.findall(text):
            if len(segments[-1]) >= FULL_SEGMENT:
                segments.append("")
            segments[-1] += sentence
        return [segment.strip() for segment in segments]

    def prepare(self, order, segment, index):
        """Does what precedes the compute time that the log tells."""
        if order.mode == "sft":
            self.spk2info[order.speaker]
        if order.fault and order.fault.strikes("frontend", index):
            order.fault.strike()
        cases.use_gpu()
