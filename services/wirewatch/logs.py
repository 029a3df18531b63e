"""Logs with structlog: readable on a terminal, one JSON object a line elsewhere. Never an article's text."""

import logging
import sys
import time
from collections.abc import Callable

import structlog

from wirewatch.settings import Settings

_COMMON: tuple[structlog.types.Processor, ...] = (
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
)


# How often a library may say the same.
_REPEATED_SECONDS = 30.0
# Messages that are different each time are not remembered for ever.
_REMEMBERED = 1000


class Seldom(logging.Filter):
    """Lets the same message of a library through once in a while, with the number of those left out.

    Else a broker that is down would be logged many times a second.

    ``clock``: seconds that only go forward.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._said: dict[tuple[str, str], tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether to log it: what differs in its arguments only is the same."""
        key = (record.name, str(record.msg))
        now = self._clock()
        since, left_out = self._said.get(key, (now - _REPEATED_SECONDS, 0))
        if now - since < _REPEATED_SECONDS:
            self._said[key] = (since, left_out + 1)
            return False
        if len(self._said) >= _REMEMBERED:
            self._said = {old: said for old, said in self._said.items() if now - said[0] < _REPEATED_SECONDS}
        self._said[key] = (now, 0)
        if left_out:
            record.msg, record.args = f"{record.getMessage()} (and {left_out} more like it)", ()
        return True


def configure_logs(settings: Settings) -> None:
    """Log to standard error from now on."""
    structlog.configure(
        processors=[*_COMMON, _renderer(settings)],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, settings.log_level.upper())),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


def capture_library_logs(settings: Settings) -> None:
    """Log the warnings of libraries in the same form, each now and then only."""
    handler = logging.StreamHandler(sys.stderr)
    processors = [structlog.stdlib.add_logger_name, *_COMMON]
    handler.addFilter(Seldom())
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processor=_renderer(settings), foreign_pre_chain=processors))
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)


def _renderer(settings: Settings) -> structlog.types.Processor:
    as_text = settings.log_format == "text" or (settings.log_format == "auto" and sys.stderr.isatty())
    return structlog.dev.ConsoleRenderer() if as_text else structlog.processors.JSONRenderer()
