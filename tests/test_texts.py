"""Texts that are put into words before anybody knows who will read them."""

import asyncio
import pickle

import pytest

from novacast.errors import Gone
from novacast.i18n import Languages, Text, joined, ntext, packed, text, translated, unpacked


@pytest.fixture
def languages() -> Languages:
    return Languages()


def test_a_text_is_english_as_it_stands() -> None:
    said = text("The number {number} is too large.", number=7)
    assert (said, isinstance(said, str), translated(said)) == ("The number 7 is too large.", True, said)
    assert str(Gone(said)) == "The number 7 is too large."


def test_it_is_told_in_the_language_of_whoever_reads(languages: Languages) -> None:
    said = text("The number {number} is too large.", number=7)
    with languages.speaking("de-AT"):
        assert translated(said) == "Die Zahl 7 ist zu groß."
        assert translated("The number 7 is too large.") == "The number 7 is too large.", "a plain text stays"
    assert translated(said) == "The number 7 is too large."


@pytest.mark.parametrize(
    ("n", "english", "german"),
    [
        (1, "At most 1 entry is taken.", "Höchstens 1 Eintrag ist erlaubt."),
        (2, "At most 2 entries are taken.", "Höchstens 2 Einträge sind erlaubt."),
        (0, "At most 0 entries are taken.", "Höchstens 0 Einträge sind erlaubt."),
    ],
)
def test_one_is_not_many(languages: Languages, n: int, english: str, german: str) -> None:
    said = ntext("At most {n} entry is taken.", "At most {n} entries are taken.", n)
    assert said == english
    with languages.speaking("de"):
        assert translated(unpacked(packed(said))) == german


def test_fractions_have_the_sign_of_the_language(languages: Languages) -> None:
    said = text("The video lasts {hours:.1f} hours; {most:g} are the most.", hours=12.55, most=12)
    assert "12.6 hours; 12 are" in said
    with languages.speaking("de"):
        assert "12,6 Stunden; höchstens 12 " in translated(said)


def test_what_is_told_may_hold_braces_and_signs(languages: Languages) -> None:
    said = text("The key '{key}' stands twice in one object.", key="{0} {x!r} %(y)s")
    assert said == "The key '{0} {x!r} %(y)s' stands twice in one object."
    with languages.speaking("de"):
        assert "„{0} {x!r} %(y)s“" in translated(said)


def test_a_text_in_a_text_is_translated_too(languages: Languages) -> None:
    said = text("{what} failed with exit code {code}.", what=text("The transcode"), code=1)
    with languages.speaking("de"):
        assert translated(said) == "Die Umwandlung ist mit Code 1 fehlgeschlagen."
        assert translated(joined([text("This is needed."), said])).startswith("Das fehlt noch. Die Umwandlung ")


def test_what_is_kept_comes_back_with_all_it_was_made_of() -> None:
    said = text("{what} failed with exit code {code}.", what=text("The transcode"), code=1)
    again = unpacked(packed(said))
    assert (again, isinstance(again, Text)) == (said, True)
    for plain in ("It failed.", "", '{"a": 1}', "{"):
        assert unpacked(packed(plain)) == plain


def test_a_text_survives_being_sent_to_another_process() -> None:
    said = text("The number {number} is too large.", number=7)
    again = pickle.loads(pickle.dumps(said))
    assert (again, again.template, again.values) == (said, said.template, said.values)


async def test_threads_make_texts_and_tasks_translate_them(languages: Languages) -> None:
    languages.speak("de")
    said = await asyncio.to_thread(text, "This account is gone.")
    assert said == "This account is gone."
    assert translated(said) == "Dieses Konto gibt es nicht mehr."
