"""Shapes of the lists of words."""

from typing import Annotated, Literal

from pydantic import Field

from novacast.chat.bodies import Names, PersonRef
from novacast.chat.models import LONGEST_TEXT
from novacast.chat.moderation.words.matching import LONGEST
from novacast.chat.moderation.words.models import LONGEST_REPLACEMENT, Verdict, Word, WordAction
from novacast.chat.moderation.words.service import WordWish
from novacast.clock import iso
from novacast.web import Body, PageBody


class WordBody(Body):
    id: str
    pattern: str
    action: WordAction
    replacement: str
    scope: Literal["room", "organization"]
    created_at: str
    by: PersonRef | None

    @classmethod
    def of(cls, one: Word, names: Names | None = None) -> "WordBody":
        return cls(
            id=one.id,
            pattern=one.pattern,
            action=one.action,
            replacement=one.replacement,
            scope="room" if one.room_id else "organization",
            created_at=iso(one.created_at),
            by=PersonRef.of(one.created_by, names or {}),
        )


class WordsBody(PageBody[WordBody]):
    pass


class NewWordBody(Body):
    pattern: Annotated[
        str,
        Field(
            min_length=1,
            max_length=LONGEST * 2,
            description="A word or phrase; `*` for letters at an end, or within a single word.",
        ),
    ]
    action: Annotated[WordAction, Field(strict=False)] = WordAction.HOLD
    replacement: Annotated[str, Field(max_length=LONGEST_REPLACEMENT * 2, description="Empty: ***.")] = ""

    def wish(self) -> WordWish:
        return WordWish(self.pattern, self.action, self.replacement)


class SampleBody(Body):
    text: Annotated[str, Field(max_length=LONGEST_TEXT * 4)]


class VerdictBody(Body):
    """What would become of a text."""

    action: Annotated[WordAction | None, Field(description="null: it is said as it is.")]
    text: str
    patterns: list[str]

    @classmethod
    def of(cls, one: Verdict) -> "VerdictBody":
        return cls(action=one.action, text=one.text, patterns=list(one.patterns))
