"""Tickets in people's hands: take an order into an account, put another name on a ticket, hand it on.

Whoever has an order's link has its tickets, but not those that somebody else has accepted: those are the receiver's
alone, with another code, and the old one opens nothing.
"""

from collections.abc import Callable, Mapping
from typing import TypeVar

from novacast import outbox
from novacast.database import Database, Then, Transaction
from novacast.errors import Conflict, NotFound, Unauthenticated
from novacast.i18n import text
from novacast.identity import Principal, new_id, person_of
from novacast.records import dataclass
from novacast.security.keys import Signer
from novacast.texts import Texts
from novacast.tickets import store as books
from novacast.tickets.admission import store as tickets
from novacast.tickets.admission.issuing import changed, reissue
from novacast.tickets.admission.models import Ticket
from novacast.tickets.editing.store import trading
from novacast.tickets.events import store as events
from novacast.tickets.holders import store
from novacast.tickets.holders.models import MOST_OFFERS, OFFERED_FOR, NotYours, Transfer, TransferState, check_open
from novacast.tickets.holds import store as holds
from novacast.tickets.models import TicketState
from novacast.tickets.orders import store as orders
from novacast.tickets.orders.models import Buyer, Order
from novacast.tickets.orders.service import Orders

_LOG_IN = text("Log in to take this into your account.")

T = TypeVar("T")
Find = Callable[[Transaction], Ticket]
"""The valid ticket that a link stands for. Raises NotFound, NotYours."""
NO_TICKET = text("There is no such ticket.")
PROMISED = text("Something in a basket is to be had for this ticket already. Pay for that first.")
"""Handed on meanwhile, it would stay, and whoever pays had both, whatever bound there is."""


@dataclass(frozen=True, slots=True)
class Held:
    """What a receiver's link shows. `ticket`: theirs; None before they took it, or once it is good no more."""

    transfer: Transfer
    ticket: Ticket | None
    open: bool
    """Whether it may be taken now."""
    offered: Transfer | None = None
    """To whom they offer it on."""


