"""What is in a basket, with a code or without the one it had. Nobody else may come between: the units go from one
hold to another in one transaction, each at the price that it had before any code, for as long as they were kept.
"""

from dataclasses import replace

from novacast.database import Transaction
from novacast.i18n import text
from novacast.identity import timely_id
from novacast.tickets.codes.models import Code, CodeRefused
from novacast.tickets.events import store as events
from novacast.tickets.events.models import Item, Performance
from novacast.tickets.holds import store
from novacast.tickets.holds.bounds import check_order, check_whose
from novacast.tickets.holds.models import Claim, Hold
from novacast.tickets.holds.taking import code_there, give_back, is_open, put, seen, told
from novacast.tickets.members.models import Standing, saved
from novacast.tickets.members.service import Members
from novacast.tickets.models import ClaimState, HoldState
from novacast.tickets.seatmaps import store as seats


def recode(tx: Transaction, members: Members, hold: Hold, code: str, at: int) -> Hold:
    """The hold in which everything is now. `code` empty: without one.

    Raises InvalidInput, NotOnSale, CodeRefused, Conflict; then all is as it was.
    """
    performance = tx.one(events.performance(hold.perf_id))
    assert performance is not None, "a hold has a performance"
    used = code_there(tx, performance, code, at) if code else None
    items = {one.id: one for one in tx.all(events.items(performance.id))}
    before = [one for one in tx.all(store.claims(hold.id)) if one.state is ClaimState.HELD]
    give_back(tx, hold, HoldState.RELEASED)
    standing = members.standing(tx, performance, hold.person_id)
    if not is_open(performance, at, used, standing, public=True):
        raise members.not_yet(tx, performance, at)
    _check(performance, items, before, used, at, standing)
    after = replace(hold, id=timely_id(tx.now), created_at=tx.now, changed_at=tx.now)
    if hold.buyer == hold.id:
        after = replace(after, buyer=after.id)
    store.add(tx, after)
    store.follow(tx, hold.id, after.id)
    claims = []
    for one in before:
        claims.append(_claim(one, after, items[one.item_id], used, tx.now, standing))
        standing = standing.after(claims[-1].member_off)
    if after.buyer != after.id:
        check_whose(tx, performance, items, after.buyer, claims)
    places = {one.seat_id: one for one in tx.all(seats.some(hold.perf_id, [one.seat_id or "" for one in before]))}
    for one in claims:
        put(tx, one, items[one.item_id], places.get(one.seat_id or ""))
    told(tx, after, claims, ClaimState.HELD)
    return after


def _check(
    performance: Performance,
    items: dict[str, Item],
    claims: list[Claim],
    code: Code | None,
    at: int,
    standing: Standing,
) -> None:
    counts: dict[str, int] = {}
    for one in claims:
        counts[one.item_id] = counts.get(one.item_id, 0) + 1
    known = seen(items, code)
    if any(item_id not in known for item_id in counts):
        raise CodeRefused(text("Something in this basket is only sold with the code that it has."))
    check_order(performance, items, counts, at, code, standing)


def _claim(one: Claim, hold: Hold, item: Item, code: Code | None, now: int, standing: Standing) -> Claim:
    price = one.price + one.discount + one.member_off
    off, member_off, tier = saved(item, price, code, standing)
    with_code = code is not None and code.takes(one.item_id)
    return replace(
        one,
        id=timely_id(now),
        hold_id=hold.id,
        buyer=hold.buyer,
        price=price - off - member_off,
        discount=off,
        member_off=member_off,
        tier=tier,
        code_id=code.id if code is not None and with_code else None,
    )
