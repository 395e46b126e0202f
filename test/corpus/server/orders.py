"""What a client asks for, and how it behaves."""
import random
from dataclasses import dataclass
from typing import Optional

from cases import Fault
from texts import ASSISTANT, PROMPT


@dataclass
class Order:
    mode: str
    text: str = ""
    stream: bool = False
    speaker: str = "中文女"
    prompt_text: str = ASSISTANT + PROMPT
    prompt_file: str = "prompt.wav"
    fault: Optional[Fault] = None
    pace: float = 1.0  # compute time against the usual
    length: float = 1.0  # audio against the usual; 20 is a runaway
    vc_tokens: int = 120
    pause: float = 0.0  # seconds that the client takes after each piece of audio
    abandon: Optional[str] = None  # "close": stops reading; "hold": keeps the generator, reads no more; "early": before the answer
    abandon_after: int = 1  # pieces
    patience: float = 30.0  # seconds until a client without audio gives up

    def tokens(self, text):
        """The tokens of the speech of a text, the same at each run."""
        draw = random.Random(text)
        rate = 5.5 if any(ord(character) > 0x2E80 for character in text) else 1.6
        return max(10, round(len(text) * rate * draw.uniform(0.85, 1.15) * self.length))


MODES = ["sft", "zero_shot", "cross_lingual", "instruct2"]


def mixed(texts, count, segments=(1, 2, 3), stream=False, **more):
    """Orders of all modes."""
    made = []
    for index in range(count):
        streamed = index % 2 == 0 if stream == "mixed" else stream
        text = texts.text(segments[index % len(segments)], english=index % 5 == 4)
        made.append(Order(MODES[index % 4], text, streamed, **more))
    return made
