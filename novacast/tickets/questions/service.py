"""Questions as those who arrange use them, and answers as buyers give and change them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from novacast.database import Database, Page, Then, Transaction, keyset
from novacast.errors import Conflict, InvalidInput, NotFound
from novacast.i18n import text
from novacast.identity import Principal, new_id
from novacast.records import dataclass
from novacast.tickets import store as books
from novacast.tickets.codes import store as codes
from novacast.tickets.events import store as events
from novacast.tickets.events.permission import NO_PERFORMANCE, arranged_event, sees_orders, sells
from novacast.tickets.holds import store as holds
from novacast.tickets.holds.models import Line
from novacast.tickets.holds.service import Holds
from novacast.tickets.models import ClaimState, OrderState
from novacast.tickets.orders.service import Orders
from novacast.tickets.questions import store
from novacast.tickets.questions.answering import asked, live
from novacast.tickets.questions.models import (
    MOST_QUESTIONS,
    NO_QUESTION,
    Answer,
    Given,
    Question,
    QuestionChanges,
    check_dependency,
    checked,
)

STANDING = (OrderState.AWAITING_PAYMENT, OrderState.PAID, OrderState.PARTIALLY_REFUNDED)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked about a basket or an order, and what is answered. `open`: ids of questions whose answers may still
    be changed."""

    questions: Sequence[Question]
    lines: Sequence[Line]
    answers: Sequence[Answer]
    open: frozenset[str]


@dataclass(frozen=True, slots=True)
class Answered:
    """All answers of one order."""

    order_id: str
    code: str
    answers: Sequence[Answer]


