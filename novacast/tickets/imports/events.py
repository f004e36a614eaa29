"""Events from another system's file, with performances, kinds of tickets, prices and quotas. Fits `importing.Takes`.

They come as drafts that nobody sees, unless the file says otherwise; what is here already gets what it has not, and is
never changed. Names of the other system are kept, so that orders find what they are of.
"""

from collections.abc import Sequence
from typing import Any

from novacast.clock import HOUR
from novacast.database import Transaction
from novacast.errors import InvalidInput
from novacast.i18n import Text, text
from novacast.identity import Principal
from novacast.importing import Brought, Did, Line, Links, Record, Wish
from novacast.tickets.events import store
from novacast.tickets.events.making import count_in, make_event, make_item, make_performance, make_quota
from novacast.tickets.events.models import MOST_CAPACITY, Event, EventChanges, Item, NewItem, Performance
from novacast.tickets.imports.values import amount, hour, number, share, yes
from novacast.tickets.models import ItemKind

LASTS = 3 * HOUR
"""A performance whose end nobody says."""


class EventsTaking:
    def take(self, tx: Transaction, wish: Wish, links: Links, record: Record) -> Brought:
        """Raises InvalidInput, Conflict."""
        who = Principal(person_id=wish.person_id, name="import", system=True)
        first, notes = record.lines[0], list[Text]()
        key = event_key(first)
        event, did = _event(tx, links, key), Did.KNOWN
        if event is None:
            event, did = make_event(tx, who, wish.org_id, _about(first)), Did.MADE
            links.keep(tx, "event", key, event.id)
        for line in record.lines:
            if _line(tx, who, links, event, line, notes) and did is Did.KNOWN:
                did = Did.ADDED
        return Brought(did, event.id, notes)


def event_key(line: Line) -> str:
    return line.get("event") or line.get("title", "")


def night_key(line: Line, starts: int | None) -> str:
    """A performance's name within the file: its own, else its hour."""
    own = line.get("performance") or ("" if starts is None else str(starts))
    return f"{event_key(line)}/{own}"


def of_nothing_here(line: Line) -> Text:
    """That a row is of no performance that is here."""
    shown = " ".join(filter(None, (event_key(line), line.get("performance") or line.get("starts"))))
    if not shown:
        return text(
            "The row does not say which event it is of. Where all rows are of one, say so in the mapping file: event, "
            "under [defaults]."
        )
    return text(
        "There is no performance {name} here: bring the events first, or name it in the mapping file under "
        "[performances].",
        name=shown[:100],
    )


def item_key(night: str, line: Line) -> str:
    return f"{night}/{line.get('item') or line.get('ticket', '').casefold()}"


def _event(tx: Transaction, links: Links, key: str) -> Event | None:
    known = links.find(tx, "event", key)
    return None if known is None else tx.one(store.event(known))


def _about(line: Line) -> dict[str, Any]:
    """Raises InvalidInput."""
    missing = [name for name in ("timezone", "currency") if name not in line]
    if missing:
        raise InvalidInput.field(
            missing[0], text("The file does not say its {names}: give it as a default.", names=", ".join(missing))
        )
    changes = EventChanges(
        title=line.get("title", ""),
        description=line.get("description", ""),
        venue=line.get("venue") or line.get("title", ""),
        timezone=line["timezone"],
        currency=line["currency"].upper(),
        published=yes(line, "published"),
    )
    return dict(changes.checked())


def _line(tx: Transaction, who: Principal, links: Links, event: Event, line: Line, notes: list[Text]) -> bool:
    """Whether anything came of it. Raises InvalidInput, Conflict."""
    starts = hour(line, "starts", event.timezone)
    night = night_key(line, starts)
    known = links.find(tx, "performance", night)
    performance = None if known is None else tx.one(store.performance(known))
    if performance is not None and performance.event_id != event.id:
        raise InvalidInput.field("performance", text("The mapping file names a performance of another event."))
    made = performance is None
    if performance is None:
        if starts is None:
            if "ticket" in line or "performance" in line:
                raise InvalidInput.field("starts", text("The file does not say its starts: give it as a default."))
            return False
        performance = _performance(tx, who, event, line, starts)
        links.keep(tx, "performance", night, performance.id)
    return _item(tx, who, links, event, performance, line, night, notes) or made


def _performance(tx: Transaction, who: Principal, event: Event, line: Line, starts: int) -> Performance:
    hours = {name: hour(line, name, event.timezone) for name in ("ends", "sale_from", "sale_until")}
    columns = {
        "starts_at": starts,
        "ends_at": hours["ends"] or starts + LASTS,
        "sale_from": hours["sale_from"],
        "sale_until": hours["sale_until"],
    }
    return make_performance(tx, who, event, columns)


def _item(
    tx: Transaction,
    who: Principal,
    links: Links,
    event: Event,
    performance: Performance,
    line: Line,
    night: str,
    notes: list[Text],
) -> bool:
    key = item_key(night, line)
    if "ticket" not in line or links.find(tx, "item", key) is not None:
        return False
    item = make_item(tx, who, performance, _new(line, event), [])
    links.keep(tx, "item", key, item.id)
    pools = _pools(line, key)
    if not pools and not item.seated:
        notes.append(
            text("Nobody says how many of {item} there are: none can be sold until a quota does.", item=item.name)
        )
    for pool, size in pools:
        _count(tx, who, links, performance, item, f"{night}/{pool}", size)
    return True


def _new(line: Line, event: Event) -> NewItem:
    """Raises InvalidInput."""
    written = line.get("type", "general").casefold().replace("-", "_").replace(" ", "_")
    if written not in set(ItemKind):
        raise InvalidInput.field("type", text("{value} can't be the {name}.", value=written[:60], name="type"))
    kind = ItemKind(written)
    return NewItem(
        name=line["ticket"],
        kind=kind,
        seated=kind is ItemKind.SEATED,
        price=amount(line, "price", event.currency),
        fee=amount(line, "fee", event.currency),
        tax_bp=share(line, "tax"),
        most=number(line, "most", 20, 1000) or 20,
        least=number(line, "least", 1, 1000) or 1,
        opens_live=kind is ItemKind.ONLINE,
        hidden=yes(line, "hidden"),
    ).checked()


def _pools(line: Line, key: str) -> Sequence[tuple[str, int]]:
    """Names of quotas with their sizes. Raises InvalidInput."""
    if "places" in line:
        return [(f"of {key}", number(line, "places", 0, MOST_CAPACITY) or 0)]
    found = []
    for one in filter(None, (part.strip() for part in line.get("pools", "").split(","))):
        name, _colon, size = one.partition(":")
        found.append((name, MOST_CAPACITY if not size else number({"pools": size}, "pools", 0, MOST_CAPACITY) or 0))
    return found


def _count(
    tx: Transaction, who: Principal, links: Links, performance: Performance, item: Item, key: str, size: int
) -> None:
    known = links.find(tx, "quota", key)
    quota = None if known is None else tx.one(store.quota(known))
    if quota is None:
        made = make_quota(tx, who, performance, item.name, size, [item.id])
        links.keep(tx, "quota", key, made.id)
    else:
        count_in(tx, performance.id, quota.id, [*quota.items, item.id])
