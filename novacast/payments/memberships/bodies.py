"""Shapes of memberships over the API. Amounts are integers of the currency's minor unit, taxes and discounts hundredths
of a percent."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from novacast.clock import iso
from novacast.payments.memberships.models import (
    BADGE_LENGTH,
    DESCRIPTION_LENGTH,
    GRACE_DAYS,
    HIGHEST_PRICE,
    LONGEST_TRIAL,
    MOST_GRACE_DAYS,
    MOST_MEDIA,
    NAME_LENGTH,
    WHOLE,
    Charge,
    ChargeState,
    Interval,
    Kind,
    Plan,
    State,
    Subscription,
)
from novacast.payments.memberships.plans import Offered, PlanDraft, TierDraft
from novacast.payments.memberships.ports import Preview
from novacast.payments.memberships.refunds.models import Refund
from novacast.payments.memberships.refunds.models import State as RefundState
from novacast.payments.memberships.service import Membership, Paying
from novacast.payments.memberships.trials.models import Why
from novacast.web import Body, ListBody, PageBody

Id = Annotated[str, Field(max_length=64)]
Name = Annotated[str, Field(max_length=NAME_LENGTH)]
Description = Annotated[str, Field(max_length=DESCRIPTION_LENGTH)]
Badge = Annotated[
    str, Field(max_length=BADGE_LENGTH, description='Beside members\' names in chat, where "member" does not say all.')
]
Discount = Annotated[int, Field(ge=0, le=WHOLE, description="What members save on tickets: 1000 is 10 %.")]
Presale = Annotated[int, Field(ge=0, le=8760, description="Hours by which members may buy before everybody else.")]
Media = Annotated[
    list[Id], Field(max_length=MOST_MEDIA, description="Ids of videos and programmes that it opens, all of them.")
]


class TierChangesBody(Body):
    """What is left out stays as it is."""

    name: Name | None = None
    description: Description | None = None
    badge: Badge | None = None
    discount: Discount | None = None
    presale_hours: Presale | None = None
    position: Annotated[int | None, Field(ge=0, le=1000, description="Where it stands among others.")] = None
    archived: Annotated[bool | None, Field(description="It is not offered any more; members keep it.")] = None
    media: Media | None = None

    def draft(self) -> TierDraft:
        return TierDraft(
            self.name,
            None,
            self.description,
            self.badge,
            self.discount,
            self.presale_hours,
            self.position,
            self.archived,
            self.media,
        )


class NewTierBody(Body):
    name: Name
    circle: Annotated[
        str, Field(max_length=NAME_LENGTH, description="Of tiers with the same, a person has one at a time.")
    ] = ""
    description: Description = ""
    badge: Badge = ""
    discount: Discount = 0
    presale_hours: Presale = 0
    media: Media = Field(default_factory=list)

    def draft(self) -> TierDraft:
        return TierDraft(
            self.name, self.circle, self.description, self.badge, self.discount, self.presale_hours, media=self.media
        )


class NewPlanBody(Body):
    interval: Interval
    price: Annotated[int, Field(ge=1, le=HIGHEST_PRICE, description="Taxes included.")]
    currency: Annotated[str, Field(min_length=3, max_length=3, description="ISO 4217.")]
    tax: Annotated[int, Field(ge=0, le=WHOLE, description="Contained in the price: 1900 is 19 %.")] = 0
    grace_days: Annotated[
        int, Field(ge=0, le=MOST_GRACE_DAYS, description="For which it stays open while a renewal is not paid.")
    ] = GRACE_DAYS

    trial_days: Annotated[
        int, Field(ge=0, le=LONGEST_TRIAL, description="For which somebody's first membership costs nothing.")
    ] = 0

    def draft(self) -> PlanDraft:
        return PlanDraft(self.interval, self.price, self.currency, self.tax, self.grace_days, self.trial_days)


class PlanChangesBody(Body):
    offered: bool


class PlanBody(Body):
    id: str
    interval: Interval
    price: int
    currency: str
    tax: int
    grace_days: int
    trial_days: int
    offered: bool

    @classmethod
    def of(cls, one: Plan) -> "PlanBody":
        return cls(
            id=one.id,
            interval=one.interval,
            price=one.price,
            currency=one.currency,
            tax=one.tax,
            grace_days=one.grace_days,
            trial_days=one.trial_days,
            offered=one.offered,
        )


class TierBody(Body):
    id: str
    organization: str
    circle: str
    name: str
    description: str
    badge: str
    discount: int
    presale_hours: int
    archived: bool
    plans: list[PlanBody]
    media: Media

    @classmethod
    def of(cls, offered: Offered) -> "TierBody":
        one = offered.tier
        return cls(
            id=one.id,
            organization=one.org_id,
            circle=one.circle,
            name=one.name,
            description=one.description,
            badge=one.badge,
            discount=one.discount,
            presale_hours=one.presale_hours,
            archived=one.archived,
            plans=[PlanBody.of(plan) for plan in offered.plans],
            media=list(offered.media),
        )


class TiersBody(ListBody[TierBody]):
    pass


class PlansQuery(Body):
    organization: Annotated[str, Field(max_length=64, description="Whose.")]


class NewSubscriptionBody(Body):
    plan: Id
    way: Annotated[
        Literal["offline", "sandbox", "stripe"],
        Field(
            description="offline: at the counter or by transfer; stripe: by card, on a page that `pay` tells; sandbox: "
            "where no money moves, in test mode."
        ),
    ] = "offline"


class GiftBody(Body):
    email: Annotated[str, Field(max_length=254, description="Of somebody with an account.")]
    until: AwareDatetime


class EndBody(Body):
    now: Annotated[bool, Field(description="At once, and not at the end of what is paid.")] = False


class PaidBody(Body):
    how: Annotated[Literal["cash", "transfer", "card_terminal"], Field(description="How it was paid.")] = "cash"


class ChargeBody(Body):
    id: str
    amount: int
    currency: str
    state: ChargeState
    refunded: int
    url: Annotated[str | None, Field(description="Where it can be paid, as long as it is due.")]
    since: Annotated[str | None, Field(description="Of the time that it is for.")]
    until: str | None
    created_at: str
    paid_at: str | None

    @classmethod
    def of(cls, one: Charge) -> "ChargeBody":
        return cls(
            id=one.id,
            amount=one.amount,
            currency=one.currency,
            state=one.state,
            refunded=one.refunded,
            url=one.url,
            since=iso(one.since),
            until=iso(one.until),
            created_at=iso(one.created_at),
            paid_at=iso(one.paid_at),
        )


class SubscriptionBody(Body):
    id: str
    organization: str
    tier: str
    plan: Annotated[str | None, Field(description="null: it was given.")]
    person: str
    kind: Kind
    state: State
    price: int
    currency: str
    interval: Interval | None
    ends_at: Annotated[str | None, Field(description="Of the period that is paid or given; null: it has not begun.")]
    stops: Annotated[bool, Field(description="Whether it ends then, and is not renewed.")]
    trial_until: str | None
    no_trial: Annotated[Why | None, Field(description="Why it has no trial, where its plan has one.")]
    suspended_at: Annotated[str | None, Field(description="Since when it opens nothing until it is paid.")]
    created_at: str

    @classmethod
    def of(cls, one: Subscription) -> "SubscriptionBody":
        return cls(
            id=one.id,
            organization=one.org_id,
            tier=one.tier_id,
            plan=one.plan_id,
            person=one.person_id,
            kind=one.kind,
            state=one.state,
            price=one.price,
            currency=one.currency,
            interval=one.interval,
            ends_at=iso(one.ends_at),
            stops=one.stops,
            trial_until=iso(one.trial_until),
            no_trial=one.no_trial,
            suspended_at=iso(one.suspended_at),
            created_at=iso(one.created_at),
        )


class SubscriptionsBody(PageBody[SubscriptionBody]):
    pass


class MembershipBody(SubscriptionBody):
    name: Annotated[str, Field(description="Of its tier.")]
    charges: Annotated[list[ChargeBody], Field(description="What its periods cost, the newest first.")]

    @classmethod
    def told(cls, one: Membership) -> "MembershipBody":
        shown = dict(SubscriptionBody.of(one.subscription))
        return cls(**shown, name=one.tier.name, charges=[ChargeBody.of(charge) for charge in one.charges])


class MembershipsBody(ListBody[MembershipBody]):
    pass


class PayingBody(SubscriptionBody):
    url: Annotated[str | None, Field(description="Where it is paid; null: nowhere, or it is paid.")]

    @classmethod
    def told(cls, one: Paying) -> "PayingBody":
        return cls(**dict(SubscriptionBody.of(one.subscription)), url=one.url)


class PreviewQuery(Body):
    plan: Id


class PartBody(Body):
    what: str
    amount: int


class PreviewBody(Body):
    currency: str
    now: Annotated[int, Field(description="To be paid at once; less than nothing: it is taken off what comes.")]
    parts: list[PartBody]
    at: Annotated[str, Field(description="The instant that it was reckoned for; it holds for an hour.")]

    @classmethod
    def of(cls, one: Preview) -> "PreviewBody":
        parts = [PartBody(what=what, amount=amount) for what, amount in one.rows]
        return cls(currency=one.currency, now=one.now, parts=parts, at=iso(one.at))


class OtherPlanBody(Body):
    plan: Id
    at: Annotated[AwareDatetime | None, Field(description="Of the preview that was shown.")] = None


class NewRefundBody(Body):
    amount: Annotated[int | None, Field(ge=1, le=HIGHEST_PRICE * 12, description="null: all that is left of it.")] = (
        None
    )


class RefundBody(Body):
    id: str
    charge: str
    amount: int
    state: RefundState
    created_at: str

    @classmethod
    def of(cls, one: Refund) -> "RefundBody":
        return cls(id=one.id, charge=one.charge_id, amount=one.amount, state=one.state, created_at=iso(one.created_at))
