"""A transcode on a machine with scripted devices: the best encoder first, the processor for what it fails at."""

import asyncio
import json
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import av
import imageio_ffmpeg
import pytest

from novacast.clock import SystemClock
from novacast.media.boxes import codecs_of
from novacast.media.codec_strings import covering
from novacast.media.encoders import Codec, Device, Encoder, Kind, Proof, Route
from novacast.media.ffmpeg import FFmpeg
from novacast.media.playlists import read_media_playlist
from novacast.settings import Transcode, entries
from novacast.vods.source import VideoSource
from novacast.vods.transcoding import store
from novacast.vods.transcoding.choosing import AUTO, PROCESSOR, Encoders
from novacast.vods.transcoding.models import Transcode as Row
from novacast.vods.transcoding.models import TranscodeState
from tests.fakes.clock import FakeClock
from tests.vods.conftest import PRODUCER, STRANGER, Clips, House

SCRIPT = Path(__file__).parents[2] / "fakes" / "scripted_ffmpeg.py"
CARD = "h264_nvenc on cuda:0"
PARTS = Transcode(heights=(144,), preset="ultrafast", nice=0, copy=False, chunk_seconds=10, gop_seconds=2)
SOURCE = ("-c:v", "libx264", "-preset", "ultrafast", "-g", "50", "-pix_fmt", "yuv420p", "-c:a", "aac")
STALL = 6.0
"""Seconds; longer than a real FFmpeg takes to start on a busy machine."""


class ProvenEncoders(Encoders):
    """As after trials that found one card; what the card then does is scripted."""

    async def ranked(self, program: FFmpeg, codec: Codec) -> tuple[Proof, ...]:
        card = Encoder(codec, Kind.NVENC, "cuda:0")
        return (Proof(card, Route.WHOLE, speed=20, sessions=3), PROCESSOR)


@dataclass
class Machine:
    house: House
    folder: Path
    encoders: Encoders

    def script(self, **device: object) -> None:
        told = {"real": imageio_ffmpeg.get_ffmpeg_exe(), "state": str(self.folder), "listed": ["h264_nvenc"]}
        (self.folder / "script.json").write_text(json.dumps(told | {"devices": {"h264_nvenc cuda:0": device}}))

    async def transcode(self, source: Path, settings: Transcode = PARTS) -> str:
        video_id = await self.house.arrive(source)
        await self.house.work(settings, encoders=self.encoders, stall=STALL).finish(video_id)
        return video_id

    async def row(self, video_id: str) -> Row:
        row = await self.house.db.one(store.by_video(video_id))
        assert row is not None
        return row

    async def place(self, video_id: str) -> Path:
        return (await VideoSource(self.house.db, self.house.folders).locate(STRANGER, video_id)).folder


@pytest.fixture
async def machine(house: House, ffmpeg: FFmpeg, clock: FakeClock, tmp_path: Path) -> Machine:
    folder = tmp_path / "card"
    folder.mkdir()
    program = folder / "ffmpeg"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -I "{SCRIPT}" "{folder}/script.json" "$@"\n')
    program.chmod(0o755)

    async def find() -> FFmpeg:
        return replace(ffmpeg, path=program)

    house.find = find
    return Machine(house, folder, ProvenEncoders(house.data.cache, clock, PARTS))


def pictures(playlist: Path) -> list[bytes]:
    """A thumbnail of each picture, as a player that reads the playlist through FFmpeg shows it."""
    with av.open(str(playlist)) as media:
        return [
            bytes(frame.reformat(32, 18, "gray", interpolation="AREA").planes[0]) for frame in media.decode(video=0)
        ]


def differing(one: Sequence[bytes], other: Sequence[bytes]) -> int:
    return sum(max(abs(a - b) for a, b in zip(x, y, strict=True)) > 50 for x, y in zip(one, other, strict=True))


@pytest.mark.slow
async def test_what_a_device_makes_is_shown_and_told(machine: Machine, clips: Clips) -> None:
    machine.script(does="works", sessions=3)
    video_id = await machine.transcode(clips("joined.mp4", *SOURCE, seconds=24))
    row = await machine.row(video_id)
    assert (row.state, row.encoded.parts, row.encoded.told) == (TranscodeState.DONE, {CARD: 2}, ())
    assert len(pictures(await machine.place(video_id) / "144p" / "index.m3u8")) == 600


