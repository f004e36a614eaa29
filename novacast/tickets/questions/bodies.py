"""Shapes of questions and answers."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from novacast.texts import TITLE_LENGTH
from novacast.tickets.events.items.bodies import Id
from novacast.tickets.questions.models import (
    LONGEST,
    MOST_OPTIONS,
    Answer,
    Given,
    Kind,
    Question,
    QuestionChanges,
    Scope,
    Value,
)
from novacast.tickets.questions.service import Answered, Asked
from novacast.web import Body, ListBody

Text = Annotated[str, Field(max_length=LONGEST)]
Written = Annotated[
    bool | int | float | Text | Annotated[list[Text], Field(max_length=MOST_OPTIONS)] | None,
    Field(description="A text, an option, options, true or false, a date as YYYY-MM-DD, a number; null: none."),
]
Option = Annotated[str, Field(min_length=1, max_length=TITLE_LENGTH)]


class QuestionChangesBody(Body):
    label: Annotated[str, Field(min_length=1, max_length=TITLE_LENGTH)]
    kind: Kind
    scope: Scope = Scope.TICKET
    help: Annotated[str, Field(max_length=TITLE_LENGTH)] = ""
    required: bool = False
    options: Annotated[Sequence[Option], Field(max_length=MOST_OPTIONS)] = ()
    items: Annotated[Sequence[Id], Field(max_length=500, description="Of which it is asked; empty: all.")] = ()
    depends_on: Annotated[Id | None, Field(description="It is asked only where this question")] = None
    depends_value: Annotated[bool | int | float | Text | None, Field(description="has this answer.")] = None
    until_minutes: Annotated[
        int, Field(ge=0, le=1_000_000, description="Before the start; until then the answer may be changed.")
    ] = 0
    position: Annotated[int, Field(ge=0, le=1000)] = 0

    def changes(self) -> QuestionChanges:
        return QuestionChanges(
            label=self.label,
            kind=self.kind,
            scope=self.scope,
            help=self.help,
            required=self.required,
            options=tuple(self.options),
            items=tuple(self.items),
            depends_on=self.depends_on,
            depends_value=self.depends_value,
            until_minutes=self.until_minutes,
            position=self.position,
        )


class QuestionBody(Body):
    id: str
    label: str
    help: str
    kind: Kind
    scope: Scope
    required: bool
    options: list[str]
    items: list[str]
    depends_on: str | None
    depends_value: bool | int | float | str | None
    until_minutes: int
    position: int
    archived: bool

    @classmethod
    def of(cls, one: Question) -> "QuestionBody":
        wanted = one.depends_value
        return cls(
            id=one.id,
            label=one.label,
            help=one.help,
            kind=one.kind,
            scope=one.scope,
            required=one.required,
            options=list(one.options),
            items=list(one.items),
            depends_on=one.depends_on,
            depends_value=None if isinstance(wanted, tuple) else wanted,
            until_minutes=one.until_minutes,
            position=one.position,
            archived=one.archived,
        )


class QuestionsBody(ListBody[QuestionBody]):
    pass


class GivenBody(Body):
    question: Id
    unit: Annotated[Id | None, Field(description="Id of the line; null: for the whole order.")] = None
    value: Written = None

    def given(self) -> Given:
        return Given(self.question, self.unit, self.value)


class AnswersBody(Body):
    answers: Annotated[Sequence[GivenBody], Field(max_length=5000)] = ()

    def given(self) -> list[Given]:
        return [one.given() for one in self.answers]


class AnswerBody(Body):
    question: str
    label: str
    unit: str | None
    value: bool | int | float | str | list[str]

    @classmethod
    def of(cls, question: Question, answer: Answer) -> "AnswerBody":
        return cls(question=question.id, label=question.label, unit=answer.unit, value=_plain(answer.value))


class AnswerListBody(ListBody[AnswerBody]):
    pass


class AskedBody(Body):
    questions: list[QuestionBody]
    answers: list[AnswerBody]
    open: Annotated[list[str], Field(description="Ids of questions whose answers may still be changed.")]

    @classmethod
    def of(cls, asked: Asked) -> "AskedBody":
        known = {one.id: one for one in asked.questions}
        found = [AnswerBody.of(known[one.question_id], one) for one in asked.answers if one.question_id in known]
        return cls(
            questions=[QuestionBody.of(one) for one in asked.questions],
            answers=found,
            open=[one.id for one in asked.questions if one.id in asked.open],
        )


class OrderAnswersBody(Body):
    order: str
    code: str
    answers: list[AnswerBody]

    @classmethod
    def of(cls, found: Answered, questions: Sequence[Question]) -> "OrderAnswersBody":
        known = {one.id: one for one in questions}
        answers = [AnswerBody.of(known[one.question_id], one) for one in found.answers]
        return cls(order=found.order_id, code=found.code, answers=answers)


class AllAnswersBody(Body):
    questions: list[QuestionBody]
    items: list[OrderAnswersBody]
    next: str | None


def _plain(value: Value) -> bool | int | float | str | list[str]:
    return list(value) if isinstance(value, tuple) else value
