import asyncio
import os
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import pytest

from novacast.errors import ChildFailed, DiskFull, MediaFailure
from novacast.media.commands import Encoding, ladder_command
from novacast.media.encode import (
    CUES,
    Finished,
    make_poster,
    make_sample,
    make_storyboard,
    run_ffmpeg,
)
from novacast.media.ffmpeg import FFmpeg
from novacast.media.ladder import plan_ladder
from novacast.media.probe import probe
from novacast.media.process import Child, Command, Limits
from novacast.media.progress import Progress
from novacast.media.samples import SAMPLES
from tests.media.conftest import Make, SmallDisk, programs
from tests.media.ladders import inspect_ladder, make_ladder
from tests.media.test_probe import DISGUISES, listener

FAST = Encoding(preset="ultrafast")


def kit(program: Path, *features: str) -> FFmpeg:
    return FFmpeg(program, "", frozenset(features), "")


def packets(rendition: Path, done: Finished) -> list[tuple[float, bool]]:
    """Presentation time in seconds and keyframe mark of each packet, segments behind their initialization."""
    whole = rendition / "whole.mp4"
    parts = [done.playlist.init, *(segment.name for segment in done.playlist.segments)]
    whole.write_bytes(b"".join((rendition / part).read_bytes() for part in parts))
    with av.open(str(whole)) as media:
        found = [
            (float(p.pts * p.time_base), p.is_keyframe) for p in media.demux() if p.pts is not None and p.time_base
        ]
    return sorted(found)


async def test_all_rungs_are_cut_at_the_same_times_and_start_with_keyframes(
    program: Path, clips: Make, tmp_path: Path
) -> None:
    source = clips("drop.mp4", size="640x360", rate="30000/1001", seconds=9)
    info = await probe(source)
    told: list[Progress] = []
    plan = plan_ladder(info, (144, 240, 360))
    ladder = await make_ladder(kit(program), source, info, plan, tmp_path, encoding=FAST, tell=told.append)
    starts = [0.0, 4.004, 8.008]
    for rung, done in ladder.rungs:
        assert done.playlist.timeline == ladder.rungs[0][1].playlist.timeline
        assert done.playlist.timeline[:2] == (Fraction("4.004"), Fraction("4.004"))
        frames = packets(tmp_path / rung.name, done)
        assert [round(at, 3) for at, key in frames if key] == starts
        assert len(frames) == 270
        assert done.codecs == rung.codecs
        assert done.rate.peak >= done.rate.average > 0
    assert [rung.name for rung, _ in ladder.rungs] == ["144p", "240p", "360p"]
    assert told[-1].done
    assert ladder.sounds
    assert ladder.sounds[0][1].codecs == "mp4a.40.2"
    assert 'CODECS="avc1.64001e,mp4a.40.2",RESOLUTION=640x360,FRAME-RATE=29.970,AUDIO="audio"' in ladder.master


@pytest.mark.slow
async def test_segments_are_as_long_as_they_are_wanted_in_every_rung(
    program: Path, clips: Make, tmp_path: Path
) -> None:
    source = clips("drop.mp4", size="640x360", rate="30000/1001", seconds=5)
    info = await probe(source)
    plan = plan_ladder(info, (144, 240), Fraction(2))
    assert plan.gop == 60
    ladder = await make_ladder(kit(program), source, info, plan, tmp_path, encoding=FAST)
    for rung, done in ladder.rungs:
        assert done.playlist.timeline == ladder.rungs[0][1].playlist.timeline
        assert done.playlist.timeline[:2] == (Fraction("2.002"), Fraction("2.002"))
        frames = packets(tmp_path / rung.name, done)
        assert [round(at, 3) for at, key in frames if key] == [0.0, 2.002, 4.004]
    assert ladder.sounds
    assert [round(length) for length in ladder.sounds[0][1].playlist.timeline] == [2, 2, 1]


async def test_picture_and_sound_start_together(program: Path, clips: Make, tmp_path: Path) -> None:
    source = clips("plain.mp4", seconds=1)
    info = await probe(source)
    ladder = await make_ladder(kit(program), source, info, plan_ladder(info, (144,)), tmp_path, encoding=Encoding())
    rung, done = ladder.rungs[0]
    assert packets(tmp_path / rung.name, done)[0] == (0.0, True)
    assert ladder.sounds
    first, second = packets(tmp_path / "audio", ladder.sounds[0][1])[:2]
    assert (round(first[0] * 48000), second[0]) == (-1024, 0.0)  # the priming, hidden by the edit list


async def test_a_silent_upright_odd_source_makes_a_ladder(program: Path, clips: Make, tmp_path: Path) -> None:
    source = clips("odd.mkv", "-vf", "setsar=4/3", "-c:v", "libx264", "-preset", "ultrafast",
                   "-pix_fmt", "yuv444p", size="181x321", rate="7", seconds=1, sound=False)  # fmt: skip
    info = await probe(source)
    ladder = await make_ladder(kit(program), source, info, plan_ladder(info), tmp_path, encoding=FAST)
    assert not ladder.sounds
    assert "AUDIO" not in ladder.master
    for rung, done in ladder.rungs:
        with av.open(str(tmp_path / rung.name / "index.m3u8")) as media:
            stream = media.streams.video[0]
            assert (stream.codec_context.width, stream.codec_context.height) == (rung.width, rung.height)
            assert stream.codec_context.pix_fmt == "yuv420p"
        assert done.playlist.duration == 1


