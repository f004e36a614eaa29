"""Tickets as they are carried: those of an order that its link still has, and the one of a receiver's link."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

from novacast.database import Database
from novacast.errors import NotFound, TooLarge
from novacast.i18n import text
from novacast.tickets.admission import store as admission
from novacast.tickets.admission.models import Ticket
from novacast.tickets.admission.service import Admission
from novacast.tickets.events import store as events
from novacast.tickets.holders.service import Holders, handed
from novacast.tickets.holds import store as holds
from novacast.tickets.models import TicketState
from novacast.tickets.orders import store as orders
from novacast.tickets.orders.service import Orders
from novacast.tickets.papers.calendar import evening_file
from novacast.tickets.papers.models import MOST_PAPERS, Paper, Sheet
from novacast.tickets.seatmaps import store as seats
from novacast.tickets.shelves import store as shelves
from novacast.tickets.shelves.models import Shelf


class Papers:
    def __init__(
        self, db: Database, orders_: Orders, admission_: Admission, holders: Holders, fonts: Path, root: str
    ) -> None:
        """`root`: the public address of the server."""
        self._db, self._orders, self._admission, self._holders = db, orders_, admission_, holders
        self._fonts, self.root = fonts, root

    def order_page(self, order_id: str) -> str:
        return f"{self.root}/order/{quote(self._orders.token(order_id))}"

    def holder_page(self, transfer_id: str) -> str:
        return f"{self.root}/ticket/{quote(self._holders.link(transfer_id))}"

    def link(self, transfer_id: str) -> str:
        return self._holders.link(transfer_id)

    async def codes(self, token: str, ticket_id: str | None = None) -> Mapping[str, str]:
        """What stands in the codes of an order's tickets that are its link's. Raises NotFound."""
        kept = await self._kept(self._orders.id_of(token))
        return await self._admission.codes([one for one in kept if ticket_id in (None, one.id)])

    async def of_order(self, order_id: str) -> Sheet:
        """Raises NotFound."""
        return await self._sheet(order_id, await self._kept(order_id))

    async def shelf(self, perf_id: str) -> Shelf | None:
        """Where it is no evening, but something without an hour."""
        return await self._db.one(shelves.shelf(perf_id))

    async def of_link(self, token: str) -> Sheet:
        """Of a receiver. Raises NotFound."""
        held = await self._holders.held(token)
        if held.ticket is None:
            raise NotFound(text("There is no such ticket."))
        return await self._sheet(held.transfer.order_id, [held.ticket])

    async def pdf(self, sheet: Sheet) -> bytes:
        """In the language that is being spoken. Raises NotFound where nothing is valid, TooLarge."""
        if not sheet.papers:
            raise NotFound(text("None of these tickets is valid."))
        if len(sheet.papers) > MOST_PAPERS:
            raise TooLarge(text("One file holds {most} tickets at most.", most=MOST_PAPERS))
        return await asyncio.to_thread(self._written, sheet)

    def _written(self, sheet: Sheet) -> bytes:
        # The library for PDF is a sixth of what a start would have to load, and there are servers that never write one.
        from novacast.tickets.papers.pdf import TicketPdf

        return TicketPdf(self._fonts).write(sheet)

    def calendar(self, sheet: Sheet, address: str) -> str:
        return evening_file(sheet, address)

    async def _kept(self, order_id: str) -> list[Ticket]:
        given = await self._holders.given(order_id)
        issued = await self._db.all(admission.of_order(order_id))
        return [one for one in issued if one.state is TicketState.VALID and not handed(given.get(one.claim_id))]

    async def _sheet(self, order_id: str, kept: Sequence[Ticket]) -> Sheet:
        async with self._db.snapshot() as view:
            order = await view.one(orders.order(order_id))
            if order is None:
                raise NotFound(text("There is no such order."))
            performance = await view.one(events.performance(order.perf_id))
            event = await view.one(events.event_of(order.perf_id))
            items = {one.id: one for one in await view.all(events.items(order.perf_id))}
            taken = {one.id: one.seat_id for one in await view.all(holds.of_order(order_id))}
            wanted = {id_ for id_ in taken.values() if id_ is not None}
            places = (
                {one.seat_id: one.label for one in await view.all(seats.some(order.perf_id, wanted))} if wanted else {}
            )
        assert performance is not None, "an order has a performance"
        assert event is not None, "a performance has an event"
        sheet = Sheet(event, performance, order.code, order.test, ())
        # What has no hour has no door, and nothing on paper.
        codes = {} if await self._db.one(shelves.shelf(order.perf_id)) else await self._admission.codes(kept)
        papers = [
            Paper(
                ticket_id=one.id,
                item=items[one.item_id],
                seat=places.get(taken.get(one.claim_id) or "", ""),
                name=one.name,
                number=one.ordinal,
                serial=one.serial,
                code=codes[one.id],
            )
            for one in kept
            if one.id in codes
        ]
        return replace(sheet, papers=papers)


class Enclosing:
    """What mails about tickets carry. Fits notifications' `Enclosures`."""

    def __init__(self, papers: Papers) -> None:
        self._papers = papers

    async def of(self, context: Mapping[str, str]) -> Sequence[tuple[str, str, bytes]]:
        """Name, MIME type and bytes of each file; made anew at each try, so that they say what is true then."""
        if (order_ids := context.get("order_ids")) is not None:
            return [one for order_id in order_ids.split(",") for one in await self._together(order_id)]
        if (order_id := context.get("order_id")) is not None:
            sheet, address = await self._papers.of_order(order_id), self._papers.order_page(order_id)
        elif (link := context.get("ticket_link")) is not None:
            sheet, address = await self._papers.of_link(link), context["url"]
        else:
            return ()
        files = [("tickets.ics", "text/calendar", self._papers.calendar(sheet, address).encode())]
        if 0 < len(sheet.papers) <= MOST_ENCLOSED:
            files.insert(0, ("tickets.pdf", "application/pdf", await self._papers.pdf(sheet)))
        return files

    async def _together(self, order_id: str) -> Sequence[tuple[str, str, bytes]]:
        """One of several orders: each file by its order's name."""
        sheet, address = await self._papers.of_order(order_id), self._papers.order_page(order_id)
        if not sheet.papers:
            return ()
        return (
            (f"tickets-{sheet.order_code}.pdf", "application/pdf", await self._papers.pdf(sheet)),
            (f"tickets-{sheet.order_code}.ics", "text/calendar", self._papers.calendar(sheet, address).encode()),
        )


MOST_ENCLOSED = 100
"""Tickets in a mail's PDF; of more the order's page has them."""
