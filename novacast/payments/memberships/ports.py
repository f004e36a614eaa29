"""What memberships need of others: whoever collects money, whoever counts periods, and those who know people, days and
books."""

from collections.abc import Sequence
from typing import Literal, Protocol

from novacast.database import Transaction
from novacast.identity import Principal
from novacast.money import Demand, Repaid, Repayment
from novacast.payments.memberships.models import Charge, Interval
from novacast.records import dataclass


@dataclass(frozen=True, slots=True)
class Collected:
    """What became of a charge. `reference`: the provider's own."""

    paid: bool
    reference: str | None = None


class Collector(Protocol):
    """Who collects what periods cost. Never called inside a transaction. The id of a charge is its key: the same charge
    is collected once, however often it is asked for."""

    @property
    def name(self) -> str: ...

    async def collect(self, charge: Charge) -> Collected:
        """Raises Unavailable."""
        ...


class Sandbox:
    """Pays everything at once and moves no money; for installations in test mode."""

    name = "sandbox"

    async def collect(self, charge: Charge) -> Collected:
        return Collected(True, f"sandbox-{charge.id}")


@dataclass(frozen=True, slots=True)
class Opening:
    """A membership that somebody wants, as a biller is asked for it. The same key always means the same one."""

    key: str
    person_id: str
    email: str
    name: str
    tier_id: str
    tier: str
    plan_id: str
    interval: Interval
    price: int
    currency: str
    trial_days: int
    mode: str
    instance: str
    back: str
    """Address where the member comes back to."""
    beside: Demand | None = None
    """What is paid once, by the same payment: its amount alone, and where the member comes back to instead."""


@dataclass(frozen=True, slots=True)
class Bill:
    """What a biller wants for a period, or had. Amounts in our minor units."""

    reference: str
    state: Literal["due", "paid", "void"]
    amount: int
    currency: str
    since: int
    until: int
    rows: tuple[tuple[str, int], ...]
    """Words and amounts, whose sum is the amount."""
    url: str | None
    at: int


@dataclass(frozen=True, slots=True)
class Told:
    """What a biller answers when it is asked about a membership."""

    state: Literal["open", "closed", "unpaid", "running", "late", "paused", "over"]
    """`open`: nothing was begun there, and it still can be; `closed`: nor will it be; `unpaid`: begun, and its first
    period is not paid; `late`: a renewal is not."""
    mode: str
    instance: str
    key: str
    reference: str | None = None
    plan_id: str = ""
    price: int = 0
    currency: str = ""
    paid_until: int | None = None
    trial_until: int | None = None
    stops: bool = False
    failed: bool = False
    """It is over because nobody paid."""
    next_at: int | None = None
    bills: Sequence[Bill] = ()
    """Oldest first."""
    card: str | None = None
    """In a trial: by what the biller tells the card from others. None: it is not known."""


@dataclass(frozen=True, slots=True)
class Change:
    """What a biller is asked to do with a membership. The same key always means the same."""

    key: str
    reference: str
    kind: Literal["plan", "stop", "keep", "pause", "resume", "end"]
    at: int
    """When it was asked for; of `resume`, until when what was left lasts."""
    opening: Opening | None = None
    """Of `plan`: with the other plan, its price, and the tier's name."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What another plan costs, as the biller reckons it. Amounts in our minor units."""

    currency: str
    now: int
    """To be paid at once; less than nothing: it is kept, and taken off what comes."""
    rows: tuple[tuple[str, int], ...]
    at: int
    """The instant that it was reckoned for: the change is asked for at the same."""


class Biller(Protocol):
    """Who counts the periods of memberships and collects what they cost. Never called inside a transaction. All raise
    Unavailable."""

    @property
    def name(self) -> str: ...
    @property
    def live(self) -> bool: ...

    async def begin(self, opening: Opening) -> str | None:
        """Where it is paid; None: nowhere any more. Raises PaymentRefused."""
        ...

    async def look(self, key: str, reference: str | None, since: int) -> Told:
        """What has become of it; with the bills made since."""
        ...

    async def close(self, key: str) -> Told:
        """Call it off, if it has not begun there."""
        ...

    async def change(self, change: Change) -> None:
        """Once, however often. Raises PaymentRefused where it will not be done."""
        ...

    async def preview(self, change: Change) -> Preview:
        """Raises PaymentRefused."""
        ...

    async def cards(self, person_id: str, back: str) -> str | None:
        """A page where somebody changes the card that they pay with; None: they never paid."""
        ...

    async def void(self, bill: str) -> None:
        """Nobody is to pay it any more."""
        ...

    async def payment_of(self, bill: str) -> str | None:
        """The payment that paid it."""
        ...

    async def repay(self, repayment: Repayment) -> Repaid: ...


class People(Protocol):
    async def person_id(self, email: str, /) -> str | None:
        """None: nobody has this address."""
        ...


class Known(Protocol):
    @property
    def email(self) -> str: ...
    @property
    def principal(self) -> Principal: ...


class Addressees(Protocol):
    def addressee(self, tx: Transaction, person_id: str, /) -> Known | None:
        """None for whoever has no account any more."""
        ...


class Zones(Protocol):
    async def timezone(self, org_id: str, /) -> str:
        """By whose clocks an organization's days are counted."""
        ...


class Mailer(Protocol):
    def send(
        self,
        tx: Transaction,
        *,
        to: str,
        template: str,
        language: str,
        context: "dict[str, str]",
        person_id: str | None = None,
    ) -> None:
        """Queue a mail that leaves once the transaction is on disk."""
        ...
