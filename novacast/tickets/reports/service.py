"""Reports for those who see orders: how it stands with performances, and what was sold in a time."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from novacast.clock import MINUTE, instant, moment
from novacast.database import Database
from novacast.identity import Principal
from novacast.records import dataclass
from novacast.taxes import within
from novacast.tickets.events import store as events
from novacast.tickets.events.permission import sees_orders
from novacast.tickets.reports import store
from novacast.tickets.reports.models import (
    Counts,
    Day,
    KindStanding,
    Line,
    Night,
    Pool,
    Report,
    Sale,
    Standing,
    TaxLine,
)

QUARTER = 15 * MINUTE
MOST_DAYS = 3660


@dataclass(frozen=True, slots=True)
class Scope:
    """What a report is about: all of an organization, an event, or one performance; in the last `days`."""

    org_id: str
    event_id: str | None = None
    perf_id: str | None = None
    days: int = 30
    timezone: str = "UTC"
    """Whose days they are."""


class Reports:
    def __init__(self, db: Database, *, test: bool) -> None:
        """`test`: what is sold now is not real, and it is what reports are about; real sales and such that were tried
        never stand in one sum."""
        self._db, self._test = db, test

    async def standings(self, principal: Principal, org_id: str, perf_ids: Sequence[str]) -> dict[str, Standing]:
        """How it stands with performances of an organization, at most some hundreds. Raises NotFound, Forbidden."""
        sees_orders(principal, org_id)
        if not perf_ids:
            return {}
        async with self._db.snapshot() as view:
            kinds = await view.all(store.kinds(perf_ids))
            claimed = await view.all(store.claimed(perf_ids))
            scanned = dict(await view.all(store.scanned(perf_ids)))
            quotas = await view.all(store.quotas(perf_ids))
            seats = dict(await view.all(store.seats(perf_ids)))
            entrances = await view.all(store.entrances(perf_ids))
        numbers: dict[str, dict[str, int]] = defaultdict(dict)
        for item_id, state, number in claimed:
            numbers[item_id][state] = number
        found = {}
        for perf_id in perf_ids:
            own = [one for one in kinds if one[0] == perf_id]
            pools = [Pool(capacity, frozenset(items)) for of, capacity, items in quotas if of == perf_id]
            pools.append(Pool(seats.get(perf_id, 0), frozenset(one[1] for one in own if one[4])))
            lines = [
                KindStanding(id_, name, kind, seated, _bound(id_, pools), _counts(numbers[id_], scanned.get(id_, 0)))
                for _, id_, name, kind, seated in own
            ]
            found[perf_id] = Standing(perf_id, lines, pools, [id_ for of, id_ in entrances if of == perf_id])
        return found

    async def standing(self, principal: Principal, perf_id: str) -> Standing:
        """Of one performance. Raises NotFound, Forbidden."""
        performance = await self._db.one(events.performance(perf_id))
        found = await self.standings(principal, "" if performance is None else performance.org_id, [perf_id])
        return found[perf_id]

    async def nights(self, principal: Principal, scope: Scope) -> Sequence[Night]:
        """The performances that a report is about, the latest first. Raises NotFound, Forbidden."""
        sees_orders(principal, scope.org_id)
        return await self._db.all(store.performances_of(scope.org_id, scope.event_id, scope.perf_id))

    async def report(self, principal: Principal, scope: Scope) -> Report:
        """What was sold in the last days, and still is. Raises NotFound, Forbidden."""
        sales, since, until = await self.sales(principal, scope)
        ids = [one.id for one in await self.nights(principal, scope)]
        states = await self._db.all(store.states(ids, since, until, test=self._test))
        zone = ZoneInfo(scope.timezone)
        first, last = moment(since).astimezone(zone).date(), moment(until - 1).astimezone(zone).date()
        return Report(
            days=_days(sales, zone, first, last),
            by_kind=_by_kind(sales),
            by_channel=_lines(sales, lambda one: one.channel),
            by_method=_lines(sales, lambda one: one.method.value),
            by_tax=_by_tax(sales),
            states=states,
        )

    async def sales(self, principal: Principal, scope: Scope) -> tuple[Sequence[Sale], int, int]:
        """The finest rows that reports are made of, and the instants from and until which they are."""
        ids = [one.id for one in await self.nights(principal, scope)]
        zone, now = ZoneInfo(scope.timezone), self._db.clock.now()
        days = max(1, min(scope.days, MOST_DAYS))
        today = moment(now).astimezone(zone)
        begin = (today - timedelta(days=days - 1)).replace(hour=0, minute=0, second=0, microsecond=0)
        since, until = instant(begin), now + 1
        return await self._db.all(store.sales(ids, since, until, test=self._test)), since, until


def _bound(item_id: str, pools: Iterable[Pool]) -> int:
    return min((one.capacity for one in pools if item_id in one.items), default=0)


def _counts(numbers: dict[str, int], scanned: int) -> Counts:
    return Counts(numbers.get("held", 0), numbers.get("paying", 0), numbers.get("sold", 0), scanned)


def _days(sales: Sequence[Sale], zone: ZoneInfo, first: date, last: date) -> Sequence[Day]:
    units: Counter[date] = Counter()
    amounts: dict[date, Counter[str]] = defaultdict(Counter)
    for one in sales:
        day = moment(one.quarter * QUARTER).astimezone(zone).date()
        units[day] += one.units
        amounts[day][one.currency] += one.amount
    span = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return [Day(day, units[day], dict(amounts[day])) for day in span]


def _lines(sales: Sequence[Sale], key: Callable[[Sale], str]) -> Sequence[Line]:
    units: Counter[tuple[str, str]] = Counter()
    amounts: Counter[tuple[str, str]] = Counter()
    for one in sales:
        units[key(one), one.currency] += one.units
        amounts[key(one), one.currency] += one.amount
    return [
        Line(label, currency, units[label, currency], amounts[label, currency]) for label, currency in sorted(units)
    ]


def _by_kind(sales: Sequence[Sale]) -> Sequence[tuple[str, Line]]:
    found = []
    for category in sorted({one.category for one in sales}):
        own = [one for one in sales if one.category == category]
        found += [(category, line) for line in _lines(own, lambda one: one.item)]
    return sorted(found, key=lambda pair: (pair[1].label, pair[0]))


def _by_tax(sales: Sequence[Sale]) -> Sequence[TaxLine]:
    units: Counter[tuple[int, str]] = Counter()
    gross: Counter[tuple[int, str]] = Counter()
    for one in sales:
        units[one.tax_bp, one.currency] += one.units
        gross[one.tax_bp, one.currency] += one.amount
    return [
        TaxLine(rate, currency, units[rate, currency], gross[rate, currency], within(gross[rate, currency], rate))
        for rate, currency in sorted(units)
    ]
