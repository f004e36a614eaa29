"""Many patterns found in one pass over a text (Aho and Corasick, 1975): the time grows with the text and with what is
found, never with how a pattern is made.

A pattern is a word or a phrase. `*` at an end leaves that end open (`*berr*` is found in `strawberries`); within a
single word it stands for any letters. There is nothing else, so there is nothing that could take long.
"""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field

from novacast.chat.moderation.words.folding import SPACE, Folded, is_unspaced, plain
from novacast.records import dataclass

LONGEST = 100
"""Characters of a pattern."""
MOST_PIECES = 8
"""Between the stars of a pattern."""
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
    ends: list[int] = field(default_factory=list)
    """Pieces, by their numbers."""
    link: int = 0
    """The nearest on the way down where anything ends."""


@dataclass(slots=True)
class _Branch:
    """Patterns that begin with the same pieces: what these have in common is looked for once."""

    next: dict[int, "_Branch"] = field(default_factory=dict)
    keys: list[int] = field(default_factory=list)
    """Patterns that end here."""


class Automaton:
    """Of patterns by the keys that `find` names."""

    def __init__(self, patterns: Mapping[int, Sequence[Piece]]) -> None:
        self._count = len(patterns)
        self._nodes, self._root = [_Node()], _Branch()
        self._pieces: list[Piece] = []
        known: dict[Piece, int] = {}
        for key, parts in patterns.items():
            branch = self._root
            for piece in parts:
                if piece not in known:
                    known[piece] = len(self._pieces)
                    self._pieces.append(piece)
                    self._add(piece.signs, known[piece])
                branch = branch.next.setdefault(known[piece], _Branch())
            branch.keys.append(key)
        self._connect()

    def __len__(self) -> int:
        return self._count

    def find(self, text: Folded) -> Iterator[Found]:
        """Places of each pattern, in the order in which they end; of those in one word the first is the widest."""
        begun: dict[int, tuple[_Branch, int, int]] = {}
        """Of this word: branches whose pieces were found, where the first begins and the last ended. Of several ways
        to find them the first is the right one: what comes behind it has the more room."""
        for number, begin, here in self._hits(text):
            if begin < 0:
                begun.clear()
                continue
            for branch, first, ended in [(self._root, begin, -1), *begun.values()]:
                further = branch.next.get(number) if begin > ended else None
                if further is None:
                    continue
                for key in further.keys:
                    yield _place(text, key, first, here)
                if further.next:
                    begun.setdefault(id(further), (further, first, here))

    def _hits(self, text: Folded) -> Iterator[tuple[int, int, int]]:
        """Each piece with its first and last place; behind those of a word a place before all."""
        nodes, at = self._nodes, 0
        for here, sign in enumerate(text.signs):
            while at and sign not in nodes[at].next:
                at = nodes[at].fall
            at = nodes[at].next.get(sign, 0)
            hit = at if nodes[at].ends else nodes[at].link
            while hit:
                for number in nodes[hit].ends:
                    piece = self._pieces[number]
                    begin = here - len(piece.signs) + 1
                    if fits(piece.runs, text.runs[begin : here + 1]):
                        yield number, begin, here
                hit = nodes[hit].link
            if sign == SPACE:
                yield 0, -1, here

    def _add(self, signs: str, number: int) -> None:
        at = 0
        for sign in signs:
            node = self._nodes[at]
            if sign not in node.next:
                node.next[sign] = len(self._nodes)
                self._nodes.append(_Node())
            at = node.next[sign]
        self._nodes[at].ends.append(number)

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
