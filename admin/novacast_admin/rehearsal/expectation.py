"""What the house itself says of an event: who will watch, for how long, in which ladder; and who is on air now."""

from collections.abc import Sequence

from novacast.clock import HOUR
from novacast.errors import NotFound
from novacast.identity import SYSTEM
from novacast.live.channels.service import HEIGHTS
from novacast.live.models import Channel, PassThrough
from novacast.records import dataclass
from novacast.tickets.events.models import Performance
from novacast.tickets.reports.models import Place
from novacast.wiring import Services
from novacast_admin.rehearsal.verdict import Expected

ALL = 100
PROFILE = "low"
"""Of a channel of which nobody says otherwise."""


@dataclass(frozen=True, slots=True)
class Ladder:
    heights: tuple[int, ...] = HEIGHTS
    profile: str = PROFILE
    pass_through: str = PassThrough.AUTO.value
    record: bool = True

    @classmethod
    def of(cls, channel: Channel) -> "Ladder":
        return cls(channel.heights, channel.profile, channel.pass_through.value, channel.record)

    @property
    def rungs(self) -> Sequence[str]:
        return [f"{one}p" for one in self.heights]


async def on_air(services: Services) -> Sequence[str]:
    """Titles of what somebody watches now, or may watch again in a moment."""
    return [one.title for one in await services.broadcasts.now()]


async def largest(services: Services) -> Ladder:
    """Of all channels the one that costs most; of none, what a new one has."""
    found: list[Channel] = []
    organizations = (await services.accounts.administration.organizations(SYSTEM, None, ALL)).items
    for organization in organizations:
        found += (await services.live.channels.of_org(SYSTEM, organization.id, None, ALL)).items
    if not found:
        return Ladder()
    return Ladder.of(max(found, key=lambda one: sum(height**2 for height in one.heights)))


async def of_event(services: Services, event_id: str) -> tuple[Expected, Ladder]:
    """Of its next performance: as many viewers as online passes can be sold, or are where nothing is sold any more.

    Raises NotFound.
    """
    shown = await services.tickets.events.show(SYSTEM, event_id)
    night = _next(shown.performances, services.clock.now())
    if night is None:
        raise NotFound(f"{shown.event.title} has no performance that is still to come.")
    ladder = await _ladder(services, night)
    standing = (await services.tickets.reports.standings(SYSTEM, shown.event.org_id, [night.id]))[night.id]
    groups = {one.place: one for one in standing.groups}
    online = groups.get(Place.ONLINE)
    sells = night.sells(services.clock.now()) or night.starts_at > services.clock.now()
    viewers = 0 if online is None else online.capacity if sells else online.counts.sold
    places = sum(one.left for one in standing.groups) if sells else 0
    hours = (night.ends_at - night.starts_at) / HOUR
    return Expected(shown.event.title, viewers, hours, places, ladder.rungs, ladder.record), ladder


def _next(nights: Sequence[Performance], now: int) -> Performance | None:
    coming = [one for one in nights if one.ends_at > now]
    return min(coming, key=lambda one: one.starts_at, default=None)


async def _ladder(services: Services, night: Performance) -> Ladder:
    if night.programme_id is None:
        return await largest(services)
    return Ladder.of((await services.live.programmes.show(SYSTEM, night.programme_id)).channel)
