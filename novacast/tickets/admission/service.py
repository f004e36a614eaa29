"""Tickets as people show them: their codes, what they open, and making them anew."""

from collections.abc import Mapping, Sequence

from novacast.clock import DAY, SECOND
from novacast.database import Database, Then, Transaction
from novacast.errors import Conflict, NotFound
from novacast.i18n import text
from novacast.identity import Principal
from novacast.texts import Texts
from novacast.tickets import store as books
from novacast.tickets.admission import store
from novacast.tickets.admission.issuing import reissue
from novacast.tickets.admission.keys import Keyring
from novacast.tickets.admission.models import Looked, Pass, Ticket, opens
from novacast.tickets.admission.tokens import BadToken, Token, as_scanned, checked, opened, sealed
from novacast.tickets.events import store as events
from novacast.tickets.events.permission import sees_orders, sells
from novacast.tickets.models import TicketState


class Admission:
    def __init__(self, db: Database, keyring: Keyring) -> None:
        self._db, self._keyring = db, keyring

    async def codes(self, tickets: Sequence[Ticket]) -> Mapping[str, str]:
        """What stands in the codes of valid tickets, by id."""
        valid = [one for one in tickets if one.state is TicketState.VALID]
        found: dict[str, str] = {}
        for perf_id in dict.fromkeys(one.perf_id for one in valid):
            async with self._db.snapshot() as view:
                performance = await view.one(events.performance(perf_id))
                numbers = {one.id: one.number for one in await view.all(events.items(perf_id))}
            assert performance is not None, "a ticket has a performance"
            key_id, key = await self._keyring.signing(performance.org_id)
            until = (performance.ends_at + DAY) // SECOND
            for one in (one for one in valid if one.perf_id == perf_id):
                token = Token(
                    key_id, performance.number, one.ordinal, one.serial, numbers[one.item_id], one.test, until
                )
                found[one.id] = sealed(token, key)
        return found

    async def of_order(self, order_id: str) -> list[Ticket]:
        """For whoever has its link; all that were ever issued."""
        return await self._db.all(store.of_order(order_id))

    async def look(self, principal: Principal, code: str) -> Looked:
        """Which ticket a code is of, once its signature is good. Raises NotFound, Forbidden for tickets of others."""
        try:
            token, _body, _signature = opened(as_scanned(code))
            found = await self._db.one(store.by_number(token.performance, token.ordinal, token.serial))
            if found is None:
                return Looked(None, "there is no such ticket")
            checked(as_scanned(code), await self._keyring.publics(found.org_id))
        except BadToken as error:
            return Looked(None, str(error))
        sees_orders(principal, found.org_id)
        return Looked(found)

    async def entitled(self, person_id: str, programme_id: str, at: int) -> frozenset[str]:
        """Ids of the organizations whose tickets open this programme, or its recording, for a person at an instant.

        Computed of rows each time; nothing says so anywhere.
        """
        return opens(await self.passes(person_id, programme_id), at)

    async def passes(self, person_id: str, programme_id: str) -> list[Pass]:
        """A person's valid tickets of performances with this programme, whether they open anything or not."""
        passes: list[Pass] = []
        async with self._db.snapshot() as view:
            for ticket in await view.all(store.on_programme(person_id, programme_id)):
                performance = await view.one(events.performance(ticket.perf_id))
                items = await view.all(events.items(ticket.perf_id))
                assert performance is not None, "a ticket has a performance"
                item = next(one for one in items if one.id == ticket.item_id)
                passes.append(Pass(ticket, item, performance))
        return passes

    async def reissue(
        self, principal: Principal, org_id: str, ticket_id: str, name: str, then: Then[Ticket] | None = None
    ) -> Ticket:
        """Another ticket in place of one that is valid, in this name; the old one is void. Raises NotFound, Forbidden,
        Conflict."""
        sells(principal, org_id)
        texts = Texts()
        who = texts.title(name, text("Say who the ticket is for."), "name")
        texts.check()

        def unit(tx: Transaction) -> Ticket:
            old = tx.one(store.ticket(ticket_id))
            if old is None or old.org_id != org_id:
                raise NotFound(text("There is no such ticket."))
            if old.state is not TicketState.VALID:
                raise Conflict(text("This ticket is not valid any more."))
            new = reissue(tx, old, name=who, person_id=old.person_id)
            books.log(
                tx,
                "ticket.reissued",
                org_id,
                new.id,
                order_id=new.order_id,
                person_id=principal.person_id,
                detail=old.id,
            )
            if then is not None:
                then(tx, new)
            return new

        return await self._db.write(unit)
