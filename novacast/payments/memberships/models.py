"""Tiers, plans and subscriptions; which moves there are, how long a period is, until when something is open. Pure."""

from calendar import monthrange
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from types import MappingProxyType

from novacast.clock import DAY, SECOND, instant
from novacast.errors import InvalidInput
from novacast.i18n import text
from novacast.payments.memberships.trials.models import Why
from novacast.records import dataclass
from novacast.texts import printable

NAME_LENGTH, BADGE_LENGTH, DESCRIPTION_LENGTH = 100, 24, 2000
MOST_TIERS, MOST_PLANS, MOST_MEDIA = 20, 12, 1000
"""Of an organization; of a tier; that a tier opens."""
HIGHEST_PRICE = 100_000_00
"""Minor units."""
GRACE_DAYS = 14
"""For which a membership whose renewal is not paid yet stays open, unless its plan says otherwise."""
MOST_GRACE_DAYS = 60
FIRST_DAYS = 14
"""For which one that was never paid waits for its first payment."""
OFFLINE, CASH = "offline", "cash"
"""Paid at the counter or by transfer: somebody of the box office says that it is, and how."""
LONGEST_TRIAL = 90
"""Days."""
BOOKS = "membership:"
WHOLE = 10_000
"""Discounts and taxes are hundredths of a percent: basis points."""


class Interval(StrEnum):
    MONTH = "month"
    YEAR = "year"

    @property
    def months(self) -> int:
        return 12 if self is Interval.YEAR else 1


class Kind(StrEnum):
    PAID = "paid"
    COMP = "comp"
    """Given for nothing, until a date."""


class State(StrEnum):
    PENDING = "pending"
    """Nothing was paid yet."""
    ACTIVE = "active"
    PAST_DUE = "past_due"
    """A renewal is not paid yet; it stays open until its grace is over."""
    PAUSED = "paused"
    """Opens nothing and costs nothing, until the member goes on."""
    CANCELLED = "cancelled"
    """Ended because somebody wished it to."""
    EXPIRED = "expired"
    """Ended because its time was over and nobody paid."""


TERMINAL = frozenset({State.CANCELLED, State.EXPIRED})
MOVES: Mapping[State, frozenset[State]] = MappingProxyType(
    {
        State.PENDING: frozenset({State.ACTIVE, State.CANCELLED, State.EXPIRED}),
        State.ACTIVE: frozenset({State.PAST_DUE, State.PAUSED, State.CANCELLED, State.EXPIRED}),
        State.PAST_DUE: frozenset({State.ACTIVE, State.CANCELLED, State.EXPIRED}),
        State.PAUSED: frozenset({State.ACTIVE, State.CANCELLED, State.EXPIRED}),
        State.CANCELLED: frozenset(),
        State.EXPIRED: frozenset(),
    }
)
"""The schema's triggers hold the same table."""


class ChargeState(StrEnum):
    DUE = "due"
    PAID = "paid"
    VOID = "void"
    """Not wanted any more: what it was for has ended."""


@dataclass(frozen=True, slots=True)
class Tier:
    """What members get, whatever they pay and how often. Tiers of one `circle` exclude each other."""

    id: str
    org_id: str
    circle: str
    name: str
    description: str
    badge: str
    """Beside members' names in chat, where "member" does not say all."""
    discount: int
    """On tickets, in basis points."""
    presale_hours: int
    """By which members may buy before everybody else."""
    position: int
    archived: bool
    created_at: int
    changed_at: int


@dataclass(frozen=True, slots=True)
class Plan:
    """A price of a tier. What a subscription costs is frozen when it begins."""

    id: str
    tier_id: str
    org_id: str
    interval: Interval
    price: int
    """Minor units, taxes included."""
    currency: str
    tax: int
    """Basis points, contained in the price."""
    grace_days: int
    offered: bool
    created_at: int
    trial_days: int = 0
    """For which a person's first membership of the circle costs nothing."""


