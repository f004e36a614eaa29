"""What an organization takes along of its box office: orders, tickets, sales and how it stands."""

from collections.abc import AsyncIterator, Sequence
from enum import StrEnum
from zoneinfo import ZoneInfo

from novacast.clock import iso, moment
from novacast.identity import Principal
from novacast.records import dataclass
from novacast.taxes import within
from novacast.tickets.events.permission import sees_orders
from novacast.tickets.exports.models import Row, Table, major
from novacast.tickets.reports.models import KindStanding, Night, Sale
from novacast.tickets.reports.service import QUARTER, Reports, Scope
from novacast.tickets.sales.models import Found, SoldTicket, Wanted
from novacast.tickets.sales.service import Sales
from novacast.tickets.words import NEVER


class What(StrEnum):
    ORDERS = "orders"
    TICKETS = "tickets"
    SALES = "sales"
    STANDING = "standing"


_HEADS = {
    What.ORDERS: (
        "order", "made_at", "event", "performance", "name", "email", "units", "total", "currency", "state", "method",
        "channel", "test",
    ),
    What.TICKETS: (
        "ticket", "order", "event", "performance", "kind", "section", "row", "seat", "category", "price", "fee",
        "tax_percent", "currency", "name", "state", "serial", "came_in_at", "test",
    ),
    What.SALES: (
        "day", "event", "performance", "kind", "category", "channel", "method", "tax_percent", "units", "gross", "tax",
        "net", "currency",
    ),
    What.STANDING: ("event", "performance", "kind", "capacity", "held", "paying", "sold", "scanned", "left"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Exports:
    sales: Sales
    reports: Reports

    def table(self, principal: Principal, what: What, wanted: Wanted, scope: Scope) -> Table:
        """Raises NotFound, Forbidden before anything is written."""
        sees_orders(principal, scope.org_id)
        return Table(what.value, _HEADS[what], self._rows(principal, what, wanted, scope))

    async def _rows(
        self, principal: Principal, what: What, wanted: Wanted, scope: Scope
    ) -> AsyncIterator[Sequence[Row]]:
        match what:
            case What.ORDERS:
                async for found in self.sales.every(principal, scope.org_id, wanted):
                    yield [_order(one) for one in found]
            case What.TICKETS:
                async for sold in self.sales.tickets(principal, scope.org_id, wanted.perf_id):
                    yield [_ticket(one) for one in sold]
            case What.SALES:
                nights = {one.id: one for one in await self.reports.nights(principal, scope)}
                rows, _since, _until = await self.reports.sales(principal, scope)
                yield [_sale(one, nights[one.perf_id], scope.timezone) for one in rows]
            case What.STANDING:
                nights = {one.id: one for one in await self.reports.nights(principal, scope)}
                for perf_id, standing in (await self.reports.standings(principal, scope.org_id, list(nights))).items():
                    yield [_standing(one, nights[perf_id]) for one in standing.kinds]


def _standing(one: KindStanding, night: Night) -> Row:
    counts = one.counts
    left = max(0, one.capacity - counts.taken)
    hour = _there(night.starts_at, night.timezone)
    numbers = (one.capacity, counts.held, counts.paying, counts.sold, counts.scanned, left)
    return (night.title, hour, one.name, *numbers)


def _order(one: Found) -> Row:
    order = one.order
    return (
        order.code,
        iso(order.created_at),
        one.title,
        _there(one.starts_at, one.timezone),
        order.name,
        order.email,
        one.units,
        major(order.total, order.currency),
        order.currency,
        order.state.value,
        order.method.value,
        order.channel,
        order.test,
    )


def _ticket(one: SoldTicket) -> Row:
    return (
        one.id,
        one.code,
        one.title,
        _there(one.starts_at, one.timezone),
        one.item,
        one.section,
        one.row,
        one.number,
        one.category,
        major(one.price, one.currency),
        major(one.fee, one.currency),
        one.tax_bp / 100,
        one.currency,
        one.name,
        one.state,
        one.serial,
        iso(one.came_in_at),
        one.test,
    )


def _sale(one: Sale, night: Night, timezone: str) -> Row:
    tax = within(one.amount, one.tax_bp)
    return (
        moment(one.quarter * QUARTER).astimezone(ZoneInfo(timezone)).date().isoformat(),
        night.title,
        _there(night.starts_at, night.timezone),
        one.item,
        one.category,
        one.channel,
        one.method.value,
        one.tax_bp / 100,
        one.units,
        major(one.amount, one.currency),
        major(tax, one.currency),
        major(one.amount - tax, one.currency),
        one.currency,
    )


def _there(at: int, timezone: str) -> str:
    """Nothing of what has no hour."""
    if at >= NEVER:
        return ""
    return moment(at).astimezone(ZoneInfo(timezone)).isoformat(timespec="minutes")
