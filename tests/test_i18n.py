"""Languages: which one a person gets, and that theirs is spoken to them alone."""

import asyncio
from pathlib import Path

import pytest

from novacast.i18n import Languages, gettext, language, ngettext

GERMAN = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

msgid "Log in"
msgstr "Anmelden"

msgid "%(num)s film"
msgid_plural "%(num)s films"
msgstr[0] "%(num)s Film"
msgstr[1] "%(num)s Filme"
"""


@pytest.fixture
def languages(tmp_path: Path) -> Languages:
    for tag in ("de", "pt_BR", "zh_Hant"):
        folder = tmp_path / tag / "LC_MESSAGES"
        folder.mkdir(parents=True)
        (folder / "novacast.po").write_text(GERMAN, encoding="utf-8")
    return Languages("en", tmp_path)


@pytest.mark.parametrize(
    ("wish", "tag"),
    [
        ("", "en"),
        ("de", "de"),
        ("de-AT", "de"),
        ("DE-ch-1996", "de"),
        ("fr, de;q=0.5", "de"),
        ("de;q=0.5, en;q=0.9", "en"),
        ("de;q=0", "en"),
        ("pt-BR", "pt-BR"),
        ("pt_BR", "pt-BR"),
        ("pt", "en"),
        ("zh-Hant-TW", "zh-Hant"),
        ("de-x-private", "de"),
        ("*", "en"),
        ("de;q=many, fr", "en"),
        (";;;,,,q=", "en"),
        ("x" * 100_000, "en"),
    ],
)
def test_the_nearest_language_is_chosen(languages: Languages, wish: str, tag: str) -> None:
    assert languages.negotiate(wish) == tag


def test_the_first_wish_goes_before_the_header(languages: Languages) -> None:
    assert languages.negotiate("de", "en") == "de"
    assert languages.negotiate("fr", "de") == "de"


def test_texts_are_translated_within_and_not_after(languages: Languages) -> None:
    with languages.speaking("de-AT") as tag:
        assert (tag, language(), gettext("Log in")) == ("de", "de", "Anmelden")
        assert ngettext("%(num)s film", "%(num)s films", 2) == "%(num)s Filme"
        assert gettext("Unheard of") == "Unheard of"
        assert gettext("") == "", "the header of the catalogue is no text"
    assert (language(), gettext("Log in")) == ("en", "Log in")


async def test_two_tasks_speak_their_own(languages: Languages) -> None:
    async def speak(tag: str) -> str:
        languages.speak(tag)
        await asyncio.sleep(0)
        return gettext("Log in")

    assert await asyncio.gather(*(asyncio.ensure_future(speak(tag)) for tag in ("de", "en", "de"))) == [
        "Anmelden",
        "Log in",
        "Anmelden",
    ]


def test_an_unknown_default_falls_back_to_the_source(tmp_path: Path) -> None:
    assert Languages("xx", tmp_path).default == "en"
