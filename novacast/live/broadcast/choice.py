"""Which feed is to be on. Pure."""

from collections.abc import Collection

from novacast.live.models import FeedRole, Wanted

SETTLED = 3.0
"""Seconds that the main feed must have come without a break before the backup gives the programme back."""


def choose(wanted: Wanted, well: Collection[FeedRole], on: FeedRole | None, main_for: float) -> FeedRole | None:
    """`well`: feeds that come now; `on`: the one that is shown; `main_for`: seconds the main one has been coming.

    None is the slate.
    """
    match wanted:
        case Wanted.SLATE:
            return None
        case Wanted.MAIN:
            return FeedRole.MAIN if FeedRole.MAIN in well else None
        case Wanted.BACKUP:
            return FeedRole.BACKUP if FeedRole.BACKUP in well else None
    if FeedRole.BACKUP not in well:
        return FeedRole.MAIN if FeedRole.MAIN in well else None
    if FeedRole.MAIN in well and (on is not FeedRole.BACKUP or main_for >= SETTLED):
        return FeedRole.MAIN
    return FeedRole.BACKUP
