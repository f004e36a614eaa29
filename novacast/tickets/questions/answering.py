"""Answers become part of an order, in the transaction that makes it."""

from collections.abc import Iterable, Sequence

from novacast.database import Transaction
from novacast.tickets.holds.models import Claim, Line
from novacast.tickets.models import ClaimState
from novacast.tickets.questions import store
from novacast.tickets.questions.models import Given, Question, checked


def answer(tx: Transaction, order_id: str, perf_id: str, claims: Sequence[Claim], given: Sequence[Given]) -> None:
    """Raises InvalidInput where something that has to be answered is not, or not so."""
    questions = tx.all(store.of_performance(perf_id))
    if questions or given:
        found = checked(questions, {one.id: one.item_id for one in claims}, given, public=True)
        store.put(tx, order_id, found, ())


def live(lines: Iterable[Line]) -> Sequence[Line]:
    """Units of an order that are not given back."""
    return [one for one in lines if one.claim.state is not ClaimState.RELEASED]


def asked(questions: Sequence[Question], lines: Sequence[Line]) -> Sequence[Question]:
    """Those that fit something of it."""
    items = tuple({one.claim.item_id for one in lines})
    return [one for one in questions if one.of(items)]
