"""The demo's channel: what is on air on it while the demo serves, and what comes next."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace

from novacast.clock import DAY, HOUR, MINUTE, SECOND
from novacast.identity import SYSTEM, Role
from novacast.live.channels.models import Setup
from novacast.live.models import REST, Channel, PassThrough, Programme, ProgrammeState
from novacast.live.programmes.models import Changes
from novacast.media.encode import make_still
from novacast.media.ffmpeg import FFmpeg, find_ffmpeg
from novacast.media.process import PROGRESS, Child, Command
from novacast.media.samples import TEST_CARD, broadcast_command
from novacast.records import dataclass
from novacast.tasks import TaskGroup
from novacast.visibility import Visibility
from novacast.wiring import Services
from novacast_admin import demo, hall

log = logging.getLogger(__name__)

CHANNEL = "Main stage"
ON_AIR = "Test card, live"
COMING = "The lantern festival"
HEIGHTS = (240, TEST_CARD[1])
KEY = "demo-key.json"
LASTS = 30 * MINUTE
"""How long one programme goes on: what can be rewound to lies on the disk until it ends."""
BACK_OFF = (1, 2, 4, 8, 16, 30)
"""Seconds until a test card that died comes back."""
HEALTHY_SECONDS = 60.0
LOOK_SECONDS, ENDING_LOOKS = 0.5, 60
HOST = "127.0.0.1"
CURTAIN = 20
"""The hour, in UTC, at which the next evening begins."""


@dataclass(frozen=True, slots=True)
class Shown:
    """Paths for whoever looks around."""

    channel: str
    watch: str
    next: str
    event: str
    """What tickets are sold for."""
    door: str
    """Its door, with what pairs a browser with it while that is good."""
    rtmp: str | None
    """Where encoders send to; None: nothing listens for them."""


class MainStage:
    """`shown` is there once `running` is entered."""

    def __init__(self) -> None:
        self.shown: Shown | None = None

    @asynccontextmanager
    async def running(self, own: Services, port: int | None) -> AsyncIterator[None]:
        """The test card is on air for as long as the block lasts; `port` is where this server takes RTMP."""
        stage = _Stage(own)
        channel = await stage.channel()
        now, coming = await stage.programme(channel), await stage.coming(channel)
        rtmp = None if port is None else f"rtmp://{HOST}:{port}/live"
        tonight = await hall.tonight(own, coming.id)
        paths = f"/channels/{channel.id}", f"/watch/{now.id}", f"/watch/{coming.id}"
        self.shown = Shown(*paths, tonight.event, tonight.door, rtmp)
        tasks = TaskGroup("demo")
        if port is not None:
            tasks.start(stage.broadcast(channel, port), "test card")
        try:
            yield
        finally:
            await tasks.close()


class _Stage:
    def __init__(self, own: Services) -> None:
        self._own = own
        self._live = own.live
        self._key_file = own.folder.root / KEY

    async def channel(self) -> Channel:
        """Made where it is missing. Its programmes are not kept: nobody would ever watch a test card again."""
        organization = await self._own.accounts.administration.find_organization(SYSTEM, demo.SLUG)
        there = await self._live.channels.of_org(SYSTEM, organization.id, None, 100)
        for one in there.items:
            if one.name == CHANNEL:
                return one
        setup = Setup(
            name=CHANNEL,
            description="A test card with a clock, live from this machine.",
            visibility=Visibility.PUBLIC,
            profile="low",
            heights=HEIGHTS,
            pass_through=PassThrough.YES,
            record=False,
        )
        return await self._live.channels.create(SYSTEM, organization.id, setup)

    async def programme(self, channel: Channel) -> Programme:
        """What is on, or the one that stands by; else a new one."""
        for state in (ProgrammeState.ON_AIR, ProgrammeState.INTERRUPTED, ProgrammeState.STANDBY):
            found = await self._live.programmes.of_channel(SYSTEM, channel.id, state, limit=1)
            if found.items and not found.items[0].wanted_end:
                return found.items[0]
        return await self._live.programmes.create(SYSTEM, channel.id, Changes(title=ON_AIR))

    async def coming(self, channel: Channel) -> Programme:
        """The next evening's, so that there is something to look forward to; one whose hour is over is put off. It is
        hidden, so that a ticket opens it."""
        now = self._own.clock.now()
        start = now - now % DAY + CURTAIN * HOUR
        start += DAY if start < now + 2 * HOUR else 0
        hours = Changes(planned_start=start, planned_end=start + 2 * HOUR, visibility=Visibility.PRIVATE)
        planned = await self._live.programmes.of_channel(SYSTEM, channel.id, ProgrammeState.PLANNED, limit=100)
        for one in planned.items:
            if one.title == COMING:
                good = (one.planned_start or 0) >= now + HOUR and one.visibility is Visibility.PRIVATE
                return one if good else await self._live.programmes.edit(SYSTEM, one.id, hours)
        new = replace(hours, title=COMING, description="Lanterns, a brass band, and the whole street.", language="en")
        return await self._with_poster(await self._live.programmes.create(SYSTEM, channel.id, new))

    async def _with_poster(self, programme: Programme) -> Programme:
        folder = self._own.folder.cache
        file = await make_still(await self._ffmpeg(), folder / "poster.jpg")
        picture = await asyncio.to_thread(file.read_bytes)
        await asyncio.to_thread(file.unlink)

        async def chunks() -> AsyncIterator[bytes]:
            yield picture

        return await self._live.pictures.bring_for_programme(SYSTEM, programme.id, chunks())

    async def broadcast(self, channel: Channel, port: int) -> None:
        """One programme after the other, until cancelled, or until the key that is used is revoked."""
        ffmpeg, secret, failures = await self._ffmpeg(), await self._secret(channel), 0
        argv = broadcast_command(ffmpeg.path, f"rtmp://{HOST}:{port}/live/{secret}", drawtext=ffmpeg.has("drawtext"))
        while True:
            programme = await self.programme(channel)
            began = self._own.clock.monotonic()
            await self._send(argv, self._left(programme))
            programme = await self._live.airing.programme(programme.id)
            if programme.wanted_end or programme.state is ProgrammeState.ENDED:
                await asyncio.sleep(REST / SECOND)  # somebody ended it, and may want to see that
                failures = 0
            elif self._left(programme) <= 0:
                await self._end(programme)
                failures = 0
            elif await self._kept_key(channel) is None:
                log.warning("the stream key of the test card was revoked; the next start of the demo makes another")
                return
            else:
                failures = 1 if self._own.clock.monotonic() - began > HEALTHY_SECONDS else failures + 1
                await asyncio.sleep(BACK_OFF[min(failures, len(BACK_OFF)) - 1])

    async def _send(self, argv: tuple[str, ...], seconds: float) -> None:
        """Until FFmpeg ends, or the time is over."""
        if seconds <= 0:
            return
        command = Command("The test card", argv, outputs={PROGRESS: lambda _: None}, grace=2.0)
        async with await Child.start(command) as child:
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    outcome = await child.wait()
                    log.info("the test card ended (%s)", outcome.returncode)

    def _left(self, programme: Programme) -> float:
        """Seconds."""
        now = self._own.clock.now()
        return ((programme.started_at or now) + LASTS - now) / SECOND

    async def _end(self, programme: Programme) -> None:
        """It is over, also by its row, when this returns: a channel has one programme on air."""
        await self._live.producing.end(SYSTEM, programme.id)
        for _ in range(ENDING_LOOKS):
            if (await self._live.airing.programme(programme.id)).state is ProgrammeState.ENDED:
                return
            await asyncio.sleep(LOOK_SECONDS)

    async def _secret(self, channel: Channel) -> str:
        """Of the key that the last start used, while it is good; else of a new one."""
        if (kept := await self._kept_key(channel)) is not None:
            return kept
        producer = next(character for character in demo.CAST if character.role is Role.PRODUCER)
        person = await self._own.accounts.administration.find(SYSTEM, producer.email)
        fresh = await self._live.keys.create(SYSTEM, channel.id, ON_AIR, for_person=person.id)
        await asyncio.to_thread(self._keep, json.dumps({"id": fresh.key.id, "secret": fresh.secret}))
        return fresh.secret

    async def _kept_key(self, channel: Channel) -> str | None:
        """None once it is revoked."""
        try:
            kept = json.loads(await asyncio.to_thread(self._key_file.read_text))
            name, secret = str(kept["id"]), str(kept["secret"])
        except (OSError, ValueError, KeyError, TypeError):
            return None
        there = await self._live.keys.of_channel(SYSTEM, channel.id, None, 1000)
        now = self._own.clock.now()
        return secret if any(key.id == name and key.good(now) for key in there.items) else None

    def _keep(self, text: str) -> None:
        self._key_file.touch(mode=0o600)
        self._key_file.write_text(text)

    async def _ffmpeg(self) -> FFmpeg:
        return await find_ffmpeg(self._own.folder.cache, explicit=self._own.settings.transcode.ffmpeg)
