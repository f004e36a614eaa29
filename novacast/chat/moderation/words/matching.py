"""Many patterns found in one pass over a text (Aho and Corasick, 1975): the time grows with the text and with what is
found, never with how a pattern is made.

A pattern is a word or a phrase. `*` at an end leaves that end open (`*berr*` is found in `strawberries`); within a
single word it stands for any letters. There is nothing else, so there is nothing that could take long.
"""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from novacast.chat.moderation.words.folding import SPACE, Folded, is_unspaced, plain

LONGEST = 100
"""Characters of a pattern."""
STRETCHED = 3
"""So many of one letter are one letter, drawn out. `good` is not `god`, `goood` is both."""


@dataclass(frozen=True, slots=True)
class Piece:
    signs: str
    runs: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """Which pattern, and where in the text as it was written."""

    key: int
    start: int
    end: int


def pieces(pattern: str) -> tuple[Piece, ...]:
    """What stands between the stars; empty where nothing of it is a letter or digit, and where a star stands within a
    phrase."""
    parts = pattern.strip().split("*")
    folded = [(number, plain(part)) for number, part in enumerate(parts)]
    found = [(number, one) for number, one in folded if one.signs != SPACE]
    if len(found) > 1 and any(SPACE in one.signs[1:-1] for _, one in found):
        return ()
    made: list[Piece] = []
    for number, one in found:
        begin = 0 if number == 0 and not is_unspaced(one.signs[1]) else 1
        end = len(one.signs) - (0 if number == len(parts) - 1 and not is_unspaced(one.signs[-2]) else 1)
        made.append(Piece(one.signs[begin:end], tuple(one.runs[begin:end])))
    return tuple(made)


@dataclass(slots=True)
class _Node:
    next: dict[str, int] = field(default_factory=dict)
    fall: int = 0
    """Where to go on when nothing fits."""
    ends: list[tuple[int, int]] = field(default_factory=list)
    """Pattern and which of its pieces."""
    link: int = 0
    """The nearest on the way down where anything ends."""


class _Progress(NamedTuple):
    """How much of a pattern with stars was found in a word."""

    word: int
    """Where the space before it is."""
    due: int
    """The piece that comes next."""
    first: int
    ended: int


class Automaton:
    """Of patterns by the keys that `find` names."""

    def __init__(self, patterns: Mapping[int, Sequence[Piece]]) -> None:
        self._patterns = patterns
        self._nodes = [_Node()]
        for key, parts in patterns.items():
            for number, piece in enumerate(parts):
                self._add(piece.signs, key, number)
        self._connect()

    def __len__(self) -> int:
        return len(self._patterns)

    def find(self, text: Folded) -> Iterator[Found]:
        """Each place of each pattern, in the order in which they end."""
        progress: dict[int, _Progress] = {}
        nodes, at, word = self._nodes, 0, 0
        for here, sign in enumerate(text.signs):
            while at and sign not in nodes[at].next:
                at = nodes[at].fall
            at = nodes[at].next.get(sign, 0)
            hit = at if nodes[at].ends else nodes[at].link
            while hit:
                for key, number in nodes[hit].ends:
                    piece = self._patterns[key][number]
                    begin = here - len(piece.signs) + 1
                    if fits(piece.runs, text.runs[begin : here + 1]):
                        first = self._whole(progress, key, number, word, begin, here)
                        if first is not None:
                            yield _place(text, key, first, here)
                hit = nodes[hit].link
            if sign == SPACE:
                word = here

    def _whole(
        self, progress: dict[int, _Progress], key: int, number: int, word: int, begin: int, here: int
    ) -> int | None:
        """Where the pattern begins that ends with this piece. Of several the first that can be is the right one: what
        comes behind it has the more room."""
        last = len(self._patterns[key]) - 1
        if last == 0:
            return begin
        known = progress.get(key)
        if known is None or known.word != word:
            known = _Progress(word, 0, begin, -1)
        if number != known.due or begin <= known.ended:
            return None
        if number == last:
            progress.pop(key, None)
            return known.first
        progress[key] = _Progress(word, number + 1, known.first, here)
        return None

    def _add(self, signs: str, key: int, number: int) -> None:
        at = 0
        for sign in signs:
            node = self._nodes[at]
            if sign not in node.next:
                node.next[sign] = len(self._nodes)
                self._nodes.append(_Node())
            at = node.next[sign]
        self._nodes[at].ends.append((key, number))

    def _connect(self) -> None:
        nodes = self._nodes
        waiting = deque(nodes[0].next.values())
        while waiting:
            at = waiting.popleft()
            for sign, child in nodes[at].next.items():
                fall = nodes[at].fall
                while fall and sign not in nodes[fall].next:
                    fall = nodes[fall].fall
                nodes[child].fall = nodes[fall].next.get(sign, 0)
                waiting.append(child)
            below = nodes[at].fall
            nodes[at].link = below if nodes[below].ends else nodes[below].link


def fits(wanted: Sequence[int], runs: Sequence[int]) -> bool:
    """Whether letters are repeated as in the pattern, or more often on purpose: three times or more, or twice in
    several places."""
    doubled = 0
    for want, run in zip(wanted, runs, strict=True):
        if run < want:
            return False
        if run > want and run < STRETCHED:
            doubled += 1
    return doubled != 1


def _place(text: Folded, key: int, begin: int, end: int) -> Found:
    """Without the spaces that a whole word ends with."""
    first = begin + (text.signs[begin] == SPACE)
    last = end - (text.signs[end] == SPACE)
    return Found(key, text.starts[first], text.ends[last])