@dataclass(frozen=True, slots=True)
class Subscription:
    id: str
    org_id: str
    circle: str
    tier_id: str
    plan_id: str | None
    """None: a comp."""
    person_id: str
    kind: Kind
    state: State
    provider: str
    price: int
    currency: str
    tax: int
    interval: Interval | None
    grace_days: int
    anchor: int | None
    """Where its periods are counted from; None: it has not begun."""
    periods: int
    """How many were begun since the anchor."""
    ends_at: int | None
    """Of the period it is in: what is paid, or given."""
    stops: bool
    """Whether it is not renewed."""
    left: int | None
    """Microseconds of the period that were left when it was paused."""
    created_at: int
    changed_at: int
    billed: bool = False
    """Whether somebody outside counts its periods, and is asked about them."""
    reference: str | None = None
    """Of whoever does."""
    gone: bool = False
    """Whether they said that it is over there as well."""
    trial_until: int | None = None
    next_at: int | None = None
    """When they try again to collect what is not paid."""
    suspended_at: int | None = None
    """Since when its grace is over, and it opens nothing, though it may be paid still."""
    reminded_at: int | None = None
    """When the member was told that the trial ends."""
    mismatch: str | None = None
    """What of an answer is not what was agreed. It opens nothing more by that."""
    no_trial: Why | None = None
    """Why there was none, where its plan has one."""

    def opens(self, at: int) -> bool:
        """Whether it opens anything at that instant: what no sweep has looked at yet opens no longer for that."""
        if self.ends_at is None or self.state not in (State.ACTIVE, State.PAST_DUE):
            return False
        last = self.kind is Kind.COMP or self.stops
        return at < self.ends_at + (0 if last else self.grace_days * DAY)


@dataclass(frozen=True, slots=True)
class Charge:
    """What one period costs. It is there, with its key, before any provider hears of it."""

    id: str
    subscription_id: str
    number: int
    amount: int
    currency: str
    tax: int
    state: ChargeState
    provider: str
    reference: str | None
    created_at: int
    paid_at: int | None
    late: bool
    """It was paid when the subscription had ended already: somebody has to give it back, or to begin another."""
    since: int | None = None
    until: int | None = None
    """Of the time that it is for; None: it was paid before there was a ledger of memberships."""
    rows: tuple[tuple[str, int], ...] = ()
    """What it is made of, words and amounts, where a provider says so; their sum is the amount."""
    url: str | None = None
    """Where it can be paid, as long as it is due."""
    earned: int = 0
    """Months of it that are revenue."""
    refunded: int = 0

    @property
    def books(self) -> str:
        """What stands for it in the ledger and on invoices, where others' orders have their ids."""
        return f"{BOOKS}{self.id}"


def period_end(anchor: int, interval: Interval, count: int) -> int:
    """When `count` periods since `anchor` are over, by the calendar in UTC: from the 31st of a month to the last day of
    a shorter one, and to the 31st again."""
    began = datetime.fromtimestamp(anchor // SECOND, UTC)
    months = began.year * 12 + began.month - 1 + interval.months * count
    year, month = divmod(months, 12)
    day = min(began.day, monthrange(year, month + 1)[1])
    return instant(began.replace(year=year, month=month + 1, day=day)) + anchor % SECOND


def checked_name(name: str, field: str = "name", most: int = NAME_LENGTH) -> str:
    """Raises InvalidInput."""
    name = " ".join(printable(name).split())
    if not name and field == "name":
        raise InvalidInput.field(field, text("Give it a name."), "required")
    if len(name) > most:
        raise InvalidInput.field(field, text("This has at most {most} characters.", most=most), "too_long")
    return name


def checked_media(ids: Sequence[str]) -> tuple[str, ...]:
    """Raises InvalidInput."""
    found = tuple(sorted(set(ids)))
    if len(found) > MOST_MEDIA:
        message = text("A tier opens at most {most} videos and programmes.", most=MOST_MEDIA)
        raise InvalidInput.field("media", message, "too_long")
    return found
