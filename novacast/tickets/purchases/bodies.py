"""Shapes of purchases."""

from collections.abc import Mapping, Sequence
from typing import Annotated

from pydantic import Field

from novacast.clock import iso
from novacast.tickets.orders.bodies import NewOrderBody, ReceiptBody
from novacast.tickets.orders.models import Method
from novacast.tickets.purchases.models import MOST_THINGS, FilmWish, Member, Purchase, Purchased, PurchaseState, Wanted
from novacast.tickets.questions.bodies import GivenBody
from novacast.tickets.questions.models import Given
from novacast.web import Body, PageBody

Id = Annotated[str, Field(min_length=1, max_length=40)]
Token = Annotated[str, Field(min_length=1, max_length=200)]


class FilmWishBody(Body):
    video: Id
    offer: Annotated[Id, Field(description="As `GET /api/v1/videos/{video_id}/offers` tells it.")]


class AnswersBody(Body):
    basket: Token
    answers: Annotated[Sequence[GivenBody], Field(max_length=5000)]


class NewPurchaseBody(NewOrderBody):
    """Things of one house and one currency. `answers` belong to the only basket, or are told with it in `answered`."""

    baskets: Annotated[
        Sequence[Token], Field(max_length=MOST_THINGS, description="Tokens of baskets, each of one performance.")
    ] = ()
    videos: Annotated[Sequence[FilmWishBody], Field(max_length=MOST_THINGS)] = ()
    plan: Annotated[Id | None, Field(description="Of a membership that begins with it.")] = None
    answered: Annotated[Sequence[AnswersBody], Field(max_length=MOST_THINGS)] = ()

    def wanted(self) -> Wanted:
        return Wanted(tuple(self.baskets), tuple(FilmWish(one.video, one.offer) for one in self.videos), self.plan)

    def given(self) -> Mapping[str, Sequence[Given]]:
        found = {one.basket: [each.given() for each in one.answers] for one in self.answered}
        if self.answers and len(self.baskets) == 1:
            found.setdefault(self.baskets[0], [one.given() for one in self.answers])
        return found


class PurchaseBody(Body):
    id: str
    code: Annotated[str, Field(description="For people; also the reference of a transfer.")]
    method: Method
    total: Annotated[int, Field(description="To be paid at once, for all.")]
    currency: str
    test: Annotated[bool, Field(description="Nothing of this is real.")]
    created_at: str

    @classmethod
    def of(cls, one: Purchase) -> "PurchaseBody":
        return cls(
            id=one.id,
            code=one.code,
            method=one.method,
            total=one.total,
            currency=one.currency,
            test=one.test,
            created_at=iso(one.created_at),
        )


class PurchasesBody(PageBody[PurchaseBody]):
    pass


class MemberBody(Body):
    """The membership that begins with it."""

    id: str
    tier: str
    price: Annotated[int, Field(description="Of a period.")]
    currency: str
    interval: Annotated[str, Field(description="month or year.")]
    now: Annotated[int, Field(description="What of the total is for it.")]
    trial_days: int
    state: str

    @classmethod
    def of(cls, one: Member) -> "MemberBody":
        return cls(
            id=one.subscription_id,
            tier=one.tier,
            price=one.price,
            currency=one.currency,
            interval=one.interval,
            now=one.now,
            trial_days=one.trial_days,
            state=one.state,
        )


class PurchasedBody(Body):
    token: Annotated[str, Field(description="Whoever has it has the purchase; it is in its link.")]
    purchase: PurchaseBody
    state: PurchaseState
    url: Annotated[str | None, Field(description="Where to pay, once that has begun.")]
    due_at: Annotated[str | None, Field(description="Until when it may be paid.")]
    awaited: Annotated[bool, Field(description="The buyer has done all, and a bank takes its time.")]
    orders: Annotated[list[ReceiptBody], Field(description="One of each basket and each video, in this order.")]
    membership: MemberBody | None

    @classmethod
    def shown(cls, one: Purchased, token: str, orders: Sequence[ReceiptBody]) -> "PurchasedBody":
        return cls(
            token=token,
            purchase=PurchaseBody.of(one.purchase),
            state=one.state,
            url=one.url,
            due_at=iso(one.due_at),
            awaited=one.awaited,
            orders=list(orders),
            membership=None if one.membership is None else MemberBody.of(one.membership),
        )
