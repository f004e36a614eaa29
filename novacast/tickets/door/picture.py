"""All that a device needs to decide without a network, as of one instant, and the fact from which it hears the rest."""

from base64 import b64encode
from collections.abc import Mapping, Sequence

from novacast import outbox
from novacast.database import Database
from novacast.records import dataclass
from novacast.tickets.admission.keys import Keyring
from novacast.tickets.door import store
from novacast.tickets.door.models import CheckinList, Gate, Standing, packed
from novacast.tickets.events import store as events
from novacast.tickets.events.models import Performance
from novacast.tickets.imports import store as codes
from novacast.tickets.imports.models import packed as packed_codes


@dataclass(frozen=True, slots=True)
class Picture:
    """`standings`: two bits for each ticket, by its ordinal, from 0 on. `serials`: of those that were made anew.
    `elsewhere`: one bit for each ticket whose seat is in none of the list's categories, where it has any."""

    seq: int
    now: int
    event: str
    timezone: str
    performance: Performance
    wanted: CheckinList
    items: Mapping[int, str]
    """Names by the numbers in tickets."""
    taken: Sequence[int]
    """Of those the ones that the list takes."""
    keys: Mapping[int, bytes]
    standings: str
    serials: Sequence[tuple[int, int]]
    elsewhere: str
    gates: Sequence[Gate]
    expected: int
    live: bool
    foreign: str
    """Codes that another system made."""


class Pictures:
    def __init__(self, db: Database, keyring: Keyring, *, live: bool) -> None:
        self._db, self._keyring, self._live = db, keyring, live

    async def take(self, wanted: CheckinList) -> Picture:
        # Made at its first use: a device may be there before any ticket was shown.
        await self._keyring.signing(wanted.org_id)
        keys = await self._keyring.publics(wanted.org_id)
        async with self._db.snapshot() as view:
            seq = await view.one(outbox.last_seq()) or 0
            performance = await view.one(events.performance(wanted.perf_id))
            event = await view.one(events.event_of(wanted.perf_id))
            items = await view.all(events.items(wanted.perf_id))
            rows = await view.all(store.standings(wanted.perf_id, wanted.id))
            gates = await view.all(store.gates(wanted.id))
            expected = await view.all(store.expected(wanted.perf_id))
            foreign = await view.all(codes.of_performance(wanted.perf_id))
        assert performance is not None, "a list has a performance"
        assert event is not None, "a performance has an event"
        rules = wanted.rules
        standings = [Standing.NONE] * (rows[-1][0] + 1 if rows else 0)
        elsewhere = bytearray((len(standings) + 7) // 8 if rules.categories else 0)
        for ordinal, _, standing, category in rows:
            standings[ordinal] = standing
            if rules.categories and category not in rules.categories:
                elsewhere[ordinal // 8] |= 1 << ordinal % 8
        return Picture(
            seq=seq,
            now=self._db.clock.now(),
            event=event.title,
            timezone=event.timezone,
            performance=performance,
            wanted=wanted,
            items={one.number: one.name for one in items},
            taken=[one.number for one in items if not rules.items or one.id in rules.items],
            keys=keys,
            standings=b64encode(packed(standings)).decode(),
            serials=[(ordinal, serial) for ordinal, serial, _, _ in rows if serial > 1],
            elsewhere=b64encode(elsewhere).decode(),
            gates=gates,
            expected=sum(number for item_id, category, number in expected if wanted.takes(item_id, category)),
            live=self._live,
            foreign=b64encode(packed_codes(foreign)).decode(),
        )
