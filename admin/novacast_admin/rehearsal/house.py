"""The scratch server: the real one, as `novacast serve` starts it, with an evening arranged in it.

Run by the rehearsal: `python -m novacast_admin.rehearsal.house PLAN` with its settings in the environment; PLAN is the
JSON of a `Wanted`. Says one line of JSON when it serves, the fields of an `Address`, and ends with TERM.
"""

import json
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict
from typing import Any

from novacast import app
from novacast.accounts.organizations.models import Organization
from novacast.accounts.people.models import Person
from novacast.accounts.sessions.models import Kind as KindOfSession
from novacast.accounts.sessions.models import Origin, SignedIn
from novacast.clock import DAY, HOUR
from novacast.identity import SYSTEM, Principal, new_id
from novacast.live.channels.models import Setup
from novacast.live.models import PassThrough
from novacast.live.programmes.models import Changes
from novacast.notifications.webhooks.service import Draft
from novacast.records import dataclass
from novacast.settings import load
from novacast.tickets.arranging.models import Evening, Kind
from novacast.tickets.events.models import EventChanges, NewItem, PerformanceChanges
from novacast.tickets.models import ItemKind
from novacast.visibility import Visibility
from novacast.wiring import Services
from novacast_admin.rehearsal import hall
from novacast_admin.rehearsal.extras import say
from novacast_admin.rehearsal.models import Address, Wanted

WRITERS = 10
TOLD = ("order.paid.v1",)


@dataclass(frozen=True, slots=True)
class _Arranged:
    programme: str
    key: str
    performance: str
    seated: str
    standing: str
    tokens: Sequence[str]
    webhook: str


async def arrange(own: Services, wanted: Wanted) -> _Arranged:
    password = new_id() + new_id()
    people = [await _person(own, number, password) for number in range(WRITERS)]
    owner = people[0]
    organization = await own.accounts.organizations.create(Principal(person_id=owner.id), "A rehearsal", "rehearsal")
    programme, key = await _channel(own, organization, owner, wanted)
    performance, seated, standing = await _evening(own, organization)
    tokens = [await _token(own, one, password) for one in people]
    webhook = await _webhook(own, organization, wanted.mailbox) if wanted.mailbox else ""
    return _Arranged(programme, key, performance, seated, standing, tokens, webhook)


async def _webhook(own: Services, organization: Organization, url: str) -> str:
    fresh = await own.webhooks.webhooks.create(SYSTEM, organization.id, Draft(url, TOLD, "", True))
    return fresh.listed.endpoint.id


async def _person(own: Services, number: int, password: str) -> Person:
    email = f"person{number}@rehearsal.example"
    return await own.accounts.administration.create_person(SYSTEM, email, f"Person {number}", password)


async def _token(own: Services, person: Person, password: str) -> str:
    origin = Origin("", "rehearsal")
    signed_in = await own.accounts.sessions.sign_in(KindOfSession.API, person.email, password, origin)
    assert isinstance(signed_in, SignedIn), "nobody here has a second factor"
    assert signed_in.tokens is not None
    return signed_in.tokens.access


async def _channel(own: Services, organization: Organization, owner: Person, wanted: Wanted) -> tuple[str, str]:
    setup = Setup(
        name="The stage",
        visibility=Visibility.PUBLIC,
        profile=wanted.profile,
        heights=tuple(wanted.heights),
        pass_through=PassThrough(wanted.pass_through),
        record=wanted.record,
    )
    channel = await own.live.channels.create(SYSTEM, organization.id, setup)
    programme = await own.live.programmes.create(SYSTEM, channel.id, Changes(title="The rehearsal"))
    fresh = await own.live.keys.create(SYSTEM, channel.id, "rehearsal", for_person=owner.id)
    return programme.id, fresh.secret


async def _evening(own: Services, organization: Organization) -> tuple[str, str, str]:
    """Performance, item with seats, item without."""
    start = own.clock.now() + DAY
    hours = PerformanceChanges(frozenset({"starts_at", "ends_at"}), starts_at=start, ends_at=start + 2 * HOUR)
    seat_map = await own.tickets.seat_maps.create(SYSTEM, organization.id, "The hall", hall.drawing())
    kinds = (
        Kind(NewItem("Seat", ItemKind.SEATED, True, price=2000), None),
        Kind(NewItem("Standing", ItemKind.GENERAL, price=1000), hall.STANDING),
    )
    about = EventChanges(title="The rehearsal", currency="EUR")
    evening = Evening(hours, kinds, seat_map.id)
    _, night = await own.tickets.arranging.create(SYSTEM, organization.id, about, evening, on_sale=True)
    items = {one.name: one.id for one in (await own.tickets.performances.show(SYSTEM, night.id)).items}
    return night.id, items["Seat"], items["Standing"]


def main(wanted: Wanted) -> None:
    settings = load()
    arranged: list[Address] = []

    @asynccontextmanager
    async def beside(own: Services, rtmp: int | None) -> AsyncIterator[None]:
        made = await arrange(own, wanted)
        given: dict[str, Any] = asdict(made)
        stage = f"rtmp://{settings.server.host}:{rtmp}/live/{given.pop('key')}"
        arranged.append(Address(settings.server.host, 0, stage, **given))
        yield

    def ready(address: str) -> None:
        say(asdict(arranged[0]) | {"port": int(address.rpartition(":")[2])})

    app.serve(settings, ready=ready, beside=beside)


if __name__ == "__main__":
    main(Wanted(**json.loads(sys.argv[1])))
