"""SubRip (.srt), for which there is no standard: what players take."""

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

from novacast.vods.captions.formats.markup import of_subrip, to_subrip
from novacast.vods.captions.formats.webvtt import milliseconds, time
from novacast.vods.captions.models import Cue, Losses

_TIME = r"(\d{1,4}):(\d{1,2}):(\d{1,2})(?:[,.](\d{1,3}))?"
_TIMING = re.compile(rf"\s*{_TIME}\s*-->\s*{_TIME}(?:\s.*)?\Z")


def is_subrip(words: str) -> bool:
    return any(_TIMING.match(line) for line in words.split("\n", 2000)[:2000])


def read(words: str, losses: Losses) -> Iterator[Cue]:
    """A cue is all between its line of times and the number that announces the next; blank lines end nothing."""
    lines = words.split("\n")
    timings = [n for n, line in enumerate(lines) if "-->" in line]
    for at, following in pairwise([*timings, len(lines) + 1]):
        found = _TIMING.match(lines[at])
        if found is None:
            losses.unreadable += 1
            continue
        # The line before a line of times is its number.
        told = lines[at + 1 : following - 1]
        if following <= len(lines) and not lines[following - 1].strip().isdecimal():
            told = lines[at + 1 : following]
        start, end = milliseconds(found.groups()[:4]), milliseconds(found.groups()[4:8])
        cue_text, placed = of_subrip("\n".join(told).strip("\n"))
        yield Cue(start, end, cue_text, placed)


def write(cues: Iterable[Cue]) -> str:
    parts = []
    for number, cue in enumerate(cues, 1):
        times = f"{time(cue.start)} --> {time(cue.end)}".replace(".", ",")
        placed = "{\\an8}" if "line:0" in cue.settings.split() else ""
        parts.append(f"{number}\n{times}\n{placed}{to_subrip(cue.text)}\n")
    return "\n".join(parts)
