"""What members may see, computed of rows each time it is asked. Fits playback's `Passes` and chat's `Badges`."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import replace
from typing import Protocol

from novacast.database import Database, Transaction
from novacast.identity import Principal
from novacast.payments.memberships import store
from novacast.payments.memberships.models import Tier
from novacast.records import dataclass


class Passes(Protocol):
    """Who else opens things, such as the box office."""

    async def opens(self, principal: Principal, media_id: str) -> Collection[str]: ...
    async def devices(self, principal: Principal, media_id: str, plain: int) -> int | None: ...
    def begun(self, tx: Transaction, person_id: str, media_id: str) -> None: ...


class Place(Protocol):
    @property
    def media_id(self) -> str: ...
    @property
    def org_id(self) -> str: ...


@dataclass(frozen=True, slots=True)
class MemberBadge:
    label: str
    kind: str = "member"


class Entitlement:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def entitled(self, principal: Principal, media_id: str, at: int) -> bool:
        """Whether a membership opens this at that instant."""
        return bool(await self._houses(principal, media_id, at))

    async def houses(self, principal: Principal, media_id: str) -> frozenset[str]:
        """Ids of the organizations whose memberships open it for whoever asks, now."""
        return await self._houses(principal, media_id, self._db.clock.now())

    async def tiers(self, principal: Principal, org_id: str) -> Sequence[Tier]:
        """What somebody is a member of in this house now: whose discount and presale are theirs."""
        if principal.person_id is None:
            return []
        now, found = self._db.clock.now(), await self._db.all(store.of_house(principal.person_id, org_id))
        known = {one.id: one for one in await self._db.all(store.tiers(org_id))}
        return [known[one.tier_id] for one in found if one.opens(now)]

    def held(self, tx: Transaction, person_id: str, org_id: str) -> Sequence[Tier]:
        """The same inside somebody's transaction."""
        found, known = tx.all(store.of_house(person_id, org_id)), {one.id: one for one in tx.all(store.tiers(org_id))}
        return [known[one.tier_id] for one in found if one.opens(tx.now)]

    def offered(self, tx: Transaction, org_id: str) -> Sequence[Tier]:
        return [one for one in tx.all(store.tiers(org_id)) if not one.archived]

    async def of_house(self, org_id: str) -> Sequence[Tier]:
        """What a house has, in its order."""
        return [one for one in await self._db.all(store.tiers(org_id)) if not one.archived]

    async def badges(self, principal: Principal, place: Place) -> Sequence[MemberBadge]:
        """In every room of the house, whatever it is about: what rooms that are for members ask for."""
        tiers = await self.tiers(principal, place.org_id)
        first = min(tiers, key=lambda one: one.position, default=None)
        return [] if first is None else [MemberBadge(first.badge)]

    async def _houses(self, principal: Principal, media_id: str, at: int) -> frozenset[str]:
        if principal.person_id is None:
            return frozenset()
        found = await self._db.all(store.opening(principal.person_id, media_id))
        return frozenset(one.org_id for one, _ in found if one.opens(at))


class WithMembers:
    """What others open, and what memberships open beside it."""

    def __init__(self, inner: Passes, members: Entitlement) -> None:
        self._inner, self._members = inner, members

    async def opens(self, principal: Principal, media_id: str) -> frozenset[str]:
        return frozenset(await self._inner.opens(principal, media_id)) | await self._members.houses(principal, media_id)

    async def devices(self, principal: Principal, media_id: str, plain: int) -> int | None:
        """A membership is good on as many as the installation allows everybody."""
        tickets = await self._inner.devices(principal, media_id, plain)
        if not await self._members.houses(principal, media_id):
            return tickets
        return plain if tickets is None else max(plain, tickets)

    def begun(self, tx: Transaction, person_id: str, media_id: str) -> None:
        """What members may watch anyhow uses up nothing that they bought."""
        if not any(one.opens(tx.now) for one, _ in tx.all(store.opening(person_id, media_id))):
            self._inner.begun(tx, person_id, media_id)

    async def admitted(self, principal: Principal, media_id: str) -> Principal:
        """The same principal with what is opened of this."""
        houses = await self.opens(principal, media_id)
        return replace(principal, passes=frozenset((house, media_id) for house in houses)) if houses else principal

    def looks(self, inner: Callable[[Principal, str], Awaitable[bool]]) -> Callable[[Principal, str], Awaitable[bool]]:
        """A rule of who may look at a thing, with those who are let in besides."""

        async def rule(principal: Principal, media_id: str) -> bool:
            return await inner(principal, media_id) or await inner(await self.admitted(principal, media_id), media_id)

        return rule
