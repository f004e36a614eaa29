import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from fractions import Fraction
from pathlib import Path

import imageio_ffmpeg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from novacast.media.info import Refusal
from novacast.media.probe import ProbeBounds, ProbeRefused, probe
from novacast.media.sniff import CONTAINERS, claim_of, container_of
from tests.media.conftest import Make


@pytest.mark.parametrize(
    ("name", "options", "container", "codec", "sound"),
    [
        ("plain.mp4", (), "mov", "h264", "aac"),
        ("plain.mov", ("-c:v", "mpeg4", "-c:a", "pcm_s16le"), "mov", "mpeg4", "pcm_s16le"),
        (
            "hevc.mp4",
            ("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none"),
            "mov",
            "hevc",
            "aac",
        ),
        ("av1.mp4", ("-c:v", "libsvtav1", "-preset", "13", "-svtav1-params", "lp=1"), "mov", "av1", "aac"),
        ("plain.mkv", ("-c:v", "libx264", "-preset", "ultrafast", "-c:a", "flac"), "matroska", "h264", "flac"),
        ("plain.webm", ("-c:v", "libvpx", "-deadline", "realtime", "-c:a", "libopus"), "matroska", "vp8", "opus"),
        ("plain.ts", ("-c:v", "mpeg2video", "-c:a", "mp2"), "mpegts", "mpeg2video", "mp2"),
        ("plain.avi", ("-c:v", "mpeg4", "-c:a", "mp3"), "avi", "mpeg4", "mp3"),
        ("plain.mpg", ("-c:v", "mpeg2video", "-c:a", "mp2"), "mpeg", "mpeg2video", "mp2"),
        ("plain.flv", ("-c:v", "flv1", "-c:a", "mp3", "-ar", "44100"), "flv", "flv1", "mp3"),
        ("plain.wmv", ("-c:v", "wmv2", "-c:a", "wmav2"), "asf", "wmv2", "wmav2"),
    ],
)
async def test_what_people_bring_is_read(
    clips: Make, name: str, options: tuple[str, ...], container: str, codec: str, sound: str
) -> None:
    info = await probe(clips(name, *options, seconds=1))
    assert info.container == container
    assert info.video is not None
    assert (info.video.codec, info.video.width, info.video.height) == (codec, 320, 180)
    assert info.video.fps == 25
    assert [track.codec for track in info.audio] == [sound]
    assert abs(info.duration - 1_000_000) < 150_000
    assert not info.truncated
    assert info.warnings == ()


async def test_a_phone_held_upright_is_known_by_its_rotation(clips: Make) -> None:
    plain = clips("plain.mp4", seconds=1)
    turned = plain.with_name("turned.mp4")
    await _ffmpeg("-display_rotation", "90", "-i", str(plain), "-c", "copy", str(turned))
    info = await probe(turned)
    assert info.video is not None
    assert info.video.rotation in {90, 270}
    assert info.video.display_size == (180, 320)


async def test_shape_colour_and_scan_are_told(clips: Make) -> None:
    wide = clips(
        "odd.mkv", "-vf", "setsar=64/45,setfield=tff,setparams=color_trc=smpte2084:color_primaries=bt2020",
        "-c:v", "libx264", "-preset", "ultrafast", "-flags", "+ildct+ilme", "-pix_fmt", "yuv420p10le",
        "-color_trc", "smpte2084",
        "-metadata:s:a", "language=deu", size="720x576", seconds=1,
    )  # fmt: skip
    info = await probe(wide)
    assert info.video is not None
    assert info.video.sample_aspect == Fraction(64, 45)
    assert info.video.display_size == (1024, 576)
    assert info.video.bit_depth == 10
    assert info.video.interlaced
    assert info.video.colour.hdr
    assert info.audio[0].language == "deu"


