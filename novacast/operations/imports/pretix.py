"""pretix' export "Order data (JSON)": an object `event` with items, their variations, orders, quotas and dates.

The shape is that of `JSONExporter.render` in pretix' src/pretix/base/exporters/json.py. Orders stand before quotas and
dates in it, and are most of it: whatever else there is is read first, then the orders one by one, so that memory does
not grow with them. Statuses are pretix' letters: n pending, p paid, e expired, c cancelled.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import IO, Any

from novacast.importing import Kind
from novacast.operations.imports.jsonstream import JsonStream
from novacast.operations.imports.models import Row, sound
from novacast.records import dataclass

STATUSES = {"p": "paid", "n": "pending", "e": "expired", "c": "cancelled"}
_KEPT = ("name", "slug", "items", "questions", "quotas", "subevents")

Open = Callable[[], IO[str]]
Thing = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Sold:
    """An item, or one of its variations."""

    key: str
    name: str
    of: Thing
    price: Any
    ids: tuple[Any, Any]
    """Of item and variation."""


def rows(again: Open, kind: Kind) -> Iterator[Row]:
    """By the names of our fields. A row of events is something that is sold at one date; of orders, a ticket."""
    event = _without_orders(again)
    found = _kinds(event) if kind is Kind.EVENTS else _tickets(event, again)
    for number, cells in enumerate(found, 1):
        yield Row(number, {name: _text(value) for name, value in cells.items() if value not in (None, "")})


def _without_orders(again: Open) -> dict[str, Any]:
    with again() as file:
        stream = JsonStream(file)
        found: dict[str, Any] = {}
        for member in stream.members():
            if member != "event":
                stream.skip()
                continue
            for name in stream.members():
                if name in _KEPT:
                    found[name] = stream.value()
                else:
                    stream.skip()
    return found


def _orders(again: Open) -> Iterator[Thing]:
    with again() as file:
        stream = JsonStream(file)
        for member in stream.members():
            if member != "event":
                stream.skip()
                continue
            for name in stream.members():
                if name != "orders":
                    stream.skip()
                    continue
                for _ in stream.elements():
                    value = stream.value()
                    if isinstance(value, Mapping):
                        yield value


def _kinds(event: Thing) -> Iterator[Thing]:
    """Of an event without dates of its own the file says neither when it is nor where: defaults must."""
    dates: Sequence[Thing] = _list(event, "subevents") or [{}]
    for date in dates:
        for sold in _sold(event):
            pools = _pools(event, date.get("id"), sold)
            yield {
                "event": event.get("slug"),
                "title": event.get("name"),
                "performance": date.get("id"),
                "venue": date.get("location"),
                "starts": date.get("date_from"),
                "ends": date.get("date_to"),
                "item": sold.key,
                "ticket": sold.name,
                "type": "general" if sold.of.get("admission") else "add_on",
                "price": sold.price,
                "tax": sold.of.get("tax_rate"),
                "least": sold.of.get("min_per_order"),
                "most": sold.of.get("max_per_order"),
                "hidden": "yes" if sold.of.get("hide_without_voucher") or sold.of.get("require_voucher") else "no",
                "pools": pools,
            }


def _pools(event: Thing, date: Any, sold: _Sold) -> str:
    """`ID:SIZE` of each quota that counts it; one without a size has room for all."""
    item, variation = sold.ids
    found = []
    for quota in _list(event, "quotas"):
        counts = item in quota.get("items", ()) and (variation is None or variation in quota.get("variations", ()))
        if counts and quota.get("subevent") == date:
            size = quota.get("size")
            found.append(f"{quota.get('id')}:{'' if size is None else size}")
    return ", ".join(found)


def _tickets(event: Thing, again: Open) -> Iterator[Thing]:
    names = {one.ids: one for one in _sold(event)}
    asked = {one.get("id"): one.get("question") for one in _list(event, "questions")}
    for order in _orders(again):
        fees = sum((_number(fee.get("value")) for fee in _list(order, "fees")), Decimal())
        for number, position in enumerate(_list(order, "positions")):
            sold = names.get((position.get("item"), position.get("variation")))
            yield {
                "event": event.get("slug"),
                "performance": position.get("subevent"),
                "order": order.get("code"),
                "position": position.get("positionid"),
                "status": "test" if order.get("testmode") else STATUSES.get(str(order.get("status")), "unknown"),
                "buyer_email": order.get("email"),
                "language": order.get("locale"),
                "ordered": order.get("datetime"),
                "item": sold.key if sold else _key(position.get("item"), position.get("variation")),
                "ticket": sold.name if sold else None,
                "price": position.get("price"),
                "fee": fees if fees > 0 and number == 0 else None,
                "tax": position.get("tax_rate"),
                "name": position.get("attendee_name"),
                "email": position.get("attendee_email"),
                "seat": position.get("seat"),
                "code": position.get("secret"),
                "checked_in": _first(position, "checkins", "datetime"),
                "voucher": position.get("voucher"),
                "answers": "; ".join(
                    f"{asked.get(one.get('question')) or one.get('question')}: {one.get('answer')}"
                    for one in _list(position, "answers")
                ),
            }


def _sold(event: Thing) -> Iterator[_Sold]:
    for item in _list(event, "items"):
        variations = _list(item, "variations")
        if not variations:
            yield _Sold(
                _key(item.get("id"), None), str(item.get("name")), item, item.get("price"), (item.get("id"), None)
            )
        for one in variations:
            name = f"{item.get('name')} – {one.get('name')}"
            yield _Sold(
                _key(item.get("id"), one.get("id")), name, item, one.get("price"), (item.get("id"), one.get("id"))
            )


def _key(item: Any, variation: Any) -> str:
    return f"{item}" if variation is None else f"{item}-{variation}"


def _list(thing: Thing, name: str) -> list[Thing]:
    found = thing.get(name)
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []


def _first(thing: Thing, name: str, part: str) -> Any:
    found = _list(thing, name)
    return found[0].get(part) if found else None


def _number(value: Any) -> Decimal:
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return Decimal()


def _text(value: Any) -> str:
    return sound(str(value)).strip()
