"""What is on air as something that playback can open. Fits its `MediaSource` and `Playable` without knowing of it."""

import asyncio
from fractions import Fraction
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

from novacast.clock import SECOND
from novacast.database import Database
from novacast.errors import NotFound, Unavailable
from novacast.folder import DataFolder
from novacast.i18n import text
from novacast.identity import Principal
from novacast.live.channels import store as channels
from novacast.live.models import ProgrammeState
from novacast.live.packaging.models import PROFILES, Profile
from novacast.live.ports import Air, OnAir
from novacast.live.programmes import store
from novacast.live.programmes.service import seen
from novacast.live.recording.thumbnails import GROWING
from novacast.records import dataclass
from novacast.words import hour_of

MASTER = "master.m3u8"
SPARE = Fraction(1, 4)
"""Seconds for which the newest part may be late without anybody waiting for it."""


@dataclass(frozen=True, slots=True)
class PlayableProgramme:
    media_id: str
    org_id: str
    title: str
    folder: Path
    """Where its segments are recorded."""
    on_air: OnAir | None
    part: int | None
    latency: int
    poster: str | None = None
    storyboard: str | None = None
    duration: int | None = None
    kind: str = "live"
    master: str = MASTER


class Antenna:
    """Where the engine, which is the last to start, gives what it has on air to those who were there before it."""

    def __init__(self) -> None:
        self.air: Air | None = None

    def on_air(self, programme_id: str) -> OnAir | None:
        return None if self.air is None else self.air.on_air(programme_id)


class Broadcast:
    """What the engine has of a programme at each moment: viewers' sessions outlive it, and are there first after a
    restart."""

    def __init__(self, air: Air, programme_id: str) -> None:
        self._air, self._programme_id = air, programme_id

    def find(self, name: str, query: str) -> Any:
        """Raises Unavailable while there is nothing, and what is raised by what is there."""
        there = self._air.on_air(self._programme_id)
        if there is None:
            raise Unavailable(text("The programme goes on in a moment. Try again."))
        return there.find(name, query)


class LiveSource:
    def __init__(self, db: Database, folder: DataFolder, air: Air) -> None:
        self._db, self._folder, self._air = db, folder, air
        self._broadcasts: WeakValueDictionary[str, Broadcast] = WeakValueDictionary()
        """One for all who watch it: what they wait for is shared."""

    async def locate(self, principal: Principal, media_id: str) -> PlayableProgramme:
        """To be watched. Raises NotFound for what is not on air, Unauthenticated where signing in would help.

        A broadcast that the engine has not in memory again after a restart is there, and asks its viewers to wait.
        """
        async with self._db.snapshot() as view:
            found = await view.one(store.by_id(media_id))
            programme = seen(principal, found)
            channel = await view.one(channels.by_id(programme.channel_id))
        if channel is None or programme.state is ProgrammeState.ENDED:
            raise NotFound(text("This programme is over."))
        if not programme.airing:
            if programme.planned_start is None:
                raise NotFound(text("This programme has not begun yet."))
            raise NotFound(text("This programme begins on {when}.", when=hour_of(programme.planned_start)))
        profile, folder = PROFILES[channel.profile], self._folder.live / programme.id
        drawn = await asyncio.to_thread((folder / GROWING).is_file)
        return PlayableProgramme(
            media_id=programme.id,
            org_id=programme.org_id,
            title=programme.title,
            folder=folder,
            on_air=self._broadcast(programme.id),
            part=None if profile.part is None else round(profile.part * SECOND),
            latency=_latency(profile),
            storyboard=GROWING if drawn else None,
        )

    def _broadcast(self, programme_id: str) -> Broadcast:
        found = self._broadcasts.get(programme_id)
        if found is None:
            found = self._broadcasts[programme_id] = Broadcast(self._air, programme_id)
        return found


def _latency(profile: Profile) -> int:
    """How far behind a player should stay: three parts (PART-HOLD-BACK, RFC 8216bis 4.4.3.8) and something to spare, or
    three segments."""
    behind = profile.segment * 3 if profile.part is None else profile.part * 3 + SPARE
    return round(behind * SECOND)
