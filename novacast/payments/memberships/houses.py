"""Which houses offer memberships. While any does, the venue's pages lead there."""

from collections.abc import Sequence
from dataclasses import field

from novacast.database import Database
from novacast.outbox import Event as Fact
from novacast.payments.memberships import store
from novacast.payments.memberships.models import Plan
from novacast.records import dataclass


@dataclass(slots=True)
class House:
    org_id: str
    tiers: list[tuple[str, list[Plan]]] = field(default_factory=list)
    """Names with prices, in the order of the house."""


class Houses:
    def __init__(self, db: Database) -> None:
        self._db = db
        self.offer = False
        """Whether one does, as of the last look."""

    async def all(self) -> Sequence[House]:
        """Those of the first 500 prices, in no order that people would know."""
        found: dict[str, House] = {}
        last = ""
        for name, plan in await self._db.all(store.offers(500)):
            house = found.setdefault(plan.org_id, House(plan.org_id))
            if plan.tier_id != last:
                house.tiers.append((name, []))
            last = plan.tier_id
            house.tiers[-1][1].append(plan)
        return list(found.values())

    async def look(self) -> None:
        self.offer = bool(await self._db.all(store.offers(1)))

    async def hear(self, fact: Fact) -> None:
        """A subscriber to the facts."""
        if fact.topic == "membership.plans_changed":
            await self.look()
