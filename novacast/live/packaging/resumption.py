"""Where a programme goes on after its server was killed.

Viewers have seen more than the disk got: the end of what was written down, and what was open. A number that any of
them may know never comes again, neither of a segment nor, as they follow from it, of a part or an initialization;
browsers and caches keep for ever what they have under a name. What stands between is a gap (RFC 8216bis 4.4.4.7).
"""

from collections.abc import Collection, Mapping
from fractions import Fraction

from novacast.clock import SECOND
from novacast.live.packaging.models import Past, Recorder
from novacast.live.packaging.renditions import Epoch, Rendition

MOST_LOST = 400
"""Segments that are listed as gaps where nothing at all was kept."""


def resume(
    renditions: Mapping[str, Rendition], past: Past, length: Fraction, now: int, recorder: Recorder | None
) -> Epoch | None:
    """All begin their next segment with one number, and nearly at one time. `length`: of a segment. None: the
    programme's clock begins anew."""
    kept = {name: past.segments.get(name, ()) for name in renditions}
    begun = {name: _begun(past, name) for name in renditions}
    for name, one in renditions.items():
        one.resume(past.inits.get(name, {}), kept[name], begun[name])
    following = max(past.next, *(one.next for one in renditions.values()))
    epoch = _latest(past)
    if epoch is None and following > MOST_LOST:
        for one in renditions.values():
            one.begin_at(following)
        return None
    if epoch is None:
        epoch = Epoch(Fraction(0), now - round(following * length * SECOND))
    ends = [one.end + (following - one.next) * length for one in renditions.values() if one.end is not None]
    since = min((ones[0].start for ones in kept.values() if ones), default=Fraction(0))
    edge = max(ends, default=following * length)
    most = max(map(len, begun.values()))
    for name, one in renditions.items():
        own = Epoch(kept[name][-1].start, kept[name][-1].at) if kept[name] else epoch
        lacks = _lacks(range(one.next, following), begun[name], most)
        one.skip(following, since, edge, length, (own, epoch), {*begun[name], *lacks})
        if recorder is not None:
            for number in lacks:
                recorder.announce(name, number, begins=True)
    return epoch


def _begun(past: Past, name: str) -> set[int]:
    return {*past.begun.get(name, ()), *(one.number for one in past.segments.get(name, ()) if one.discontinuity)}


def _lacks(lost: range, begun: Collection[int], most: int) -> list[int]:
    """A stretch that only others had begins with a gap: they are matched by counting (4.4.3.3). It is one of the last
    numbers, for viewers may have heard of the first ones, and not of a stretch."""
    free = [number for number in lost if number not in begun]
    return free[len(free) - min(len(free), most - len(begun)) :]


def _latest(past: Past) -> Epoch | None:
    """Times are told by the stretch that was the last, in whichever rendition got so far."""
    found: Epoch | None = None
    for one in (ones[-1] for ones in past.segments.values() if ones):
        if found is None or one.at > found.instant(one.start):
            found = Epoch(one.start, one.at)
    return found
