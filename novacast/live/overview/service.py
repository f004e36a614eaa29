"""Broadcasts of all organizations: what is on air with its numbers, channels, and an operator's ways to help."""

from collections.abc import Mapping, Sequence
from typing import Any

from novacast.clock import iso
from novacast.database import Database, Page, keyset
from novacast.errors import Conflict, NotFound
from novacast.i18n import text, translated
from novacast.identity import Principal, operates
from novacast.live import store as live
from novacast.live.broadcast.strain import BEHIND_SECONDS
from novacast.live.channels.store import START
from novacast.live.keys.service import Fresh, Keys
from novacast.live.models import Programme as Row
from novacast.live.overview import store
from novacast.live.overview.models import Stream
from novacast.live.overview.ports import Ladder, Viewings
from novacast.live.programmes.advice import advice
from novacast.live.store import Health
from novacast.live.targets import store as targets
from novacast.overview import FeedNow, Programme, RungNow, TargetNow


class LiveOverview:
    """`ladder` is given when the server is on air."""

    def __init__(self, db: Database, viewings: Viewings, keys: Keys) -> None:
        self._db, self._viewings, self._keys = db, viewings, keys
        self.ladder: Ladder | None = None

    async def now(self) -> Sequence[Programme]:
        """What is on air or interrupted, the first begun first."""
        async with self._db.snapshot() as view:
            airing = await view.all(store.airing())
            measured = {one.id: await view.all(live.health(one.id)) for one, _ in airing}
            sent = {one.channel_id: await view.all(targets.of_channel(one.channel_id)) for one, _ in airing}
        found = []
        for one, channel in airing:
            watching = await self._viewings.watching(one.id)
            on = [TargetNow(each.id, each.name, each.state, translated(each.words)) for each in sent[one.channel_id]]
            health = next(iter(measured[one.id]), None)
            found.append(_programme(one, channel, health, watching.viewers, watching.tracks, on))
        return found

    async def streams(self, principal: Principal, words: str, cursor: str | None, limit: int) -> Page[Stream]:
        """Channels, newest first. Raises Forbidden, InvalidInput for a cursor of another list."""
        operates(principal)
        start = keyset(cursor, int, str) or START
        rows = await self._db.all(store.streams(words.strip(), (start[0], start[1]), limit + 1, self._db.clock.now()))
        return Page.of(rows, limit, lambda one: (one.created_at, one.id))

    async def rotate(self, principal: Principal, key_id: str) -> Fresh:
        """Another key of the same person, name and role; the old one is of no use any more, and an encoder that sends
        with it is hung up on. Raises NotFound, Forbidden, Conflict for one that is revoked."""
        operates(principal)
        old = await self._db.one(store.stream_key(key_id))
        if old is None:
            raise NotFound(text("There is no such stream key."))
        if not old.good(self._db.clock.now()):
            raise Conflict(text("This stream key is revoked, or has run out. Make another one."))
        fresh = await self._keys.create(
            principal, old.channel_id, old.name, old.role, old.expires_at, for_person=old.person_id
        )
        await self._keys.revoke(principal, key_id)
        return fresh

    def drop_rung(self, principal: Principal, programme_id: str) -> str:
        """Raises Forbidden, NotFound, Conflict."""
        operates(principal)
        if self.ladder is None:
            raise NotFound(text("Nothing is on air."))
        return self.ladder.drop_rung(programme_id)


def _programme(
    one: Row, channel: str, health: Health | None, viewers: int, tracks: Mapping[str, int], sent: Sequence[TargetNow]
) -> Programme:
    numbers: Mapping[str, Any] = {} if health is None else health.numbers
    behind = numbers.get("queue_seconds")
    rungs = [RungNow(name, tracks.get(name, 0)) for name in numbers.get("rungs", ())]
    return Programme(
        id=one.id,
        title=one.title,
        channel_id=one.channel_id,
        channel=channel,
        org_id=one.org_id,
        state=one.state.value,
        test=one.test,
        started_at=iso(one.started_at),
        interrupted_at=iso(one.interrupted_at),
        measured_at=None if health is None else iso(health.at),
        on=str(numbers.get("on", "slate")),
        wanted=one.wanted.value,
        viewers=viewers,
        rungs=rungs,
        feeds=[_feed(role, feed) for role, feed in numbers.get("feeds", {}).items()],
        targets=sent,
        bitrate=numbers.get("bitrate"),
        fps=numbers.get("fps"),
        keyframe_seconds=numbers.get("keyframe_seconds"),
        skew_ms=numbers.get("skew_ms"),
        video=_picture(numbers),
        audio=str(numbers.get("audio_codec", "")),
        lost=numbers.get("lost"),
        speed=numbers.get("speed"),
        behind_seconds=behind,
        headroom=None if behind is None else round(max(0.0, 1 - behind / BEHIND_SECONDS), 2),
        alarms=list(numbers.get("alarms", ())),
        advice=[found.code for found in advice(numbers)],
    )


def _feed(role: str, numbers: Mapping[str, Any]) -> FeedNow:
    return FeedNow(
        role=role,
        protocol=numbers["protocol"],
        connected=numbers["connected"],
        bitrate=numbers["bitrate"],
        fps=numbers["fps"],
        silent_seconds=numbers["silent_seconds"],
    )


def _picture(numbers: Mapping[str, Any]) -> str:
    codec, width, height = numbers.get("video_codec", ""), numbers.get("width"), numbers.get("height")
    return f"{codec} {width}x{height}" if codec and width and height else str(codec)
