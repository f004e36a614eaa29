"""What a unit costs when it is held: frozen in its claim. Pure."""

from novacast.identity import timely_id
from novacast.tickets.codes.models import Code
from novacast.tickets.events.models import Item
from novacast.tickets.holds.models import Claim, Hold, Wish
from novacast.tickets.members.models import Standing, saved
from novacast.tickets.models import ClaimState
from novacast.tickets.seatmaps.models import Seat


def claim_of(
    hold: Hold,
    wish: Wish,
    item: Item,
    seat: Seat | None,
    now: int,
    standing: Standing,
    *,
    free: bool,
    less: int,
    code: Code | None,
) -> Claim:
    price = item.price_in("" if seat is None else seat.category, now)
    if item.open_price and wish.amount is not None:
        price = wish.amount
    off, member_off, tier = saved(item, price, None if free else code, standing)
    return Claim(
        id=timely_id(now),
        perf_id=hold.perf_id,
        item_id=item.id,
        seat_id=None if seat is None else seat.seat_id,
        hold_id=hold.id,
        order_id=None,
        buyer=hold.buyer,
        price=0 if free else max(0, price - off - member_off - less),
        fee=0 if free else max(0, item.fee - max(0, less - price + off + member_off)),
        tax_bp=item.tax_bp,
        state=ClaimState.HELD,
        expires_at=hold.expires_at,
        code_id=code.id if code is not None and code.takes(item.id) else None,
        discount=off,
        member_off=member_off,
        tier=tier,
    )