async def test_hdr_is_brought_to_ordinary_colours(program: Path, clips: Make, tmp_path: Path) -> None:
    source = clips("hdr.mkv", "-vf", "setparams=color_trc=smpte2084:color_primaries=bt2020:colorspace=bt2020nc",
                   "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p10le", seconds=1)  # fmt: skip
    info = await probe(source)
    assert info.video is not None
    assert info.video.colour.hdr
    program_kit = kit(program, "tone_map")
    ladder = await make_ladder(program_kit, source, info, plan_ladder(info, (144,)), tmp_path, encoding=FAST)
    with av.open(str(tmp_path / ladder.rungs[0][0].name / "index.m3u8")) as media:
        assert media.streams.video[0].codec_context.color_trc == 1
        assert media.streams.video[0].codec_context.pix_fmt == "yuv420p"


async def test_posters_and_storyboards_have_the_size_they_say(program: Path, clips: Make, tmp_path: Path) -> None:
    source = clips("plain.mp4", seconds=6)
    info = await probe(source)
    ladder = await make_ladder(kit(program), source, info, plan_ladder(info, (144,)), tmp_path, encoding=FAST)
    poster = await make_poster(kit(program), source, info, tmp_path)
    board = await make_storyboard(
        kit(program), ladder.rungs[0][0], ladder.rungs[0][1].playlist, tmp_path / "144p", tmp_path
    )
    assert _size(poster) == (320, 180)
    assert _size(tmp_path / "storyboard_0.jpg") == (board.width * board.columns, board.height * board.rows)
    assert len(board.tiles) == 2
    assert "storyboard_0.jpg#xywh=160,0,160,90" in (tmp_path / CUES).read_text()


def _size(picture: Path) -> tuple[int, int]:
    with av.open(str(picture)) as media:
        frame = next(media.decode(video=0))
        return frame.width, frame.height


@pytest.mark.parametrize("drawtext", [True, False], ids=["drawtext", "plain"])
@pytest.mark.parametrize("number", range(len(SAMPLES)))
async def test_samples_are_videos_of_the_shape_they_say(
    program: Path, tmp_path: Path, number: int, drawtext: bool
) -> None:
    short = replace(SAMPLES[number], seconds=1)
    made = await make_sample(kit(program, *(["drawtext"] if drawtext else [])), short, tmp_path / "made.mp4")
    assert [file.name for file in tmp_path.iterdir()] == ["made.mp4"]
    info = await probe(made)
    assert info.video is not None
    assert (info.video.width, info.video.height, info.video.fps) == (short.width, short.height, short.fps)
    assert len(info.audio) == 1
    assert abs(info.duration - 1_000_000) < 100_000


async def test_even_past_the_probe_a_playlist_reaches_no_address(program: Path, clips: Make, tmp_path: Path) -> None:
    info = await probe(clips("plain.mp4", seconds=1))
    path = tmp_path / "video.mp4"
    async with listener() as (port, calls):
        url = f"http://127.0.0.1:{port}"
        path.write_text(DISGUISES["hls"].format(url=url, file=clips("plain.mp4", seconds=1), port=port))
        for container in ("mov", "matroska", "mpegts"):
            disguised = replace(info, container=container)
            with pytest.raises(MediaFailure):
                await make_ladder(kit(program), path, disguised, plan_ladder(info), tmp_path, encoding=FAST)
        assert calls == []


async def test_stopping_a_transcode_is_never_taken_for_its_end(program: Path, clips: Make, tmp_path: Path) -> None:
    source = clips("long.mp4", size="640x360", seconds=60)
    info = await probe(source)
    running: asyncio.Future[Child] = asyncio.get_running_loop().create_future()
    begun = asyncio.Event()
    work = asyncio.create_task(
        make_ladder(kit(program), source, info, plan_ladder(info), tmp_path, encoding=Encoding(preset="slow"),
                    tell=lambda _: begun.set(), watch=running.set_result)
    )  # fmt: skip
    child = await running
    await begun.wait()
    await child.stop()
    # On a busy machine FFmpeg may not close its files within the grace it is given.
    with pytest.raises(MediaFailure, match=r"stopped before its end|ended by SIGKILL"):
        await work
    assert not child.running


async def test_a_file_limit_ends_a_transcode_with_its_reason(program: Path, clips: Make, tmp_path: Path) -> None:
    source = clips("plain.mp4", seconds=1)
    info = await probe(source)
    with pytest.raises(ChildFailed, match="The transcode"):
        await make_ladder(
            kit(program), source, info, plan_ladder(info), tmp_path, encoding=FAST, limits=Limits(file_size=5000)
        )


