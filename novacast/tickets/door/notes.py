"""What those at the door are to know of a ticket: it is for its place, and stays with it when it is made anew."""

from dataclasses import replace

from novacast.database import Database, Transaction
from novacast.errors import NotFound
from novacast.i18n import text
from novacast.identity import Principal
from novacast.texts import printable
from novacast.tickets import store as books
from novacast.tickets.door import store
from novacast.tickets.door.models import Shown
from novacast.tickets.events.permission import sells


class Notes:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def set(self, principal: Principal, org_id: str, ticket_id: str, note: str) -> Shown:
        """An empty one takes it away. Raises NotFound, Forbidden."""
        sells(principal, org_id)
        note = " ".join(printable(note).split())

        def unit(tx: Transaction) -> Shown:
            found = tx.one(store.shown_by_id(ticket_id))
            if found is None or found.ticket.org_id != org_id:
                raise NotFound(text("There is no such ticket."))
            ticket = found.ticket
            store.set_note(tx, ticket.perf_id, ticket.ordinal, note)
            books.log(tx, "ticket.noted", org_id, ticket.id, order_id=ticket.order_id, person_id=principal.person_id)
            return replace(found, note=note)

        return await self._db.write(unit)
