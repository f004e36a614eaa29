"""Programs that people send with, as they are installed."""

import asyncio
import re
import shutil
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from novacast.live.ingest import Kind, Tag
from novacast.live.srt.limits import Limits
from tests.fakes.gate import KEY, Basket
from tests.live.srt.conftest import PROGRAM, Open, Studio, sides
from tests.live.srt.test_reception import sent
from tests.waiting import until

PASSPHRASE = "a-good-passphrase"
MOST = 65
"""Of 75 pictures: a caller that hangs up does not wait for the last packets."""


def needs(*programs: str) -> pytest.MarkDecorator:
    absent = [one for one in programs if not shutil.which(one)]
    return pytest.mark.skipif(bool(absent), reason=f"{', '.join(absent)} is not installed")


def speaks_srt() -> bool:
    said = subprocess.run([PROGRAM, "-v", "quiet", "-protocols"], check=True, capture_output=True, text=True).stdout
    return "srt" in said.split()


ffmpeg_speaks_srt = pytest.mark.skipif(not speaks_srt(), reason="this FFmpeg has no SRT")


def address(port: int, key: str = KEY, **more: object) -> str:
    return f"srt://127.0.0.1:{port}?" + "&".join(f"{name}={value}" for name, value in {"streamid": key, **more}.items())


def ffmpeg(clip: Path, target: str, *, loop: bool = False) -> list[str]:
    """In real time."""
    again = ["-stream_loop", "-1"] if loop else []
    read = [str(PROGRAM), "-v", "error", "-nostdin", "-re", *again, "-i", str(clip)]
    return [*read, "-c", "copy", "-f", "mpegts", target]


async def run(*argv: str) -> tuple[int, str]:
    """Exit code, and what it said."""
    async with running(*argv) as child, asyncio.timeout(60):
        said, _ = await child.communicate()
    return child.returncode or 0, said.decode(errors="replace")


