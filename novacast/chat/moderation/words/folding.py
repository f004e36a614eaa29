"""A text as an eye reads it: without case, marks, invisible signs and look-alikes, each run of one letter as one, and
between words one space. Each sign knows where in the text it stood. Pure, in a time that grows with the length alone.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from novacast.chat.moderation.words.lookalikes import ALIKE, DIGITS, SIGNS, TALL, regional
from novacast.records import dataclass

SPACE, WALL = " ", "\x00"
"""Between words; and what no phrase reaches across: whom somebody mentions."""

_MENTION = re.compile(r"<@[a-z0-9]{1,40}>")
_WHITE = re.compile(r"\s+|\S+")
_TALL = re.compile(r"[1!|](?=\w)|I(?=[a-z])|(?<=[a-z])I")
_AROUND = ".,;:!?…'\"()"
"""What stands around words in any sentence."""
_MARKS = (
    (0x0300, 0x036F), (0x0483, 0x0489), (0x0591, 0x05C7), (0x064B, 0x065F), (0x0670, 0x0670), (0x1AB0, 0x1AFF),
    (0x1DC0, 0x1DFF), (0x20D0, 0x20FF), (0xFE00, 0xFE0F), (0xFE20, 0xFE2F), (0xE0100, 0xE01EF),
)  # fmt: skip
"""Marks that are taken off. Vowels of scripts that write them as marks are letters, and stay."""
_FILLERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0\u2800")
"""What is seen as nothing, though by its category it is something."""
_UNSPACED = (
    (0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1100, 0x11FF), (0x1780, 0x17FF), (0x3040, 0x30FF), (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF), (0xA960, 0xA97F), (0xAC00, 0xD7FF), (0x20000, 0x3FFFF),
)  # fmt: skip
"""Scripts in which words have no space between them, or endings without one."""


@dataclass(frozen=True, slots=True)
class Folded:
    signs: str
    """Begins and ends with SPACE."""
    runs: Sequence[int]
    """How often each sign stood there at once."""
    starts: Sequence[int]
    ends: Sequence[int]
    """Where it stood in the text."""


class _Sign(NamedTuple):
    sign: str
    start: int
    end: int


def is_unspaced(sign: str) -> bool:
    return _within(ord(sign), _UNSPACED)


def plain(text: str) -> Folded:
    """Every sign that is no letter or digit is between words; digits are digits."""
    return _gathered(_signs(text, {}, apart=True))


@dataclass(frozen=True, slots=True)
class Readings:
    whole: Sequence[Folded]
    """Plainly; and with digits and signs that stand for letters, without what stands within a word."""
    spelled: Sequence[Folded]
    """With words of one letter each made one word."""


def readings(text: str) -> Readings:
    """The ways in which it may be read; those that are the same come once."""
    tables: list[Mapping[str, str]] = []
    if any(not word.strip(_AROUND).isalpha() for word in text.split()):
        tables.append({**DIGITS, **SIGNS})
    if _TALL.search(text):
        tables.append({**DIGITS, **SIGNS, **TALL})
    whole, spelled = [plain(text)], []
    for table in tables or [{}]:
        close = list(_signs(text, table, apart=False))
        if tables:
            whole.append(_gathered(close))
        rows = (_spelled(close, lead) for lead in (0, 1))
        spelled += [_gathered(row) for row in rows if row is not None]
    return Readings(_different(whole), _different(spelled))


def _different(found: Iterable[Folded]) -> Sequence[Folded]:
    return list({(one.signs, tuple(one.runs)): one for one in found}.values())


def _signs(text: str, table: Mapping[str, str], *, apart: bool) -> Iterator[_Sign]:
    """`table`: what signs stand for. `apart`: whether what is no letter ends a word; else only what is white does."""
    for word in _words(text):
        if word.sign in (SPACE, WALL):
            yield word
            continue
        # A number is a number, and what ends a sentence is no letter.
        own = table if any(sign.isalpha() or sign in SIGNS for sign in word.sign) else {}
        core = word.start + len(word.sign.rstrip(_AROUND))
        for at, sign in enumerate(word.sign, word.start):
            for letter in (own.get(sign) if at < core else None) or folded(sign):
                if letter != SPACE or apart:
                    yield _Sign(letter, at, at + 1)


def _words(text: str) -> Iterator[_Sign]:
    at = 0
    for mention in _MENTION.finditer(text):
        yield from _white(text[at : mention.start()], at)
        yield _Sign(WALL, mention.start(), mention.end())
        at = mention.end()
    yield from _white(text[at:], at)


def _white(text: str, offset: int) -> Iterator[_Sign]:
    for match in _WHITE.finditer(text):
        blank = match[0].isspace()
        yield _Sign(SPACE if blank else match[0], offset + match.start(), offset + match.end())


@lru_cache(maxsize=8192)
def folded(sign: str) -> str:
    """What one sign is read as: letters, nothing for what is not seen, SPACE for what is no letter."""
    if sign in _FILLERS:
        return ""
    found = ""
    for part in unicodedata.normalize("NFKD", regional(sign)).casefold():
        for piece in unicodedata.normalize("NFKD", part):
            category = unicodedata.category(piece)
            if category == "Cf" or _within(ord(piece), _MARKS) or piece in _FILLERS:
                continue
            found += ALIKE.get(piece, piece if category[0] in "LNM" else SPACE)
    return found


def _spelled(signs: Sequence[_Sign], lead: int) -> list[_Sign] | None:
    """With three or more words in a row of one letter each made one; None where there are none. The first `lead`
    letters of each row stay by themselves: "a s p a m" is a word and a spelled one."""
    words: list[list[_Sign]] = [[]]
    for sign in signs:
        if sign.sign in (SPACE, WALL):
            words += [[sign], []]
        else:
            words[-1].append(sign)
    kept: list[_Sign] = []
    row: list[list[_Sign]] = []
    joined = False
    for word in [*filter(None, words), []]:
        lone = len(word) == 1 and word[0].sign != WALL
        if lone and (word[0].sign != SPACE or row):
            row.append(word)
            continue
        joined = _joined(row, kept, lead) or joined
        row = []
        kept += word
    return kept if joined else None


def _joined(row: list[list[_Sign]], kept: list[_Sign], lead: int) -> bool:
    """Put a row of lone letters, and the spaces between them, where it belongs."""
    first = [at for at, word in enumerate(row) if word[0].sign != SPACE][lead : lead + 1]
    kept += [word[0] for word in row[: first[0]]] if first else []
    row = row[first[0] :] if first else row
    letters = [word[0] for word in row if word[0].sign != SPACE]
    if len(letters) < 3:
        kept += [word[0] for word in row]
        return False
    kept += letters
    if row[-1][0].sign == SPACE:
        kept.append(row[-1][0])
    return True


def _gathered(signs: Iterable[_Sign]) -> Folded:
    letters, runs, starts, ends = [SPACE], [1], [0], [0]
    last = SPACE
    for sign, start, end in _walled(signs):
        if sign == last:
            ends[-1] = end
            if sign != SPACE:
                runs[-1] += 1
            continue
        letters.append(sign)
        runs.append(1)
        starts.append(start)
        ends.append(end)
        last = sign
    if last != SPACE:
        letters.append(SPACE)
        runs.append(1)
        starts.append(ends[-1])
        ends.append(ends[-1])
    return Folded("".join(letters), runs, starts, ends)


def _walled(signs: Iterable[_Sign]) -> Iterator[_Sign]:
    """With a space on either side of each wall."""
    for one in signs:
        if one.sign == WALL:
            yield _Sign(SPACE, one.start, one.start)
            yield one
            yield _Sign(SPACE, one.end, one.end)
        else:
            yield one


def _within(at: int, ranges: Sequence[tuple[int, int]]) -> bool:
    return any(first <= at <= last for first, last in ranges)