class Holders:
    def __init__(self, db: Database, orders_: Orders, key: bytes) -> None:
        self._db, self._orders = db, orders_
        self._signer = Signer(key, "tickets.holder")

    def link(self, transfer_id: str) -> str:
        """What stands in the link of whoever is offered a ticket, and then has it; stored nowhere."""
        return self._signer.sign(transfer_id.encode())

    def of_order(self, token: str, ticket_id: str) -> Find:
        """A ticket by its order's link. Raises NotFound."""
        order_id = self._orders.id_of(token)

        def find(tx: Transaction) -> Ticket:
            ticket = next((one for one in self._kept(tx, order_id) if one.id == ticket_id), None)
            if ticket is None:
                raise NotYours(text("This ticket was handed on, or is good no more."))
            return ticket

        return find

    def of_link(self, token: str) -> Find:
        """A ticket by its receiver's link. Raises NotFound."""
        transfer_id = self._id_of(token)

        def find(tx: Transaction) -> Ticket:
            transfer = tx.one(store.transfer(transfer_id))
            ticket = None if transfer is None else _theirs(tx, transfer)
            if ticket is None:
                raise NotYours(text("This ticket was handed on, or is good no more."))
            return ticket

        return find

    async def given(self, order_id: str) -> Mapping[str, Transfer]:
        """By unit: who was offered one of an order's, or has it."""
        return _latest(await self._db.all(store.of_order(order_id)))

    async def held(self, token: str) -> Held:
        """Raises NotFound."""
        transfer_id, now = self._id_of(token), self._db.clock.now()

        def unit(tx: Transaction) -> Held:
            transfer = tx.one(store.transfer(transfer_id))
            if transfer is None:
                raise NotFound(NO_TICKET)
            ticket = _theirs(tx, transfer)
            try:
                check_open(transfer, tx.one(store.valid_of(transfer.claim_id)), now)
            except NotYours:
                others = tx.all(store.of_claim(transfer.claim_id)) if ticket is not None else ()
                offered = next((one for one in others if one.state is TransferState.OFFERED), None)
                return Held(transfer, ticket, open=False, offered=offered)
            return Held(transfer, ticket, open=True)

        return await self._db.write(unit)

    async def accepted(self, person_id: str) -> list[Transfer]:
        """What others handed on to this person's account and is theirs still."""

        def unit(tx: Transaction) -> list[Transfer]:
            return [one for one in tx.all(store.accepted_by(person_id)) if _theirs(tx, one) is not None]

        return await self._db.write(unit)

    async def offers(self, email: str) -> list[Transfer]:
        """What is offered to this address, whose owner has proved that it is theirs, and may be taken now."""

        def unit(tx: Transaction) -> list[Transfer]:
            found = tx.all(store.offered_to(email.casefold(), tx.now))
            tickets_ = {one.id: tx.one(store.valid_of(one.claim_id)) for one in found}
            return [one for one in found if (ticket := tickets_[one.id]) is not None and ticket.id == one.ticket_id]

        return await self._db.write(unit)

    async def loose(self, email: str) -> list[Order]:
        """Orders of nobody's account that were made with this address, whose owner has proved that it is theirs."""
        return await self._db.all(store.to_claim(email.casefold()))

    async def rename(self, find: Find, name: str) -> Ticket:
        """The name on it; its code stays. Raises InvalidInput, NotFound, NotYours."""
        texts = Texts()
        who = texts.title(name, text("Say who the ticket is for."), "name")
        texts.check()

        def unit(tx: Transaction) -> Ticket:
            ticket = find(tx)
            store.rename(tx, ticket.id, who)
            _note(tx, "ticket.renamed", ticket)
            return ticket

        return await self._db.write(unit)

    async def offer(self, principal: Principal, find: Find, to: Buyer, then: Then[Transfer] | None = None) -> Transfer:
        """Somebody gets a mail with a link by which they take it. Until then it stays whose it is; an earlier offer is
        taken back. Raises NotFound, NotYours, Conflict."""

        def unit(tx: Transaction) -> Transfer:
            ticket = find(tx)
            check_unused(tx, ticket)
            performance = tx.one(events.performance(ticket.perf_id))
            assert performance is not None, "a ticket has a performance"
            if len(tx.all(store.of_claim(ticket.claim_id))) >= MOST_OFFERS:
                raise Conflict(text("This ticket was offered {most} times, which is the most.", most=MOST_OFFERS))
            store.withdraw(tx, ticket.claim_id)
            made = Transfer(
                id=new_id(),
                claim_id=ticket.claim_id,
                ticket_id=ticket.id,
                order_id=ticket.order_id,
                org_id=ticket.org_id,
                perf_id=ticket.perf_id,
                from_person=ticket.person_id or principal.person_id,
                person_id=None,
                name=to.name,
                email=to.email,
                email_key=to.email_key,
                language=to.language,
                state=TransferState.OFFERED,
                expires_at=min(tx.now + OFFERED_FOR, performance.ends_at),
                created_at=tx.now,
                changed_at=tx.now,
            )
            store.add(tx, made)
            _note(tx, "ticket.offered", ticket, principal)
            outbox.emit(tx, "ticket.offered", made.id, outbox.INTERNAL)
            if then is not None:
                then(tx, made)
            return made

        return await self._db.write(unit)

    async def withdraw(self, principal: Principal, find: Find) -> None:
        """Repeatable. Raises NotFound, NotYours."""

        def unit(tx: Transaction) -> None:
            ticket = find(tx)
            if store.withdraw(tx, ticket.claim_id):
                _note(tx, "ticket.offer_withdrawn", ticket, principal)

        await self._db.write(unit)

    async def accept(self, principal: Principal, token: str, then: Then[Ticket] | None = None) -> Ticket:
        """The ticket is theirs, with another code; the old one opens nothing from here on, nor does its pass. Raises
        NotFound, NotYours, Conflict."""
        transfer_id = self._id_of(token)

        def unit(tx: Transaction) -> Ticket:
            transfer = tx.one(store.transfer(transfer_id))
            if transfer is None:
                raise NotFound(NO_TICKET)
            if (mine := _theirs(tx, transfer)) is not None:
                return _kept(tx, mine, then)
            old = tx.one(store.valid_of(transfer.claim_id))
            check_open(transfer, old, tx.now)
            assert old is not None, "what is open has a valid ticket"
            check_unused(tx, old)
            if tx.one(trading(transfer.claim_id, tx.now)):
                raise Conflict(PROMISED)
            store.accept(tx, transfer.id, principal.person_id)
            new = reissue(tx, old, name=transfer.name, person_id=principal.person_id)
            _note(tx, "ticket.handed_on", new, principal)
            outbox.emit(tx, "ticket.handed_on", transfer.id, outbox.INTERNAL)
            return _kept(tx, new, then)

        return await self._db.write(unit)

    async def claim(self, principal: Principal, token: str, then: Then[Order] | None = None) -> Order:
        """An order, with those of its tickets that are nobody's, becomes that of an account. Repeatable.

        Raises NotFound, Unauthenticated, Conflict for another account's.
        """
        order_id, person_id = self._orders.id_of(token), person_of(principal, _LOG_IN)

        def unit(tx: Transaction) -> Order:
            order = tx.one(orders.order(order_id))
            if order is None:
                raise NotFound(text("There is no such order."))
            if order.person_id not in (None, person_id):
                raise Conflict(text("This order is in somebody else's account."))
            if order.person_id is None:
                store.claim_order(tx, order_id, person_id)
                holds.share(tx, order.hold_id, f"person:{person_id}")
                for ticket in self._kept(tx, order_id):
                    if ticket.person_id is None:
                        store.give(tx, ticket.id, person_id)
                changed(tx, order.perf_id, person_id)
                books.log(tx, "order.claimed", order.org_id, order_id, order_id=order_id, person_id=person_id)
            return _kept(tx, tx.one(orders.order(order_id)) or order, then)

        return await self._db.write(unit)

    async def take(self, principal: Principal, token: str, then: Then[Ticket] | None = None) -> Ticket:
        """The same of a ticket that was accepted without an account."""
        transfer_id, person_id = self._id_of(token), person_of(principal, _LOG_IN)

        def unit(tx: Transaction) -> Ticket:
            transfer = tx.one(store.transfer(transfer_id))
            ticket = None if transfer is None else _theirs(tx, transfer)
            if transfer is None or ticket is None:
                raise NotFound(NO_TICKET)
            if ticket.person_id not in (None, person_id):
                raise Conflict(text("This ticket is in somebody else's account."))
            if ticket.person_id is None:
                store.take(tx, transfer.id, person_id)
                store.give(tx, ticket.id, person_id)
                changed(tx, ticket.perf_id, person_id)
                _note(tx, "ticket.claimed", ticket, principal)
            return _kept(tx, tx.one(tickets.ticket(ticket.id)) or ticket, then)

        return await self._db.write(unit)

    @staticmethod
    def _kept(tx: Transaction, order_id: str) -> list[Ticket]:
        """Valid tickets of an order that nobody else has."""
        given = _latest(tx.all(store.of_order(order_id)))
        return [
            one
            for one in tx.all(tickets.of_order(order_id))
            if one.state is TicketState.VALID and not handed(given.get(one.claim_id))
        ]

    def _id_of(self, token: str) -> str:
        """Raises NotFound."""
        try:
            return self._signer.verify(token).decode()
        except Unauthenticated as error:
            raise NotFound(NO_TICKET) from error


