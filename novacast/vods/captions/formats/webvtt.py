"""WebVTT (W3C): reading what others wrote, and writing our own."""

import re
from collections.abc import Iterable, Iterator

from novacast.vods.captions.formats.markup import clean, settings
from novacast.vods.captions.models import Cue, Losses

_TIME = r"(?:(\d{1,4}):)?(\d{1,2}):(\d{1,2})[.,](\d{1,3})"
_TIMING = re.compile(rf"\s*{_TIME}\s*-->\s*{_TIME}(.*)\Z")
_BLOCKS = ("NOTE", "STYLE", "REGION")
"""What is no cue: remarks, and looks, which are the player's."""


def is_webvtt(words: str) -> bool:
    return words.startswith("WEBVTT")


def read(words: str, losses: Losses) -> Iterator[Cue]:
    blocks = re.split(r"\n[ \t]*\n", words)
    for block in blocks[1:]:
        lines = [line for line in block.split("\n") if line.strip()]
        if not lines or lines[0].startswith(_BLOCKS):
            continue
        timing = next((n for n, line in enumerate(lines[:2]) if "-->" in line), None)
        found = _TIMING.match(lines[timing]) if timing is not None else None
        if timing is None or found is None:
            losses.unreadable += 1
            continue
        start, end = milliseconds(found.groups()[:4]), milliseconds(found.groups()[4:8])
        yield Cue(start, end, clean("\n".join(lines[timing + 1 :])), settings(found[9]))


def milliseconds(parts: Iterable[str | None]) -> int:
    """Of hours, minutes, seconds and a fraction's digits."""
    hours, minutes, seconds, fraction = parts
    whole = (int(hours or 0) * 60 + int(minutes or 0)) * 60 + int(seconds or 0)
    return whole * 1000 + int((fraction or "0").ljust(3, "0"))


def write(cues: Iterable[Cue], head: str = "") -> str:
    """`head`: lines of the header below its first."""
    parts = [f"WEBVTT\n{head}"]
    parts += [f"{time(cue.start)} --> {time(cue.end)}{_placed(cue)}\n{cue.text}\n" for cue in cues]
    return "\n".join(parts)


def time(at: int) -> str:
    seconds, fraction = divmod(at, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{fraction:03}"


def _placed(cue: Cue) -> str:
    return f" {cue.settings}" if cue.settings else ""
