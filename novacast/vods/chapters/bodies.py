"""Shapes of chapters' requests and answers."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from novacast.clock import SECOND
from novacast.vods.chapters.models import LATEST, MOST, TEXT_LENGTH, TITLE_LENGTH, Chapter, Chapters
from novacast.web import Body

BasedOn = Annotated[
    int, Field(ge=0, le=2**53, description="Revision that the change began from; refused (412) once there is another.")
]


class ChapterBody(Body):
    seconds: Annotated[float, Field(ge=0, le=LATEST / SECOND, allow_inf_nan=False, description="Where it begins.")]
    title: Annotated[str, Field(min_length=1, max_length=TITLE_LENGTH)]

    @classmethod
    def of(cls, chapter: Chapter) -> "ChapterBody":
        return cls(seconds=chapter.at / SECOND, title=chapter.title)

    @property
    def chapter(self) -> Chapter:
        return Chapter(round(self.seconds * SECOND), self.title)


class ChaptersBody(Body):
    items: list[ChapterBody]
    revision: Annotated[int, Field(description="One more with every change; 0: there never were any.")]
    typed: Annotated[bool, Field(description="Whether people wrote them; else they are the file's own.")]

    @classmethod
    def of(cls, chapters: Chapters) -> "ChaptersBody":
        items, state = [ChapterBody.of(one) for one in chapters.items], chapters.state
        return cls(items=items, revision=state.revision, typed=state.typed)


class ChaptersRequest(Body):
    based_on: BasedOn
    items: Annotated[
        list[ChapterBody], Field(max_length=MOST, description="All of them; an empty list takes them away.")
    ]

    @property
    def chapters(self) -> Sequence[Chapter]:
        return [one.chapter for one in self.items]


class DescribedForm(Body):
    based_on: BasedOn


class ChaptersForm(DescribedForm):
    chapters: Annotated[str, Field(max_length=TEXT_LENGTH)] = ""