async def test_keyframes_are_counted(clips: Make) -> None:
    info = await probe(clips("keys.mp4", "-c:v", "libx264", "-preset", "ultrafast", "-g", "25", "-sc_threshold", "0"))
    assert info.video is not None
    assert info.video.keyframes is not None
    assert (info.video.keyframes.counted, info.video.keyframes.whole) == (3, True)
    assert 900_000 <= info.video.keyframes.longest_gap <= 1_000_000


async def test_sound_alone_is_told_as_such(clips: Make) -> None:
    info = await probe(clips("sound.m4a", "-map", "1:a"))
    assert info.video is None
    assert info.main_audio is not None


async def test_a_track_for_sound_with_nothing_in_it_is_left_out(clips: Make) -> None:
    info = await probe(clips("recorder.mkv", "-c:v", "libx264", "-preset", "ultrafast", "-af", "atrim=start=9"))
    assert info.video is not None
    assert info.audio == ()
    assert info.warnings == ("A sound track is empty; it is left out.",)


async def test_cover_art_is_no_video(clips: Make, tmp_path: Path) -> None:
    song = tmp_path / "song.m4a"
    picture = clips("still.png", "-frames:v", "1", "-map", "0:v")
    await _ffmpeg("-i", str(clips("sound.m4a", "-map", "1:a")), "-i", str(picture), "-map", "0", "-map", "1",
                  "-c", "copy", "-disposition:v", "attached_pic", str(song))  # fmt: skip
    assert (await probe(song)).video is None


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("front.mp4", ("-c:v", "libx264", "-preset", "ultrafast", "-movflags", "+faststart")),
        (
            "fragments.mp4",
            ("-c:v", "libx264", "-preset", "ultrafast", "-g", "5", "-movflags", "+frag_keyframe+empty_moov"),
        ),
        ("cut.mkv", ("-c:v", "libx264", "-preset", "ultrafast", "-g", "25")),
    ],
)
async def test_a_truncated_file_is_told_with_what_is_left(
    clips: Make, tmp_path: Path, name: str, options: tuple[str, ...]
) -> None:
    whole = clips("long-" + name, *options, seconds=6)
    cut = tmp_path / name
    data = whole.read_bytes()
    cut.write_bytes(data[: len(data) // 2])
    info = await probe(cut)
    assert not (await probe(whole)).truncated
    if name != "fragments.mp4":  # a fragmented file may declare no more than it holds
        assert info.truncated
        assert "ends early" in info.warnings[0]
    assert 1_000_000 < info.duration < 5_000_000


async def _refusal(path: Path, bounds: ProbeBounds | None = None) -> Refusal:
    with pytest.raises(ProbeRefused) as refused:
        await probe(path, bounds)
    assert refused.value.message.endswith(".")
    return refused.value.reason


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", Refusal.EMPTY),
        (b"\x00", Refusal.NOT_MEDIA),
        (b"just some words\n" * 100, Refusal.NOT_MEDIA),
        (b"MZ" + bytes(5000), Refusal.NOT_MEDIA),
        (b"#!/bin/sh\nrm -rf /\n", Refusal.NOT_MEDIA),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), Refusal.PICTURE),
        (b"\xff\xd8\xff\xe0" + bytes(100), Refusal.PICTURE),
        (b"\x00\x00\x00\x18ftypavif" + bytes(100), Refusal.PICTURE),
        (b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2", Refusal.CORRUPT),
        (b"\x00\x00\x00\x18ftypisom" + b"\xff" * 10_000, Refusal.CORRUPT),
        (b"\x1a\x45\xdf\xa3" + b"\xff" * 10_000, Refusal.CORRUPT),
        (b"RIFF\xff\xff\xff\xffAVI LIST" + b"\xff" * 10_000, Refusal.NO_STREAMS),
        (b"FLV\x01\x05" + bytes(10_000), None),
        (b"OggS" + b"\xff" * 10_000, Refusal.CORRUPT),
        ((b"G" + b"\xff" * 187) * 50, None),
    ],
)
async def test_what_is_no_video_is_refused_with_the_reason(
    tmp_path: Path, content: bytes, reason: Refusal | None
) -> None:
    path = tmp_path / "video.mp4"
    path.write_bytes(content)
    found = await _refusal(path)
    assert reason is None or found is reason