def handed(one: Transfer | None) -> bool:
    return one is not None and one.state is TransferState.ACCEPTED


def check_unused(tx: Transaction, ticket: Ticket) -> None:
    """Raises Conflict for one that somebody came in with."""
    if tx.one(store.used(ticket.claim_id)):
        raise Conflict(text("Somebody came in with this ticket, so it stays as it is."))


def _kept(tx: Transaction, result: T, then: Then[T] | None) -> T:
    if then is not None:
        then(tx, result)
    return result


def _latest(transfers: list[Transfer]) -> dict[str, Transfer]:
    """By unit: an open offer of what was never taken, else who took it last."""
    found: dict[str, Transfer] = {}
    for one in transfers:  # the latest first
        known = found.get(one.claim_id)
        if known is None or (known.state is TransferState.OFFERED and one.state is TransferState.ACCEPTED):
            found[one.claim_id] = one
    return found


def _theirs(tx: Transaction, transfer: Transfer) -> Ticket | None:
    """The valid ticket of a transfer that was accepted, and that nobody accepted after."""
    if transfer.state is not TransferState.ACCEPTED:
        return None
    taken = [one for one in tx.all(store.of_claim(transfer.claim_id)) if one.state is TransferState.ACCEPTED]
    return tx.one(store.valid_of(transfer.claim_id)) if taken and taken[0].id == transfer.id else None


def _note(tx: Transaction, what: str, ticket: Ticket, principal: Principal | None = None) -> None:
    who = None if principal is None else principal.person_id
    books.log(tx, what, ticket.org_id, ticket.id, order_id=ticket.order_id, person_id=who)
