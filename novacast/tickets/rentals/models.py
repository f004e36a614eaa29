"""Offers of a video, and rights to it. Pure."""

from collections.abc import Iterable
from enum import StrEnum

from novacast.clock import DAY, HOUR
from novacast.errors import Conflict, FieldError, InvalidInput
from novacast.i18n import gettext as _
from novacast.i18n import ngettext, text
from novacast.records import dataclass
from novacast.tickets.events.models import MOST_AMOUNT, currencies

MOST_HOURS, MOST_DAYS = 8760, 366
DAYS = 30
"""In which a rental is to be begun, unless the house says otherwise."""


class OfferKind(StrEnum):
    BUY = "buy"
    """For good."""
    RENT = "rent"
    """For some hours from the first play, which is to come within some days."""


class HadAlready(Conflict):
    """Whoever asks can watch this already, by what they bought before."""

    code = "had_already"


@dataclass(frozen=True, slots=True)
class Price:
    """What an organizer asks. `hours` and `days` of a rental."""

    amount: int
    tax_bp: int = 0
    hours: int | None = None
    days: int | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """All that a video is sold as; what is None is not offered."""

    currency: str
    buy: Price | None = None
    rent: Price | None = None
    trailer: str | None = None
    """Id of another video, that everybody sees."""

    def check(self) -> None:
        """Raises InvalidInput with every field at fault."""
        wrong: list[FieldError] = []
        if self.currency not in currencies():
            said = text("There is no such currency. Write its ISO 4217 code, such as EUR.")
            wrong.append(FieldError("currency", "invalid", said))
        for name, price in (("buy", self.buy), ("rent", self.rent)):
            if price is not None and not 0 < price.amount <= MOST_AMOUNT:
                wrong.append(FieldError(f"{name}.price", "out_of_range", text("A price is more than nothing.")))
        if self.rent is not None and not (1 <= (self.rent.hours or 0) <= MOST_HOURS):
            said = text("A rental lasts from 1 to {most} hours.", most=MOST_HOURS)
            wrong.append(FieldError("rent.hours", "out_of_range", said))
        if self.rent is not None and not (1 <= (self.rent.days or 0) <= MOST_DAYS):
            said = text("A rental is begun within 1 to {most} days.", most=MOST_DAYS)
            wrong.append(FieldError("rent.days", "out_of_range", said))
        if wrong:
            raise InvalidInput(wrong[0].message, errors=wrong)


@dataclass(frozen=True, slots=True)
class VideoOffer:
    """`id`: of the item that is bought."""

    id: str
    perf_id: str
    kind: OfferKind
    price: int
    tax_bp: int
    currency: str
    hours: int | None
    days: int | None
    on_sale: bool

    def is_as(self, price: Price) -> bool:
        """Whether it means the same; what it costs may be another."""
        return (self.hours, self.days) == (price.hours, price.days)


@dataclass(frozen=True, slots=True)
class Right:
    """What somebody bought of a video and still has: a valid ticket whose order nobody disputes."""

    ticket_id: str
    claim_id: str
    order_id: str
    org_id: str
    media_id: str
    title: str
    kind: OfferKind
    hours: int | None
    days: int | None
    bought_at: int
    began_at: int | None
    ends_at: int | None

    @property
    def begin_until(self) -> int | None:
        """When a rental that is not begun runs out."""
        return None if self.days is None else self.bought_at + self.days * DAY

    def waits(self, at: int) -> bool:
        """Whether its clock starts with the first play."""
        return self.began_at is None and self.begin_until is not None and at < self.begin_until

    def opens(self, at: int) -> bool:
        if self.kind is OfferKind.BUY or self.waits(at):
            return True
        return self.ends_at is not None and at < self.ends_at

    def until(self, at: int) -> int:
        """From a first play at that instant."""
        return at + (self.hours or 0) * HOUR


def to_begin(rights: Iterable[Right], at: int) -> Right | None:
    """The one whose clock a play at this instant starts: none while another opens it, else what runs out first."""
    opening = [one for one in rights if one.opens(at)]
    if any(not one.waits(at) for one in opening):
        return None
    return min(opening, key=lambda one: one.begin_until or 0, default=None)


def name_of(price: Price) -> str:
    """Of an offer, on orders and invoices, in the language that is being spoken."""
    if price.hours is None:
        return _("To keep")
    return ngettext("Rental, %(num)d hour", "Rental, %(num)d hours", price.hours) % {"num": price.hours}
