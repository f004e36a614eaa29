"""Refusals in the language of whoever gets them: the API's, the pages', and what pydantic finds."""

from typing import Any

import pytest
from pydantic import BaseModel, Field, ValidationError

from novacast.i18n import Languages, Text, translated
from novacast.web.parsing import invalid
from novacast.web.problems import TITLES
from novacast.web.reference import error_codes
from tests.web.house import House

GERMAN = {"Accept-Language": "de-AT, en;q=0.5"}
JSON = {"Content-Type": "application/json"}


async def test_the_api_refuses_in_the_language_that_is_asked_for(house: House) -> None:
    async with house.ask("GET", "/api/v1/nothing", None, headers=GERMAN) as response:
        problem = await response.json(content_type=None)
        assert (response.headers["Content-Language"], problem["code"]) == ("de", "not_found")
        assert (problem["title"], problem["detail"]) == ("Nicht gefunden", "Hier gibt es nichts.")
    async with house.ask("GET", "/api/v1/nothing", None) as response:
        problem = await response.json(content_type=None)
        assert (response.headers["Content-Language"], problem["detail"]) == ("en", "There is nothing here.")


async def test_a_persons_own_language_goes_before_the_headers(house: House) -> None:
    english = {**JSON, "Accept-Language": "en"}
    _, problem = await house.json("POST", "/api/v1/things", "ada", data=b"{", headers=english)
    assert problem["detail"] == "Der Inhalt ist in Zeile 1, Spalte 2 kein gültiges JSON."


async def test_fields_are_refused_in_that_language_too(house: House) -> None:
    body = b'{"title": "", "sise": 3, "size": 11, "kind": "huge", "tags": "a"}'
    _, problem = await house.json("POST", "/api/v1/things", None, data=body, headers={**JSON, **GERMAN})
    assert problem["code"] == "unauthenticated"
    _, problem = await house.json("POST", "/api/v1/things", "ada", data=body, headers=JSON)
    told = {error["field"]: (error["code"], error["message"]) for error in problem["errors"]}
    assert told["title"] == ("string_too_short", "Das darf nicht leer sein.")
    assert told["sise"] == ("extra_forbidden", "Unbekanntes Feld. Meinten Sie size?")
    assert told["size"] == ("less_than_equal", "Das darf höchstens 10 sein.")
    assert told["tags"] == ("list_type", "Das muss eine Liste sein.")
    assert told["kind"][1].startswith("Das muss eines von diesen sein: ")


async def test_the_page_of_a_refusal_is_in_that_language(house: House) -> None:
    headers = {"Accept": "text/html", **GERMAN}
    async with house.ask("GET", "/broken", None, headers=headers) as response:
        assert response.headers["Content-Language"] == "de"
        assert "Nicht gefunden" in await response.text()


async def test_the_page_of_a_form_that_can_not_be_read_names_the_fields(house: House) -> None:
    headers = {"Accept": "text/html", "Origin": house.url, **GERMAN}
    async with house.ask("POST", "/login", None, data={"emali": "a@b"}, headers=headers) as response:
        text = await response.text()
        assert response.status == 422
        assert "Unbekanntes Feld. Meinten Sie email?" in text


class Below(BaseModel, extra="forbid"):
    colour: str = Field(pattern="^[a-z]+$")


class Above(BaseModel, extra="forbid"):
    below: Below | None = None
    many: list[Below] = []
    short: str = Field("", max_length=1)
    long: str = Field("xxx", min_length=3)
    few: list[int] = Field([], max_length=2)
    ratio: float = Field(0.5, gt=0, lt=1)
    whole: int = Field(4, multiple_of=2)


@pytest.mark.parametrize(
    ("given", "english"),
    [
        ({"short": "xx"}, "At most 1 character is taken."),
        ({"long": "xx"}, "At least 3 characters are needed."),
        ({"few": [1, 2, 3]}, "At most 2 entries are taken."),
        ({"few": ["x"]}, "This must be a whole number."),
        ({"ratio": 0}, "This must be more than 0.0."),
        ({"ratio": "x"}, "This must be a number."),
        ({"whole": 3}, "This must be a multiple of 2."),
        ({"below": {}}, "This is needed."),
        ({"below": {"colour": "RED"}}, "This does not have the form that is asked for: ^[a-z]+$"),
        ({"below": {"colour": "red", "color": 1}}, "Unknown field. Did you mean colour?"),
        ({"many": [{"colour": "red", "colours": 1}]}, "Unknown field. Did you mean colour?"),
        ({"below": 3}, "This must be an object."),
        ({"zzz": 3}, "Unknown field."),
        ({"x" * 100_000: 3}, "Unknown field."),
    ],
)
def test_what_pydantic_finds_is_said_in_sentences(given: dict[str, Any], english: str) -> None:
    with pytest.raises(ValidationError) as found:
        Above.model_validate(given)
    (error,) = invalid(found.value, Above).errors
    assert (error.message, isinstance(error.message, Text)) == (english, True)
    with Languages().speaking("de"):
        assert translated(error.message) != english


def test_every_code_has_a_title_in_every_language() -> None:
    assert {item.code for item in error_codes()} - {"unheard"} <= set(TITLES)
    assert {code: str(title) for code, title in TITLES.items()} == {
        code: code.replace("_", " ").capitalize() for code in TITLES
    }
