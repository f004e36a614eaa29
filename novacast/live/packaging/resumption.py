"""Where a programme goes on after its server was killed.

Viewers have seen more than the disk got: the end of what was written down, and what was open. A number that any of
them may know never comes again, neither of a segment nor, as they follow from it, of a part or an initialization;
browsers and caches keep for ever what they have under a name. What stands between is a gap (RFC 8216bis 4.4.4.7).
"""

from collections.abc import Mapping
from fractions import Fraction

from novacast.clock import SECOND
from novacast.live.packaging.models import Past
from novacast.live.packaging.renditions import Epoch, Rendition

MOST_LOST = 400
"""Segments that are listed as gaps where nothing at all was kept."""


def resume(renditions: Mapping[str, Rendition], past: Past, length: Fraction, now: int) -> Epoch | None:
    """All begin their next segment with one number, and nearly at one time. `length`: of a segment. None: the
    programme's clock begins anew."""
    kept = {name: past.segments.get(name, ()) for name in renditions}
    for name, one in renditions.items():
        one.resume(past.inits.get(name, {}), kept[name])
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
    begun = {name: sum(one.discontinuity for one in ones) for name, ones in kept.items()}
    for name, one in renditions.items():
        own = Epoch(kept[name][-1].start, kept[name][-1].at) if kept[name] else epoch
        # A stretch that only others got a segment of begins with a gap: they are matched by counting (4.4.3.3).
        lacks = max(begun.values()) - begun[name]
        one.skip(following, since, edge, length, [own, *[epoch] * lacks])
    return epoch


def _latest(past: Past) -> Epoch | None:
    """Times are told by the stretch that was the last, in whichever rendition got so far."""
    found: Epoch | None = None
    for one in (ones[-1] for ones in past.segments.values() if ones):
        if found is None or one.at > found.instant(one.start):
            found = Epoch(one.start, one.at)
    return found
