"""Sources of unusual shape, each made by FFmpeg, and what comes out."""

from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import pytest

from novacast.media.commands import Encoding
from novacast.media.encode import make_poster
from novacast.media.info import MediaInfo
from novacast.media.ladder import plan_ladder
from novacast.media.probe import facts, media_info, probe
from tests.media.conftest import Make, programs
from tests.media.ladders import make_ladder
from tests.media.test_encode import FAST, kit, packets

X264 = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")


async def made(source: Path, folder: Path, heights: tuple[int, ...] = (144,)) -> tuple[MediaInfo, Path]:
    info = await probe(source)
    assert media_info(facts(info)) == info
    ladder = await make_ladder(kit(programs()[-1]), source, info, plan_ladder(info, heights), folder, encoding=FAST)
    return info, folder / (ladder.rungs[0][0].name if ladder.rungs else "audio")


def shown(rendition: Path) -> tuple[int, int, int]:
    with av.open(str(rendition / "index.m3u8")) as media:
        frames = [(frame.width, frame.height) for frame in media.decode(video=0)]
    assert len(set(frames)) == 1
    return (*frames[0], len(frames))


async def test_variable_rates_become_constant(clips: Make, tmp_path: Path) -> None:
    source = clips(
        "vfr.mkv", "-vf", "select='not(eq(mod(n,7),3))*lt(mod(n,50),40)'", "-fps_mode", "vfr", *X264, seconds=6
    )
    info = await probe(source)
    assert info.video is not None
    assert info.video.keyframes is not None
    assert not info.video.keyframes.steady
    plan = plan_ladder(info, (144,))
    ladder = await make_ladder(kit(programs()[-1]), source, info, plan, tmp_path, encoding=FAST)
    times = [at for at, _ in packets(tmp_path / "144p", ladder.rungs[0][1])]
    steps = {round(after - before, 4) for before, after in pairwise(times)}
    assert steps == {round(float(1 / plan.fps), 4)}
    assert abs(times[-1] - 5.6) < 0.5


async def test_interlaced_pictures_are_put_together(clips: Make, tmp_path: Path) -> None:
    source = clips("fields.mpg", "-vf", "tinterlace=interleave_top,fieldorder=tff", "-flags", "+ilme+ildct",
                   "-c:v", "mpeg2video", "-c:a", "mp2", rate="50", seconds=2)  # fmt: skip
    info, rung = await made(source, tmp_path)
    assert info.video is not None
    assert info.video.interlaced
    assert shown(rung)[:2] == (256, 144)


@pytest.mark.parametrize("turn", ["90", "180"])
async def test_turned_pictures_stand_upright(clips: Make, tmp_path: Path, turn: str) -> None:
    plain = clips("plain.mp4", seconds=1)
    turned = tmp_path / "turned.mp4"
    from tests.media.test_probe import _ffmpeg

    await _ffmpeg("-display_rotation", turn, "-i", str(plain), "-c", "copy", str(turned))
    _, rung = await made(turned, tmp_path)
    assert shown(rung)[:2] == ((144, 256) if turn == "90" else (256, 144))


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("deep.mkv", ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv422p10le")),
        ("alpha.mov", ("-c:v", "qtrle", "-pix_fmt", "argb")),
        (
            "alpha.webm",
            (
                "-c:v",
                "libvpx",
                "-deadline",
                "realtime",
                "-auto-alt-ref",
                "0",
                "-pix_fmt",
                "yuva420p",
                "-c:a",
                "libopus",
            ),
        ),
        ("full.mp4", ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuvj420p", "-color_range", "pc")),
    ],
)
async def test_what_browsers_do_not_play_becomes_what_they_do(
    clips: Make, tmp_path: Path, name: str, options: tuple[str, ...]
) -> None:
    _, rung = await made(clips(name, *options, seconds=1), tmp_path)
    with av.open(str(rung / "index.m3u8")) as media:
        assert media.streams.video[0].codec_context.pix_fmt == "yuv420p"


async def test_each_language_is_a_rendition_and_surround_is_kept_beside_stereo(clips: Make, tmp_path: Path) -> None:
    two = ("-map", "0", "-map", "1", "-map", "1", "-metadata:s:a:0", "language=ger", "-metadata:s:a:1", "language=eng")
    source = clips("languages.mkv", *two, *X264, "-c:a", "ac3", "-ac:a:0", "6", "-ac:a:1", "1", seconds=2)
    info = await probe(source)
    ladder = await make_ladder(
        kit(programs()[-1]), source, info, plan_ladder(info, (144,)), tmp_path, encoding=Encoding(preset="ultrafast")
    )
    assert [line.partition('GROUP-ID="audio",')[2] for line in ladder.master.splitlines() if "TYPE=AUDIO" in line] == [
        'NAME="Deutsch",LANGUAGE="de",DEFAULT=YES,AUTOSELECT=YES,CHANNELS="2",URI="audio/index.m3u8"',
        'NAME="English",LANGUAGE="en",DEFAULT=NO,AUTOSELECT=YES,CHANNELS="1",URI="audio-2/index.m3u8"',
        'NAME="Deutsch 5.1",LANGUAGE="de",DEFAULT=NO,AUTOSELECT=NO,CHANNELS="6",URI="audio-3/index.m3u8"',
    ]
    channels = []
    for name in ("audio", "audio-2", "audio-3"):
        with av.open(str(tmp_path / name / "index.m3u8")) as media:
            channels.append(media.streams.audio[0].codec_context.channels)
    assert channels == [2, 1, 6]


@pytest.mark.parametrize("cover", [True, False], ids=["cover", "bare"])
async def test_sound_alone_has_a_picture(clips: Make, tmp_path: Path, cover: bool) -> None:
    own = (
        "-map",
        "0:v",
        "-map",
        "1:a",
        "-frames:v",
        "1",
        "-c:v",
        "mjpeg",
        "-disposition:v",
        "attached_pic",
        "-shortest",
    )
    options = (*own, "-c:a", "libmp3lame") if cover else ("-vn", "-c:a", "libmp3lame")
    source = clips("song.mp3", *options, size="300x300", seconds=2)
    info = await probe(source)
    assert info.video is None
    assert (info.cover is not None) == cover
    ladder = await make_ladder(kit(programs()[-1]), source, info, plan_ladder(info), tmp_path, encoding=FAST)
    assert (ladder.rungs, len(ladder.sounds)) == ((), 1)
    poster = await make_poster(kit(programs()[-1]), source, info, tmp_path)
    with av.open(str(poster)) as media:
        frame = next(media.decode(video=0))
        assert (frame.width == frame.height) == cover


@pytest.mark.parametrize("rate", ["60", "120"])
async def test_high_rates_are_at_most_60(clips: Make, tmp_path: Path, rate: str) -> None:
    info, rung = await made(clips("fast.mp4", *X264, rate=rate, seconds=1), tmp_path)
    assert info.video is not None
    assert info.video.fps == Fraction(rate)
    assert shown(rung)[2] == 60
