"""By which rules tickets are given back, and how much that is worth. Pure. Amounts are minor units of the currency."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from novacast.clock import HOUR
from novacast.errors import Conflict, InvalidInput
from novacast.i18n import Text, text
from novacast.money import Parts
from novacast.records import dataclass
from novacast.tickets.events.models import MOST_AMOUNT, Performance
from novacast.tickets.holds.models import Claim
from novacast.tickets.models import PerformanceState

MOST_HOURS = 24 * 366
LONGEST_IBAN = 34


@dataclass(frozen=True, slots=True)
class Policy:
    """Of an event. Without one nobody gives anything back without asking the house."""

    hours: int
    """Before the start until which it is possible."""
    fee_bp: int
    """Kept of a price, in hundredths of a percent; and"""
    fee_amount: int
    """of each ticket, never more than it cost."""
    returns_fees: bool
    """Whether the booking fee comes back as well."""

    def deadline(self, performance: Performance) -> int:
        return performance.starts_at - self.hours * HOUR

    def back(self, claim: Claim) -> int:
        """What of a ticket is given back. A half is the buyer's."""
        base = claim.cost if self.returns_fees else claim.price
        kept = (base * self.fee_bp + 4999) // 10_000 + self.fee_amount
        return max(0, base - kept)


WHOLE = Policy(hours=0, fee_bp=0, fee_amount=0, returns_fees=True)
"""Of a performance that is cancelled."""


@dataclass(frozen=True, slots=True)
class Returned:
    """A ticket that may be given back, and for how much."""

    ticket_id: str
    claim_id: str
    item: str
    seat: str
    name: str
    paid: int
    back: int
    tax_bp: int


@dataclass(frozen=True, slots=True)
class Quote:
    """What an order's tickets are worth today. `refusal`: why nothing can be given back now."""

    lines: Sequence[Returned]
    currency: str
    deadline: int | None
    left: int
    """What was paid for the order and is not given back yet: more than that never is."""
    refusal: Text | None = None

    def chosen(self, ticket_ids: Collection[str]) -> "Quote":
        chosen = replace(self, lines=[one for one in self.lines if one.ticket_id in ticket_ids])
        return chosen if chosen.back <= self.left else chosen.worth(self.left)

    def worth(self, back: int) -> "Quote":
        """With an amount that is decided otherwise, laid on the tickets in their order."""
        lines = []
        for one in self.lines:
            part = min(one.paid, back)
            back -= part
            lines.append(replace(one, back=part))
        return replace(self, lines=lines)

    @property
    def parts(self) -> Parts:
        return [(one.back, one.tax_bp) for one in self.lines]

    @property
    def paid(self) -> int:
        return sum(one.paid for one in self.lines)

    @property
    def back(self) -> int:
        return sum(one.back for one in self.lines)

    @property
    def fee(self) -> int:
        return self.paid - self.back


@dataclass(frozen=True, slots=True)
class Cancellation:
    """What was cancelled of an order, and what of its price is to be given back."""

    id: str
    order_id: str
    org_id: str
    tickets: tuple[str, ...]
    paid: int
    back: int
    currency: str
    reason: str
    by_buyer: bool
    person_id: str | None
    at: int


def as_paid(claim: Claim, paid_for: Mapping[str, tuple[int, int]]) -> Claim:
    """With what was paid for the unit whose place it took."""
    if claim.id not in paid_for:
        return claim
    price, fee = paid_for[claim.id]
    return replace(claim, price=price, fee=fee)


@dataclass(frozen=True, slots=True)
class BankAccount:
    """Where transfers to an organization go."""

    holder: str
    iban: str
    bic: str
    bank: str

    def checked(self) -> "BankAccount":
        """Raises InvalidInput."""
        iban = "".join(self.iban.split()).upper()
        if not _good_iban(iban):
            raise InvalidInput.field("iban", text("This is no IBAN. Look at it again."))
        if not self.holder.strip():
            raise InvalidInput.field("holder", text("Say whose account it is."), "required")
        return BankAccount(self.holder.strip(), iban, "".join(self.bic.split()).upper(), self.bank.strip())

    @property
    def lines(self) -> list[str]:
        return [one for one in (self.holder, self.spaced, self.bic, self.bank) if one]

    @property
    def spaced(self) -> str:
        return " ".join(self.iban[at : at + 4] for at in range(0, len(self.iban), 4))


def check_policy(policy: Policy) -> Policy:
    """Raises InvalidInput."""
    if not 0 <= policy.hours <= MOST_HOURS:
        raise InvalidInput.field("hours", text("Between 0 and {most} hours before the start.", most=MOST_HOURS))
    if not 0 <= policy.fee_bp <= 10_000 or not 0 <= policy.fee_amount <= MOST_AMOUNT:
        raise InvalidInput.field("fee_amount", text("The fee is a share of the price and an amount, none below zero."))
    return policy


def refusal(policy: Policy | None, performance: Performance, now: int) -> Text | None:
    """Why a buyer can't give tickets back now."""
    if performance.state is PerformanceState.CANCELLED:
        return None
    if policy is None:
        return text("Tickets of this event can't be given back here. Write to the house.")
    if now >= policy.deadline(performance):
        return text("It is too late to give tickets back.")
    return None


class AmountChanged(Conflict):
    """What would be given back is not what was shown any more; look at it again."""

    code = "amount_changed"


def _good_iban(iban: str) -> bool:
    """ISO 13616: letters are numbers, the first four signs go last, and the rest by 97 is 1."""
    if not (15 <= len(iban) <= LONGEST_IBAN and iban.isascii() and iban.isalnum() and iban[:2].isalpha()):
        return False
    return int("".join(str(int(sign, 36)) for sign in iban[4:] + iban[:4])) % 97 == 1