FAILURES: Mapping[str, tuple[int, str]] = {
    "crash": (20, "SIGSEGV|exit code|Error|Invalid|failed"), "deaf": (20, "made no progress"), "garbage": (0, "PSNR"),
    "scribbles": (0, "cut off"), "silent": (0, "not complete"),
    "refuses": (0, "10 bit encode not supported"), "drops": (0, "149 pictures"),
}  # fmt: skip
QUICK = ("crash", "garbage")
"""How each of them is found out is tested in tests/media/encoders; here is what a transcode makes of it."""


@pytest.mark.parametrize(
    "does", [one if one in QUICK else pytest.param(one, marks=pytest.mark.slow) for one in FAILURES]
)
async def test_what_a_device_fails_at_is_made_by_the_processor_and_the_reason_is_told(
    machine: Machine, clips: Clips, does: str
) -> None:
    after, words = FAILURES[does]
    machine.script(does=does, after=after)
    settings = replace(PARTS, chunk_seconds=600)
    video_id = await machine.transcode(clips("short-one.mp4", *SOURCE, seconds=6), settings)
    row = await machine.row(video_id)
    assert row.state is TranscodeState.DONE, row.reason
    assert row.encoded.parts == {"libx264": 1}
    (told,) = row.encoded.told
    assert told.startswith(f"{CARD} failed: ")
    assert told.endswith("libx264 does the work.")
    assert re.search(words, told), told
    assert len(pictures(await machine.place(video_id) / "144p" / "index.m3u8")) == 150
    assert not list(machine.house.folders.work.glob("*"))


@pytest.mark.slow
async def test_one_part_falls_back_alone_and_all_of_it_plays(machine: Machine, clips: Clips) -> None:
    """The card has no sessions but one, and crashes at the second part: its third is the card's again."""
    source = clips("three-parts.mp4", *SOURCE, seconds=31)
    machine.script(does="works")
    video_id = await machine.house.arrive(source)
    work = machine.house.work(PARTS, encoders=machine.encoders, stall=STALL)
    script = ["works", "crash", "works"]

    async def follow() -> None:
        done = -1
        while script:
            tasks = await machine.house.db.all(store.tasks(video_id))
            now = sum(task.state == "done" and task.kind == "first" for task in tasks)
            if now > done:
                done = now
                machine.script(does=script.pop(0), after=20)
            await asyncio.sleep(0.01)

    following = asyncio.ensure_future(follow())
    await work.finish(video_id)
    await following
    row = await machine.row(video_id)
    assert (row.state, dict(row.encoded.parts)) == (TranscodeState.DONE, {CARD: 2, "libx264": 1})
    assert len(row.encoded.told) == 1
    place = await machine.place(video_id)
    text = (place / "144p" / "index.m3u8").read_text()
    maps = re.findall(r'#EXT-X-MAP:URI="([^"]+)"', text)
    assert len(maps) == 3
    assert maps[0] == maps[2] != maps[1]
    assert "DISCONTINUITY" not in text
    inits = [",".join(codecs_of((place / "144p" / name).read_bytes())) for name in maps]
    assert f'CODECS="{covering(inits)},mp4a.40.2"' in (place / "master.m3u8").read_text()
    whole = await machine.house.arrive(source)
    await machine.house.work(PARTS).finish(whole)
    other = await machine.place(whole)
    shown, wanted = pictures(place / "144p" / "index.m3u8"), pictures(other / "144p" / "index.m3u8")
    assert len(shown) == len(wanted) == 775
    assert differing(shown, wanted) == 0


@pytest.mark.slow
async def test_a_session_less_takes_more_runs_and_makes_the_same(machine: Machine, clips: Clips) -> None:
    machine.script(does="works", sessions=3)
    settings = replace(PARTS, heights=(144, 240, 360, 480), chunk_seconds=600)
    video_id = await machine.transcode(clips("five.mp4", *SOURCE, size="854x480", seconds=3), settings)
    row = await machine.row(video_id)
    assert (row.encoded.parts, row.encoded.told) == ({CARD: 1}, ())
    log = (machine.folder / "log").read_text().splitlines()
    assert log == ["h264_nvenc cuda:0"] * 2
    place = await machine.place(video_id)
    timelines = {read_media_playlist((place / f"{n}p" / "index.m3u8").read_text()).timeline for n in settings.heights}
    assert len(timelines) == 1


