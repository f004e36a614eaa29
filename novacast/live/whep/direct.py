"""The encoder's own picture as it comes, for viewers by WebRTC who can be given it so."""

from typing import Protocol

from novacast.clock import Clock
from novacast.errors import Malformed
from novacast.live import flv
from novacast.live.broadcast.feed import Feed
from novacast.live.ingest import Kind, Tag

SOUNDS = frozenset({"aac", "opus"})


class Outlet(Protocol):
    """Whoever takes it. None of it waits or raises."""

    def cut(self, *, paced: bool) -> None:
        """What follows comes from elsewhere, and begins with a keyframe. `paced`: it comes in parts, and each frame is
        for its own time; else at once."""
        ...

    def give(self, tag: Tag) -> None: ...

    def end(self) -> None:
        """The programme is over."""
        ...


class Way(Protocol):
    """From a feed to an outlet. `on`: whether what comes is given."""

    on: bool

    def start(self) -> None: ...

    def stop(self) -> None: ...


class Turned(Protocol):
    """Called when one has come to be on, or is so no more."""

    def __call__(self, way: Way, /) -> None: ...


class Direct:
    """A feed as it comes. `on`: whether it can be given so: H.264 whose pictures are shown in the order in which they
    are decoded, for WebRTC has but one time for both, and AAC, Opus or no sound. `turned` is called when that changes,
    or comes to be known.
    """

    def __init__(self, feed: Feed, outlet: Outlet, clock: Clock, turned: "Turned") -> None:
        self._feed, self._outlet, self._clock, self._tell = feed, outlet, clock, turned
        self.on = False
        self._told: dict[Kind, bytes] = {}
        """Headers that were given."""
        self._refused: bytes | None = None
        """The header of a picture that can't be given."""
        self._shift = 0

    def start(self) -> None:
        """With what the feed kept since its last keyframe."""
        self._feed.listeners.append(self._hear)
        kept = list(self._feed.kept)
        if not kept or not all(self._fits(tag) for tag in kept):
            return
        self._shift = now_of(self._clock) - kept[-1].time
        for tag in kept:
            self._take(tag, keyframe=tag is kept[0])

    def stop(self) -> None:
        self.on = False
        if self._hear in self._feed.listeners:
            self._feed.listeners.remove(self._hear)

    @property
    def refused(self) -> bool:
        """Whether it is known that it can't be given so."""
        header = self._feed.headers.get(Kind.VIDEO)
        return header is not None and header.data == self._refused

    def _hear(self, tag: Tag, keyframe: bool) -> None:
        was = self.on, self.refused
        if not self._fits(tag):
            self.on = False
        elif self.on or (keyframe and tag.kind is Kind.VIDEO):
            if not self.on:
                self._shift = now_of(self._clock) - tag.time
            self._take(tag, keyframe=keyframe)
        if was != (self.on, self.refused):
            self._tell(self)

    def _take(self, tag: Tag, *, keyframe: bool) -> None:
        header = self._feed.headers.get(tag.kind)
        if not self.on:
            if tag.kind is not Kind.VIDEO or not keyframe:
                return
            self.on = True
            self._told.clear()
            self._outlet.cut(paced=False)
        if header is not None and self._told.get(tag.kind) != header.data:
            if tag.kind is Kind.VIDEO and not keyframe:
                return  # of the picture that was before
            self._told[tag.kind] = header.data
            self._outlet.give(Tag(tag.kind, tag.time + self._shift, header.data))
        self._outlet.give(Tag(tag.kind, tag.time + self._shift, tag.data))

    def _fits(self, tag: Tag) -> bool:
        """A feed that once did not is not believed again before its picture is another."""
        header = self._feed.headers.get(Kind.VIDEO)
        if header is None or header.data == self._refused:
            return False
        if not _suits(tag):
            self._refused = header.data
            return False
        return True


def _suits(tag: Tag) -> bool:
    try:
        found = next(iter(flv.facts(tag)), None)
    except Malformed:
        return True  # left out by whoever reads it
    if found is None:
        return True
    if tag.kind is Kind.VIDEO:
        return found.codec == "h264" and found.composition == 0
    return found.codec in SOUNDS


def now_of(clock: Clock) -> int:
    """Milliseconds of the line."""
    return round(clock.monotonic() * 1000)
