"""The last lines a child wrote to stderr, with whatever opens a door masked."""

import codecs
import re
from collections import deque

LINES = 100
LINE_LENGTH = 500
_CUT = 2000
"""Masking sees more of a line than is shown, so that a cut never uncovers half a secret."""

_USER = re.compile(r"(?P<scheme>\b[a-z][a-z0-9+.-]{0,15}://)[^/\s@'\"]*@", re.IGNORECASE)
_STREAM_KEY = re.compile(r"(?P<keep>\b(?:rtmp|whip)[a-z]*://[^/\s'\"]+/[^/\s'\"?]*)/[^\s'\"]+", re.IGNORECASE)
_QUERY = re.compile(r"(?P<keep>\b[a-z][a-z0-9+.-]{0,15}://[^\s'\"?#]*)[?#][^\s'\"]*", re.IGNORECASE)
_NAMED = re.compile(
    r"(?P<name>\b(?:authorization|password|passphrase|passwd|secret|streamid|token|api_?key|key|signature)\b\s*[:=]\s*)"
    r"(?:bearer\s+|basic\s+)?[^\s&'\",;]+",
    re.IGNORECASE,
)


def masked(text: str) -> str:
    """`text` without user:password@, query strings, fragments, RTMP and WHIP stream keys and named secrets."""
    text = _USER.sub(r"\g<scheme>***@", text)
    text = _STREAM_KEY.sub(r"\g<keep>/***", text)
    text = _QUERY.sub(r"\g<keep>?***", text)
    return _NAMED.sub(r"\g<name>***", text)


class Tail:
    """Takes bytes as they come, keeps the last hundred lines. A line is cut, never buffered without end."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._kept: deque[str] = deque(maxlen=LINES)
        self._open = ""

    def feed(self, chunk: bytes) -> None:
        *whole, rest = re.split(r"[\r\n]+", self._open + self._decoder.decode(chunk))
        self._kept.extend(line[:_CUT] for line in whole if line.strip())
        self._open = rest[:_CUT]

    @property
    def lines(self) -> tuple[str, ...]:
        """Printable, masked, at most 100 lines of at most 500 characters, the unfinished last one included."""
        lines = [_clean(line) for line in (*self._kept, self._open) if line.strip()]
        return tuple(lines[-LINES:])


def _clean(line: str) -> str:
    return "".join(c if c.isprintable() else " " for c in masked(line.strip())[:LINE_LENGTH])