@asynccontextmanager
async def running(*argv: str) -> AsyncIterator[asyncio.subprocess.Process]:
    child = await asyncio.create_subprocess_exec(
        *argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    try:
        yield child
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()


class Way(asyncio.DatagramProtocol):
    """Between a caller and the server, with whatever `fate` does to the n-th packet of data: how often it arrives,
    and whether after the next one."""

    def __init__(self, port: int, fate: Callable[[int], tuple[int, bool]]) -> None:
        self._server, self._fate = ("127.0.0.1", port), fate
        self._caller: tuple[str, int] | None = None
        self._held: bytes | None = None
        self.packets = 0

    @classmethod
    @asynccontextmanager
    async def open(cls, port: int, fate: Callable[[int], tuple[int, bool]]) -> AsyncIterator[tuple["Way", int]]:
        loop = asyncio.get_running_loop()
        transport, self = await loop.create_datagram_endpoint(lambda: cls(port, fate), local_addr=("127.0.0.1", 0))
        try:
            yield self, transport.get_extra_info("sockname")[1]
        finally:
            transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: asyncio.DatagramTransport = transport  # type: ignore[assignment]  # a datagram endpoint's

    def datagram_received(self, data: bytes, peer: tuple[str, int]) -> None:
        if peer == self._server:
            if self._caller:
                self._transport.sendto(data, self._caller)
            return
        self._caller = peer
        if data[0] & 0x80:
            self._transport.sendto(data, self._server)
            return
        self.packets += 1
        times, later = self._fate(self.packets)
        held, self._held = self._held, data if later else None
        for one in ([] if later else [data] * times) + ([held] if held else []):
            self._transport.sendto(one, self._server)


async def fed(studio: Studio, *argv: str) -> Basket:
    code, said = await run(*argv)
    assert code == 0, said
    basket = await studio.gate.basket()
    await basket.ended()
    return basket


@ffmpeg_speaks_srt
async def test_ffmpeg_feeds_byte_for_byte(opened: Open, clip: Path, written: list[Tag]) -> None:
    studio = await opened()
    basket = await fed(studio, *ffmpeg(clip, address(studio.port, "#!::r=" + KEY + ",m=publish")))

    assert sides(basket.tags)[0][:MOST] == sides(written)[0][:MOST]
    assert basket.endings == ["The encoder ended its broadcast."]


@pytest.mark.slow
@ffmpeg_speaks_srt
async def test_ffmpeg_shows_that_its_key_was_refused(opened: Open, clip: Path) -> None:
    studio = await opened()
    code, said = await run(*ffmpeg(clip, address(studio.port, "a-bad-key")))

    assert code != 0
    assert "rejection reason" in said.lower()


@pytest.mark.slow
@needs("srt-live-transmit")
@pytest.mark.parametrize(
    ("query", "shown"),
    [("streamid=a-bad-key", "application-defined rejection"), (f"streamid={KEY}", "incorrect passphrase")],
)
async def test_srt_live_transmit_shows_why_it_was_refused(opened: Open, query: str, shown: str) -> None:
    passphrase = "" if "bad" in query else PASSPHRASE
    studio = await opened(Limits(passphrase=passphrase))
    query += "&passphrase=another-passphrase" if passphrase else ""
    target = f"srt://127.0.0.1:{studio.port}?{query}"
    async with running("srt-live-transmit", "-loglevel", "note", "file://con", target) as child:
        assert child.stdout is not None
        said = ""
        async with asyncio.timeout(30):
            while not re.search(shown, said.lower()):
                line = await child.stdout.readline()
                assert line, said
                said += line.decode()


@pytest.mark.slow
@needs("srt-live-transmit")
async def test_srt_live_transmit_encrypts_and_changes_its_keys_on_the_way(
    opened: Open, clip: Path, written: list[Tag]
) -> None:
    studio = await opened(Limits(passphrase=PASSPHRASE))
    more = {"passphrase": PASSPHRASE, "pbkeylen": 32, "kmrefreshrate": 150, "kmpreannounce": 50}
    target = address(studio.port, "#!::r=" + KEY, **more)
    async with running("srt-live-transmit", "-loglevel", "fatal", "file://con", target) as child:
        data = clip.read_bytes()
        assert child.stdin is not None
        for at in range(0, len(data), 1316):
            child.stdin.write(data[at : at + 1316])
            await child.stdin.drain()
            await asyncio.sleep(0.003)  # a live sender has a pace
        basket = await studio.gate.basket()
        await until(lambda: len(basket.of(Kind.VIDEO)) > MOST)

    pictures = sides(basket.tags)[0]
    assert pictures == sides(written)[0][: len(pictures)]


@pytest.mark.slow
@needs("gst-launch-1.0")
async def test_gstreamer_feeds_encrypted(opened: Open) -> None:
    studio = await opened(Limits(passphrase=PASSPHRASE))
    picture = "videotestsrc num-buffers=60 is-live=true ! video/x-raw,width=320,height=180,framerate=30/1"
    encoded = (
        f"{picture} ! x264enc tune=zerolatency speed-preset=ultrafast key-int-max=30 ! mpegtsmux name=m alignment=7"
    )
    sink = f"srtsink uri=srt://127.0.0.1:{studio.port} streamid={KEY}"
    sound = "audiotestsrc num-buffers=90 is-live=true ! audioconvert ! avenc_aac ! m."
    argv = f"gst-launch-1.0 -q {encoded} ! {sink}".split()
    basket = await fed(studio, *argv, f"passphrase={PASSPHRASE}", "pbkeylen=24", *sound.split())

    assert len(basket.of(Kind.VIDEO)) >= 50
    assert len(basket.of(Kind.AUDIO)) >= 50


@pytest.mark.slow
@ffmpeg_speaks_srt
async def test_a_way_that_loses_doubles_and_mixes_packets_is_made_good(
    opened: Open, clip: Path, written: list[Tag]
) -> None:
    studio = await opened()

    def fate(number: int) -> tuple[int, bool]:
        return (0 if number % 10 == 3 else 2 if number % 10 == 6 else 1), number % 7 == 5

    async with Way.open(studio.port, fate) as (way, port):
        target = address(port, latency=2_000_000, linger=1)
        async with running(*ffmpeg(clip, target, loop=True)):
            basket = await studio.gate.basket()
            await until(lambda: len(basket.of(Kind.VIDEO)) > MOST)
    pictures = sides(basket.tags)[0]

    assert pictures[:MOST] == sides(written)[0][:MOST]
    assert studio.value("packets_total", fate="again") > 10
    assert studio.value("packets_total", fate="dropped") == 0
    assert way.packets > 100


@pytest.mark.slow
@ffmpeg_speaks_srt
async def test_two_feed_through_one_port(opened: Open, clip: Path, written: list[Tag]) -> None:
    studio = await opened()
    studio.gate.keys.append("another-key")
    both = await asyncio.gather(*(run(*ffmpeg(clip, address(studio.port, key))) for key in (KEY, "another-key")))
    baskets = [await studio.gate.basket(number) for number in (0, 1)]
    for basket in baskets:
        await basket.ended()

    assert [code for code, _ in both] == [0, 0]
    assert {basket.hello.key for basket in baskets} == {KEY, "another-key"}
    assert [sides(basket.tags)[0][:MOST] for basket in baskets] == [sides(written)[0][:MOST]] * 2


@pytest.mark.slow
@ffmpeg_speaks_srt
async def test_sound_that_flv_does_not_know_becomes_aac(opened: Open, clip: Path) -> None:
    studio = await opened()
    target = address(studio.port)
    send = [str(PROGRAM), "-v", "error", "-nostdin", "-re", "-i", str(clip)]
    basket = await fed(studio, *send, "-c:v", "copy", "-c:a", "mp2", "-f", "mpegts", target)

    assert {tag.data[0] >> 4 for tag in basket.of(Kind.AUDIO)} == {10}
    assert len(basket.of(Kind.VIDEO)) > MOST


@pytest.mark.slow
async def test_who_begins_between_two_keyframes_is_waited_for(opened: Open, tmp_path: Path) -> None:
    film, late = tmp_path / "film.ts", tmp_path / "late.ts"
    source = ["-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25:duration=8"]
    coded = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "50", "-sc_threshold", "0"]
    subprocess.run([PROGRAM, "-v", "error", "-nostdin", *source, *coded, str(film)], check=True)
    data = film.read_bytes()
    late.write_bytes(data[len(data) // 188 // 8 * 188 :])
    studio = await opened(Limits(latency=5_000))
    caller = await studio.caller()
    await sent(caller, late.read_bytes())
    basket = await studio.gate.basket()
    await until(lambda: len(basket.of(Kind.VIDEO)) > 90)

    assert next(iter(basket.of(Kind.VIDEO))).data[:2] == b"\x17\0"
