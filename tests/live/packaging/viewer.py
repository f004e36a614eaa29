"""A client that follows one rendition by blocking reloads, and notes what it was given."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise

from novacast.errors import NotFound
from novacast.live.packaging.models import Aired
from novacast.live.packaging.shelf import Shelf
from tests.live.packaging.strict import History, Part, Playlist, Segment, require


def body(aired: object) -> bytes:
    assert isinstance(aired, Aired), aired
    return bytes(aired.body)


@dataclass
class Viewer:
    """`turn` does all that can be done by now. Everything that it is told is held against RFC 8216bis."""

    shelf: Shelf
    track: str
    delta: bool = True
    preload: bool = True
    history: History = field(default_factory=History)
    seen: list[tuple[int, int, Part]] = field(default_factory=list)
    """Media sequence number, index, part: in the order in which it came to know of them."""
    media: dict[str, bytes] = field(default_factory=dict)
    reloads: int = 0
    ended: bool = False
    _reload: object = None
    _hinted: tuple[str, object] | None = None

    def turn(self) -> None:
        while not self.ended:
            if self._reload is None:
                self._reload = self.shelf.find(f"{self.track}/index.m3u8", self._query())
            if isinstance(self._reload, asyncio.Future):
                if not self._reload.done():
                    return
                self._reload = self._reload.result()
            given, self._reload = body(self._reload), None
            self.reloads += 1
            self._learn(self.history.take(given))

    def _query(self) -> str:
        latest = self.history.latest
        if latest is None:
            return ""
        msn, part = latest.newest
        last = latest.segments[-1]
        if latest.part_target is None:
            wanted = f"_HLS_msn={msn + 1}"
        elif last.duration is not None:
            wanted = f"_HLS_msn={msn + 1}&_HLS_part=0"
        else:
            wanted = f"_HLS_msn={msn}&_HLS_part={part + 1}"
        return wanted + "&_HLS_skip=YES" * self.delta

    def _learn(self, playlist: Playlist) -> None:
        known = {part.uri for _, _, part in self.seen}
        news = [
            (segment.msn, index, part)
            for segment in playlist.segments
            for index, part in enumerate(segment.parts)
            if part.uri not in known
        ]
        if news and self._hinted is not None:
            self._keep_hinted(news[0][2])
        for msn, index, part in news:
            self.seen.append((msn, index, part))
            if not part.gap and part.uri not in self.media:
                self.media[part.uri] = body(self.shelf.find(f"{self.track}/{part.uri}"))
        self.ended = playlist.ended
        if playlist.hint is not None and self.preload and self._hinted is None:
            # A programme may have ended since that playlist was given; then what it hinted never comes.
            with suppress(NotFound):
                self._hinted = playlist.hint, self.shelf.find(f"{self.track}/{playlist.hint}")

    def _keep_hinted(self, part: Part) -> None:
        assert self._hinted is not None
        (uri, waited), self._hinted = self._hinted, None
        assert isinstance(waited, asyncio.Future)
        require(waited.done(), "4.4.5.3", "what was hinted is listed and not given")
        refused = isinstance(waited.exception(), NotFound)
        # In a long gap what was hinted may be no longer listed when one hears of it.
        require(uri == part.uri or refused, "4.4.5.3", f"{uri} was hinted and {part.uri} came")
        if part.gap or uri != part.uri:
            require(refused, "4.4.5.3", "a gap was given")
        else:
            self.media[uri] = body(waited.result())

    @property
    def segments(self) -> list[Segment]:
        return [self.history.segments[msn] for msn in sorted(self.history.segments)]

    def check_whole(self) -> None:
        """Each part came once, in order, none left out; and a segment's parts are its bytes."""
        names = [part.uri for _, _, part in self.seen]
        assert len(set(names)) == len(names)
        places = [(msn, index) for msn, index, _ in self.seen]
        for (msn, index), after in pairwise(places):
            passed = [self.history.segments[one] for one in range(msn + 1, after[0])]
            assert after == (msn, index + 1) or (after[1] == 0 and after[0] > msn), f"{after} after {(msn, index)}"
            assert all(one.gap for one in passed)
        for segment in self.segments:
            there = [part for msn, _, part in self.seen if msn == segment.msn]
            if segment.gap or segment.uri is None or not there or there[0].uri not in self.media:
                continue
            whole = self.shelf.find(f"{self.track}/{segment.uri}")
            if whole is not None:
                assert body(whole) == b"".join(self.media[part.uri] for part in there)
