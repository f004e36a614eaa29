"""The steps of a transcode, run: renditions, a poster, a storyboard, a sample. Each writes only below the folder it is
given, which is the caller's to make visible or to throw away; nothing is complete before the call returns.
"""

import asyncio
import os
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from novacast.errors import ChildFailed, DiskFull, MediaFailure
from novacast.i18n import text
from novacast.media import commands
from novacast.media.boxes import LARGEST_INIT, codecs_of, is_whole
from novacast.media.commands import PLAYLIST, Encoding, Wanted
from novacast.media.ffmpeg import FFmpeg
from novacast.media.folding import fold_tail, tell_end
from novacast.media.info import MediaInfo
from novacast.media.ladder import Ladder, Rung
from novacast.media.playlists import (
    MediaPlaylist,
    Rate,
    Rendition,
    Variant,
    measured,
    multivariant,
    read_media_playlist,
)
from novacast.media.process import PROGRESS, Child, Command, Limits
from novacast.media.progress import Progress, ProgressReader
from novacast.media.samples import Sample, sample_command, still_command
from novacast.media.sounds import Sound
from novacast.media.storyboard import Storyboard, plan_storyboard, webvtt
from novacast.records import dataclass

POSTER, SHEETS, CUES, MASTER = "poster.jpg", "storyboard_%d.jpg", "storyboard.vtt", "master.m3u8"
STILL_LIMITS = Limits(wall=300, cpu=300, file_size=64 * 1024**2, nice=5)
ENCODE_LIMITS = Limits(file_size=2 * 1024**3, nice=10)

Tell = Callable[[Progress], None]
Watch = Callable[[Child], None]
"""Gets the running child, to pause or stop it."""


@dataclass(frozen=True, slots=True)
class Finished:
    """One rendition as it lies on disk, checked and measured."""

    name: str
    playlist: MediaPlaylist
    rate: Rate
    codecs: str
    size: int
    """Bytes of all its files."""


def master_of(rungs: Iterable[tuple[Rung, Finished]], sounds: Iterable[tuple[Sound, Finished]]) -> str:
    """Of any set of rungs that share their sounds: the ones published so far."""
    variants = [
        Variant(f"{done.name}/{PLAYLIST}", done.rate, done.codecs, rung.width, rung.height, rung.fps)
        for rung, done in rungs
    ]
    renditions = [
        Rendition(
            f"{done.name}/{PLAYLIST}", done.rate, done.codecs, sound.channels, sound.label, sound.language,
            sound.default,
        )
        for sound, done in sounds
    ]  # fmt: skip
    return multivariant(variants, renditions)


async def run_ffmpeg(command: Command, *, tell: Tell | None = None, watch: Watch | None = None) -> None:
    """Run what `commands` or `samples` built, with its progress pipe. Raises ChildFailed, DiskFull."""
    reader = ProgressReader(tell or (lambda _: None))
    async with await Child.start(replace(command, outputs={**command.outputs, PROGRESS: reader})) as child:
        if watch is not None:
            watch(child)
        outcome = await child.wait()
    if outcome.stopped and outcome.ok:  # FFmpeg closed its files well, but they are not the whole
        raise MediaFailure(text("{what} was stopped before its end.", what=command.name))
    try:
        outcome.check(command)
    except ChildFailed as failure:
        if any("No space left on device" in line for line in failure.tail):
            raise DiskFull(
                text(
                    "There is no room left on the disk of {folder}: {what} can't go on.",
                    folder=command.cwd,
                    what=command.name,
                )
            ) from failure
        raise


async def make_renditions(
    program: FFmpeg, source: Path, info: MediaInfo, ladder: Ladder, wanted: Wanted, folder: Path, *,
    encoding: Encoding | None = None, limits: Limits = ENCODE_LIMITS,
    tell: Tell | None = None, watch: Watch | None = None,
) -> tuple[Finished, ...]:  # fmt: skip
    """What is wanted, each in a folder of its name below `folder`, checked. Raises MediaFailure."""
    encoding = replace(encoding or Encoding(), tone_map=program.has("tone_map"))
    await asyncio.to_thread(_make_folders, folder, wanted.names)
    argv = commands.rendition_command(program.path, source, info, ladder, wanted, encoding)
    await run_ffmpeg(Command(text("The transcode"), argv, limits, cwd=folder), tell=tell, watch=watch)
    return await asyncio.to_thread(_finished, folder, wanted)


def _finished(folder: Path, wanted: Wanted) -> tuple[Finished, ...]:
    made = {rung.name for rung in wanted.rungs}
    for name in wanted.names if wanted.part.count is None else ():  # others must end where their neighbour begins
        try:
            fold_tail(folder / name)
            if name not in made:
                tell_end(folder / name)
        except (OSError, UnicodeDecodeError) as error:
            raise _incomplete(name, error) from error
    return tuple(inspect(folder / name) for name in wanted.names)


