"""What the box office holds about a person, for export and erasure of an account. Fits accounts' `PersonalData`."""

from typing import Any, Protocol

from novacast.clock import iso
from novacast.database import Database, Transaction
from novacast.tickets import store as books
from novacast.tickets.admission import store as admission
from novacast.tickets.cancelling import store as cancelling
from novacast.tickets.disputes import store as disputes
from novacast.tickets.door import store as door
from novacast.tickets.events.store import START
from novacast.tickets.holders import store as holders
from novacast.tickets.holds import store as holds
from novacast.tickets.orders import store as orders
from novacast.tickets.ports import Invoicing
from novacast.tickets.purchases import store as purchases
from novacast.tickets.questions import store as questions
from novacast.tickets.refunds import store as refunds
from novacast.tickets.refunds.runs import store as runs
from novacast.tickets.rentals import store as rentals
from novacast.tickets.tips import store as tips
from novacast.tickets.waiting import store as waiting

ALL = 2**31


class Subject(Protocol):
    @property
    def person_id(self) -> str: ...


class TicketData:
    section = "tickets"

    def __init__(self, db: Database, invoicing: Invoicing) -> None:
        self._db, self._invoicing = db, invoicing

    async def export(self, subject: Subject) -> Any:
        async with self._db.snapshot() as view:
            bought = await view.all(orders.of_person(subject.person_id, START, ALL))
            tickets = await view.all(admission.of_person(subject.person_id))
            baskets = await view.all(holds.of_person(subject.person_id))
            answers = await view.all(questions.of_person(subject.person_id))
            waits = await view.all(waiting.of_person(subject.person_id))
            done = await view.all(books.logged_of(subject.person_id))
            handed = await view.all(holders.of_person(subject.person_id))
            back = await view.all(refunds.of_person(subject.person_id))
            videos = await view.all(rentals.rights_of(subject.person_id, ALL))
            given = await view.all(tips.of_person(subject.person_id, ALL))
            together = await view.all(purchases.of_person(subject.person_id))
        billed = [one for order in bought for one in await self._invoicing.of_order(order.id)]
        return {
            "orders": [
                {
                    "code": one.code,
                    "name": one.name,
                    "email": one.email,
                    "state": one.state,
                    "total": one.total,
                    "currency": one.currency,
                    "created_at": iso(one.created_at),
                }
                for one in bought
            ],
            "purchases": [
                {
                    "code": one.code,
                    "method": one.method,
                    "total": one.total,
                    "currency": one.currency,
                    "created_at": iso(one.created_at),
                }
                for one in together
            ],
            "refunds": [
                {
                    "order": code,
                    "amount": one.amount,
                    "currency": one.currency,
                    "way": one.provider,
                    "why": one.why,
                    "state": one.state,
                    "created_at": iso(one.created_at),
                }
                for code, one in back
            ],
            "invoices": [
                {
                    "number": one.name,
                    "kind": one.kind,
                    "buyer": list(one.buyer),
                    "total": one.total,
                    "currency": one.currency,
                    "at": iso(one.at),
                }
                for one in billed
            ],
            "tickets": [{"id": one.id, "name": one.name, "state": one.state} for one in tickets],
            "baskets": [{"performance": one.perf_id, "at": iso(one.created_at), "state": one.state} for one in baskets],
            "answers": [{"order": code, "question": label, "answer": value} for code, label, value in answers],
            "handed_on": [
                {"name": one.name, "email": one.email, "state": one.state, "at": iso(one.created_at)} for one in handed
            ],
            "waiting": [
                {"performance": one.perf_id, "quantity": one.quantity, "state": one.state, "at": iso(one.created_at)}
                for one in waits
            ],
            "videos": [
                {
                    "video": one.media_id,
                    "title": one.title,
                    "kind": one.kind,
                    "bought_at": iso(one.bought_at),
                    "began_at": iso(one.began_at),
                    "ends_at": iso(one.ends_at),
                }
                for one in videos
            ],
            "tips": [
                {
                    "room": one.media_id,
                    "words": one.words,
                    "amount": one.amount,
                    "currency": one.currency,
                    "at": iso(one.created_at),
                }
                for one in given
            ],
            "log": [{"at": iso(one.at), "action": one.action, "detail": one.detail} for one in done],
        }

    def erase(self, tx: Transaction, subject: Subject) -> None:
        """What was sold, paid and let in stays for the books, and names nobody; but for invoices, which the law has
        kept as they were written."""
        questions.erase_person(tx, subject.person_id)
        waiting.erase_person(tx, subject.person_id)
        holds.erase_person(tx, subject.person_id)
        orders.erase_person(tx, subject.person_id)
        purchases.erase_person(tx, subject.person_id)
        door.erase_person(tx, subject.person_id)
        disputes.erase_person(tx, subject.person_id)  # by tickets, while these are still theirs
        admission.erase_person(tx, subject.person_id)
        holders.erase_person(tx, subject.person_id)
        cancelling.erase_person(tx, subject.person_id)
        refunds.erase_person(tx, subject.person_id)
        runs.erase_person(tx, subject.person_id)
        tips.erase_person(tx, subject.person_id)
        books.forget_person(tx, subject.person_id)