class Questions:
    def __init__(self, db: Database, holds_: Holds, orders: Orders) -> None:
        self._db, self._holds, self._orders = db, holds_, orders

    async def of_event(self, principal: Principal, event_id: str) -> Sequence[Question]:
        """Raises NotFound, Forbidden."""
        found = await self._db.one(events.event(event_id))
        arranged_event(principal, found)
        return await self._db.all(store.of_event(event_id))

    async def add(
        self, principal: Principal, event_id: str, changes: QuestionChanges, then: Then[Question] | None = None
    ) -> Question:
        """Raises InvalidInput, NotFound, Forbidden, Conflict."""

        def unit(tx: Transaction) -> Question:
            event = arranged_event(principal, tx.one(events.event(event_id)))
            known = {one.id: one for one in tx.all(store.of_event(event_id))}
            if len(known) >= MOST_QUESTIONS:
                raise Conflict(text("The event has {most} questions, which is the most.", most=MOST_QUESTIONS))
            made = changes.made(new_id(), event.org_id, event_id)
            _check(tx, made, known)
            store.add(tx, made)
            _told(tx, "question.created", made, principal)
            if then is not None:
                then(tx, made)
            return made

        return await self._db.write(unit)

    async def edit(self, principal: Principal, event_id: str, question_id: str, changes: QuestionChanges) -> Question:
        """What it is, and whether of each ticket, stays. Raises InvalidInput, NotFound, Forbidden."""

        def unit(tx: Transaction) -> Question:
            event = arranged_event(principal, tx.one(events.event(event_id)))
            known = {one.id: one for one in tx.all(store.of_event(event_id))}
            before = known.get(question_id)
            if before is None:
                raise NotFound(NO_QUESTION)
            after = replace(changes, kind=before.kind, scope=before.scope).made(question_id, event.org_id, event_id)
            _check(tx, after, {**known, question_id: after})
            store.change(tx, after)
            _told(tx, "question.changed", after, principal)
            return after

        return await self._db.write(unit)

    async def move(self, principal: Principal, event_id: str, question_id: str, *, up: bool) -> None:
        """One place up or down among those that are asked; the first stays first. Raises NotFound, Forbidden."""

        def unit(tx: Transaction) -> None:
            arranged_event(principal, tx.one(events.event(event_id)))
            order = tx.all(store.of_event(event_id))
            at = next((number for number, one in enumerate(order) if one.id == question_id), None)
            if at is None:
                raise NotFound(NO_QUESTION)
            order.insert(max(0, at - 1) if up else at + 1, order.pop(at))
            for position, one in enumerate(order):
                if one.position != position:
                    store.place(tx, one.id, position)
            _told(tx, "question.moved", next(one for one in order if one.id == question_id), principal)

        await self._db.write(unit)

    async def archive(self, principal: Principal, event_id: str, question_id: str) -> None:
        """It is asked no more, and what depends on it neither; answers stay. Raises NotFound, Forbidden."""

        def unit(tx: Transaction) -> None:
            arranged_event(principal, tx.one(events.event(event_id)))
            known = {one.id: one for one in tx.all(store.of_event(event_id))}
            if question_id not in known:
                raise NotFound(NO_QUESTION)
            store.archive(tx, question_id)
            _told(tx, "question.archived", known[question_id], principal)

        await self._db.write(unit)

    async def of_basket(self, token: str) -> Asked:
        """Raises NotFound."""
        basket = await self._holds.show(token)
        questions = asked(await self._db.all(store.of_performance(basket.hold.perf_id)), basket.lines)
        return Asked(questions, basket.lines, (), frozenset(one.id for one in questions))

    async def of_order(self, token: str) -> Asked:
        """Raises NotFound."""
        receipt = await self._orders.show(token)
        lines = live(receipt.lines)
        async with self._db.snapshot() as view:
            questions = asked(await view.all(store.of_performance(receipt.order.perf_id)), lines)
            performance = await view.one(events.performance(receipt.order.perf_id))
            answers = await view.all(store.answers(receipt.order.id))
        assert performance is not None, "an order has a performance"
        stands = receipt.order.state in STANDING
        now = self._db.clock.now()
        open_ = frozenset(one.id for one in questions if stands and one.open(performance.starts_at, now))
        return Asked(questions, lines, answers, open_)

    async def of_order_known(self, principal: Principal, org_id: str, order_id: str) -> Asked:
        """The same for the house, which may change all of it at any time. Raises NotFound, Forbidden."""
        sells(principal, org_id)
        receipt = await self._orders.known(principal, org_id, order_id)
        lines = live(receipt.lines)
        questions = asked(await self._db.all(store.of_performance(receipt.order.perf_id)), lines)
        answers = await self._db.all(store.answers(order_id))
        stands = receipt.order.state in STANDING
        return Asked(questions, lines, answers, frozenset(one.id for one in questions if stands))

    async def change(self, token: str, given: Sequence[Given]) -> None:
        """All answers anew to what is still open; what is not given is answered no more. Raises NotFound, InvalidInput,
        Conflict."""
        order_id = self._orders.id_of(token)
        perf_id = (await self._orders.show(token)).order.perf_id
        await self._change(order_id, perf_id, given, None)

    async def change_known(self, principal: Principal, org_id: str, order_id: str, given: Sequence[Given]) -> None:
        """By the house: all answers anew, whatever is still open to the buyer, and nothing has to be answered. Raises
        NotFound, Forbidden, InvalidInput, Conflict."""
        sells(principal, org_id)
        perf_id = (await self._orders.known(principal, org_id, order_id)).order.perf_id
        await self._change(order_id, perf_id, given, principal)

    async def _change(self, order_id: str, perf_id: str, given: Sequence[Given], by: Principal | None) -> None:
        """`by`: of the house."""

        def unit(tx: Transaction) -> None:
            performance = tx.one(events.performance(perf_id))
            assert performance is not None, "an order has a performance"
            claims = [one for one in tx.all(holds.of_order(order_id)) if one.state is not ClaimState.RELEASED]
            if not claims:
                raise Conflict(text("This order does not stand any more."))
            questions = tx.all(store.of_performance(perf_id))
            open_ = {one.id for one in questions if by is not None or one.open(performance.starts_at, tx.now)}
            if any(one.question_id not in open_ for one in given):
                raise Conflict(text("It is too late to change this answer."))
            units = {one.id: one.item_id for one in claims}
            kept = [one for one in tx.all(store.answers(order_id)) if one.question_id not in open_]
            before = [Given(one.question_id, one.unit, one.value) for one in kept if one.unit in {None, *units}]
            found = checked(questions, units, [*before, *given], public=by is None and bool(open_))
            store.put(tx, order_id, [one for one in found if one.question_id in open_], open_)
            who = None if by is None else by.person_id
            books.log(tx, "order.answered", performance.org_id, order_id, order_id=order_id, person_id=who)

        await self._db.write(unit)

    async def of_known(self, principal: Principal, org_id: str, order_id: str) -> Sequence[tuple[Question, Answer]]:
        """Raises NotFound, Forbidden."""
        receipt = await self._orders.known(principal, org_id, order_id)
        asked_ever = await self._db.all(store.ever_of_performance(receipt.order.perf_id))
        answers = await self._db.all(store.answers(order_id))
        known = {one.id: one for one in asked_ever}
        place = {one.id: number for number, one in enumerate(asked_ever)}
        return [(known[one.question_id], one) for one in sorted(answers, key=lambda one: place[one.question_id])]

    async def of_performance(
        self, principal: Principal, perf_id: str, cursor: str | None, limit: int
    ) -> tuple[Sequence[Question], Page[Answered]]:
        """Answers of all orders that stand, by their codes, with all questions there ever were. Raises NotFound,
        Forbidden."""
        performance = await self._db.one(events.performance(perf_id))
        if performance is None:
            raise NotFound(NO_PERFORMANCE)
        sees_orders(principal, performance.org_id)
        start = (keyset(cursor, str) or ("",))[0]
        questions = await self._db.all(store.ever_of_performance(perf_id))
        found: dict[str, tuple[str, list[Answer]]] = {}
        for order_id, code, one in await self._db.all(store.answers_of_performance(perf_id, start, limit + 1)):
            found.setdefault(order_id, (code, []))[1].append(one)
        rows = [Answered(order_id, code, answers) for order_id, (code, answers) in found.items()]
        return questions, Page.of(rows, limit, lambda one: (one.code,))


def _check(tx: Transaction, question: Question, others: Mapping[str, Question]) -> None:
    check_dependency(question, others)
    known = dict(tx.all(codes.items_of(question.event_id)))
    if set(question.items) - known.keys():
        raise InvalidInput.field("items", text("The event has no such kinds of tickets."), "unknown")


def _told(tx: Transaction, what: str, question: Question, principal: Principal) -> None:
    books.log(tx, what, question.org_id, question.id, person_id=principal.person_id, detail=question.label)
