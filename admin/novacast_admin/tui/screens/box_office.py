"""What is sold tonight: performances, orders, and what lies in baskets."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from textual.binding import BindingType

from novacast.errors import InvalidInput
from novacast.overview import Night
from novacast_admin.records import Basket, Order
from novacast_admin.tui.deeds import Deed, bindings
from novacast_admin.tui.screens.book import Book, Row, View
from novacast_admin.tui.widgets.figures import bar, clock, minor, moment, money

ORDERS, NIGHTS, HOLDS = "orders", "nights", "holds"


class BoxOffice(Book):
    KEY, NAME, LABEL = "4", "office", "Office"
    SHORT = "Box"
    ABOUT = "Performances with what is sold, orders, baskets."
    VIEWS = (
        View(
            NIGHTS, "Performances", ("starts", "performance", "state", "", "sold", "held", "free", "in", "came"),
            "Nothing is announced for the next month.",
        ),
        View(
            ORDERS, "Orders", ("order", "name", "performance", "units", "total", "state", "made"),
            "Nobody has ordered anything yet.", searched_by_server=True,
        ),
        View(HOLDS, "Baskets", ("performance", "units", "state", "until", "buyer"), "No basket is held."),
    )  # fmt: skip
    DEEDS = (
        Deed("c", "cancel", "Cancel", "Cancel the order: its tickets are void, its money is given back.", (ORDERS,)),
        Deed("g", "give_back", "Give back", "Give back an amount; all tickets stay good.", (ORDERS,)),
        Deed("p", "paid", "Mark paid", "Say that the transfer has come, all of it.", (ORDERS,)),
        Deed("x", "release", "Release", "Free what lies in the basket.", (HOLDS,)),
        Deed("s", "sales", "Sales", "Open or shut the sale of the performance.", (NIGHTS,)),
    )
    BINDINGS: ClassVar[list[BindingType]] = bindings(DEEDS)

    async def rows(self, view: str, words: str) -> Mapping[str, Row]:
        if view == ORDERS:
            return {one.id: Row(_order(one), one) for one in self.newest(await self.client.orders(q=words))}
        nights = await self.client.performances()
        if view == NIGHTS:
            return {one.id: Row(_night(one), one) for one in nights}
        found: dict[str, Row] = {}
        for night in nights:
            if night.held or night.paying:
                baskets = await self.client.baskets(night.id)
                found |= {one.id: Row(_basket(night, one), one) for one in baskets}
        return found

    async def detail(self, record: Any) -> str:
        if isinstance(record, Order):
            return f"{record.name} <{record.email}>, paid by {record.method}" + (" TEST" if record.test else "")
        if not isinstance(record, Night):
            return ""
        gates = [gate for list_id in record.lists for gate in await self.client.gates(list_id)]
        return "\n".join(_counted(gate) for gate in gates)

    async def do_cancel(self, order: Order) -> str | None:
        question = f"Cancel {order.code} of {order.name}? Its tickets are void, and what was paid is given back."
        if not await self.sure(question, "Cancel it"):
            return None
        reason = await self.ask("Why? (for the order's story)", "at the console")
        if reason is None:
            return None
        await self.client.send("POST", f"{_path(order)}/cancel", {"reason": reason})
        return f"{order.code} is cancelled."

    async def do_give_back(self, order: Order) -> str | None:
        written = await self.ask(f"How much of {money(order.total, order.currency)} is given back to {order.name}?")
        if written is None:
            return None
        amount = minor(written, order.currency)
        if amount is None:
            raise InvalidInput(f"{written} is no amount of {order.currency}. Write it like 12.50.")
        if not await self.sure(f"Give {money(amount, order.currency)} back to {order.name}?", "Give back"):
            return None
        await self.client.send("POST", f"{_path(order)}/refunds", {"amount": amount, "reason": "at the console"})
        return f"{money(amount, order.currency)} of {order.code} are given back."

    async def do_paid(self, order: Order) -> str | None:
        if not await self.sure(f"Have {money(order.total, order.currency)} come for {order.code}, all of it?", "Paid"):
            return None
        await self.client.send("POST", f"{_path(order)}/paid", {"amount": order.total})
        return f"{order.code} is paid."

    async def do_release(self, basket: Basket) -> str | None:
        if not await self.sure(f"Free {basket.units} units of this basket? Whoever is buying loses them.", "Free them"):
            return None
        await self.client.release(basket.id)
        return f"{basket.units} units are free again."

    async def do_sales(self, night: Night) -> str | None:
        states = [("on_sale", "On sale"), ("closed", "Closed: nobody can buy, nothing else changes")]
        chosen = await self.choose(f"The sale of {night.title} is to be …", states)
        if chosen is None:
            return None
        await self.client.send("POST", f"/api/v1/performances/{night.id}/state", {"state": chosen})
        return f"{night.title}: {chosen.replace('_', ' ')}."


def _path(order: Order) -> str:
    return f"/api/v1/organizations/{order.org_id}/orders/{order.id}"


def _order(one: Order) -> Sequence[str]:
    state = one.state.replace("_", " ") + (" TEST" if one.test else "")
    total = money(one.total, one.currency)
    return one.code, one.name, one.event, str(one.units), total, state, moment(one.created_at)


def _night(one: Night) -> Sequence[str]:
    begin = datetime.fromisoformat(one.starts_at).astimezone(ZoneInfo(one.timezone))
    taken = one.sold + one.held + one.paying
    share = taken / one.capacity if one.capacity else None
    counts = (f"{one.sold}/{one.capacity}", one.held + one.paying, one.free, one.inside, one.came)
    return f"{begin:%d.%m. %H:%M}", one.title, one.state.replace("_", " "), bar(share, 6), *map(str, counts)


def _basket(night: Night, one: Basket) -> Sequence[str]:
    buyer = "signed in" if one.person_id else "a guest"
    return night.title, str(one.units), one.state, clock(one.expires_at), buyer


def _counted(gate: Mapping[str, Any]) -> str:
    counts = f"{gate['inside']} inside, {gate['entries']} came in, {gate['exits']} went out, {gate['refused']} refused"
    return f"door {gate['gate'] or '–'}: {counts}"
