"""CosyVoice's class with a model that sleeps. The loops, the log lines and the threads are
where upstream has them."""
import logging
import threading
import time


class Audio:
    def __init__(self, seconds, sample_rate):
        self.shape = (1, int(seconds * sample_rate))


class CosyVoice3:
    sample_rate = 24000

    def tts(self, text, stream):
        thread = threading.Thread(target=self.llm_job)
        thread.start()
        thread.join()
        for _ in range(3 if stream else 1):
            time.sleep(0.1)
            if "memory" in text:
                import torch

                raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 1.05 GiB. GPU 0 has a total capacity of 23.64 GiB of which 512.69 MiB is free.")
            yield {"tts_speech": Audio(1.5 if stream else 5.5, self.sample_rate)}

    def llm_job(self):
        time.sleep(0.02)

    def inference_sft(self, tts_text, spk_id, stream=False, speed=1.0, text_frontend=True):
        for part in tts_text.split("|"):
            start_time = time.time()
            logging.info("synthesis text {}".format(part))
            for output in self.tts(part, stream):
                speech_len = output["tts_speech"].shape[1] / self.sample_rate
                logging.info("yield speech len {}, rtf {}".format(speech_len, (time.time() - start_time) / speech_len))
                yield output
                start_time = time.time()