async def test_who_made_it_is_on_the_tasks_row_until_the_end(machine: Machine, clips: Clips) -> None:
    machine.script(does="refuses")
    video_id = await machine.house.arrive(clips("joined.mp4", *SOURCE, seconds=24))
    work = machine.house.work(PARTS, encoders=machine.encoders, stall=STALL)
    await work.run()
    await work.run()
    tasks = {task.name: task for task in await machine.house.db.all(store.tasks(video_id))}
    made = tasks["first-0"] if tasks["first-0"].encoder else tasks["first-1"]
    assert (made.encoder, "10 bit encode" in (made.reason or "")) == ("libx264", True)


async def test_a_machine_without_devices_tries_nothing(
    house: House, clips: Clips, clock: FakeClock, ffmpeg: FFmpeg
) -> None:
    broken = replace(ffmpeg, path=Path("/nowhere/ffmpeg"))
    processor = [Device(Kind.SOFTWARE, "cpu", "x")]
    encoders = Encoders(house.data.cache, clock, Transcode(), devices=lambda: processor)
    assert await encoders.ranked(broken, Codec.H264) == (PROCESSOR,)
    card = [Device(Kind.NVENC, "cuda:0", "x"), *processor]
    encoders = Encoders(house.data.cache, clock, Transcode(encoders=("software",)), devices=lambda: card)
    assert await encoders.ranked(broken, Codec.H264) == (PROCESSOR,)


def test_settings_take_the_names_of_all_codecs_and_encoders_and_no_others(house: House, clock: FakeClock) -> None:
    choices = {key: item.metadata["choices"] for key, item, _ in entries()}
    assert set(choices["transcode.codecs"]) == set(Codec)
    assert set(choices["transcode.encoders"]) == {AUTO, *Kind}
    wished = Transcode(codecs=choices["transcode.codecs"], encoders=choices["transcode.encoders"])
    assert Encoders(house.data.cache, clock, wished).codecs == (Codec.HEVC, Codec.AV1)


@pytest.mark.slow
async def test_ladders_in_hevc_and_av1_stand_beside_h264_and_play(house: House, clips: Clips, ffmpeg: FFmpeg) -> None:
    async def find() -> FFmpeg:
        return replace(ffmpeg, path=Path(imageio_ffmpeg.get_ffmpeg_exe()))

    house.find = find
    settings = replace(PARTS, heights=(144,), codecs=("h264", "hevc", "av1"))
    encoders = Encoders(house.data.cache, SystemClock(), settings, devices=lambda: [Device(Kind.SOFTWARE, "cpu", "x")])
    video_id = await house.arrive(clips("codecs.mp4", *SOURCE, seconds=21))
    await house.work(settings, encoders=encoders).finish(video_id)
    row = await house.db.one(store.by_video(video_id))
    assert row is not None
    assert row.state is TranscodeState.DONE, row.reason
    assert row.encoded.parts.keys() == {"libx264", "libx265", "libsvtav1"}
    place = (await VideoSource(house.db, house.folders).locate(STRANGER, video_id)).folder
    master = (place / "master.m3u8").read_text()
    variants = re.findall(r'CODECS="([^"]+)".*\n(\S+)/index.m3u8', master)
    assert variants[0][1] == "144p"
    assert {name: codecs.split(".")[0] for codecs, name in variants} == {
        "144p": "avc1", "144p-hevc": "hvc1", "144p-av1": "av01",
    }  # fmt: skip
    wanted = pictures(place / "144p" / "index.m3u8")
    for name in ("144p-hevc", "144p-av1"):
        shown = pictures(place / name / "index.m3u8")
        assert len(shown) == len(wanted) == 525
        assert differing(shown, wanted) == 0
    assert {rung.name for rung in (await house.videos.show(PRODUCER, video_id)).rungs} == {name for _, name in variants}
