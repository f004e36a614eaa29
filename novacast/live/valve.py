"""A publisher that can't be asked to wait: what its encoder has no room for is held for a moment, then thrown away."""

from collections import deque
from collections.abc import Callable

from novacast.errors import Malformed
from novacast.live import flv
from novacast.live.ingest import Kind, Tag

MOST_HELD = 8 * 1024**2
"""Bytes."""


class Valve:
    """Between a live sender and its intake. `threw` is told of bytes that went. After a loss pictures go on with a
    keyframe: what depends on a lost one would be a smear."""

    def __init__(self, take: Callable[[Tag], None], threw: Callable[[int], object], most: int = MOST_HELD) -> None:
        self._take, self._threw, self._most = take, threw, most
        self._held: deque[Tag] = deque()
        self._bytes = 0
        self._shut = self._broken = False

    def pass_on(self, tag: Tag) -> None:
        if not self._shut:
            self._give(tag)
            return
        self._held.append(tag)
        self._bytes += len(tag.data)
        if self._bytes > self._most:
            self._empty()

    def shut(self) -> None:
        self._shut = True

    def open(self) -> None:
        self._shut = False
        while self._held and not self._shut:
            tag = self._held.popleft()
            self._bytes -= len(tag.data)
            self._give(tag)

    def _give(self, tag: Tag) -> None:
        if self._broken and tag.kind is Kind.VIDEO:
            if not _begins(tag):
                self._threw(len(tag.data))
                return
            self._broken = not _keyframe(tag)
        self._take(tag)

    def _empty(self) -> None:
        """Headers stay: without them nothing after could be read."""
        headers = [tag for tag in self._held if _begins(tag) and not _keyframe(tag)]
        self._threw(self._bytes - sum(len(tag.data) for tag in headers))
        self._held = deque(headers)
        self._bytes = sum(len(tag.data) for tag in headers)
        self._broken = True


def _begins(tag: Tag) -> bool:
    try:
        return any(found.part == "header" or found.keyframe for found in flv.facts(tag))
    except Malformed:
        return False


def _keyframe(tag: Tag) -> bool:
    try:
        return any(found.keyframe for found in flv.facts(tag))
    except Malformed:
        return False
