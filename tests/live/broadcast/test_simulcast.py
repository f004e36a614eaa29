"""What viewers see is sent on, by real processes, to a second RTMP server of ours; nothing there hurts the show."""

import asyncio
import os
import signal
import subprocess
from collections.abc import AsyncIterator
from itertools import pairwise
from pathlib import Path

import pytest

from novacast.identity import Principal, Role
from novacast.live import flv
from novacast.live.ingest import Kind
from novacast.live.models import ProgrammeState
from novacast.live.rtmp.server import Listening, RtmpServer
from novacast.live.targets.models import Target, TargetState
from novacast.live.targets.service import Draft
from novacast.metrics import Metrics
from novacast.outbox import after
from tests.fakes.gate import KEY, Basket, FakeGate
from tests.live.broadcast.conftest import Hall
from tests.live.srt.conftest import PROGRAM
from tests.live.srt.test_callers import ffmpeg_speaks_srt, running
from tests.live.srt.test_calling import free_port
from tests.waiting import until

ON_AIR, INTERRUPTED = ProgrammeState.ON_AIR, ProgrammeState.INTERRUPTED
PRODUCER = Principal(person_id="producer", session_id="s", roles={"org1": Role.PRODUCER})


class Elsewhere:
    """Another server that programmes are sent on to."""

    def __init__(self) -> None:
        self.gate = FakeGate()
        self._server: RtmpServer | None = None
        self.port = 0

    async def open(self) -> None:
        self._server = RtmpServer(self.gate, Metrics(), Listening("127.0.0.1", self.port, None))
        await self._server.start()
        assert self._server.port is not None
        self.port = self._server.port

    async def close(self) -> None:
        if self._server is not None:
            await self._server.close()

    async def basket(self, number: int = 0) -> Basket:
        await until(lambda: len(self.gate.baskets) > number)
        return self.gate.baskets[number]


@pytest.fixture
async def elsewhere() -> AsyncIterator[Elsewhere]:
    made = Elsewhere()
    await made.open()
    yield made
    await made.close()


async def target(hall: Hall, port: int, key: str = KEY, delay: int = 0) -> Target:
    draft = Draft("There", f"rtmp://127.0.0.1:{port}/live", key, delay_seconds=delay)
    return await hall.live.targets.create(PRODUCER, hall.channel.id, draft)


async def retarget(hall: Hall) -> None:
    """What the outbox does in a server: the engine hears of it."""
    for event in await hall.db.all(after(0, 10_000)):
        if event.topic in ("target.changed", "target.removed"):
            await hall.station.engine.hear(event)


async def state(hall: Hall) -> TargetState:
    (listed,) = await hall.live.targets.of_channel(PRODUCER, hall.channel.id)
    return listed.target.state


async def is_now(hall: Hall, wanted: TargetState) -> None:
    async def there() -> bool:
        return await state(hall) is wanted

    await until(there)


