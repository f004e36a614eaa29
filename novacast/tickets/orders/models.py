"""Orders, attempts to pay them, and the rules between. Pure."""

import secrets
from collections.abc import Sequence
from enum import StrEnum

from novacast.errors import Conflict, InvalidInput
from novacast.i18n import text
from novacast.money import Demand, Outcome
from novacast.records import dataclass
from novacast.texts import Texts
from novacast.tickets.holds.models import Line
from novacast.tickets.models import AttemptState, OrderState

_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Without those that are read for others."""


class Method(StrEnum):
    """How an order is paid."""

    FREE = "free"
    """It costs nothing."""
    TRANSFER = "transfer"
    CARD = "card"
    """By card, or whatever else Stripe takes, at its page."""
    SANDBOX = "sandbox"
    """At a provider that moves no money; every ticket says so."""
    CASH = "cash"
    CARD_TERMINAL = "card_terminal"
    COMPLIMENTARY = "complimentary"
    """The house gives it away."""
    ELSEWHERE = "elsewhere"
    """At the system that the order came over from. Only imports make such orders."""


PAID = (Method.CARD, Method.TRANSFER, Method.SANDBOX)
"""How the public pays, in the order in which it is offered."""
PUBLIC = frozenset({Method.FREE, *PAID})
AT_ONCE = frozenset({Method.FREE, Method.CASH, Method.CARD_TERMINAL, Method.COMPLIMENTARY})
"""Paid when the order is made."""
REMOTE = {Method.CARD: "stripe", Method.SANDBOX: "sandbox"}
"""Somebody outside is asked: who."""
OPEN_ATTEMPTS = frozenset(
    {AttemptState.CREATED, AttemptState.SUBMITTED, AttemptState.REQUIRES_ACTION, AttemptState.PROCESSING}
)
LATE = ":late"
"""Behind the key of an attempt that is called off, and was paid all the same."""
CAPTURED = frozenset(
    {AttemptState.CAPTURED, AttemptState.PARTIALLY_REFUNDED, AttemptState.REFUNDED, AttemptState.DISPUTED}
)


class Unpayable(Conflict):
    """This way of paying is not to be had for this order."""

    code = "unpayable"


@dataclass(frozen=True, slots=True)
class Buyer:
    name: str
    email: str
    email_key: str
    """By which one address is the same however it is written."""
    language: str


@dataclass(frozen=True, slots=True)
class Order:
    id: str
    code: str
    """For people, also as the reference of a transfer."""
    org_id: str
    perf_id: str
    hold_id: str
    person_id: str | None
    name: str
    email: str
    email_key: str
    language: str
    method: Method
    channel: str
    """web or box_office."""
    total: int
    currency: str
    test: bool
    disputed: bool
    note: str
    state: OrderState
    due_at: int | None
    created_at: int
    changed_at: int


@dataclass(frozen=True, slots=True)
class Attempt:
    id: str
    order_id: str
    provider: str
    mode: str
    instance: str
    key: str
    amount: int
    currency: str
    reference: str | None
    url: str | None
    captured: int
    refunded: int
    mismatch: str | None
    state: AttemptState
    created_at: int
    changed_at: int

    def demand(self, what: str) -> Demand:
        return Demand(self.key, self.amount, self.currency, self.mode, self.instance, what, self.reference)

    def paid(self) -> Outcome:
        """As somebody of the house says that it is paid: in cash, by a transfer that has come."""
        return Outcome("paid", self.amount, self.currency, self.mode, self.instance)

    def refused(self) -> Outcome:
        """Whoever moves the money will not have it."""
        return Outcome("unpaid", self.amount, self.currency, self.mode, self.instance)


@dataclass(frozen=True, slots=True)
class Issued:
    """A ticket of an order as its buyer has it."""

    id: str
    claim_id: str
    ordinal: int
    serial: int
    state: str
    name: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """An order with all that belongs to it."""

    order: Order
    lines: Sequence[Line]
    tickets: Sequence[Issued]
    attempts: Sequence[Attempt]


def buyer_of(name: str, email: str, language: str, *, needed: bool = True) -> Buyer:
    """Raises InvalidInput. Not `needed`: at a box office people need not say who they are."""
    # Its tables of letters are loaded for the first address, and not with the server.
    from email_validator import EmailNotValidError, validate_email

    texts = Texts()
    who = texts.title(name, text("Say who the tickets are for."), "name") if name or needed else ""
    texts.check()
    if not email and not needed:
        return Buyer(who, "", "", language)
    try:
        found = validate_email(email, check_deliverability=False)
    except EmailNotValidError as error:
        raise InvalidInput.field("email", text("This is no e-mail address."), "email") from error
    return Buyer(who, found.normalized, found.normalized.casefold(), language)


def mismatch(attempt: Attempt, outcome: Outcome) -> str | None:
    """What of a payment is not what was demanded; then nothing is fulfilled until somebody has looked at it."""
    pairs = {
        "amount": (attempt.amount, outcome.amount),
        "currency": (attempt.currency, outcome.currency),
        "mode": (attempt.mode, outcome.mode),
        "instance": (attempt.instance, outcome.instance),
    }
    wrong = [f"{name}: {asked} asked, {got} told" for name, (asked, got) in pairs.items() if asked != got]
    return "; ".join(wrong) or None


def new_code() -> str:
    """Eight letters in two groups, 40 random bits."""
    letters = "".join(secrets.choice(_LETTERS) for _ in range(8))
    return f"{letters[:4]}-{letters[4:]}"
