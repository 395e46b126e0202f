"""What stands before a record: upstream's format, and those of programs that configure logging first."""
import inspect
import logging
import sys

UPSTREAM = "asctime level message"

FORMATS = {
    UPSTREAM: "%(asctime)s %(levelname)s %(message)s",
    "asctime - level - message": "%(asctime)s - %(levelname)s - %(message)s",
    "asctime - name - level - message": "%(asctime)s - %(name)s - %(levelname)s - %(message)s",
    "[asctime] [level] message": "[%(asctime)s] [%(levelname)s] %(message)s",
}


class ToLoguru(logging.Handler):
    def emit(self, record):
        from loguru import logger

        depth, frame = 0, inspect.currentframe()
        while frame and (depth == 0 or frame.f_code.co_filename == logging.__file__):
            frame, depth = frame.f_back, depth + 1
        logger.opt(depth=depth, exception=record.exc_info).log(record.levelname, record.getMessage())


def configure(prefix, level):
    if prefix == "level:name:message":
        logging.basicConfig(level=level)
    elif prefix == "loguru":
        from loguru import logger

        logger.remove()
        logger.add(sys.stderr, level=level)
        logging.basicConfig(handlers=[ToLoguru()], level=level)
    else:
        logging.basicConfig(level=level, format=FORMATS[prefix])
