"""What a server that is started anew goes on from: the lineup, and the numbers that no viewer has heard of. All of this
blocks.
"""

import logging
from pathlib import Path

from novacast.clock import SECOND
from novacast.durable import sync_folder
from novacast.live.broadcast.lineup import Lineup
from novacast.live.packaging.models import Past
from novacast.live.recording.journal import put
from novacast.live.recording.mark import Mark, read_past

log = logging.getLogger(__name__)

LINEUP = "lineup.json"
MOST_A_SECOND = 10
"""Segments; each is at least a part, but for those at seams."""


def read_lineup(folder: Path) -> Lineup:
    """Raises OSError or ValueError where there is none: it never got a picture."""
    return Lineup.of_json((folder / LINEUP).read_text())


def keep_lineup(folder: Path, lineup: Lineup) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        put(folder / LINEUP, [lineup.to_json().encode()])
        sync_folder(folder)
    except OSError as error:
        log.warning("%s would not go on after a restart: %s", folder.name, error)


def begin(folder: Path, lineup: Lineup, aired: int) -> tuple[Past | None, Mark | None]:
    """What there was, and where numbers are reserved; the first are. `aired`: microseconds for which viewers may have
    seen it. Without a disk the show goes on. Raises OSError for what can't be read."""
    past = read_past(folder)
    if past is None and aired > 0:  # the disk took nothing; numbers that come again would be worse than high ones
        past = Past({}, {}, next=-(-aired * MOST_A_SECOND // SECOND))
    first = past.next if past is not None else 0
    try:
        return past, Mark(folder, float(lineup.profile.segment), first)
    except OSError as error:
        log.warning("after a kill numbers of segments of %s may come again: %s", folder.name, error)
        return past, None
