"""Tiers and plans as an organization arranges them, and as everybody sees what is offered."""

from collections.abc import Sequence
from typing import Any

from novacast import outbox
from novacast.database import Database, Then, Transaction
from novacast.errors import Conflict, Forbidden, InvalidInput, NotFound
from novacast.i18n import text
from novacast.identity import Action, Principal, new_id
from novacast.payments.memberships import store
from novacast.payments.memberships.models import (
    BADGE_LENGTH,
    DESCRIPTION_LENGTH,
    GRACE_DAYS,
    HIGHEST_PRICE,
    LONGEST_TRIAL,
    MOST_GRACE_DAYS,
    MOST_PLANS,
    MOST_TIERS,
    NAME_LENGTH,
    WHOLE,
    Interval,
    Plan,
    Tier,
    checked_media,
    checked_name,
)
from novacast.records import dataclass
from novacast.texts import printable


@dataclass(frozen=True, slots=True)
class TierDraft:
    """What is set; None leaves a thing as it is. A tier's circle never changes."""

    name: str | None = None
    circle: str | None = None
    description: str | None = None
    badge: str | None = None
    discount: int | None = None
    presale_hours: int | None = None
    position: int | None = None
    archived: bool | None = None
    media: Sequence[str] | None = None


@dataclass(frozen=True, slots=True)
class PlanDraft:
    interval: Interval
    price: int
    currency: str
    tax: int = 0
    grace_days: int = GRACE_DAYS
    trial_days: int = 0


@dataclass(frozen=True, slots=True)
class Offered:
    """A tier, its plans, and what it opens."""

    tier: Tier
    plans: Sequence[Plan]
    media: Sequence[str]


class Plans:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def offered(self, org_id: str) -> Sequence[Offered]:
        """What everybody may have; a tier without a price is for gifts alone, and not shown."""
        found = await self._all(org_id)
        shown = [
            Offered(one.tier, [plan for plan in one.plans if plan.offered], one.media)
            for one in found
            if not one.tier.archived
        ]
        return [one for one in shown if one.plans]

    async def of_org(self, principal: Principal, org_id: str) -> Sequence[Offered]:
        """Raises NotFound, Forbidden."""
        office(principal, org_id)
        return await self._all(org_id)

    async def create(
        self, principal: Principal, org_id: str, draft: TierDraft, then: Then[Offered] | None = None
    ) -> Offered:
        """Raises NotFound, Forbidden, InvalidInput, Conflict."""
        office(principal, org_id)
        columns: dict[str, Any] = {"name": checked_name(draft.name or ""), **_checked(draft)}
        circle = checked_name(draft.circle or "", "circle")

        def unit(tx: Transaction) -> Offered:
            there = tx.all(store.tiers(org_id))
            if len(there) >= MOST_TIERS:
                raise Conflict(text("The organization has {most} tiers already.", most=MOST_TIERS))
            plain: dict[str, Any] = {
                "description": "",
                "badge": "",
                "discount": 0,
                "presale_hours": 0,
                "archived": False,
            }
            made = Tier(
                id=new_id(),
                org_id=org_id,
                circle=circle,
                created_at=tx.now,
                changed_at=tx.now,
                **{**plain, "position": len(there), **columns},
            )
            store.add_tier(tx, made)
            store.set_media(tx, made.id, checked_media(draft.media or ()))
            return _told(tx, made.id, then)

        return await self._db.write(unit)

    async def edit(
        self, principal: Principal, tier_id: str, draft: TierDraft, then: Then[Offered] | None = None
    ) -> Offered:
        """Raises NotFound, Forbidden, InvalidInput."""
        columns = _checked(draft)
        media = None if draft.media is None else checked_media(draft.media)

        def unit(tx: Transaction) -> Offered:
            office_tier(principal, tx.one(store.tier(tier_id)))
            store.change_tier(tx, tier_id, columns)
            if media is not None:
                store.set_media(tx, tier_id, media)
            return _told(tx, tier_id, then)

        return await self._db.write(unit)

    async def tier(self, principal: Principal, tier_id: str) -> Offered:
        """Raises NotFound, Forbidden."""
        found: Tier | None = await self._db.one(store.tier(tier_id))
        tier = office_tier(principal, found)
        return next(one for one in await self._all(tier.org_id) if one.tier.id == tier.id)

    async def opened(self, tier_id: str) -> Sequence[str]:
        """Ids of what a tier opens."""
        return await self._db.all(store.media(tier_id))

    async def open(self, principal: Principal, tier_id: str, media_id: str, *, opens: bool) -> Offered:
        """One thing more, or one less; the others stay. Raises NotFound, Forbidden, InvalidInput."""

        def unit(tx: Transaction) -> Offered:
            office_tier(principal, tx.one(store.tier(tier_id)))
            others = [one for one in tx.all(store.media(tier_id)) if one != media_id]
            store.set_media(tx, tier_id, checked_media([*others, media_id] if opens else others))
            return _told(tx, tier_id, None)

        return await self._db.write(unit)

    async def price(self, principal: Principal, tier_id: str, draft: PlanDraft, then: Then[Plan] | None = None) -> Plan:
        """A price of a tier. It is never changed: another is made, and this one offered no more. Raises NotFound,
        Forbidden, InvalidInput, Conflict."""
        _check_price(draft)

        def unit(tx: Transaction) -> Plan:
            tier = office_tier(principal, tx.one(store.tier(tier_id)))
            if len([one for one in tx.all(store.plans(tier.org_id)) if one.tier_id == tier_id]) >= MOST_PLANS:
                raise Conflict(text("The tier has {most} prices already.", most=MOST_PLANS))
            made = Plan(
                id=new_id(),
                tier_id=tier_id,
                org_id=tier.org_id,
                interval=draft.interval,
                price=draft.price,
                currency=draft.currency.upper(),
                tax=draft.tax,
                grace_days=draft.grace_days,
                offered=True,
                created_at=tx.now,
                trial_days=draft.trial_days,
            )
            store.add_plan(tx, made)
            _told(tx, tier_id, None)
            if then is not None:
                then(tx, made)
            return made

        return await self._db.write(unit)

    async def offer(self, principal: Principal, plan_id: str, *, offered: bool) -> Plan:
        """Raises NotFound, Forbidden."""

        def unit(tx: Transaction) -> Plan:
            plan = tx.one(store.plan(plan_id))
            office_tier(principal, None if plan is None else tx.one(store.tier(plan.tier_id)))
            assert plan is not None, "its tier was found"
            store.change_plan(tx, plan_id, {"offered": int(offered)})
            _told(tx, plan.tier_id, None)
            return tx.one(store.plan(plan_id)) or plan

        return await self._db.write(unit)

    async def _all(self, org_id: str) -> Sequence[Offered]:
        async with self._db.snapshot() as view:
            tiers, plans = await view.all(store.tiers(org_id)), await view.all(store.plans(org_id))
            media = {one.id: await view.all(store.media(one.id)) for one in tiers}
        return [Offered(one, [plan for plan in plans if plan.tier_id == one.id], media[one.id]) for one in tiers]


