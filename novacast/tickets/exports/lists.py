"""What an organizer takes along of one event: its codes, and what buyers of a performance answered."""

from collections.abc import AsyncIterator, Sequence

from novacast.clock import iso
from novacast.identity import Principal
from novacast.records import dataclass
from novacast.tickets.codes.models import Code
from novacast.tickets.codes.service import Codes
from novacast.tickets.events.service import Events
from novacast.tickets.exports.models import Row, Table, major
from novacast.tickets.questions.models import Question, UnitRow, said
from novacast.tickets.questions.sheet import AnswerSheets

BATCH = 500
_CODES = (
    "code", "note", "percent_off", "amount_off", "currency", "opens_hidden", "opens_early", "spent", "capacity",
    "good_from", "good_until", "active",
)  # fmt: skip
_ANSWERS = ("order", "buyer", "email", "kind", "seat", "name")


@dataclass(frozen=True, slots=True)
class Lists:
    events: Events
    codes_: Codes
    sheets: AnswerSheets

    async def codes(self, principal: Principal, event_id: str) -> Table:
        """Newest first. Raises NotFound, Forbidden before anything is written."""
        event = (await self.events.arranged(principal, event_id)).event

        async def rows() -> AsyncIterator[Sequence[Row]]:
            cursor: str | None = None
            while True:
                found = await self.codes_.of_event(principal, event_id, cursor, BATCH)
                yield [_code(one, event.currency) for one in found.items]
                if (cursor := found.next) is None:
                    return

        return Table("codes", _CODES, rows())

    async def answers(self, principal: Principal, perf_id: str) -> Table:
        """A row for each unit that stands, a column for each question there ever was; what is answered once stands at
        each of an order's. Raises NotFound, Forbidden before anything is written."""
        questions = await self.sheets.questions(principal, perf_id)

        async def rows() -> AsyncIterator[Sequence[Row]]:
            async for found in self.sheets.every(perf_id):
                yield [_unit(one, questions) for one in found]

        return Table("answers", [*_ANSWERS, *_heads(questions)], rows())


def _heads(questions: Sequence[Question]) -> list[str]:
    """Labels; those that are there twice, or name another column, with their number."""
    found: list[str] = []
    for number, one in enumerate(questions, 1):
        taken = one.label in found or one.label in _ANSWERS
        found.append(f"{one.label} ({number})" if taken else one.label)
    return found


def _code(one: Code, currency: str) -> Row:
    return (
        one.code,
        one.note,
        one.percent_bp / 100,
        major(one.amount_off, currency),
        currency,
        one.opens_hidden,
        one.opens_early,
        one.spent,
        one.capacity,
        iso(one.from_at),
        iso(one.until_at),
        one.active,
    )


def _unit(one: UnitRow, questions: Sequence[Question]) -> Row:
    answers = [one.answers.get(each.id) for each in questions]
    given = ["" if value is None else said(value, "yes", "no") for value in answers]
    return (one.code, one.name, one.email, one.item, one.seat, one.holder, *given)
