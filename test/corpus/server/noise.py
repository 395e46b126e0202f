"""What other libraries write to a root logger at DEBUG. Some of it quotes the records themselves."""
import logging

BANNER = [
    "ffmpeg version 6.1.1 Copyright (c) 2000-2023 the FFmpeg developers",
    "  built with gcc 13 (conda-forge)",
    "  libavutil      58. 29.100 / 58. 29.100",
    "  libavcodec     60. 31.102 / 60. 31.102",
    "Input #0, wav, from '/tmp/tmpk2vq81aw':",
]
QUOTED = [
    "2025-06-02 18:35:56,609 INFO yield speech len 3.0, rtf 0.1",
    "synthesis text somebody else's",
    "Traceback (most recent call last):",
    "torch.cuda.OutOfMemoryError: CUDA out of memory. Tried to allocate 1.00 GiB",
    "100%|##########| 4/4 [00:01<00:00,  3.00it/s]",
]


def startup():
    connection = logging.getLogger("httpcore.connection")
    connection.debug("connect_tcp.started host='localhost' port=50000 local_address=None timeout=None")
    connection.debug("connect_tcp.complete return_value=<httpcore._backends.sync.SyncStream object at 0x7f3c8c0a1b40>")
    logging.getLogger("httpx").info('HTTP Request: HEAD http://localhost:50000/ "HTTP/1.1 200 OK"')
    logging.getLogger("asyncio").debug("Using selector: EpollSelector")


def convert(seconds):
    converter = logging.getLogger("pydub.converter")
    converter.debug("subprocess.call(['ffmpeg', '-y', '-f', 'wav', '-i', '/tmp/tmpk2vq81aw', '-f', 'adts', '/tmp/out'])")
    for line in BANNER:
        converter.debug("subprocess output: %r", line.encode())
    converter.debug("subprocess output: %r", b"  Duration: 00:00:%05.2f, bitrate: 384 kb/s" % seconds)


def quotes():
    """Records inside of other lines: none of them is one."""
    form = logging.getLogger("multipart.multipart")
    wrapper = logging.getLogger("wrapper")
    for line in QUOTED:
        form.debug("Calling on_part_data with data[%r]", line.encode())
        logging.getLogger("pydub.converter").debug("subprocess output: %r", line.encode())
        wrapper.info('{"level": "info", "message": "%s"}', line)
        wrapper.info("answered: %s", line)
        wrapper.debug("> %s", line)


def endless(tokens):
    """One line of about seven bytes a token."""
    logging.getLogger("model").debug("speech_tokens: len: %d  data: %s", tokens, [token * 37 % 6561 for token in range(tokens)])
