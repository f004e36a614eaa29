"""A programme on its way to the process that sends it."""

import secrets
from collections.abc import Callable

from novacast.errors import Malformed
from novacast.live import flv
from novacast.live.ingest import Kind, Tag
from novacast.live.webrtc.child import MediaProcess
from novacast.live.webrtc.messages import MOST, Message, Said, packed
from novacast.live.whep.counters import Counters
from novacast.live.whep.monitor import Monitor

BEHIND = 2 * 1024**2
"""Bytes that may wait for the process before frames are left out."""

LARGEST = MOST - 1024
"""Bytes of a tag that fits into a message."""


class Line:
    """Fits `monitor.Outlet`. It is fed while somebody watches; `over` is called when the programme has ended."""

    def __init__(
        self, monitor: Monitor, process: MediaProcess, counters: Counters, over: Callable[["Line"], None]
    ) -> None:
        self.id = secrets.token_bytes(16)
        self._monitor, self._process, self._counters, self._over = monitor, process, counters, over
        self._skips = False
        """Until the next keyframe."""

    def open(self) -> None:
        self._monitor.open(self)

    def close(self) -> None:
        self._monitor.close()
        self._process.say(Message(Said.END, self.id))

    def cut(self, *, paced: bool) -> None:
        self._process.say(Message(Said.CUT, self.id, bytes((paced,))))

    def give(self, tag: Tag) -> None:
        header, keyframe = _looks(tag)
        if self._process.waiting > BEHIND:
            self._skips = True
        elif keyframe:
            self._skips = False
        if (self._skips and not header) or len(tag.data) > LARGEST:
            self._counters.skipped.inc()
            self._skips = True
        else:
            self._process.say(Message(Said.TAG, self.id, packed(tag)))

    def end(self) -> None:
        self._over(self)


def _looks(tag: Tag) -> tuple[bool, bool]:
    """Whether it is a decoder's configuration, and whether it is a keyframe."""
    try:
        found = next(iter(flv.facts(tag)), None)
    except Malformed:
        return False, False
    if found is None:
        return False, False
    return found.part == "header", found.keyframe and tag.kind is Kind.VIDEO
