"""Logs with structlog: readable on a terminal, one JSON object a line elsewhere. Never an article's text."""

import logging
import sys

import structlog

from wirewatch.settings import Settings

_COMMON: tuple[structlog.types.Processor, ...] = (
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
)


def configure_logs(settings: Settings) -> None:
    """Log to standard error from now on."""
    structlog.configure(
        processors=[*_COMMON, _renderer(settings)],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, settings.log_level.upper())),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


def capture_library_logs(settings: Settings) -> None:
    """Log the warnings of libraries in the same form."""
    handler = logging.StreamHandler(sys.stderr)
    processors = [structlog.stdlib.add_logger_name, *_COMMON]
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processor=_renderer(settings), foreign_pre_chain=processors))
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)


def _renderer(settings: Settings) -> structlog.types.Processor:
    as_text = settings.log_format == "text" or (settings.log_format == "auto" and sys.stderr.isatty())
    return structlog.dev.ConsoleRenderer() if as_text else structlog.processors.JSONRenderer()
