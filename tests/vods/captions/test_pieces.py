"""Long sound in pieces, and what was heard in them as cues."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from novacast.vods.captions.formats.markup import plain
from novacast.vods.captions.speech.pieces import LINE, LINES, OVERLAP, Line, cues_of, cut, joined

LONGEST = 60_000


def test_it_is_cut_in_the_last_silence_that_a_piece_can_reach() -> None:
    pieces = cut(150_000, [(20_000, 22_000), (40_000, 42_000), (58_000, 59_000), (100_000, 100_400)], LONGEST)
    assert [(piece.start, piece.end) for piece in pieces] == [(0, 58_500), (58_500, 100_200), (100_200, 150_000)]
    assert pieces[1].heard_from == 58_500 - OVERLAP
    assert pieces[0].heard_from == 0


def test_without_silence_it_is_cut_all_the_same() -> None:
    assert [piece.end for piece in cut(130_000, [], LONGEST)] == [60_000, 120_000, 130_000]


@given(
    st.integers(1, 1_000_000),
    st.lists(
        st.tuples(st.integers(0, 1_000_000), st.integers(1, 5000)).map(lambda one: (one[0], sum(one))), max_size=50
    ),
)
def test_pieces_cover_everything_once(duration: int, silences: list[tuple[int, int]]) -> None:
    pieces = cut(duration, silences, LONGEST)
    assert pieces[0].start == 0
    assert pieces[-1].end == duration
    assert all(one.end == other.start for one, other in itertools.pairwise(pieces))
    assert all(0 < piece.end - piece.start <= LONGEST for piece in pieces)
    assert all(0 <= piece.heard_from <= piece.start and piece.end <= piece.heard_to <= duration for piece in pieces)


def test_what_is_heard_in_two_pieces_counts_once() -> None:
    pieces = cut(120_000, [], LONGEST)
    first = [Line(0, 2_000, "begins"), Line(59_200, 60_600, "on the border")]
    second = [Line(0, 1_500, "on the border"), Line(3_000, 4_000, "goes on")]
    lines = joined(pieces, [first, second])
    assert [line.words for line in lines] == ["begins", "on the border", "goes on"]
    assert lines[2].start == 60_000 - OVERLAP + 3_000


def test_long_lines_become_cues_that_can_be_read() -> None:
    said = "This is a rather long sentence, which nobody could read at once. And it goes on and on, without an end."
    cues = cues_of([Line(1_000, 9_000, said)])
    assert len(cues) > 1
    assert " ".join(plain(cue.text).replace("\n", " ") for cue in cues) == said
    assert cues[0].start == 1_000
    assert cues[-1].end == 9_000
    assert all(len(line) <= LINE + 10 for cue in cues for line in cue.text.split("\n"))


@given(st.lists(st.tuples(st.integers(1, 20_000), st.text(max_size=300)), max_size=6))
def test_no_cue_is_empty_too_long_or_backwards(said: list[tuple[int, str]]) -> None:
    lines, at = [], 0
    for length, words in said:
        lines.append(Line(at, at + length, words))
        at += length
    cues = cues_of(lines)
    for cue in cues:
        assert cue.end > cue.start
        assert plain(cue.text).strip()
        assert len(plain(cue.text)) <= LINE * LINES + LINES
    assert all(one.end <= other.start for one, other in itertools.pairwise(cues))
