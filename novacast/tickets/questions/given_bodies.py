"""The shape of what somebody answers, for whatever takes answers with something else."""

from typing import Annotated

from pydantic import Field

from novacast.tickets.events.item_bodies import Id
from novacast.tickets.questions.models import LONGEST, MOST_OPTIONS, Given
from novacast.web import Body

Text = Annotated[str, Field(max_length=LONGEST)]
Written = Annotated[
    bool | int | float | Text | Annotated[list[Text], Field(max_length=MOST_OPTIONS)] | None,
    Field(description="A text, an option, options, true or false, a date as YYYY-MM-DD, a number; null: none."),
]


class GivenBody(Body):
    question: Id
    unit: Annotated[Id | None, Field(description="Id of the line; null: for the whole order.")] = None
    value: Written = None

    def given(self) -> Given:
        return Given(self.question, self.unit, self.value)