def check_aligned(rungs: Sequence[Finished]) -> None:
    """Raises MediaFailure unless all are cut at the same times."""
    for one in rungs[1:]:
        if one.playlist.timeline != rungs[0].playlist.timeline:
            raise MediaFailure(
                text("The rungs {first} and {second} are cut at different times.", first=rungs[0].name, second=one.name)
            )


def inspect(folder: Path) -> Finished:
    """Blocking. One rendition's folder. Raises MediaFailure when a file is missing, empty or not what it should be."""
    try:
        playlist = read_media_playlist((folder / PLAYLIST).read_text())
        sizes = [_whole(folder / segment.name) for segment in playlist.segments]
        with (folder / playlist.init).open("rb") as file:
            init = file.read(LARGEST_INIT + 1)
    except (OSError, UnicodeDecodeError) as error:
        raise _incomplete(folder.name, error) from error
    codecs = ",".join(codecs_of(init))
    return Finished(folder.name, playlist, measured(playlist, sizes), codecs, sum(sizes) + len(init))


def _incomplete(rendition: str, error: Exception) -> MediaFailure:
    return MediaFailure(text("The rendition {rendition} is not complete: {why}.", rendition=rendition, why=str(error)))


def _whole(segment: Path) -> int:
    """Size of the segment. FFmpeg's HLS muxer may lose what a full disk does not take and end well."""
    with segment.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        if not is_whole(file, size):
            raise MediaFailure(
                text(
                    "The rendition {rendition} is not complete: {segment} is cut off.",
                    rendition=segment.parent.name,
                    segment=segment.name,
                )
            )
    return size


async def make_poster(program: FFmpeg, source: Path, info: MediaInfo, folder: Path) -> Path:
    """From a twentieth of the way in; from the very beginning where a seek finds no picture. Of sound alone: the
    picture that came with it, else the sound drawn.
    """
    if info.video is None:
        return await _cover(program, source, info, folder)
    tone_map = program.has("tone_map")
    starts = (info.duration // 20, 0)
    argvs = [
        commands.poster_command(program.path, source, info, POSTER, start=start, tone_map=tone_map) for start in starts
    ]
    try:
        return await _still(argvs[0], folder)
    except MediaFailure:
        return await _still(argvs[1], folder)


async def _cover(program: FFmpeg, source: Path, info: MediaInfo, folder: Path) -> Path:
    if info.cover is not None:
        with suppress(MediaFailure):
            return await _still(commands.cover_command(program.path, source, info, POSTER), folder)
    return await _still(commands.waveform_command(program.path, source, info, POSTER), folder)


async def _still(argv: tuple[str, ...], folder: Path) -> Path:
    await run_ffmpeg(Command(text("The poster"), argv, STILL_LIMITS, cwd=folder))
    return await asyncio.to_thread(_written, folder / POSTER)


async def make_storyboard(
    program: FFmpeg, rung: Rung, playlist: MediaPlaylist, place: Path, folder: Path
) -> Storyboard:
    """Sheets and cues in `folder`, from the finished `rung` whose files lie in `place`, an absolute path."""
    board = plan_storyboard(playlist, rung.width, rung.height)
    argv = commands.storyboard_command(
        program.path,
        f"file:{place / PLAYLIST}",
        every=board.every,
        tile=(board.width, board.height),
        grid=(board.columns, board.rows),
        target=SHEETS,
    )
    await run_ffmpeg(Command(text("The storyboard"), argv, STILL_LIMITS, cwd=folder))
    for sheet in range(board.sheets):
        await asyncio.to_thread(_written, folder / (SHEETS % sheet))
    await asyncio.to_thread((folder / CUES).write_text, webvtt(board, SHEETS))
    return board


async def make_sample(program: FFmpeg, sample: Sample, target: Path) -> Path:
    """`target` is whole, or not there."""
    unfinished = target.with_suffix(".part")
    argv = sample_command(program.path, sample, unfinished.name, drawtext=program.has("drawtext"))
    await run_ffmpeg(Command(text("The sample"), argv, STILL_LIMITS, cwd=target.parent))
    return (await asyncio.to_thread(_written, unfinished)).replace(target)


async def make_still(program: FFmpeg, target: Path) -> Path:
    """A JPEG; whole, or not there."""
    unfinished = target.with_suffix(".part.jpg")
    await run_ffmpeg(
        Command(text("The sample"), still_command(program.path, unfinished.name), STILL_LIMITS, cwd=target.parent)
    )
    return (await asyncio.to_thread(_written, unfinished)).replace(target)


def _make_folders(folder: Path, names: Iterable[str]) -> None:
    for name in names:
        (folder / name).mkdir(parents=True, exist_ok=True)


def _written(file: Path) -> Path:
    if not file.is_file() or not file.stat().st_size:
        raise MediaFailure(text("FFmpeg ended well but did not write {file}.", file=file.name))
    return file
