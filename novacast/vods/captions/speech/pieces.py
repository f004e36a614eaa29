"""Long sound in pieces that are cut where nobody speaks, what was heard in them joined, and cues made of it. Pure."""

from collections.abc import Iterable, Iterator, Sequence

from novacast.records import dataclass
from novacast.vods.captions.formats.markup import escaped
from novacast.vods.captions.models import LONGEST_TEXT, MOST_CUES, Cue
from novacast.vods.captions.ports import Said

OVERLAP = 1_000
"""Milliseconds that a piece is heard beyond where it is cut, on either side: for a word that is being said there."""
EARLIEST = 0.5
"""No piece is shorter than this share of the longest, however early it is silent."""
LINE, LINES = 42, 2
"""What is read with ease: characters a line, lines a cue."""
LONGEST_CUE = 7_000
SHORTEST_CUE = 700
"""Milliseconds."""


@dataclass(frozen=True, slots=True)
class Piece:
    start: int
    """Milliseconds; from here to `end` it is cut."""
    end: int
    heard_from: int
    """From here to `heard_to` it is sent."""
    heard_to: int

    @property
    def length(self) -> int:
        return self.heard_to - self.heard_from


@dataclass(frozen=True, slots=True)
class Line:
    """What was said, on the video's own clock. Fits `ports.Said`."""

    start: int
    end: int
    words: str


def cut(duration: int, silences: Iterable[tuple[int, int]], longest: int) -> Sequence[Piece]:
    """As few pieces as can be, none longer than `longest`; all in milliseconds."""
    middles = sorted((begin + end) // 2 for begin, end in silences)
    cuts = [0]
    while duration - cuts[-1] > longest:
        least, most = cuts[-1] + int(longest * EARLIEST), cuts[-1] + longest
        quiet = [middle for middle in middles if least <= middle <= most]
        cuts.append(quiet[-1] if quiet else most)
    ends = [*cuts[1:], duration]
    return [
        Piece(start, end, max(0, start - OVERLAP), min(duration, end + OVERLAP))
        for start, end in zip(cuts, ends, strict=True)
    ]


def joined(pieces: Sequence[Piece], heard: Sequence[Sequence[Said]]) -> Sequence[Line]:
    """One after the other; what was heard twice counts where its middle lies."""
    lines: list[Line] = []
    for number, (piece, said) in enumerate(zip(pieces, heard, strict=True)):
        last = number == len(pieces) - 1
        for one in said:
            start, end = piece.heard_from + one.start, min(piece.heard_from + one.end, piece.heard_to)
            middle = (start + end) // 2
            if end <= start or middle < piece.start or (middle >= piece.end and not last):
                continue
            if lines and start < lines[-1].end:
                start = min(lines[-1].end, end - 1)
            lines.append(Line(start, end, one.words))
    return lines


def cues_of(lines: Iterable[Said]) -> tuple[Cue, ...]:
    """Short enough to be read; a longer line's time is shared out by the length of its parts."""
    cues: list[Cue] = []
    for line in lines:
        parts = list(_parts(line.words, _most(line)))
        whole, at = sum(map(len, parts)), line.start
        for number, part in enumerate(parts, 1):
            done = sum(map(len, parts[:number]))
            end = line.start + (line.end - line.start) * done // max(1, whole)
            if end > at and (words := escaped(_in_lines(part))):
                cues.append(Cue(at, end, words[:LONGEST_TEXT]))
            at = max(at, end)
    return tuple(_readable(cues[:MOST_CUES]))


def _most(line: Said) -> int:
    """Characters a cue: no more than fit, and no more than are said in the longest time that one is shown."""
    fits = LINE * LINES
    length = line.end - line.start
    return fits if length <= LONGEST_CUE else max(LINE // 2, min(fits, len(line.words) * LONGEST_CUE // length))


def _readable(cues: Sequence[Cue]) -> Iterator[Cue]:
    """Nothing flashes by: a very short one stays until the next."""
    for number, cue in enumerate(cues):
        following = cues[number + 1].start if number + 1 < len(cues) else cue.end + SHORTEST_CUE
        end = cue.end if cue.end - cue.start >= SHORTEST_CUE else min(cue.start + SHORTEST_CUE, following)
        yield Cue(cue.start, max(end, cue.end), cue.text)


def _parts(words: str, most: int) -> Iterator[str]:
    """Pieces of at most so many characters, broken behind a sentence, else a comma, else a word, else anywhere."""
    rest = words.strip()
    while len(rest) > most:
        window = rest[: most + 1]
        at = max((window.rfind(sign) + len(sign.rstrip()) for sign in (". ", "? ", "! ", "… ")), default=0)
        if at < most // 2:
            at = max(window.rfind(sign) + 1 for sign in (", ", "; ", ": ", "、", "。", "，"))
        if at < most // 2:
            at = window.rfind(" ")
        if at <= 0:
            at = most
        yield rest[:at].strip()
        rest = rest[at:].strip()
    if rest:
        yield rest


def _in_lines(words: str) -> str:
    """Two lines of about the same length where one is too long."""
    if len(words) <= LINE:
        return words
    middle = len(words) // 2
    breaks = [n for n, sign in enumerate(words) if sign == " "]
    if not breaks:
        return words
    at = min(breaks, key=lambda n: abs(n - middle))
    return f"{words[:at]}\n{words[at + 1 :]}"
