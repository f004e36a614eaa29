"""A performance made like another one: what is sold of it, how much of it there is, its seats, and the lists of its
doors; nothing of what was sold. What ends goes with the start, by the place's clocks, and what begins stays where it
is: a presale begins on one day for all, an early price ends so long before each.
"""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace
from zoneinfo import ZoneInfo

from novacast.clock import moment
from novacast.database import Transaction
from novacast.identity import new_id
from novacast.records import dataclass
from novacast.tickets.codes import store as codes
from novacast.tickets.door import store as doors
from novacast.tickets.door.models import CheckinList
from novacast.tickets.events import store as events
from novacast.tickets.events.models import Item, Performance, Price, Quota
from novacast.tickets.members import store as members
from novacast.tickets.models import PerformanceState
from novacast.tickets.questions import store as questions
from novacast.tickets.recurrences.rules import Night, there
from novacast.tickets.seatmaps import store as seats


@dataclass(frozen=True, slots=True)
class Pattern:
    """What is copied."""

    performance: Performance
    items: tuple[Item, ...]
    quotas: tuple[Quota, ...]
    zone: ZoneInfo


def pattern(tx: Transaction, performance: Performance, timezone: str) -> Pattern:
    """Quotas that are kept for a code stay where they are."""
    items = tuple(tx.all(events.items(performance.id)))
    quotas = tuple(one for one in tx.all(events.quotas(performance.id)) if one.items)
    return Pattern(performance, items, quotas, ZoneInfo(timezone))


def copy(tx: Transaction, like: Pattern, night: Night) -> Performance:
    """A draft that begins then, and takes as long."""
    old, move = like.performance, _mover(like, night)
    sale_from, sale_until = _window(old.sale_from, old.sale_until, move)
    made = replace(
        old,
        id=new_id(),
        number=secrets.randbelow(2**48 - 1) + 1,
        starts_at=night.starts_at,
        ends_at=night.starts_at + old.ends_at - old.starts_at,
        sale_from=sale_from,
        sale_until=sale_until,
        programme_id=None,
        version=0,
        state=PerformanceState.DRAFT,
        created_at=tx.now,
        changed_at=tx.now,
    )
    events.add_performance(tx, made)
    members.follow(tx, old.id, made.id)
    if made.map_id is not None:
        seats.copy(tx, old.id, made.id)
    names = {one.id: _copy_item(tx, one, made.id, move) for one in like.items}
    for one in like.quotas:
        quota = Quota(new_id(), made.id, one.name, one.capacity, 0)
        events.add_quota(tx, quota)
        events.count_in(tx, quota.id, made.id, [names[item_id] for item_id in one.items])
    for found in tx.all(doors.lists(old.id)):
        doors.add_list(tx, _copy_list(tx, found, made.id, names, move))
    questions.follow(tx, made.event_id, names)
    return made


def _copy_list(
    tx: Transaction, old: CheckinList, perf_id: str, names: Mapping[str, str], move: Callable[[int], int]
) -> CheckinList:
    """A list of the door, without the devices that were paired with it."""
    rules = replace(
        old.rules,
        items=tuple(names[item_id] for item_id in old.rules.items if item_id in names),
        opens_at=None if old.rules.opens_at is None else move(old.rules.opens_at),
        closes_at=None if old.rules.closes_at is None else move(old.rules.closes_at),
    )
    return replace(old, id=new_id(), perf_id=perf_id, rules=rules, created_at=tx.now)


def _copy_item(tx: Transaction, old: Item, perf_id: str, move: Callable[[int], int]) -> str:
    sale_from, sale_until = _window(old.sale_from, old.sale_until, move)
    made = replace(
        old,
        id=new_id(),
        perf_id=perf_id,
        replay_until=None if old.replay_until is None else move(old.replay_until),
        sale_from=sale_from,
        sale_until=sale_until,
        created_at=tx.now,
        prices=tuple(_copy_price(one, move) for one in old.prices),
    )
    events.add_item(tx, made)
    codes.follow(tx, old.id, made.id)
    return made.id


def _copy_price(old: Price, move: Callable[[int], int]) -> Price:
    from_at, until_at = _window(old.from_at, old.until_at, move)
    return replace(old, id=new_id(), from_at=from_at, until_at=until_at)


def _window(from_at: int | None, until_at: int | None, move: Callable[[int], int]) -> tuple[int | None, int | None]:
    """Where the end comes before the beginning now, there is no beginning."""
    until = None if until_at is None else move(until_at)
    return (None if from_at is not None and until is not None and from_at >= until else from_at), until


def _mover(like: Pattern, night: Night) -> Callable[[int], int]:
    old = moment(like.performance.starts_at).astimezone(like.zone).replace(tzinfo=None)
    shift = night.local - old

    def move(at: int) -> int:
        return there(moment(at).astimezone(like.zone).replace(tzinfo=None) + shift, like.zone).starts_at

    return move
