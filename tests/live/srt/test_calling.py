"""Our own encoder's side of SRT: to a server of ours, and to receivers that others wrote."""

import asyncio
import os
import socket
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

import pytest

from novacast.errors import Unavailable
from novacast.live import flv
from novacast.live.ingest import Kind, Tag
from novacast.live.simulcast.pusher import Order, push
from novacast.live.simulcast.transport import TransportStream
from novacast.live.srt.limits import Limits
from tests.fakes.gate import KEY
from tests.fakes.pushing import pushed
from tests.live.srt.conftest import PICTURE, PROGRAM, SOUND, Open
from tests.live.srt.test_callers import PASSPHRASE, Way, ffmpeg_speaks_srt, needs, running
from tests.waiting import until


def order(port: int, key: str = KEY, passphrase: str = "") -> Order:
    return Order("127.0.0.1", "here", port, "", key, passphrase, "srt")


@pytest.fixture(scope="session")
def film() -> list[Tag]:
    """Three seconds as a target gets them: headers, then a keyframe first; with pictures that are shown later than
    others that follow."""
    coded = ["-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p", "-g", "25", "-c:a", "aac"]
    command = [PROGRAM, "-v", "error", "-nostdin", *PICTURE, *SOUND, *coded, "-f", "flv", "pipe:1"]
    tags = flv.TagReader().feed(subprocess.run(command, check=True, capture_output=True).stdout)
    told = [(tag, flv.facts(tag)[0]) for tag in tags if tag.kind is not Kind.SCRIPT]
    begin = next(number for number, (_, found) in enumerate(told) if found.keyframe)
    return [tag for number, (tag, found) in enumerate(told) if number >= begin or found.part == "header"]


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as bound:
        bound.bind(("127.0.0.1", 0))
        return int(bound.getsockname()[1])


def as_flv(stream: Path) -> list[Tag]:
    """What FFmpeg finds in a transport stream."""
    command = [PROGRAM, "-v", "error", "-nostdin", "-i", stream, "-c", "copy", "-f", "flv", "pipe:1"]
    done = subprocess.run(command, check=True, capture_output=True)
    assert not done.stderr
    return flv.TagReader().feed(done.stdout)


def frames(tags: Sequence[Tag]) -> tuple[list[bytes], list[bytes]]:
    """What pictures and sounds are made of, without the heads in which FLV and its writers differ."""
    return tuple(  # type: ignore[return-value]  # two of them
        [tag.data[found.body :] for tag in tags if tag.kind is kind and (found := flv.facts(tag)[0]).part == "frame"]
        for kind in (Kind.VIDEO, Kind.AUDIO)
    )


def times(tags: Sequence[Tag], kind: Kind) -> list[int]:
    """Of frames."""
    return [tag.time for tag in tags if tag.kind is kind and flv.facts(tag)[0].part == "frame"]


def test_a_transport_stream_holds_every_frame_at_its_time(film: list[Tag], tmp_path: Path) -> None:
    stream, target = TransportStream(), tmp_path / "made.ts"
    target.write_bytes(b"".join(map(stream.take, film)))
    found = as_flv(target)
    assert frames(found)[1] == frames(film)[1]
    assert [data[-100:] for data in frames(found)[0]] == [data[-100:] for data in frames(film)[0]]
    assert target.stat().st_size % 188 == 0
    for kind in (Kind.VIDEO, Kind.AUDIO):
        apart = {late - early for early, late in zip(times(film, kind), times(found, kind), strict=True)}
        assert max(apart) - min(apart) <= 1
    decoded = subprocess.run(
        [PROGRAM, "-v", "warning", "-nostdin", "-i", target, "-f", "null", "-"], check=True, capture_output=True
    )
    assert not decoded.stderr


@pytest.mark.slow
async def test_what_is_sent_arrives_byte_for_byte_encrypted_over_a_line_that_loses(
    opened: Open, film: list[Tag]
) -> None:
    studio = await opened(Limits(latency=5_000, passphrase=PASSPHRASE))
    async with Way.open(studio.port, lambda number: (0 if number % 7 == 3 else 1, number % 11 == 5)) as (way, port):
        await asyncio.to_thread(pushed, order(port, passphrase=PASSPHRASE), film)
        basket = await studio.gate.basket()
        await basket.ended()
    assert frames(basket.tags)[1] == frames(film)[1]
    assert [data[-100:] for data in frames(basket.tags)[0]] == [data[-100:] for data in frames(film)[0]]
    assert way.packets > 100


async def test_a_refusal_names_what_was_wrong(opened: Open, film: list[Tag]) -> None:
    studio = await opened(Limits(passphrase=PASSPHRASE))
    for asked, words in (
        (order(studio.port), "passphrase"),
        (order(studio.port, passphrase="another one"), "passphrase"),
        (order(studio.port, "a-wrong-key", PASSPHRASE), "stream id"),
    ):
        with pytest.raises(Unavailable, match=words):
            await asyncio.to_thread(pushed, asked, film)


async def test_where_nothing_listens_the_call_ends_at_once(film: list[Tag]) -> None:
    with pytest.raises(ConnectionRefusedError):
        await asyncio.to_thread(pushed, order(free_port()), film)


@pytest.mark.slow
@ffmpeg_speaks_srt
@pytest.mark.parametrize("passphrase", ["", PASSPHRASE])
async def test_ffmpeg_receives_it(film: list[Tag], tmp_path: Path, passphrase: str) -> None:
    port, target = free_port(), tmp_path / "received.ts"
    secret = f"&passphrase={passphrase}" if passphrase else ""
    listening = f"srt://127.0.0.1:{port}?mode=listener{secret}"
    look = ["-analyzeduration", "500000", "-f", "mpegts", "-i", listening]
    argv = [str(PROGRAM), "-v", "error", "-nostdin", *look, "-c", "copy", "-flush_packets", "1", str(target)]
    await received(argv, order(port, passphrase=passphrase), film, target)


@needs("srt-live-transmit")
async def test_srt_live_transmit_receives_it(film: list[Tag], tmp_path: Path) -> None:
    port, target = free_port(), tmp_path / "received.ts"
    listening = f"srt://127.0.0.1:{port}?mode=listener&passphrase={PASSPHRASE}"
    argv = ["sh", "-c", f"exec srt-live-transmit -q '{listening}' file://con > '{target}'"]
    await received(argv, order(port, passphrase=PASSPHRASE), film, target)


async def received(argv: list[str], to: Order, tags: list[Tag], target: Path) -> None:
    """It is sent to until it has written enough; what it wrote is what was sent."""
    async with running(*argv):
        read_end, write_end = os.pipe()
        with os.fdopen(read_end, "rb", buffering=0) as stdin:
            sending = asyncio.create_task(asyncio.to_thread(_pushed, to, stdin))
            try:
                await asyncio.to_thread(os.write, write_end, flv.HEADER + b"".join(map(flv.framed, tags)))
                size = len(b"".join(map(TransportStream().take, tags)))
                await until(lambda: target.exists() and target.stat().st_size > size * 2 // 3)
            finally:
                os.close(write_end)
                await asyncio.gather(sending, return_exceptions=True)
    found, sent = frames(as_flv(target)), frames(tags)
    assert len(found[0]) > len(sent[0]) // 2
    assert found[1] == sent[1][: len(found[1])]


def _pushed(to: Order, stdin: BinaryIO) -> None:
    """It is called until it listens."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            push(to, stdin)
        except ConnectionRefusedError:
            time.sleep(0.02)
        else:
            return
