"""What goes wrong between an encoder and viewers, and that the programme goes on."""

import asyncio
import os
import subprocess
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress

import pytest

from novacast.folder import DataFolder
from novacast.live.ingest import Kind, Tag
from novacast.live.models import Programme, ProgrammeState
from novacast.outbox import Event, after
from tests.fakes import rtmp_encoder
from tests.fakes.rtmp_encoder import Refused, messages
from tests.live.broadcast.conftest import Hall, children, hall_in
from tests.live.broadcast.material import Change, clip, later, moved, without
from tests.waiting import until

ON_AIR, INTERRUPTED = ProgrammeState.ON_AIR, ProgrammeState.INTERRUPTED
pytestmark = pytest.mark.slow


async def send(hall: Hall, tags: Sequence[Tag]) -> None:
    """As fast as they are to be shown, until all are sent or the test is over."""
    encoder = await rtmp_encoder.Encoder.call(hall.port)
    try:
        await encoder.publish("main")
        await _paced(encoder, tags)
        await asyncio.Event().wait()
    finally:
        await encoder.hang_up()


async def _paced(encoder: rtmp_encoder.Encoder, tags: Sequence[Tag]) -> None:
    loop, last, due = asyncio.get_running_loop(), tags[0].time, 0.0
    began = loop.time()
    for tag in tags:
        step = tag.time - last
        due += step / 1000 if 0 <= step <= 1000 else 0.02
        last = tag.time
        if (wait := began + due - loop.time()) > 0:
            await asyncio.sleep(wait)
        encoder.send(*messages([tag]))
        await encoder.sent()


@asynccontextmanager
async def feeding(hall: Hall, tags: Sequence[Tag]) -> AsyncIterator[Programme]:
    task = asyncio.create_task(send(hall, tags))
    try:
        yield await hall.is_now(ON_AIR)
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError, ConnectionError):
            await task


def changed(change: Change, tags: Sequence[Tag]) -> list[Tag]:
    return [found for tag in tags if (found := change(tag)) is not None]


HOUR = 3_600_000


@pytest.mark.parametrize(
    "change",
    [
        moved(0, (1 << 31) - 3000),
        moved(0, (1 << 32) - 3000),
        moved(3000, 8 * HOUR),
        moved(3000, -2500),
        moved(3000, 5000),
        without(Kind.AUDIO, 3000),
        without(Kind.AUDIO, 0, 3000),
        without(Kind.AUDIO, 2500, 5000),
        without(Kind.VIDEO, 3000),
        without(Kind.VIDEO, 2500, 5000),
        lambda tag: Tag(tag.kind, tag.time // 700 * 700, tag.data),
    ],
    ids=[
        "31 bits", "32 bits", "8 hours on", "back", "5 s on", "sound stops", "late sound", "no sound for a while",
        "picture stops", "no picture for a while", "times of 700 ms",
    ],
)  # fmt: skip
async def test_whatever_comes_the_programme_goes_on(hall: Hall, change: Change) -> None:
    tags = changed(change, [*clip(), *later(clip(), 8000)])
    async with feeding(hall, tags) as programme:
        await hall.goes_on(programme, 7)
        ends = hall.shelf(programme).ends
        assert max(ends.values()) - min(ends.values()) < 2.5


async def test_another_size_and_codec_in_the_middle_of_a_connection(hall: Hall) -> None:
    tags = [*clip(seconds=12), *later(clip("320x240", seconds=12, rate=25), 12_000), *later(clip(), 24_000)]
    async with feeding(hall, tags) as programme:
        await hall.goes_on(programme, 16)
        assert (await hall.is_now(ON_AIR)).id == programme.id
        assert hall.playlist(programme).count("#EXT-X-DISCONTINUITY\n") >= 2


async def test_another_size_each_second_before_it_is_known_what_comes(hall: Hall) -> None:
    sizes = ["256x144", "320x240", "256x144", "128x96", "480x270", "320x240"]
    quick = [tag for n, size in enumerate(sizes) for tag in later(clip(size, seconds=1), 1000 * n)]
    async with feeding(hall, [*quick, *later(clip(seconds=30), 6000)]) as programme:
        await hall.goes_on(programme, 10)
        assert (await hall.is_now(ON_AIR)).id == programme.id
        ends = hall.shelf(programme).ends
        assert max(ends.values()) - min(ends.values()) < 2.5


class Proxy:
    """Between an encoder and the server: a network that can be cut."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._flows = asyncio.Event()
        self._flows.set()
        self._server: asyncio.Server | None = None
        self._writers: list[asyncio.StreamWriter] = []
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def port(self) -> int:
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    async def __aenter__(self) -> "Proxy":
        self._server = await asyncio.start_server(self._met, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for writer in self._writers:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    def cut(self) -> None:
        """Nothing gets through; nobody is told."""
        self._flows.clear()

    def mend(self) -> None:
        self._flows.set()

    async def _met(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", self._to)
        self._writers += [writer, back]
        for one, other in ((reader, back), (there, writer)):
            task = asyncio.create_task(self._pass(one, other))
            self._tasks.add(task)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(65_536):
                await self._flows.wait()
                writer.write(data)
                await writer.drain()
            writer.close()


async def test_a_network_that_is_cut_and_mended(hall: Hall) -> None:
    async with Proxy(hall.port) as proxy:
        hall.publish(port=proxy.port)
        programme = await hall.is_now(ON_AIR)
        await hall.goes_on(programme, 1)
        proxy.cut()
        await hall.is_now(INTERRUPTED)
        await hall.goes_on(programme, 1)
        proxy.mend()
        assert (await hall.is_now(ON_AIR)).id == programme.id
        await hall.goes_on(programme, 2)
        hall.encoders[-1].kill()


@pytest.fixture
async def cramped(folder: DataFolder) -> AsyncIterator[Hall]:
    """Recordings have a file system of 200 kB."""
    command = ["mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", str(folder.live)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("needs root and mount to make a small file system")
    try:
        async with hall_in(folder) as made:
            yield made
    finally:
        subprocess.run(["umount", "-l", str(folder.live)], check=True)


async def test_a_disk_that_is_full_stops_the_recording_and_not_the_programme(cramped: Hall) -> None:
    cramped.publish()
    programme = await cramped.is_now(ON_AIR)

    async def told() -> bool:
        facts: list[Event] = await cramped.db.all(after(0, 10_000))
        return any("disk is full" in str(fact.payload) for fact in facts if fact.topic == "programme.alarm")

    await until(told)
    await cramped.goes_on(programme, 2)
    await cramped.is_now(ON_AIR)


async def test_wrong_keys_in_great_number_leave_the_programme_alone(hall: Hall) -> None:
    hall.publish()
    programme = await hall.is_now(ON_AIR)

    async def guess(number: int) -> str:
        try:
            encoder = await rtmp_encoder.Encoder.call(hall.port)
            try:
                await encoder.publish(f"wrong{number}")
            finally:
                await encoder.hang_up()
        except Refused as refused:
            return refused.code
        except (EOFError, ConnectionError, OSError):
            return "hung up"
        return "let in"

    found: list[str] = []
    for start in range(0, 200, 20):
        found += await asyncio.gather(*(guess(number) for number in range(start, start + 20)))
    assert "let in" not in found
    await hall.goes_on(programme, 1)
    assert len(children()) == 1
