"""Shapes of previews."""

from collections.abc import Sequence
from typing import Annotated, Self

from pydantic import Field

from novacast.notifications.kinds import Kind
from novacast.notifications.previews.service import Known, Preview
from novacast.web import Body


class LetterBody(Body):
    name: str
    kind: Kind
    switchable: Annotated[bool, Field(description="Whether people may switch mails of its kind off.")]

    @classmethod
    def of(cls, one: Known) -> Self:
        return cls(name=one.name, kind=one.kind, switchable=one.switchable)


class LettersBody(Body):
    items: list[LetterBody]
    languages: list[str]

    @classmethod
    def of(cls, found: Sequence[Known], languages: Sequence[str]) -> Self:
        return cls(items=[LetterBody.of(one) for one in found], languages=list(languages))


class PreviewQuery(Body):
    language: Annotated[str, Field(max_length=35, description="BCP 47; the nearest that there is.")] = ""


class PreviewBody(Body):
    letter: LetterBody
    language: str
    subject: str
    text: str
    html: str
    headers: dict[str, str]

    @classmethod
    def of(cls, one: Preview) -> Self:
        return cls(
            letter=LetterBody.of(one.known),
            language=one.language,
            subject=one.subject,
            text=one.text,
            html=one.html,
            headers=dict(one.headers),
        )
