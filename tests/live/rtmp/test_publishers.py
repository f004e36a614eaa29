"""Programs that people send with. What arrives is, byte for byte, what they write to a file."""

import asyncio
import shutil
import ssl
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import imageio_ffmpeg
import pytest

from novacast.live import flv
from novacast.live.dimensions import Size, size
from novacast.live.ingest import Kind, Tag
from tests.fakes.gate import KEY, Basket
from tests.live.rtmp.conftest import Open, Studio

SHIPPED = imageio_ffmpeg.get_ffmpeg_exe()
SYSTEM = shutil.which("ffmpeg") or ""
PROGRAMS = [one for one in (SYSTEM, SHIPPED) if one]
PICTURE = ["-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25:duration=3"]
SOUND = ["-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000:duration=3"]
QUICK = ["-pix_fmt", "yuv420p", "-g", "25"]


@dataclass(frozen=True)
class Form:
    """What a clip is made of."""

    codecs: tuple[str, str]
    options: tuple[str, ...]
    suffix: str = "mkv"


H264 = Form(("h264", "aac"), ("-c:v", "libx264", "-preset", "ultrafast", "-bf", "2", "-c:a", "aac"))
HEVC = Form(
    ("hevc", "opus"), ("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none", "-c:a", "libopus")
)
AV1 = Form(("av1", "aac"), ("-c:v", "libaom-av1", "-cpu-used", "8", "-usage", "realtime", "-c:a", "aac"))

Clip = Callable[[Form], Path]


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Clip:
    folder = tmp_path_factory.mktemp("sent")

    def make(form: Form) -> Path:
        target = folder / f"{form.codecs[0]}.{form.suffix}"
        if not target.exists():
            command = [SHIPPED, "-v", "error", "-nostdin", *PICTURE, *SOUND, *QUICK, *form.options, str(target)]
            subprocess.run(command, check=True)
        return target

    return make


async def run(*argv: str) -> tuple[int, str]:
    """Exit code, and what it said."""
    child = await asyncio.create_subprocess_exec(*argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        async with asyncio.timeout(120):
            said, _ = await child.communicate()
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    return child.returncode or 0, said.decode(errors="replace")


def media(tags: Sequence[Tag]) -> list[Tag]:
    return [tag for tag in tags if tag.kind is not Kind.SCRIPT]


def sides(tags: Sequence[Tag]) -> tuple[list[Tag], list[Tag]]:
    return [tag for tag in tags if tag.kind is Kind.VIDEO], [tag for tag in tags if tag.kind is Kind.AUDIO]


async def feed(studio: Studio, program: str, source: Path, *options: str) -> Basket:
    address = f"rtmp://127.0.0.1:{studio.port}/live/{KEY}"
    code, said = await run(
        program, "-v", "error", "-nostdin", "-i", str(source), "-c", "copy", *options, "-f", "flv", address
    )
    assert code == 0, said
    basket = await studio.gate.basket()
    assert await basket.ended() == "The encoder ended its broadcast."
    return basket


async def remuxed(program: str, source: Path, target: Path, *options: str) -> list[Tag]:
    code, said = await run(
        program, "-v", "error", "-nostdin", "-y", "-i", str(source), "-c", "copy", *options, str(target)
    )
    assert code == 0, said
    return flv.TagReader().feed(target.read_bytes())


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: "shipped" if path == SHIPPED else "system")
async def test_what_ffmpeg_sends_is_what_it_writes(studio: Studio, clip: Clip, program: str, tmp_path: Path) -> None:
    source = clip(H264)
    basket = await feed(studio, program, source)
    assert media(basket.tags) == media(await remuxed(program, source, tmp_path / "local.flv"))
    assert "Lavf" in basket.hello.software
    assert basket.tags[0].kind is Kind.SCRIPT


@pytest.mark.parametrize("form", [HEVC, AV1], ids=["HEVC and Opus", "AV1 and AAC"])
async def test_enhanced_rtmp_arrives_whole(studio: Studio, clip: Clip, form: Form, tmp_path: Path) -> None:
    source = clip(form)
    basket = await feed(studio, SHIPPED, source)
    assert media(basket.tags) == media(await remuxed(SHIPPED, source, tmp_path / "local.flv"))
    video, audio = ([flv.facts(tag)[0] for tag in side] for side in sides(basket.tags))
    assert ({one.codec for one in video}, {one.codec for one in audio}) == ({form.codecs[0]}, {form.codecs[1]})
    assert [one.part for one in video].count("frame") == 75
    assert video[0].part == audio[0].part == "header"
    assert [one.keyframe for one in video].count(True) == 3
    head = sides(basket.tags)[0][0]
    assert size(form.codecs[0], head.data[video[0].body : video[0].end]) == Size(320, 180)


