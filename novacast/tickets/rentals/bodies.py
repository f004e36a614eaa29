"""Shapes of videos that are sold."""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field

from novacast.clock import iso
from novacast.tickets.events.models import MOST_AMOUNT
from novacast.tickets.orders.bodies import Email, Name
from novacast.tickets.orders.models import Buyer, Method, buyer_of
from novacast.tickets.rentals.models import DAYS, MOST_DAYS, MOST_HOURS, OfferKind, Price, Right, Terms, VideoOffer
from novacast.tickets.rentals.ports import Membership
from novacast.tickets.rentals.service import OnSale
from novacast.web import Body, ListBody

Id = Annotated[str, Field(min_length=1, max_length=64)]
Amount = Annotated[int, Field(gt=0, le=MOST_AMOUNT, description="Minor units, tax included.")]
Tax = Annotated[int, Field(ge=0, le=10_000, description="Of a hundred percent, in hundredths of a percent.")]


class BuyBody(Body):
    price: Amount
    tax_basis_points: Tax = 0


class RentBody(Body):
    price: Amount
    tax_basis_points: Tax = 0
    hours: Annotated[int, Field(ge=1, le=MOST_HOURS, description="From the first play.")]
    days: Annotated[int, Field(ge=1, le=MOST_DAYS, description="Within which that has to be.")] = DAYS


class TermsBody(Body):
    """All that a video is sold as; what is null is not offered."""

    currency: Annotated[str, Field(min_length=3, max_length=3, examples=["EUR"])]
    buy: BuyBody | None = None
    rent: RentBody | None = None
    trailer: Annotated[Id | None, Field(description="Id of another video of the house, that everybody sees.")] = None

    def terms(self) -> Terms:
        buy = None if self.buy is None else Price(self.buy.price, self.buy.tax_basis_points)
        rent = self.rent
        return Terms(
            self.currency,
            buy,
            None if rent is None else Price(rent.price, rent.tax_basis_points, rent.hours, rent.days),
            self.trailer,
        )


class VideoOfferBody(Body):
    id: str
    kind: OfferKind
    price: int
    tax_basis_points: int
    currency: str
    hours: Annotated[int | None, Field(description="Of a rental, from the first play.")]
    days: Annotated[int | None, Field(description="Of a rental, within which it has to be begun.")]

    @classmethod
    def of(cls, one: VideoOffer) -> "VideoOfferBody":
        return cls(
            id=one.id,
            kind=one.kind,
            price=one.price,
            tax_basis_points=one.tax_bp,
            currency=one.currency,
            hours=one.hours,
            days=one.days,
        )


class OpeningBody(Body):
    """A membership that opens it."""

    name: str
    plans: list[str]

    @classmethod
    def of(cls, one: Membership) -> "OpeningBody":
        return cls(name=one.name, plans=list(one.plans))


class VideoOffersBody(Body):
    video: str
    title: str
    description: str
    trailer: str | None
    currency: str
    items: list[VideoOfferBody]
    memberships: list[OpeningBody]

    @classmethod
    def of(cls, sale: OnSale, memberships: Sequence[Membership]) -> "VideoOffersBody":
        return cls(
            video=sale.film.media_id,
            title=sale.film.title,
            description=sale.film.description,
            trailer=sale.trailer,
            currency=sale.currency,
            items=[VideoOfferBody.of(one) for one in sale.offers],
            memberships=[OpeningBody.of(one) for one in memberships],
        )


class NewVideoOrderBody(Body):
    offer: Id
    name: Name
    email: Email
    method: Literal[Method.TRANSFER, Method.CARD, Method.SANDBOX]

    def buyer(self, language: str) -> Buyer:
        return buyer_of(self.name, self.email, language)


class RightBody(Body):
    video: str
    title: str
    kind: OfferKind
    order: Annotated[str, Field(description="Id of the order that it was bought with.")]
    bought_at: str
    begin_until: Annotated[str | None, Field(description="Until when a rental has to be begun.")]
    began_at: str | None
    ends_at: Annotated[str | None, Field(description="When a rental that is begun runs out.")]
    open: Annotated[bool, Field(description="Whether it opens the video now.")]

    @classmethod
    def of(cls, one: Right, now: int) -> "RightBody":
        return cls(
            video=one.media_id,
            title=one.title,
            kind=one.kind,
            order=one.order_id,
            bought_at=iso(one.bought_at),
            begin_until=iso(one.begin_until),
            began_at=iso(one.began_at),
            ends_at=iso(one.ends_at),
            open=one.opens(now),
        )


class RightsBody(ListBody[RightBody]):
    pass
