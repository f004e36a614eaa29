"""SubStation Alpha (.ssa, .ass): its lines of dialogue. Looks, drawings and movement are left out."""

import re
from collections.abc import Iterator

from novacast.vods.captions.formats.markup import of_substation
from novacast.vods.captions.models import Cue, Losses

_TIME = re.compile(r"(\d{1,4}):(\d{1,2}):(\d{1,2})[.:](\d{1,3})\Z")
_FIELDS = ("Layer", "Start", "End", "Style", "Name", "MarginL", "MarginR", "MarginV", "Effect", "Text")
"""Of version 4+, where the file names none."""


def is_substation(words: str) -> bool:
    return re.match(r"(?:;[^\n]*\n|\s)*\[(?:Script Info|V4\+? Styles|Events)\]", words, re.IGNORECASE) is not None


def read(words: str, losses: Losses) -> Iterator[Cue]:
    section, fields = "", [name.lower() for name in _FIELDS]
    seen: set[Cue] = set()
    for line in words.split("\n"):
        name, _, rest = line.partition(":")
        if line.startswith("["):
            section = line.strip().lower()
        elif section == "[events]" and name == "Format":
            fields = [field.strip().lower() for field in rest.split(",")[:30]]
        elif section == "[events]" and name == "Dialogue":
            cue = _cue(fields, rest)
            if cue is None:
                losses.unreadable += 1
            # Typesetters lay the same words over each other, for their shadows.
            elif cue not in seen:
                seen.add(cue)
                yield cue


def _cue(fields: list[str], rest: str) -> Cue | None:
    parts = rest.split(",", len(fields) - 1)
    told = dict(zip(fields, parts, strict=False))
    start, end = _time(told.get("start", "")), _time(told.get("end", ""))
    if start is None or end is None or "text" not in told or fields[-1] != "text":
        return None
    cue_text, placed = of_substation(told["text"])
    return Cue(start, end, cue_text, placed)


def _time(words: str) -> int | None:
    found = _TIME.match(words.strip())
    if found is None:
        return None
    hours, minutes, seconds, fraction = found.groups()
    return ((int(hours) * 60 + int(minutes)) * 60 + int(seconds)) * 1000 + int(fraction.ljust(3, "0"))