async def test_times_go_on_past_the_end_of_24_bits(studio: Studio, clip: Clip, tmp_path: Path) -> None:
    source, late = clip(H264), ("-output_ts_offset", "16776.2")
    basket = await feed(studio, SHIPPED, source, *late)
    assert media(basket.tags) == media(await remuxed(SHIPPED, source, tmp_path / "local.flv", *late))
    assert basket.tags[-1].time > 0xFFFFFF > basket.tags[1].time


async def test_times_go_on_past_the_end_of_31_bits(studio: Studio, clip: Clip, tmp_path: Path) -> None:
    source, late = clip(H264), ("-output_ts_offset", str((1 << 31) / 1000 - 1.5))
    basket = await feed(studio, SHIPPED, source, *late)
    local = media(await remuxed(SHIPPED, source, tmp_path / "local.flv", *late))
    assert [replace(tag, time=tag.time & 0x7FFFFFFF) for tag in media(basket.tags)] == [
        replace(tag, time=tag.time & 0x7FFFFFFF) for tag in local
    ]
    pictures = [tag.time for tag in sides(basket.tags)[0]]
    assert pictures[-1] > (1 << 31) > pictures[1]
    assert max(b - a for a, b in pairwise(pictures[1:])) <= 41


async def test_ffmpeg_shows_why_its_key_is_refused(studio: Studio, clip: Clip) -> None:
    address = f"rtmp://127.0.0.1:{studio.port}/live/wrong"
    code, said = await run(SHIPPED, "-nostdin", "-i", str(clip(H264)), "-c", "copy", "-f", "flv", address)
    assert code != 0
    assert "This stream key is not known here." in said


async def test_rtmps_is_spoken_where_there_is_a_certificate(
    opened: Open, clip: Clip, context: ssl.SSLContext, tmp_path: Path
) -> None:
    studio = await opened(context=context)
    source = clip(H264)
    address = f"rtmps://127.0.0.1:{studio.server.tls_port}/live/{KEY}"
    anyone = ["-tls_verify", "0"]
    argv = [SHIPPED, "-v", "error", "-nostdin", "-i", str(source), "-c", "copy", *anyone, "-f", "flv", address]
    code, said = await run(*argv)
    assert code == 0, said
    basket = await studio.gate.basket()
    await basket.ended()
    assert basket.hello.protocol == "rtmps"
    assert media(basket.tags) == media(await remuxed(SHIPPED, source, tmp_path / "local.flv"))


def gstreamer(source: Path, sink: str) -> list[str]:
    demuxed = ["filesrc", f"location={source}", "!", "matroskademux", "name=d"]
    muxed = ["flvmux", "streamable=true", "name=m", "!", *sink.split()]
    picture = ["d.", "!", "queue", "!", "h264parse", "!", "m."]
    sound = ["d.", "!", "queue", "!", "aacparse", "!", "m."]
    return ["gst-launch-1.0", "-q", *demuxed, *muxed, *picture, *sound]


@pytest.fixture
def needs_gstreamer() -> None:
    parts = ("matroskademux", "h264parse", "aacparse", "flvmux", "rtmp2sink")
    inspect = shutil.which("gst-inspect-1.0")
    if inspect is None or any(subprocess.run([inspect, one], stdout=subprocess.DEVNULL).returncode for one in parts):
        pytest.skip("GStreamer is missing: gstreamer1.0-tools and gstreamer1.0-plugins-{base,good,bad}")


@pytest.mark.usefixtures("needs_gstreamer")
@pytest.mark.slow
async def test_what_gstreamer_sends_is_what_it_writes(studio: Studio, clip: Clip, tmp_path: Path) -> None:
    source, target = clip(H264), tmp_path / "local.flv"
    address = f"rtmp://127.0.0.1:{studio.port}/live/{KEY}"
    code, said = await run(*gstreamer(source, f"rtmp2sink location={address} sync=false"))
    assert code == 0, said
    basket = await studio.gate.basket()
    await basket.ended()
    code, said = await run(*gstreamer(source, f"filesink location={target}"))
    assert code == 0, said
    assert sides(basket.tags) == sides(flv.TagReader().feed(target.read_bytes()))
    assert len(sides(basket.tags)[0]) >= 76


@pytest.mark.usefixtures("needs_gstreamer")
@pytest.mark.slow
async def test_gstreamer_shows_why_its_key_is_refused(studio: Studio, clip: Clip) -> None:
    address = f"rtmp://127.0.0.1:{studio.port}/live/wrong"
    code, said = await run(*gstreamer(clip(H264), f"rtmp2sink location={address}"))
    assert code != 0
    assert "This stream key is not known here." in said
