"""The room put together."""

from collections.abc import Sequence
from dataclasses import dataclass

from novacast.database import Database
from novacast.payments.memberships.entitlement import Entitlement
from novacast.payments.memberships.personal import MembershipData
from novacast.payments.memberships.plans import Plans
from novacast.payments.memberships.ports import Collector, People, Sandbox
from novacast.payments.memberships.service import Memberships
from novacast.settings import Settings


@dataclass(frozen=True, slots=True)
class MembershipServices:
    plans: Plans
    memberships: Memberships
    entitlement: Entitlement
    personal: MembershipData


def membership_services(db: Database, settings: Settings, people: People) -> MembershipServices:
    collectors: Sequence[Collector] = [Sandbox()] if settings.tickets.mode == "test" else []
    return MembershipServices(Plans(db), Memberships(db, collectors, people), Entitlement(db), MembershipData(db))