async def test_a_file_that_lost_its_index_is_corrupt(clips: Make, tmp_path: Path) -> None:
    path = tmp_path / "half.mp4"
    data = clips("plain.mp4", seconds=1).read_bytes()
    path.write_bytes(data[: len(data) // 2])
    assert await _refusal(path) is Refusal.CORRUPT


async def test_bounds_are_kept(clips: Make) -> None:
    plain = clips("plain.mp4", seconds=1)
    assert await _refusal(plain, ProbeBounds(width=319)) is Refusal.DIMENSIONS
    assert await _refusal(plain, ProbeBounds(pixels=320 * 180 - 1)) is Refusal.DIMENSIONS
    assert await _refusal(plain, ProbeBounds(streams=1)) is Refusal.TOO_MANY_STREAMS
    assert await _refusal(plain, ProbeBounds(hours=0.5 / 3600)) is Refusal.DURATION
    assert await _refusal(plain, ProbeBounds(wall=0.001)) is Refusal.RESOURCES
    assert await _refusal(clips("wide.avi", "-c:v", "mjpeg", size="9000x64", seconds=0.2)) is Refusal.DIMENSIONS
    assert await _refusal(clips("tiny.mkv", "-c:v", "ffv1", size="8x8", seconds=0.2)) is Refusal.DIMENSIONS


async def test_a_claim_of_huge_dimensions_costs_no_memory(clips: Make, tmp_path: Path) -> None:
    data = bytearray(clips("raw.avi", "-c:v", "rawvideo", "-pix_fmt", "yuv420p", seconds=0.2).read_bytes())
    at = data.index(b"strf") + 12
    data[at : at + 8] = (20_000).to_bytes(4, "little") * 2
    path = tmp_path / "huge.avi"
    path.write_bytes(data)
    assert await _refusal(path) in {Refusal.DIMENSIONS, Refusal.CORRUPT}


async def test_an_unreadable_path_is_refused(tmp_path: Path) -> None:
    assert await _refusal(tmp_path / "missing.mp4") is Refusal.UNREADABLE
    assert await _refusal(tmp_path) is Refusal.UNREADABLE
    os.mkfifo(tmp_path / "pipe.mp4")
    assert await _refusal(tmp_path / "pipe.mp4") is Refusal.UNREADABLE


async def test_odd_file_names_are_only_names(clips: Make, tmp_path: Path) -> None:
    for name in ("concat:a|b.mp4", "-i.mp4", "%05d.mp4", "a b'\"\n.mp4", "http:..x"):
        path = tmp_path / name
        path.write_bytes(clips("plain.mp4", seconds=1).read_bytes())
        assert (await probe(path)).video is not None


@asynccontextmanager
async def listener() -> AsyncIterator[tuple[int, list[bytes]]]:
    """A loopback server that notes whoever calls."""
    calls: list[bytes] = []

    async def called(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        calls.append(b"connected")
        writer.close()

    server = await asyncio.start_server(called, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1], calls


DISGUISES = {
    "hls": "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{url}/a.ts\n#EXTINF:9,\n{file}\n#EXT-X-ENDLIST\n",
    "hls with a mark": "\ufeff#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nfile:{file}\n#EXT-X-ENDLIST\n",
    "hls after blanks": "\n\n  #EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{file}\n#EXT-X-ENDLIST\n",
    "concat": "ffconcat version 1.0\nfile '{file}'\nfile '{url}/a.ts'\n",
    "dash": '<?xml version="1.0"?><MPD><Period><BaseURL>{url}/</BaseURL></Period></MPD>',
    "sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\nc=IN IP4 127.0.0.1\nm=video {port} RTP/AVP 96\na=rtpmap:96 H264/90000\n",
    "metadata": ";FFMETADATA1\ntitle={file}\n",
    "quicktime reference": "RTSPtext\nrtsp://127.0.0.1:{port}/x\n",
    "windows playlist": "[Reference]\nRef1={url}/a.wmv\n",
    "smil": '<smil><body><video src="{url}/a.mp4"/></body></smil>',
    "svg": '<svg xmlns="http://www.w3.org/2000/svg"><image href="{url}/a.png"/></svg>',
    "lavfi": "movie={file}\n",
}


@pytest.mark.parametrize("disguise", DISGUISES)
async def test_a_list_in_disguise_reaches_neither_a_local_file_nor_an_address(
    clips: Make, tmp_path: Path, disguise: str
) -> None:
    secret = tmp_path / "secret.ts"
    secret.write_bytes(clips("plain.ts", "-c:v", "mpeg2video", "-c:a", "mp2", seconds=1).read_bytes())
    os.utime(secret, (1, 1))
    async with listener() as (port, calls):
        path = tmp_path / "video.mp4"
        url = f"http://127.0.0.1:{port}"
        path.write_text(DISGUISES[disguise].format(url=url, file=secret, port=port), encoding="utf-8")
        assert await _refusal(path) in {Refusal.PLAYLIST, Refusal.NOT_MEDIA}
        assert calls == []
    assert secret.stat().st_atime == 1  # relatime updates an access time this old on the first read


async def test_the_traps_do_catch_an_open_that_trusts_the_file(tmp_path: Path) -> None:
    """Without this, the test above could pass because no trap was set."""
    async with listener() as (port, calls):
        path = tmp_path / "video.mp4"
        path.write_text(DISGUISES["hls"].format(url=f"http://127.0.0.1:{port}", file="nothing.ts", port=port))
        trusting = ("-protocol_whitelist", "file,http,tcp", "-f", "hls")
        await _ffmpeg(*trusting, "-i", str(path), "-f", "null", "-")
        assert calls


async def test_a_reference_movie_reaches_no_other_file(clips: Make, tmp_path: Path) -> None:
    """A QuickTime track may keep its samples in another file, named in `dref`; FFmpeg can follow that."""
    data = clips("plain.mp4", seconds=1).read_bytes()
    async with listener() as (port, calls):
        target = f"http://127.0.0.1:{port}/x".encode() + b"\x00"
        path = tmp_path / "reference.mp4"
        path.write_bytes(_with_reference(data, target))
        with suppress(ProbeRefused):
            await probe(path)
        assert calls == []


def _with_reference(data: bytes, target: bytes) -> bytes:
    """The self-contained `url ` entry (flag 1) becomes one that points at `target`, as long as the space allows."""
    entry = b"\x00\x00\x00\x0curl \x00\x00\x00\x01"
    assert entry in data
    return data.replace(entry, b"\x00\x00\x00\x0curl \x00\x00\x00\x00") + target


async def test_a_probe_that_is_cancelled_ends_its_child(clips: Make) -> None:
    task = asyncio.create_task(probe(clips("plain.mp4", seconds=1)))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


@given(st.binary(max_size=5000))
def test_any_bytes_get_a_known_container_or_none(head: bytes) -> None:
    assert container_of(head) in {None, *CONTAINERS}
    assert claim_of(head) in {"picture", "playlist", "unknown"}


@given(st.sampled_from(sorted(DISGUISES)), st.text(max_size=50))
def test_no_text_is_taken_for_a_container_that_names_files(disguise: str, filler: str) -> None:
    assert (
        container_of(DISGUISES[disguise].format(url="u", file="f", port=1).encode() + filler.encode(errors="replace"))
        is None
    )


async def _ffmpeg(*words: str) -> None:
    program = imageio_ffmpeg.get_ffmpeg_exe()
    child = await asyncio.create_subprocess_exec(program, "-v", "error", "-nostdin", "-y", *words)
    await child.wait()
