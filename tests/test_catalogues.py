"""The catalogues hold every text of the pages and mails, with its placeholders."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

from novacast.i18n import FOLDER, Languages, gettext, ngettext

ROOT = Path(__file__).parents[1]
LANGUAGES = ("de",)
KEYWORDS = {
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "text": None,
    "ntext": (1, 2),
}
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|\{\w+(?:![rs])?(?::[^{}]*)?\}")

Message = tuple[str | None, str | tuple[str, ...]]
"""Context and text; a tuple for singular and plural."""


@cache
def in_use() -> frozenset[Message]:
    """What Babel finds by babel.cfg, as the commands in docs/guide/development.md do."""
    with (ROOT / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]  # Babel has no types here
    # From the repository's root, for which babel.cfg is written, it would walk through all environments there.
    found = extract_from_dir(
        ROOT / "novacast",
        [(pattern.removeprefix("novacast/"), method) for pattern, method in methods],
        {pattern.removeprefix("novacast/"): chosen for pattern, chosen in options.items()},
        KEYWORDS,
    )
    return frozenset((context, message) for _, _, message, _, context in found)


def catalogue(language: str) -> Catalog:
    with (FOLDER / language / "LC_MESSAGES" / "novacast.po").open("rb") as file:
        return read_po(file, locale=language)


def texts(part: str | tuple[str, ...] | list[str] | None) -> Iterator[str]:
    yield from (part,) if isinstance(part, str) else part or ("",)


def test_there_are_texts_of_code_pages_and_mails() -> None:
    messages = {next(texts(message)) for _, message in in_use()}
    assert {"The video is deleted.", "Continue watching", "Hello %(name)s,", "Open the link"} <= messages


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_translated_and_none_is_left_over(language: str) -> None:
    known = {(one.context, one.id) for one in catalogue(language) if one.id and all(texts(one.string))}
    assert not {message for message in in_use() if message not in known}
    assert not {message for message in known if message not in in_use()}
    assert not [one.id for one in catalogue(language) if one.id and one.fuzzy]


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_have_the_placeholders_of_their_texts(language: str) -> None:
    wrong = [
        (message.id, translation)
        for message in catalogue(language)
        if message.id
        for original, translation in zip(texts(message.id), texts(message.string), strict=True)
        if sorted(PLACEHOLDER.findall(original)) != sorted(PLACEHOLDER.findall(translation))
    ]
    assert not wrong


def test_german_is_spoken_to_whoever_asks_for_it() -> None:
    languages = Languages()
    with languages.speaking("de-AT") as spoken:
        assert (spoken, gettext("Log in")) == ("de", "Anmelden")
        again = ("Please try again in %(num)s second.", "Please try again in %(num)s seconds.")
        assert ngettext(*again, 1) == "Bitte versuchen Sie es in %(num)s Sekunde noch einmal."
        assert ngettext(*again, 2) == "Bitte versuchen Sie es in %(num)s Sekunden noch einmal."
    assert gettext("Log in") == "Log in"
