"""Words are found as people read them, and not in what is only like them."""

from collections.abc import Sequence
from itertools import pairwise
from string import ascii_lowercase

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from novacast.chat.moderation.words.models import Word, WordAction, WordList, clean_pattern
from novacast.errors import InvalidInput

HIDDEN = "\u200b\u00ad\u2060\ufe0f"


def listed(*patterns: str, action: WordAction = WordAction.REPLACE) -> WordList:
    return WordList([Word(str(n), "org", "", pattern, action, "", 0, None) for n, pattern in enumerate(patterns)])


@pytest.mark.parametrize(
    "written",
    [
        "IDIOT",
        "You 1d10t!",
        "ïdíöt",
        "ідіот",  # Cyrillic
        "Іdіоt",  # mixed
        "ｉｄｉｏｔ",
        "𝓲𝓭𝓲𝓸𝓽",
        "🅘🅓🅘🅞🅣",
        "🇮🇩🇮🇴🇹",
        "id\u200biot",
        "i\u00add\u2060iot",
        "idiooooot",
        "iiddiioott",
        "i.d.i.o.t",
        "i d i o t",
        "i - d - i - o - t",
        "What a I D I O T",
        "|diot",
    ],
)
def test_a_word_is_found_however_it_is_spelled(written: str) -> None:
    assert "***" in listed("idiot").judge(written).text


@pytest.mark.parametrize(
    ("pattern", "written"),
    [
        ("god", "good"),
        ("ass", "as class 455 a s"),
        ("cool", "col"),
        ("the rapist", "therapist"),
        ("bad word", "bad <@abc> word"),
        ("ab", "<@ab> :ab1:"),
        ("i d", "id"),
        ("*berr*", "bear"),
    ],
)
def test_what_is_only_like_a_word_is_left_alone(pattern: str, written: str) -> None:
    assert listed(pattern).judge(written).action is None


@pytest.mark.parametrize(
    ("pattern", "written", "after"),
    [
        ("bad word", "a bad   word, and a b-a-d w.o.r.d", "a ***, and a ***"),
        ("bad word", "b a d w o r d", "***"),
        ("f*ck", "frick this", "*** this"),
        ("*berr*", "strawberries", "straw***ies"),
        ("berr*", "berries and strawberries", "***ies and strawberries"),
        ("*a*b*c*", "axbxaxc", "***"),
        ("坏", "你坏人", "你***人"),
    ],
)
def test_a_pattern_is_a_phrase_or_has_stars(pattern: str, written: str, after: str) -> None:
    assert listed(pattern).judge(written).text == after


def test_the_strictest_entry_decides() -> None:
    words = [
        Word("1", "org", "", "one", WordAction.REPLACE, "1", 0, None),
        Word("2", "org", "", "two", WordAction.HOLD, "", 0, None),
        Word("3", "org", "", "three", WordAction.REFUSE, "", 0, None),
    ]
    found = WordList(words).judge("one two")
    assert (found.action, found.text, found.patterns) == (WordAction.HOLD, "1 two", ["two"])
    assert WordList(words).judge("one two three").found == ["three"]


@pytest.mark.parametrize("pattern", ["", "  ", "***", "!?", "very b*d", "x" * 101])
def test_a_pattern_that_finds_nothing_is_refused(pattern: str) -> None:
    with pytest.raises(InvalidInput):
        clean_pattern(pattern)


def naive(text: str, words: Sequence[str]) -> bool:
    return any(word in text.split() for word in words)


_letters = st.text("abcd", min_size=1, max_size=4)


@settings(max_examples=150, deadline=None)
@given(st.lists(_letters, min_size=1, max_size=6), st.lists(_letters, max_size=12))
def test_whole_words_are_found_like_by_looking_at_each(patterns: list[str], said: list[str]) -> None:
    def plain(word: str) -> bool:
        """Without letters in a row, and long enough that no row of lone letters is read as one word."""
        return len(word) > 1 and all(one != other for one, other in pairwise(word))

    patterns, said = [one for one in patterns if plain(one)], [one for one in said if plain(one)]
    text = " ".join(said)
    assert (listed(*patterns).judge(text).action is not None) is naive(text, patterns)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=60), st.lists(st.text(min_size=1, max_size=12), max_size=8))
def test_no_text_and_no_pattern_breaks_the_search(said: str, patterns: list[str]) -> None:
    found = listed(*patterns).judge(said)
    assert found.action is not None or found.text == said


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_hidden_signs_anywhere_hide_nothing(data: st.DataObject) -> None:
    written = ""
    for letter in "scoundrel":
        written += letter + data.draw(st.text(HIDDEN, max_size=2))
    assert listed("scoundrel").judge(f"you {written}").action is not None


def test_patterns_that_would_make_a_backtracking_search_take_years_take_none() -> None:
    patterns = [f"{'*a' * 20}*b", *("a" * n + "*" for n in range(2, 60))]
    assert listed(*patterns).judge("a" * 500 + " " + "ab" * 200).action is not None


def test_a_thousand_patterns_that_begin_alike_are_looked_for_at_once() -> None:
    patterns = [f"*a*{one}{two}" for one in ascii_lowercase for two in ascii_lowercase]
    assert listed(*patterns).judge("pa qb " * 80).action is None
    assert listed(*patterns).judge("pa qb " * 80 + "pabc").patterns == ["*a*bc"]


def test_a_pattern_has_few_stars() -> None:
    assert clean_pattern("*".join("abcdefgh")) == "a*b*c*d*e*f*g*h"
    with pytest.raises(InvalidInput):
        clean_pattern("*".join("abcdefghi"))
