"""CosyVoice's classes with a model that sleeps. The loops, the clock readings and the
threads are where upstream has them."""
import threading
import time


class Audio:
    def __init__(self, seconds, sample_rate):
        self.shape = (1, int(seconds * sample_rate))


class Model:
    def __init__(self):
        self.death = None  # what the thread of the next segment dies of
        self.failure = None  # what the next segment fails with
        self.tidying = 0.0

    def llm_job(self):
        if self.death is not None:
            raise self.death

    def tts(self, stream, sample_rate, chunks):
        thread = threading.Thread(target=self.llm_job)
        thread.start()
        thread.join()
        for _ in range(chunks if stream else 1):
            time.sleep(0.03)
            if self.failure is not None:
                raise self.failure
            yield {"tts_speech": Audio(0.5, sample_rate)}
        time.sleep(self.tidying)


class CosyVoice:
    """The first generation."""

    def __init__(self):
        self.sample_rate = 24000
        self.model = Model()
        self.chunks = 3
        self.front_end = 0.0
        self.compute = 0.0  # what upstream would log: the sum of rtf times length

    def segments(self, text):
        return text.split(".") if isinstance(text, str) else ["".join(text)]

    def speak(self, text, stream):
        for _ in self.segments(text):
            time.sleep(self.front_end)
            start_time = time.time()
            for output in self.model.tts(stream, self.sample_rate, self.chunks):
                self.compute += time.time() - start_time
                yield output
                start_time = time.time()

    def inference_sft(self, tts_text, spk_id, stream=False, speed=1.0, text_frontend=True):
        """Speaks in a trained voice."""
        return (yield from self.speak(tts_text, stream))

    def inference_zero_shot(self, tts_text, prompt_text, prompt_wav, zero_shot_spk_id="", stream=False):
        yield from self.speak(tts_text, stream)

    def inference_instruct(self, tts_text, spk_id, instruct_text, stream=False):
        yield from self.speak(tts_text, stream)

    def inference_vc(self, source_wav, prompt_wav, stream=False, speed=1.0):
        yield from self.speak("", stream)


class CosyVoice2(CosyVoice):
    def inference_instruct(self, *args, **kwargs):
        raise NotImplementedError("inference_instruct is not implemented for CosyVoice2!")

    inference_cross_lingual = property(lambda self: "not a function")

    def inference_instruct2(self, tts_text, instruct_text, prompt_wav, zero_shot_spk_id="", stream=False):
        yield from self.speak(tts_text, stream)


class CosyVoice3(CosyVoice2):
    def inference_instruct(self, *args, **kwargs):
        return ["not a generator"]

    def inference_instruct2(self, tts_text, instruct_text, prompt_wav, zero_shot_spk_id="", stream=False):
        yield from super().inference_instruct2(tts_text, instruct_text, prompt_wav, stream=stream)

    def inference_cross_lingual(self, tts_text, prompt_wav, zero_shot_spk_id="", stream=False):
        """What goes into a generator comes out of it, one way or another."""
        heard = []
        while len(heard) < 9:
            try:
                heard.append((yield len(heard)))
            except KeyError as error:
                heard.append(repr(error))
            except GeneratorExit:
                print("closed after", heard)
                raise
            if heard[-1] == "enough":
                return heard
