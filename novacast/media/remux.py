"""Renditions put together into one file, without encoding anything."""

import asyncio
import re
import shutil
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

from novacast.errors import MediaFailure
from novacast.i18n import text
from novacast.media.commands import PLAYLIST
from novacast.media.commands.remux import remux_command, wrap_command
from novacast.media.encode import MASTER, run_ffmpeg
from novacast.media.ffmpeg import FFmpeg
from novacast.media.process import Command, Limits
from novacast.records import dataclass

LIMITS = Limits(wall=4 * 3600, nice=10)

_SOUND = re.compile(r"#EXT-X-MEDIA:(?=[^\n]*TYPE=AUDIO)[^\n]*")
_URI, _LANGUAGE = re.compile(r'[:,]URI="([\w-]+)/[\w.-]+"'), re.compile(r'[:,]LANGUAGE="([\w-]+)"')


def sounds_of(master: str) -> list[tuple[str, str | None]]:
    """Folders of the sound renditions that a multivariant playlist of ours names, and their languages."""
    found = []
    for entry in _SOUND.findall(master):
        if (uri := _URI.search(entry)) is not None:
            language = _LANGUAGE.search(entry)
            found.append((uri[1], language[1] if language is not None else None))
    return found


async def make_file(program: FFmpeg, edition: Path, rung: str, target: Path, *, title: str) -> None:
    """An MP4 of a complete rung and all complete sounds of an edition. Raises MediaFailure, DiskFull."""
    master = await asyncio.to_thread((edition / MASTER).read_text)
    sounds = [(edition / folder, language) for folder, language in sounds_of(master)]
    pieces = target.with_name(f".{target.stem}-pieces")
    try:
        opened = await asyncio.to_thread(_opened, edition / rung, sounds, pieces)
        argv = remux_command(program.path, opened[0][0], opened[1:], target.name, title=title)
        await run_ffmpeg(Command(text("The download"), argv, LIMITS, cwd=target.parent))
    finally:
        await asyncio.to_thread(shutil.rmtree, pieces, ignore_errors=True)
    if not await asyncio.to_thread(_there, target):
        raise MediaFailure(text("FFmpeg ended well but did not write {file}.", file=target.name))


async def wrap_file(program: FFmpeg, source: Path, target: Path, *, title: str) -> None:
    """An MP4 of what a live encoder sent, kept as FLV. Raises MediaFailure, DiskFull."""
    argv = wrap_command(program.path, source, target.name, title=title)
    await run_ffmpeg(Command(text("The source"), argv, LIMITS, cwd=target.parent))


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Lines of a media playlist from one discontinuity to the next."""

    lines: Sequence[str]
    seconds: Fraction


def _opened(rung: Path, sounds: Sequence[tuple[Path, str | None]], pieces: Path) -> list[tuple[Path, str | None]]:
    """Blocking. What FFmpeg opens. Its reader of HLS takes no notice of a discontinuity: the stretches of what was
    broadcast are playlists of their own, in a list that says how long the picture of each lasts."""
    stretches = _stretches(rung)
    if len(stretches) == 1:
        return [(rung / PLAYLIST, None), *((folder / PLAYLIST, language) for folder, language in sounds)]
    pieces.mkdir(mode=0o700)
    lasts = [one.seconds for one in stretches]
    found: list[tuple[Path, str | None]] = [(_listed(rung, stretches, lasts, pieces), None)]
    for folder, language in sounds:
        its = _stretches(folder)
        if len(its) == len(stretches) and not any("#EXT-X-GAP" in one.lines for one in its):
            found.append((_listed(folder, its, lasts, pieces), language))
    return found


def _stretches(folder: Path) -> list[_Stretch]:
    found: list[list[str]] = [[]]
    start = ""
    for line in (folder / PLAYLIST).read_text().splitlines():
        if line == "#EXT-X-DISCONTINUITY":
            found.append([start])
        elif line.startswith("#EXT-X-MAP:"):
            start = line.replace('URI="', f'URI="{folder.absolute()}/')
            found[-1] = [one for one in found[-1] if not one.startswith("#EXT-X-MAP:")] + [start]
        elif line.startswith("#EXTINF:") or line == "#EXT-X-GAP":
            found[-1].append(line)
        elif line and not line.startswith("#"):
            found[-1].append(f"{folder.absolute()}/{line}")
    return [_Stretch(lines, _lasting(lines)) for lines in found]


def _lasting(lines: Sequence[str]) -> Fraction:
    told = (line[8:].partition(",")[0] for line in lines if line.startswith("#EXTINF:"))
    return sum(map(Fraction, told), Fraction(0))


def _listed(folder: Path, stretches: Sequence[_Stretch], lasts: Sequence[Fraction], pieces: Path) -> Path:
    lines = ["ffconcat version 1.0"]
    longest = max(int(seconds) for seconds in lasts) + 1
    for number, (stretch, seconds) in enumerate(zip(stretches, lasts, strict=True)):
        name = f"{folder.name}-{number}.m3u8"
        head = ("#EXTM3U", "#EXT-X-VERSION:7", f"#EXT-X-TARGETDURATION:{longest}", "#EXT-X-PLAYLIST-TYPE:VOD")
        (pieces / name).write_text("\n".join([*head, *stretch.lines, "#EXT-X-ENDLIST"]) + "\n")
        lines += [f"file {name}", f"duration {float(seconds):.6f}"]
    target = pieces / f"{folder.name}.ffconcat"
    target.write_text("\n".join(lines) + "\n")
    return target


def _there(target: Path) -> bool:
    return target.is_file() and target.stat().st_size > 0