def office(principal: Principal, org_id: str, action: Action = Action.EVENT_MANAGE) -> None:
    """Raises NotFound for strangers, Forbidden for members who may not."""
    if not principal.system and org_id not in principal.roles:
        raise NotFound(text("There is no such organization, or you don't belong to it."))
    if not principal.allows(action, org_id):
        raise Forbidden(text("Your role in the organization doesn't allow this."))


def office_tier(principal: Principal, found: Tier | None) -> Tier:
    """Raises NotFound, Forbidden."""
    if found is None or not (principal.system or found.org_id in principal.roles):
        raise NotFound(text("There is no such tier, or it is not yours."))
    office(principal, found.org_id)
    return found


def _told(tx: Transaction, tier_id: str, then: Then[Offered] | None) -> Offered:
    tier = tx.one(store.tier(tier_id))
    assert tier is not None, "it is there"
    outbox.emit(tx, "membership.plans_changed", tier_id, outbox.org(tier.org_id))
    plans = [one for one in tx.all(store.plans(tier.org_id)) if one.tier_id == tier_id]
    offered = Offered(tier, plans, tx.all(store.media(tier_id)))
    if then is not None:
        then(tx, offered)
    return offered


def _checked(draft: TierDraft) -> dict[str, Any]:
    """Raises InvalidInput."""
    columns: dict[str, Any] = {}
    if draft.name is not None:
        columns["name"] = checked_name(draft.name, most=NAME_LENGTH)
    if draft.badge is not None:
        columns["badge"] = checked_name(draft.badge, "badge", BADGE_LENGTH)
    if draft.description is not None:
        columns["description"] = printable(draft.description).strip()[:DESCRIPTION_LENGTH]
    for name, value, most in (
        ("discount", draft.discount, WHOLE),
        ("presale_hours", draft.presale_hours, 8760),
        ("position", draft.position, 1000),
    ):
        if value is not None:
            _between(name, value, 0, most)
            columns[name] = value
    if draft.archived is not None:
        columns["archived"] = int(draft.archived)
    return columns


def _check_price(draft: PlanDraft) -> None:
    """Raises InvalidInput."""
    _between("price", draft.price, 1, HIGHEST_PRICE)
    _between("tax", draft.tax, 0, WHOLE)
    _between("grace_days", draft.grace_days, 0, MOST_GRACE_DAYS)
    _between("trial_days", draft.trial_days, 0, LONGEST_TRIAL)
    if not (len(draft.currency) == 3 and draft.currency.isascii() and draft.currency.isalpha()):
        raise InvalidInput.field("currency", text("A currency has three letters, such as EUR."), "pattern")


def _between(name: str, value: int, least: int, most: int) -> None:
    if not least <= value <= most:
        message = text("This is from {least} to {most}.", least=least, most=most)
        raise InvalidInput.field(name, message, "out_of_range")
