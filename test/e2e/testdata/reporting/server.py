"""A server that synthesises at each line of its standard input: so many requests, on two
threads, and tells of each on its standard output what its client saw."""
import json
import logging
import sys
import threading
import time
import traceback

logging.basicConfig(level=logging.DEBUG, format="%(asctime)s %(levelname)s %(message)s")

import torch  # noqa: F401  the model has loaded it
from cosyvoice.cli.cosyvoice import CosyVoice3

voice = CosyVoice3()
truth = open(sys.argv[sys.argv.index("--truth") + 1], "a", buffering=1)


def request(number):
    text = "今天天气很好，我们一起去公园走走吧。|" * (number % 3) + ("no memory" if number % 5 == 4 else "明天有雨。")
    seen = dict(mode="sft", stream=number % 2 == 0, outcome="ok", start=time.time(), audio_seconds=0, chunks=0,
                segments=number % 3 + 1, characters=len(text))
    spoken = voice.inference_sft(text, "", stream=seen["stream"])
    try:
        for chunk in spoken:
            seen["audio_seconds"] += chunk["tts_speech"].shape[1] / voice.sample_rate
            seen["chunks"] += 1
            seen["last_yield"] = time.time()
            if number % 7 == 6:
                seen["outcome"] = "abandoned"
                break
    except torch.OutOfMemoryError:
        traceback.print_exc()
        seen.update(outcome="error", error="out_of_memory")
    spoken.close()
    seen["end"] = time.time()
    truth.write(json.dumps(seen) + "\n")


def client(numbers):
    for number in numbers:
        request(number)


logging.info("Application startup complete.")
for line in sys.stdin:
    count = int(line)
    clients = [threading.Thread(target=client, args=(range(first, count, 2),)) for first in (0, 1)]
    for thread in clients:
        thread.start()
    for thread in clients:
        thread.join()
