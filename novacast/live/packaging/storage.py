"""What stays in memory, and in the playlists."""

from collections.abc import Sequence

from novacast.live.packaging.models import Recorder
from novacast.live.packaging.playlist import WITH_PARTS
from novacast.live.packaging.renditions import Rendition

MOST_GAPS = 400
"""Segments that are kept of a rendition which has hardly any."""


class Room:
    """With a recorder, everything stays listed and memory is a cache of what is on disk. Without one, a window of
    segments is listed, and what was taken out is kept as long again for those who have an older playlist (RFC 8216bis
    6.2.2).

    `keep`: bytes, of all renditions; `window`: segments.
    """

    def __init__(self, renditions: Sequence[Rendition], recorder: Recorder | None, keep: int, window: int) -> None:
        self._renditions = renditions
        self._recorder = recorder
        self._keep = keep
        self._window = window

    @property
    def size(self) -> int:
        return sum(one.size for one in self._renditions)

    def tidy(self) -> None:
        if self._recorder is None:
            self._slide()
        size = self.size
        while (one := self._oldest(size)) is not None:
            cut = one.closed[0]
            size -= cut.size
            if self._recorder is not None and not cut.gap and not self._recorder.kept(one.track.name, cut.number):
                one.lose()
            one.forget()

    def _slide(self) -> None:
        """All renditions are cut off at the same number."""
        active = [one for one in self._renditions if one.active]
        floor = min((one.next for one in active), default=0) - self._window
        if self.size > self._keep // 2:
            floor = max(floor, 1 + min((one.listing.first for one in active), default=0))
        for one in self._renditions:
            while one.listing.first < floor and one.listing.old:
                one.listing.drop()

    def _oldest(self, size: int) -> Rendition | None:
        """Whose oldest segment can go, and should."""
        able = [one for one in self._renditions if self._enough(one) and self._spare(one, size)]
        return min(able, key=lambda one: one.closed[0].number, default=None)

    def _enough(self, one: Rendition) -> bool:
        """Whether there are more than those whose parts somebody may still come for."""
        return len(one.closed) > MOST_GAPS or sum(cut.size > 0 for cut in one.closed) > 2 * WITH_PARTS

    def _spare(self, one: Rendition, size: int) -> bool:
        number = one.closed[0].number
        if not one.closed[0].size or len(one.closed) > MOST_GAPS:
            return True
        if self._recorder is None:
            gone = one.listing.first - number
            return gone > self._window or (gone > 0 and size > self._keep)
        if size <= self._keep:
            return False
        # A disk that does not keep up costs the rewind, not the memory of the machine.
        return size > 2 * self._keep or self._recorder.safe(one.track.name) > number
