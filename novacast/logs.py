"""The log: text for people or JSON for machines, each line with the request or job that it belongs to."""

import json
import logging
import re
import sys
from collections import deque
from collections.abc import Sequence
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TextIO

from novacast.records import dataclass

context: ContextVar[str] = ContextVar("log_context", default="")
"""The id of the request or job under way in this task; stands in each of its lines."""


def configure(level: str, form: str, stream: TextIO | None = None) -> None:
    """Send everything of weight `level` and more to `stream` (standard error), as `text` or `json`."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(_Json() if form == "json" else _Text())
    root = logging.getLogger()
    root.handlers[:] = [handler, ring]
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


@dataclass(frozen=True, slots=True)
class Line:
    n: int
    """Numbers go up by one; those of a process begin with 1."""
    at: str
    """ISO 8601 in UTC."""
    level: str
    logger: str
    message: str
    context: str
    """Of the request or job; empty where there is none."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which lines; empty: all."""

    behind: int = 0
    """Those with greater numbers."""
    level: str = "debug"
    """The least weight."""
    words: str = ""
    """A part of message, logger or context, in any case."""


class Ring(logging.Handler):
    """The last lines, in memory, of this process and of the worker that it started: for who can't read the journal."""

    def __init__(self, most: int = 5000) -> None:
        super().__init__()
        self._kept: deque[Line] = deque(maxlen=most)
        self.last = 0
        """Number of the newest line."""
        self._half = b""

    def emit(self, record: logging.LogRecord) -> None:
        at = _utc(record.created)
        message = record.getMessage()
        if record.exc_info and record.exc_info[1] is not None:
            message = f"{message}: {record.exc_info[1]!r}"
        if record.name == "novacast.access" and _LOOK.match(message):
            return
        self._keep(at, record.levelname.lower(), record.name, message[:LONGEST], context.get())

    def feed(self, data: bytes) -> None:
        """What another process of ours wrote to its own log, as it comes."""
        *whole, self._half = (self._half + data).split(b"\n")
        self._half = self._half[-LONGEST:]
        for raw in whole:
            self._read(raw.decode(errors="replace")[:LONGEST])

    def lines(self, wanted: Wanted, most: int = 500) -> Sequence[Line]:
        """In their order, the newest at most."""
        found = [line for line in tuple(self._kept) if _fits(line, wanted)]
        return found[-most:]

    def _read(self, text: str) -> None:
        try:
            told = json.loads(text)
            line = (told["at"], told["level"], told["logger"], told["message"], told.get("context", ""))
        except (ValueError, KeyError, TypeError):
            if (match := _TEXT.match(text)) is not None:
                line = match["at"].replace(" ", "T"), match["level"].lower(), match["logger"], match["message"], ""
            elif text.strip():
                line = "", "info", "worker", text, ""
            else:
                return
        self._keep(*map(str, line))

    def _keep(self, at: str, level: str, logger: str, message: str, mark: str) -> None:
        self.last += 1
        self._kept.append(Line(self.last, at, level, logger, message, mark))


LONGEST = 4000
LEVELS = ("debug", "info", "warning", "error", "critical")
_TEXT = re.compile(r"(?P<at>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d),\d+ (?P<level>[A-Z]+) +(?P<logger>\S+) (?P<message>.*)")
_LOOK = re.compile(r"GET (/api/v1/admin/\S* (200|499) |/api/v1/\S+ 200 .* local -$)")
"""What a console asks every two seconds while it is open, of its own routes and, at the socket, of those of others: it
would bury all else here. The journal has it."""
ring = Ring()
"""Of this process."""


def _fits(line: Line, wanted: Wanted) -> bool:
    heavy = LEVELS.index(line.level) >= LEVELS.index(wanted.level) if line.level in LEVELS else True
    words = wanted.words.lower()
    return (
        line.n > wanted.behind
        and heavy
        and (not words or any(words in part.lower() for part in (line.message, line.logger, line.context)))
    )


def _utc(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
