"""Test broadcasts: begun by who produces, ended by them or by the hour, and gone without a trace."""

import asyncio
import shutil
from contextlib import suppress
from fractions import Fraction

from novacast.clock import HOUR, MINUTE
from novacast.database import Database, Transaction
from novacast.errors import Conflict, NotFound
from novacast.folder import DataFolder
from novacast.i18n import text
from novacast.identity import SYSTEM, Principal, new_id
from novacast.live import store as live
from novacast.live.broadcast.lineup import plan_lineup
from novacast.live.channels import store as channels
from novacast.live.channels.service import Channels
from novacast.live.facts import tell
from novacast.live.keys.obs import Ingest, encoder_setup
from novacast.live.models import Channel, Programme, ProgrammeState, on_standby
from novacast.live.packaging.models import PROFILES
from novacast.live.preflight.checks import Look
from novacast.live.programmes import store
from novacast.live.programmes.producing import Producing
from novacast.outbox import Event
from novacast.settings import Settings
from novacast.visibility import Visibility

LONGEST = 15 * MINUTE
"""Of a test: one that was forgotten must not take the encoder that is meant for the show."""
BEFORE = 2 * MINUTE
"""How long before the hour of what is planned a test has to be over."""
USUAL_HOURS = 3
"""Of a programme that nobody planned an end for."""
PATIENCE = 1.0


class Preflight:
    def __init__(
        self, db: Database, channels: Channels, producing: Producing, folder: DataFolder, settings: Settings
    ) -> None:
        self._db, self._channels, self._producing = db, channels, producing
        self._folder, self._settings = folder, settings

    async def test(self, principal: Principal, channel_id: str) -> tuple[Channel, Programme | None]:
        """The channel with its test, if one goes on. Raises NotFound, Forbidden."""
        detail = await self._channels.produced(principal, channel_id)
        return detail.channel, await self._db.one(store.test_of(channel_id))

    async def begin(self, principal: Principal, channel_id: str) -> Programme:
        """A test that the channel's next encoder feeds. Repeatable. Raises NotFound, Forbidden, Conflict."""
        channel = (await self._channels.produced(principal, channel_id)).channel

        def unit(tx: Transaction) -> Programme:
            if (there := tx.one(store.test_of(channel_id))) is not None:
                return there
            _check_free(tx, channel)
            made = _test(channel, principal.person_id, tx.now)
            store.add(tx, made)
            live.log(tx, "test.began", made, person_id=principal.person_id)
            tell(tx, "programme.created", made)
            return made

        return await self._db.write(unit)

    async def end(self, principal: Principal, channel_id: str) -> None:
        """Repeatable. What it leaves is removed once it is over. Raises NotFound, Forbidden."""
        _, test = await self.test(principal, channel_id)
        if test is not None:
            await self._producing.end(principal, test.id)

    async def look(self, channel: Channel, test: Programme | None) -> Look:
        async with self._db.snapshot() as view:
            of = "" if test is None else test.id
            health = await view.one(live.health(of))
            feeds = await view.all(live.feeds(of, channels.START, 1))
            coming = await view.all(store.planned(channel.id, frozenset(Visibility), self._db.clock.now(), 1))
        numbers = {} if health is None else health.numbers
        hours = USUAL_HOURS
        if coming and coming[0].planned_end is not None and coming[0].planned_start is not None:
            hours = max(1, round((coming[0].planned_end - coming[0].planned_start) / HOUR))
        free = await asyncio.to_thread(shutil.disk_usage, self._folder.root)
        return Look(
            wanted=encoder_setup(Ingest.of(self._settings), channel),
            heights=channel.heights,
            answers=await self._answers(),
            fed=bool(feeds),
            numbers=numbers,
            room=max(0, free.free - self._settings.uploads.reserve_bytes),
            needed=hours * 3600 * _bits(channel) // 8 if channel.record or channel.dvr else 0,
            hours=hours,
        )

    async def hear(self, event: Event) -> None:
        """A durable subscriber: what has ended and was only a test is removed."""
        if event.topic == "programme.ended":
            await self._db.write(lambda tx: _remove(tx, event.subject))

    async def sweep(self) -> None:
        """End tests that go on for too long, or until something else is to begin."""
        now = self._db.clock.now()
        for test in await self._db.all(store.tests()):
            planned = await self._db.all(store.feedable(test.channel_id, now, now + BEFORE))
            due = any(one.state is ProgrammeState.PLANNED for one in planned)
            if due or now > test.created_at + LONGEST:
                with suppress(NotFound, Conflict):
                    await self._producing.end(SYSTEM, test.id)

    async def _answers(self) -> bool | None:
        """Whether this server's own port for encoders can be reached; None where it is any free one."""
        live_, server = self._settings.live, self._settings.server
        if server.port == 0 or live_.rtmp_port == 0:
            return None
        host = live_.rtmp_host or server.host
        try:
            async with asyncio.timeout(PATIENCE):
                _, writer = await asyncio.open_connection(_REACHED.get(host, host), live_.rtmp_port)
        except OSError:  # a TimeoutError is one
            return False
        writer.close()
        return True


_REACHED = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - what is listened at, not listening
"""Where a server that listens everywhere is reached."""


def _check_free(tx: Transaction, channel: Channel) -> None:
    if (now := tx.one(store.on_channel(channel.id))) is not None:
        raise Conflict(text("“{title}” is on air here. A test needs the channel to itself.", title=now.title))
    if (waits := tx.one(store.standing_by(channel.id))) is not None:
        raise Conflict(
            text("“{title}” is on standby, and takes the next encoder. A test has to come before.", title=waits.title)
        )
    coming = tx.all(store.feedable(channel.id, tx.now, tx.now + BEFORE))
    if due := [one for one in coming if one.state is ProgrammeState.PLANNED]:
        raise Conflict(text("“{title}” begins in a moment: there is no time for a test.", title=due[0].title))


def _test(channel: Channel, person_id: str | None, now: int) -> Programme:
    return on_standby(channel, new_id(), person_id, str(TITLE), now, visibility=Visibility.PRIVATE, test=True)


def _remove(tx: Transaction, programme_id: str) -> None:
    test = tx.one(store.by_id(programme_id))
    if test is None or not test.test:
        return
    live.log(tx, "test.ended" if test.started_at is not None else "test.left", test, person_id=None)
    store.remove(tx, programme_id)
    tell(tx, "programme.deleted", test)


def _bits(channel: Channel) -> int:
    """Per second, of the whole ladder, at most."""
    source = (max(channel.heights) * 16 // 9, max(channel.heights))
    lineup = plan_lineup(PROFILES[channel.profile], channel.heights, source, Fraction(30))
    return sum(track.bitrate for track in lineup.tracks)


TITLE = text("Test")
