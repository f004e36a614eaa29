"""The log: text for people or JSON for machines, each line with the request or job that it belongs to."""

import json
import logging
import sys
from contextvars import ContextVar
from typing import TextIO

context: ContextVar[str] = ContextVar("log_context", default="")
"""The id of the request or job under way in this task; stands in each of its lines."""


def configure(level: str, form: str, stream: TextIO | None = None) -> None:
    """Send everything of weight `level` and more to `stream` (standard error), as `text` or `json`."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(_Json() if form == "json" else _Text())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    # Libraries that narrate; their warnings are wanted, their chatter is not.
    for name in ("huey", "asyncio", "aiosqlite", "aiohttp.access", "aiohttp.web", "stripe"):
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))


class _Text(logging.Formatter):
    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(name)s %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        line = super().formatMessage(record)
        return f"{line} [{mark}]" if (mark := context.get()) else line


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S") + f".{int(record.msecs):03d}",
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if mark := context.get():
            line["context"] = mark
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)
