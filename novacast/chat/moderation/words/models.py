"""Entries of the lists, and what becomes of a text by them. Pure."""

from collections.abc import Iterable, Sequence
from enum import StrEnum

from novacast.chat.models import LONGEST_TEXT
from novacast.chat.moderation.words.folding import SPACE, readings
from novacast.chat.moderation.words.matching import LONGEST, MOST_PIECES, Automaton, Found, Piece, pieces
from novacast.errors import InvalidInput
from novacast.i18n import text
from novacast.records import dataclass
from novacast.texts import printable

MOST = 1000
"""Entries of a list."""
LONGEST_REPLACEMENT = 40
MOST_SHOWN = 5
MASK = "***"


class WordAction(StrEnum):
    """From the mildest to the strictest."""

    REPLACE = "replace"
    HOLD = "hold"
    REFUSE = "refuse"


_STRICTEST = tuple(WordAction)


@dataclass(frozen=True, slots=True)
class Word:
    """An entry: `room_id` is empty where it is of the whole organization."""

    id: str
    org_id: str
    room_id: str
    pattern: str
    action: WordAction
    replacement: str
    """Instead of what was found; empty: MASK."""
    created_at: int
    created_by: str | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a text. `action` None: nothing speaks against it."""

    action: WordAction | None
    text: str
    """With what is to be replaced replaced."""
    patterns: Sequence[str] = ()
    """That decided."""
    found: Sequence[str] = ()
    """What of the text they were found in, as it was written."""


class WordList:
    """All entries that count in a room, ready to be looked for."""

    def __init__(self, words: Sequence[Word]) -> None:
        self._words = words
        made = {number: found for number, one in enumerate(words) if (found := pieces(one.pattern))}
        self._whole = Automaton(made)
        self._run_together = Automaton({key: (_closed(parts[0]),) for key, parts in made.items() if _is_phrase(parts)})
        self._spelled = Automaton({key: parts for key, parts in made.items() if not _is_phrase(parts)})

    def judge(self, said: str) -> Verdict:
        if not len(self._whole):
            return Verdict(None, said)
        found = list(self._found(said))
        if not found:
            return Verdict(None, said)
        action = max((self._words[one.key].action for one in found), key=_STRICTEST.index)
        deciding = [one for one in found if self._words[one.key].action is action]
        patterns = sorted({self._words[one.key].pattern for one in deciding})
        places = dict.fromkeys(said[one.start : one.end] for one in deciding)
        return Verdict(action, self._replaced(said, found), patterns, list(places)[:MOST_SHOWN])

    def _found(self, said: str) -> Iterable[Found]:
        read = readings(said)
        for one in read.whole:
            yield from self._whole.find(one)
        for one in read.spelled:
            yield from self._spelled.find(one)
            yield from self._run_together.find(one)

    def _replaced(self, said: str, found: Sequence[Found]) -> str:
        spans = [one for one in found if self._words[one.key].action is WordAction.REPLACE]
        at, kept = 0, ""
        for one in sorted(spans, key=lambda one: (one.start, -one.end)):
            if one.start < at:
                continue
            kept += said[at : one.start] + (self._words[one.key].replacement or MASK)
            at = one.end
        return (kept + said[at:])[:LONGEST_TEXT]


def _is_phrase(parts: Sequence[Piece]) -> bool:
    return len(parts) == 1 and SPACE in parts[0].signs[1:-1]


def _closed(piece: Piece) -> Piece:
    """A phrase as one word, for those who put a space behind every letter."""
    kept = [(sign, run) for sign, run in zip(piece.signs, piece.runs, strict=True) if sign != SPACE]
    merged: list[tuple[str, int]] = []
    for sign, run in kept:
        if merged and merged[-1][0] == sign:
            merged[-1] = (sign, merged[-1][1] + run)
        else:
            merged.append((sign, run))
    return Piece("".join(sign for sign, _ in merged), tuple(run for _, run in merged))


def clean_pattern(written: str) -> str:
    """Raises InvalidInput."""
    pattern = " ".join(printable(written).split())
    found = pieces(pattern)
    if not found:
        message = text("Write a word or a phrase; a star stands for letters at an end, or within a single word.")
        raise InvalidInput.field("pattern", message)
    if len(found) > MOST_PIECES:
        message = text("The pattern has too many stars: at most {most} pieces stand between them.", most=MOST_PIECES)
        raise InvalidInput.field("pattern", message)
    if len(pattern) > LONGEST:
        message = text("The pattern has {length} characters; {most} are the most.", length=len(pattern), most=LONGEST)
        raise InvalidInput.field("pattern", message, "too_long")
    return pattern


def clean_replacement(written: str) -> str:
    """Raises InvalidInput."""
    replacement = " ".join(printable(written).split())
    if len(replacement) > LONGEST_REPLACEMENT:
        message = text("A replacement has at most {most} characters.", most=LONGEST_REPLACEMENT)
        raise InvalidInput.field("replacement", message, "too_long")
    return replacement