def pushers() -> dict[int, bytes]:
    """The processes that send on, and what everybody can read of each."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                stat = (entry / "stat").read_text().rpartition(")")[2].split()
                words = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if int(stat[1]) == os.getpid() and b"simulcast.pusher" in words and stat[0] != "Z":
                found[int(entry.name)] = words
    return found


@pytest.mark.slow
async def test_what_viewers_see_is_sent_on_with_its_slate(
    hall: Hall, elsewhere: Elsewhere, caplog: pytest.LogCaptureFixture
) -> None:
    await target(hall, elsewhere.port)
    encoder = hall.publish()
    programme = await hall.is_now(ON_AIR)
    basket = await elsewhere.basket()
    (argv,) = pushers().values()
    await until(lambda: len(basket.of(Kind.VIDEO)) > 45)
    encoder.kill()
    await hall.is_now(INTERRUPTED)
    seen = len(basket.of(Kind.VIDEO))
    await until(lambda: len(basket.of(Kind.VIDEO)) > seen + 45)

    pictures, sounds = basket.of(Kind.VIDEO), basket.of(Kind.AUDIO)
    facts = [flv.facts(tag)[0] for tag in pictures]
    assert facts[0].part == "header"
    assert facts[1].keyframe
    frames = [tag.time for tag, found in zip(pictures, facts, strict=True) if found.part == "frame"]
    gaps = [after - before for before, after in pairwise(frames)]
    assert min(gaps) >= 0
    assert max(gaps) < 100, "the slate goes on where the encoder ended"
    assert abs(pictures[-1].time - sounds[-1].time) < 500
    assert flv.facts(sounds[0])[0].part == "header"
    assert KEY.encode() not in argv
    assert KEY not in caplog.text
    assert KEY not in repr(await hall.live.targets.of_channel(PRODUCER, hall.channel.id))
    await hall.station.engine.close()
    assert await basket.ended()
    assert await state(hall) is TargetState.OFF
    assert programme.id


@pytest.mark.slow
async def test_sending_begins_and_stops_during_the_broadcast(hall: Hall, elsewhere: Elsewhere) -> None:
    hall.publish()
    programme = await hall.is_now(ON_AIR)
    made = await target(hall, elsewhere.port)
    await retarget(hall)
    basket = await elsewhere.basket()
    await is_now(hall, TargetState.LIVE)
    await hall.live.targets.edit(PRODUCER, made.id, Draft(enabled=False))
    await retarget(hall)
    await basket.ended()
    await is_now(hall, TargetState.OFF)
    assert not pushers()
    await hall.live.targets.edit(PRODUCER, made.id, Draft(enabled=True))
    await retarget(hall)
    await elsewhere.basket(1)
    await is_now(hall, TargetState.LIVE)
    topics = [event.topic for event in await hall.db.all(after(0, 10_000)) if event.subject == made.id]
    assert topics[-2:] == ["target.connecting", "target.live"]
    await hall.live.targets.remove(PRODUCER, made.id)
    await retarget(hall)
    await until(lambda: not pushers())
    await hall.goes_on(programme, 1)


@pytest.mark.slow
async def test_a_target_that_refuses_is_tried_again_and_its_words_are_told_without_the_key(
    hall: Hall, elsewhere: Elsewhere, caplog: pytest.LogCaptureFixture
) -> None:
    await target(hall, elsewhere.port, key="a-wrong-key-of-ours")
    hall.publish()
    programme = await hall.is_now(ON_AIR)
    await is_now(hall, TargetState.FAILED)
    (listed,) = await hall.live.targets.of_channel(PRODUCER, hall.channel.id)
    assert "not known" in listed.target.words
    await until(lambda: len(elsewhere.gate.refused) > 1)
    elsewhere.gate.keys.append("a-wrong-key-of-ours")
    await is_now(hall, TargetState.LIVE)
    assert "a-wrong-key-of-ours" not in caplog.text
    await hall.goes_on(programme, 1)


@pytest.mark.slow
async def test_a_target_that_dies_is_sent_to_again_once_it_is_back(hall: Hall, elsewhere: Elsewhere) -> None:
    await target(hall, elsewhere.port)
    hall.publish()
    programme = await hall.is_now(ON_AIR)
    await elsewhere.basket()
    await elsewhere.close()
    await is_now(hall, TargetState.FAILED)
    await hall.goes_on(programme, 1)
    await elsewhere.open()
    basket = await elsewhere.basket(1)
    await until(lambda: len(basket.of(Kind.VIDEO)) > 30)
    assert flv.facts(basket.of(Kind.VIDEO)[1])[0].keyframe
    assert basket.of(Kind.VIDEO)[0].time < 1000, "each connection counts from its own beginning"


@pytest.mark.slow
async def test_a_process_that_hangs_or_is_killed_never_holds_up_the_show(hall: Hall, elsewhere: Elsewhere) -> None:
    await target(hall, elsewhere.port)
    hall.publish(size="640x360")
    programme = await hall.is_now(ON_AIR)
    await is_now(hall, TargetState.LIVE)
    (child,) = pushers()
    os.kill(child, signal.SIGSTOP)
    await hall.goes_on(programme, 4)
    os.kill(child, signal.SIGKILL)
    await is_now(hall, TargetState.FAILED)
    await hall.goes_on(programme, 1)
    await is_now(hall, TargetState.LIVE)
    (other,) = pushers()
    assert other != child


@pytest.mark.slow
async def test_a_server_that_takes_the_call_and_says_nothing_is_given_up(hall: Hall) -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    async with server:
        await target(hall, server.sockets[0].getsockname()[1])
        hall.publish()
        programme = await hall.is_now(ON_AIR)
        await is_now(hall, TargetState.FAILED)
        await hall.goes_on(programme, 1)


@ffmpeg_speaks_srt
@pytest.mark.slow
async def test_what_viewers_see_is_sent_on_by_srt_as_well_encrypted(
    hall: Hall, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    port, target, secret = free_port(), tmp_path / "received.ts", "a secret of ours"
    draft = Draft("There", f"srt://127.0.0.1:{port}", "#!::r=show,m=publish", secret)
    await hall.live.targets.create(PRODUCER, hall.channel.id, draft)
    encoder = hall.publish()
    programme = await hall.is_now(ON_AIR)
    await is_now(hall, TargetState.FAILED)  # nobody is there yet
    listening = f"srt://127.0.0.1:{port}?mode=listener&passphrase={secret}"
    argv = [str(PROGRAM), "-v", "error", "-nostdin", "-f", "mpegts", "-i", listening, "-c", "copy", str(target)]
    async with running(*argv) as receiver:
        await is_now(hall, TargetState.LIVE)
        (words,) = pushers().values()
        await hall.goes_on(programme, 2)
        encoder.kill()
        await hall.is_now(INTERRUPTED)
        await hall.goes_on(programme, 2)
        assert await state(hall) is TargetState.LIVE
        await hall.station.engine.close()
        await asyncio.wait_for(receiver.wait(), 60)
    looked = subprocess.run(
        [PROGRAM, "-v", "warning", "-nostdin", "-i", target, "-map", "0", "-f", "framehash", "-"],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    lines = [line for line in looked.stdout.splitlines() if not line.startswith("#")]
    assert not looked.stderr
    assert sum(line.startswith("0,") for line in lines) > 60
    assert sum(line.startswith("1,") for line in lines) > 60
    assert secret.encode() not in words
    assert secret not in caplog.text
    assert secret not in repr(await hall.live.targets.of_channel(PRODUCER, hall.channel.id))


@pytest.mark.slow
async def test_a_target_may_be_seconds_behind(hall: Hall, elsewhere: Elsewhere) -> None:
    await target(hall, elsewhere.port, delay=3)
    hall.publish()
    programme = await hall.is_now(ON_AIR)
    basket = await elsewhere.basket()
    await until(lambda: len(basket.of(Kind.VIDEO)) > 30)
    assert max(hall.shelf(programme).ends.values()) * 1000 - basket.of(Kind.VIDEO)[-1].time > 2500
