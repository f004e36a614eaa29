"""What buyers of a performance answered, a row for each of their units: for the office's page and its exports."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace

from novacast.database import Database, Page, keyset
from novacast.errors import NotFound
from novacast.identity import Principal
from novacast.tickets.events import store as events
from novacast.tickets.events.permission import NO_PERFORMANCE, sees_orders
from novacast.tickets.questions import store
from novacast.tickets.questions.models import Answer, Question, UnitRow

BATCH = 200
"""Orders that an export reads at a time."""


class AnswerSheets:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def page(
        self, principal: Principal, perf_id: str, cursor: str | None, limit: int
    ) -> tuple[Sequence[Question], Page[UnitRow]]:
        """All questions there ever were, and the units of `limit` orders by their codes. Raises NotFound, Forbidden."""
        questions = await self.questions(principal, perf_id)
        start = (keyset(cursor, str) or ("",))[0]
        rows = await self._some(perf_id, start, limit + 1)
        codes = list(dict.fromkeys(one.code for one in rows))
        more = len(codes) > limit
        shown = [one for one in rows if one.code in set(codes[:limit])]
        whole = Page.of(codes, limit, lambda one: (one,))
        return questions, Page(shown, whole.next if more else None)

    async def questions(self, principal: Principal, perf_id: str) -> Sequence[Question]:
        """Raises NotFound, Forbidden."""
        performance = await self._db.one(events.performance(perf_id))
        if performance is None:
            raise NotFound(NO_PERFORMANCE)
        sees_orders(principal, performance.org_id)
        return await self._db.all(store.ever_of_performance(perf_id))

    async def every(self, perf_id: str) -> AsyncIterator[Sequence[UnitRow]]:
        """For whoever was shown the questions."""
        start = ""
        while rows := await self._some(perf_id, start, BATCH):
            yield rows
            start = rows[-1].code

    async def _some(self, perf_id: str, start: str, orders: int) -> Sequence[UnitRow]:
        async with self._db.snapshot() as view:
            units = await view.all(store.units(perf_id, start, orders))
            answers = await view.all(store.answers_of({one.order_id for one in units})) if units else []
        by_unit: dict[tuple[str, str | None], list[Answer]] = {}
        for order_id, one in answers:
            by_unit.setdefault((order_id, one.unit), []).append(one)
        return [_answered(one, by_unit) for one in units]


def _answered(one: UnitRow, given: Mapping[tuple[str, str | None], Sequence[Answer]]) -> UnitRow:
    found = [*given.get((one.order_id, None), ()), *given.get((one.order_id, one.unit), ())]
    return replace(one, answers={each.question_id: each.value for each in found})
