"""Evidence about a membership: gathered from the rows, and kept who watched by it."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path

from novacast.clock import DAY, SECOND
from novacast.database import Database, View
from novacast.errors import NotFound
from novacast.i18n import text
from novacast.identity import Action, Principal
from novacast.money import Contested
from novacast.payments.inquiries import store as inquiries
from novacast.payments.inquiries.models import contested as asked
from novacast.payments.memberships import store
from novacast.payments.memberships.disputes import store as disputes
from novacast.payments.memberships.disputes.models import contested
from novacast.payments.memberships.evidence import store as evidence
from novacast.payments.memberships.evidence.models import Case, LogIn
from novacast.payments.memberships.evidence.ports import LogIns, Viewings
from novacast.payments.memberships.models import Charge, Subscription, Tier
from novacast.payments.memberships.plans import office
from novacast.payments.memberships.ports import Addressees
from novacast.payments.memberships.refunds import store as refunds

KEPT = 540 * DAY
"""How long it is known who watched by a membership: card networks take disputes for so long at most."""
BEHIND = 900 * SECOND
"""A sweep looks at sessions that gave a sign of life since then."""
BATCH = 200
MOST = 500
"""Watchings, and log-ins, in one pack."""

Titles = Callable[[str, Sequence[str]], Awaitable[Mapping[str, str]]]
"""Of an organization's things, by their ids."""


class Evidence:
    def __init__(self, db: Database, people: Addressees, viewings: Viewings, log_ins: LogIns, fonts: Path) -> None:
        self._db, self._people, self._viewings, self._log_ins, self._fonts = db, people, viewings, log_ins, fonts

    async def pack(self, principal: Principal, org_id: str, subscription_id: str, titles: Titles) -> bytes:
        """What a bank is sent, as PDF in the language that is being spoken. Raises NotFound, Forbidden."""
        office(principal, org_id, Action.ORDER_VIEW)
        case = await self._case(org_id, subscription_id, titles)
        return await asyncio.to_thread(self._written, case)

    async def sweep(self) -> None:
        """Keep who watched by a membership: playback forgets it within the hour."""
        seen = await self._viewings.seen_since(self._db.clock.now() - BEHIND)
        for at in range(0, len(seen), BATCH):
            some = seen[at : at + BATCH]
            await self._db.write(lambda tx, some=some: evidence.watched(tx, some))  # type: ignore[misc]  # a default binds the name
        await self._db.write(lambda tx: evidence.forget(tx, tx.now - KEPT))

    async def _case(self, org_id: str, subscription_id: str, titles: Titles) -> Case:
        async with self._db.snapshot() as view:
            one = await view.one(store.subscription(subscription_id))
            if one is None or one.org_id != org_id:
                raise NotFound(text("There is no such membership, or it is not yours."))
            tier = await view.one(store.tier(one.tier_id))
            assert tier is not None, "a subscription has a tier"
            plan = await view.one(store.plan(one.plan_id or ""))
            charges = list(reversed(await view.all(store.charges(one.id))))
            back = [each for charge in charges for each in await view.all(refunds.of_charge(charge.id))]
            changes = await view.all(evidence.changes(one.id, MOST))
            watches = await view.all(evidence.watches(one.id, MOST))
            told = await _contested(view, one, tier, charges)
        person = await self._db.write(lambda tx: self._people.addressee(tx, one.person_id))
        # Where somebody logged in from is for a bank, and nobody else: without a dispute it is not looked up.
        known = await self._log_ins.of_person(one.person_id, MOST) if told else ()
        return Case(
            subscription=one,
            tier=tier,
            plan=plan,
            name="" if person is None else person.principal.name,
            email="" if person is None else person.email,
            disputes=told,
            charges=charges,
            refunds=back,
            changes=changes,
            watches=watches,
            log_ins=[LogIn(*each) for each in reversed(known)],
            titles=await titles(org_id, sorted({each.media_id for each in watches})),
        )

    def _written(self, case: Case) -> bytes:
        # The library for PDF is loaded by who writes one.
        from novacast.payments.memberships.evidence.pdf import written

        return written(case, self._fonts)


async def _contested(view: View, one: Subscription, tier: Tier, charges: Sequence[Charge]) -> list[Contested]:
    found = [
        contested(each, one.id, tier.name)
        for charge in charges
        for each in await view.all(disputes.of_charge(charge.id))
    ]
    return found + [asked(each, tier.name) for each in await view.all(inquiries.of_subscription(one.id))]