async def test_a_failed_ffmpeg_gives_its_last_words(program: Path) -> None:
    with pytest.raises(ChildFailed, match="No such file") as failure:
        await run_ffmpeg(Command("The encoder", (str(program), "-nostdin", "-i", "file:/nowhere", "-f", "null", "-")))
    assert failure.value.tail


async def test_percent_signs_and_blanks_in_folders_mean_nothing(program: Path, clips: Make, tmp_path: Path) -> None:
    folder = tmp_path / "100% of %05d: 'it'"
    source = folder / "in put%d.mp4"
    folder.mkdir()
    source.write_bytes(clips("plain.mp4", seconds=1).read_bytes())
    info = await probe(source)
    ladder = await make_ladder(kit(program), source, info, plan_ladder(info, (144,)), folder, encoding=FAST)
    assert ladder.rungs[0][1].size > 0


@pytest.mark.parametrize("harm", ["playlist", "init", "segment", "empty", "cut", "head", "sound", "times"])
async def test_an_incomplete_ladder_is_refused(clips: Make, tmp_path: Path, harm: str) -> None:
    source = clips("plain.mp4", seconds=6)
    info = await probe(source)
    plan = plan_ladder(info, (144,))
    await make_ladder(kit(programs()[-1]), source, info, plan, tmp_path, encoding=FAST)
    rung = tmp_path / "144p"
    if harm == "playlist":
        (rung / "index.m3u8").unlink()
    elif harm == "init":
        (rung / "init.mp4").write_bytes(b"")
    elif harm == "segment":
        (rung / "seg_00001.m4s").unlink()
    elif harm == "empty":
        (rung / "seg_00000.m4s").write_bytes(b"")
    elif harm == "cut":
        os.truncate(rung / "seg_00000.m4s", (rung / "seg_00000.m4s").stat().st_size - 1)
    elif harm == "head":
        os.truncate(rung / "seg_00000.m4s", (rung / "seg_00000.m4s").read_bytes().index(b"mdat") - 4)
    elif harm == "sound":
        (tmp_path / "audio" / "index.m3u8").write_text("#EXTM3U\n")
    else:
        text = (rung / "index.m3u8").read_text()
        (rung / "index.m3u8").write_text(text.replace("#EXT-X-TARGETDURATION:4", "#EXT-X-TARGETDURATION:1"))
    with pytest.raises(MediaFailure):
        inspect_ladder(tmp_path, plan)


def test_building_a_command_is_pure_and_names_every_limit(clips: Make) -> None:
    info = asyncio.run(probe(clips("plain.mp4", seconds=1)))
    argv = ladder_command(Path("ffmpeg"), Path("/in/a b.mp4"), info, plan_ladder(info))
    assert argv == ladder_command(Path("ffmpeg"), Path("/in/a b.mp4"), info, plan_ladder(info))
    before = argv[: argv.index("-i")]
    assert argv[argv.index("-i") + 1] == "file:/in/a b.mp4"
    assert before[before.index("-f") + 1] == "mov"
    assert before[before.index("-protocol_whitelist") + 1] == "file"
    assert before[before.index("-format_whitelist") + 1] == "mov"
    assert argv.count("-map_metadata") == len(plan_ladder(info).rungs) + 1


@pytest.mark.parametrize("options", [(), ("-c:v", "mpeg2video", "-c:a", "mp2")], ids=["mp4", "ts"])
async def test_a_film_of_one_picture_has_a_poster(clips: Make, tmp_path: Path, options: tuple[str, ...]) -> None:
    source = clips("one.ts" if options else "one.mp4", *options, rate="5", seconds=0.2)
    info = await probe(source)
    assert (await make_poster(kit(programs()[-1]), source, info, tmp_path)).stat().st_size > 0


async def test_a_full_disk_is_told_as_such(tmp_path: Path) -> None:
    words = "echo 'av_interleaved_write_frame(): No space left on device' >&2; exit 1"
    with pytest.raises(DiskFull, match="no room left") as failure:
        await run_ffmpeg(Command("The transcode", ("sh", "-c", words), cwd=tmp_path))
    assert str(tmp_path) in failure.value.message


@pytest.mark.parametrize("share", [0.3, 0.9], ids=["early", "late"])
async def test_what_a_full_disk_lost_is_never_taken_for_a_ladder(
    program: Path, clips: Make, tmp_path: Path, small_disk: SmallDisk, share: float
) -> None:
    """FFmpeg's HLS muxer notes that there is no space left, goes on, and exits with 0."""
    source = clips("film.mp4", seconds=6)
    info = await probe(source)
    plan = plan_ladder(info, (144,), Fraction(2))
    roomy = await make_ladder(kit(program), source, info, plan, tmp_path, encoding=FAST)
    assert roomy.sounds
    wanted = roomy.rungs[0][1].size + roomy.sounds[0][1].size
    with pytest.raises(MediaFailure):
        await make_ladder(kit(program), source, info, plan, small_disk(round(wanted * share)), encoding=FAST)
