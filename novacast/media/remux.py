"""Renditions put together into one file, without encoding anything."""

import asyncio
import re
from pathlib import Path

from novacast.errors import MediaFailure
from novacast.i18n import text
from novacast.media.commands.remux import remux_command
from novacast.media.encode import MASTER, run_ffmpeg
from novacast.media.ffmpeg import FFmpeg
from novacast.media.process import Command, Limits

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
    argv = remux_command(program.path, edition / rung, sounds, target.name, title=title)
    await run_ffmpeg(Command(text("The download"), argv, LIMITS, cwd=target.parent))
    if not await asyncio.to_thread(_there, target):
        raise MediaFailure(text("FFmpeg ended well but did not write {file}.", file=target.name))


def _there(target: Path) -> bool:
    return target.is_file() and target.stat().st_size > 0
