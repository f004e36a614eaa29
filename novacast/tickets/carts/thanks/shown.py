"""A purchase as its page shows it."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from novacast.clock import iso
from novacast.i18n import gettext as _
from novacast.identity import Principal
from novacast.tickets.models import OrderState, PerformanceState
from novacast.tickets.orders.models import Method, Receipt
from novacast.tickets.orders.shown import story_badge, ticket_shown
from novacast.tickets.papers.models import Sheet
from novacast.tickets.purchases.models import Member, Purchased, PurchaseState
from novacast.tickets.shelves.models import Shelf, ShelfKind
from novacast.tickets.topics import FOLLOWS
from novacast.tickets.words import hour_there, order_state, price
from novacast.words import hour_of, money

BADGES = {
    PurchaseState.OPEN: "busy",
    PurchaseState.PAID: "good",
    PurchaseState.PARTLY: "bad",
    PurchaseState.OVER: "bad",
}


def state_name(state: PurchaseState) -> str:
    return {
        PurchaseState.OPEN: _("not paid yet"),
        PurchaseState.PAID: _("paid"),
        PurchaseState.PARTLY: _("partly paid"),
        PurchaseState.OVER: _("came to nothing"),
    }[state]


def purchase_shown(found: Purchased, token: str, account: Sequence[str]) -> dict[str, Any]:
    """Context of tickets/purchase.html, but for its things. `account`: lines of the one that transfers go to."""
    purchase = found.purchase
    waits = found.state is PurchaseState.OPEN
    return {
        "purchase": purchase,
        "token": quote(token),
        "state": state_name(found.state),
        "badge": BADGES[found.state],
        "open": waits,
        "paid": found.state is PurchaseState.PAID,
        "partly": found.state is PurchaseState.PARTLY,
        "fresh": waits and purchase.method is not Method.TRANSFER,
        "follows": FOLLOWS,
        "orders": " ".join(one.order.id for one in found.receipts),
        "method": purchase.method.value,
        "awaited": found.awaited,
        "begun": found.url is not None,
        "total": price(purchase.total, purchase.currency),
        "due": "" if found.due_at is None else hour_of(found.due_at),
        "due_iso": iso(found.due_at) or "",
        "account": account,
        "member": None if found.membership is None else _member(found.membership),
    }


def bought_shown(
    receipt: Receipt, sheet: Sheet, shelf: Shelf | None, token: str, principal: Principal, now: int
) -> dict[str, Any]:
    """One order. `token`: in links to it."""
    order, event, performance = receipt.order, sheet.event, sheet.performance
    mine = order.person_id is not None and order.person_id == principal.person_id
    paid = order.state in (OrderState.PAID, OrderState.PARTIALLY_REFUNDED)
    off = performance.state is PerformanceState.CANCELLED
    seats = [one.seat.label for one in receipt.lines if one.seat is not None]
    return {
        "title": event.title,
        "when": hour_there(performance.starts_at, event.timezone),
        "venue": "" if shelf is not None else event.venue,
        "code": order.code,
        "token": token,
        "href": f"/order/{token}",
        "state": order_state(order.state),
        "badge": story_badge(order),
        "paid": paid,
        "off": off,
        "total": price(order.total, order.currency),
        "count": len(receipt.lines),
        "items": list(dict.fromkeys(one.item for one in receipt.lines)),
        "seats": seats,
        "watch": f"/watch/{shelf.media_id}" if shelf is not None and paid and not off else "",
        "video": shelf is not None and shelf.kind is ShelfKind.VIDEO,
        "tickets": [ticket_shown(one, sheet, None, principal, now, mine=mine) for one in sheet.papers],
    }


def _member(one: Member) -> dict[str, Any]:
    states = {"active": _("Active"), "pending": _("not paid yet")}
    words = _("%(price)s a year") if one.interval == "year" else _("%(price)s a month")
    return {
        "tier": one.tier,
        "price": words % {"price": money(one.price, one.currency)},
        "now": price(one.now, one.currency),
        "trial": not one.now,
        "active": one.state == "active",
        "state": states.get(one.state, _("Not active")),
        "path": one.path,
    }
