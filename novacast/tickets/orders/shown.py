"""An order as its buyer's pages show it."""

from collections.abc import Mapping, Sequence
from typing import Any

from novacast.clock import iso
from novacast.i18n import gettext as _
from novacast.identity import Principal
from novacast.tickets import showcase
from novacast.tickets.admission.models import EARLY, LATE
from novacast.tickets.cancelling.models import BankAccount, Cancellation
from novacast.tickets.events.models import Item
from novacast.tickets.holders.models import Transfer, TransferState
from novacast.tickets.models import AttemptState, OrderState, PerformanceState
from novacast.tickets.orders.models import REMOTE, Order, Receipt
from novacast.tickets.papers.models import Paper, Sheet
from novacast.tickets.topics import FOLLOWS
from novacast.tickets.words import hour_there, order_state, price
from novacast.words import money


def order_shown(
    receipt: Receipt,
    sheet: Sheet,
    given: Mapping[str, Transfer],
    principal: Principal,
    token: str,
    now: int,
    account: BankAccount | None,
    done: Sequence[Cancellation],
) -> dict[str, Any]:
    """Context of tickets/order.html."""
    order, event, performance = receipt.order, sheet.event, sheet.performance
    claims = {one.id: one.claim_id for one in receipt.tickets}
    mine = order.person_id is not None and order.person_id == principal.person_id
    back = sum(one.back for one in done)
    return {
        "event": event,
        "when": hour_there(performance.starts_at, event.timezone),
        "order": order,
        "token": token,
        "state": order_state(order.state),
        "follows": FOLLOWS,
        "awaits": order.state is OrderState.AWAITING_PAYMENT,
        "waits": order.state is OrderState.AWAITING_PAYMENT and order.method in REMOTE,
        "banks": any(one.state is AttemptState.PROCESSING for one in receipt.attempts),
        "begun": any(one.state is AttemptState.SUBMITTED and one.url for one in receipt.attempts),
        "paid": order.state in (OrderState.PAID, OrderState.PARTIALLY_REFUNDED),
        "off": performance.state is PerformanceState.CANCELLED,
        "total": price(order.total, order.currency),
        "back": money(back, order.currency) if back else "",
        "due": "" if order.due_at is None else hour_there(order.due_at, event.timezone),
        "account": () if account is None else account.lines,
        "lines": [
            {**line, "gone": one.claim.state == "released" and order.state is not OrderState.EXPIRED}
            for line, one in zip(showcase.lines(receipt.lines, order.currency), receipt.lines, strict=True)
        ],
        "fees": showcase.fees(receipt.lines, order.currency),
        "taxes": showcase.taxes(receipt.lines, order.currency),
        "tickets": [
            ticket_shown(one, sheet, given.get(claims[one.ticket_id]), principal, now, mine=mine)
            for one in sheet.papers
        ],
        "handed": [one.name for one in given.values() if one.state is TransferState.ACCEPTED],
        "claimable": order.person_id is None,
        "mine": mine,
        "mailed": bool(order.email),
    }


def ticket_shown(
    paper: Paper, sheet: Sheet, given: Transfer | None, principal: Principal, now: int, *, mine: bool
) -> dict[str, Any]:
    """One card. `mine`: whether it is in the account of whoever looks."""
    zone = sheet.event.timezone
    offered = given if given is not None and given.state is TransferState.OFFERED and now < given.expires_at else None
    return {
        "id": paper.ticket_id,
        "item": paper.item.name,
        "seat": paper.seat,
        "name": paper.name,
        "number": f"{paper.number}.{paper.serial}",
        "offered": None if offered is None else {"name": offered.name, "until": hour_there(offered.expires_at, zone)},
        "watch": watch_shown(paper.item, sheet, now, mine=mine),
    }


def watch_shown(item: Item, sheet: Sheet, now: int, *, mine: bool) -> dict[str, Any] | None:
    """What its pass opens, from when on; None where it opens nothing."""
    performance, zone = sheet.performance, sheet.event.timezone
    if performance.programme_id is None or performance.state is PerformanceState.CANCELLED:
        return None
    spans = []
    if item.opens_live:
        spans.append((performance.starts_at - EARLY, performance.ends_at + LATE))
    if item.replay_until is not None:
        spans.append((performance.starts_at, item.replay_until))
    if not spans:
        return None
    first, last = min(begin for begin, _end in spans), max(end for _begin, end in spans)
    words = ""
    if now < first:
        words = _("Opens on %(when)s.") % {"when": hour_there(first, zone)}
    elif now < last:
        words = _("Open until %(when)s.") % {"when": hour_there(last, zone)}
    return {
        "href": f"/watch/{performance.programme_id}",
        "open": first <= now < last,
        "over": now >= last,
        "words": words,
        "iso": iso(first),
        "mine": mine,
    }


def story_badge(order: Order) -> str:
    if order.state is OrderState.PAID:
        return "good"
    waits = (OrderState.AWAITING_PAYMENT, OrderState.DRAFT, OrderState.PARTIALLY_REFUNDED)
    return "busy" if order.state in waits else "bad"
