"""Structured logs of a serving process: one line an event on standard error, and to syslog where the site wants it.

Rules: lines are readable on a terminal and JSON elsewhere, unless the settings say which. Secrets and the names of people
and devices stay out: fields of such names are withheld, and of an unforeseen error only its type and places are written,
for its words may hold anything. What libraries log by Python's own logging takes the same way.
"""

import logging
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any

import structlog

from calvox.common.settings import Interface
from calvox.common.syslog import Syslog

PRIVATE = frozenset(
    {"holder", "holders", "name", "user", "person", "device", "caller", "client", "rhost", "email", "recipients"}
    | {"password", "passphrase", "secret", "call_word", "code", "token", "tokens", "key", "salt", "body", "claims"}
)
"""Names of fields that never reach a log, whoever wrote the line."""
WITHHELD = "[withheld]"
_PLAIN_MODULES = frozenset(("apsw", "ssl", "sqlite3"))
"""Where errors come from whose words are about files and sockets, besides OSError."""

Line = MutableMapping[str, Any]


def configure(chosen: Interface = Interface()) -> None:  # noqa: B008 - it cannot be changed
    """Set logging up for a serving process.

    Raises:
        BadSettings: the address for syslog is not well formed.
    """
    level = getattr(logging, chosen.log_level.upper())
    as_text = chosen.log_format == "text" or (not chosen.log_format and sys.stderr.isatty())
    aside = [_Aside(Syslog(chosen.syslog))] if chosen.syslog else []
    colours = sys.stderr.isatty()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            told_error,
            withhold,
            *aside,
            structlog.dev.ConsoleRenderer(colors=colours) if as_text else structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    root = logging.getLogger()
    root.handlers[:] = [_FromLibraries()]
    root.setLevel(max(level, logging.WARNING))


def withhold(logger: Any, method: str, line: Line) -> Line:
    """Take out what must not be in a log."""
    for field in PRIVATE & set(line):
        line[field] = WITHHELD
    return line


def told_error(logger: Any, method: str, line: Line) -> Line:
    """Write an error as its type and the places where it passed; its words only if they are about files and sockets."""
    told = line.pop("exc_info", None)
    error = sys.exc_info()[1] if told is True else told[1] if isinstance(told, tuple) else told
    if isinstance(error, BaseException):
        kind = type(error)
        plain = isinstance(error, OSError) or kind.__module__.partition(".")[0] in _PLAIN_MODULES
        line["error"] = f"{kind.__name__}: {error}" if plain else kind.__name__
        line["places"] = [f"{at.filename}:{at.lineno} {at.name}" for at in traceback.extract_tb(error.__traceback__)]
    return line


class _Aside:
    """A step that sends each line to syslog, as JSON, before it is written here."""

    def __init__(self, syslog: Syslog) -> None:
        self._syslog = syslog
        self._render = structlog.processors.JSONRenderer()

    def __call__(self, logger: Any, method: str, line: Line) -> Line:
        text = self._render(logger, method, dict(line))
        self._syslog.send(line["level"], line["timestamp"], str(text))
        return line


class _FromLibraries(logging.Handler):
    """Takes what libraries log."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write it as one of our lines."""
        log = structlog.get_logger()
        log.log(record.levelno, record.getMessage().strip(), source=record.name, exc_info=record.exc_info)
