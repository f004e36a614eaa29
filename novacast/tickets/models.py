"""The state machines of the box office, and the kinds of things it sells. Pure."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from novacast.identity import Action, Principal
from novacast.records import dataclass

HOLD_LIMIT = 1000
"""Units in one hold or sale of the box office, whatever the performance says."""


class ItemKind(StrEnum):
    SEATED = "seated"
    GENERAL = "general"
    ONLINE = "online"
    """Opens the performance's programme while it is on air."""
    REPLAY = "replay"
    """Opens the recording, until a date."""
    BUNDLE = "bundle"
    """A seat or general admission, and the replay."""
    ADD_ON = "add_on"
    """Goes with something else: a drink, a programme book. Opens nothing."""


class ClaimState(StrEnum):
    HELD = "held"
    PAYING = "paying"
    SOLD = "sold"
    RELEASED = "released"


class HoldState(StrEnum):
    ACTIVE = "active"
    PAYING = "paying"
    CLOSING = "closing"
    CONVERTED = "converted"
    EXPIRED = "expired"
    RELEASED = "released"


class OrderState(StrEnum):
    DRAFT = "draft"
    AWAITING_PAYMENT = "awaiting_payment"
    PAID = "paid"
    PARTIALLY_REFUNDED = "partially_refunded"
    REFUNDED = "refunded"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    PAID_UNFULFILLABLE = "paid_unfulfillable"
    """Money without stock: it came after the claims were freed, and somebody has to look at it."""


STANDING = (OrderState.PAID, OrderState.PARTIALLY_REFUNDED)
"""What is left of an order, or was granted an amount, is as good as it was."""


class AttemptState(StrEnum):
    CREATED = "created"
    SUBMITTED = "submitted"
    REQUIRES_ACTION = "requires_action"
    PROCESSING = "processing"
    CAPTURED = "captured"
    PARTIALLY_REFUNDED = "partially_refunded"
    REFUNDED = "refunded"
    DISPUTED = "disputed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class RefundState(StrEnum):
    REQUESTED = "requested"
    """Its key and amount are written down, and nobody outside has heard of it."""
    SUBMITTED = "submitted"
    """They may have."""
    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    """Also of one that had succeeded: a bank may send money back."""
    CANCELLED = "cancelled"


class DisputeState(StrEnum):
    OPEN = "open"
    WON = "won"
    LOST = "lost"


class TicketState(StrEnum):
    VALID = "valid"
    REISSUED = "reissued"
    """Another with the next serial took its place."""
    VOID = "void"


class WaitingState(StrEnum):
    UNCONFIRMED = "unconfirmed"
    """Nobody has said yet that the address is theirs."""
    WAITING = "waiting"
    OFFERED = "offered"
    """Something is held for them."""
    TAKEN = "taken"
    LAPSED = "lapsed"
    """They did not want what was offered, or it is over."""
    LEFT = "left"


class PerformanceState(StrEnum):
    DRAFT = "draft"
    ON_SALE = "on_sale"
    CLOSED = "closed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Machine:
    """The states of one table's rows, and the moves between them. The schema's triggers hold the same table."""

    name: str
    table: str
    initial: str
    moves: Mapping[str, frozenset[str]]

    def allows(self, old: str, new: str) -> bool:
        return new in self.moves[old]


def _machine(name: str, table: str, moves: Mapping[StrEnum, tuple[StrEnum, ...]]) -> Machine:
    """The first state named is the one that rows begin in."""
    listed = {old.value: frozenset(one.value for one in new) for old, new in moves.items()}
    return Machine(name, table, next(iter(listed)), MappingProxyType(listed))


CLAIM = _machine(
    "claim",
    "claims",
    {
        ClaimState.HELD: (ClaimState.PAYING, ClaimState.SOLD, ClaimState.RELEASED),
        ClaimState.PAYING: (ClaimState.HELD, ClaimState.SOLD, ClaimState.RELEASED),
        ClaimState.SOLD: (ClaimState.RELEASED,),
        ClaimState.RELEASED: (),
    },
)
HOLD = _machine(
    "hold",
    "holds",
    {
        HoldState.ACTIVE: (HoldState.PAYING, HoldState.EXPIRED, HoldState.RELEASED),
        HoldState.PAYING: (HoldState.CLOSING, HoldState.CONVERTED),
        HoldState.CLOSING: (HoldState.RELEASED, HoldState.CONVERTED),
        HoldState.CONVERTED: (),
        HoldState.EXPIRED: (),
        HoldState.RELEASED: (),
    },
)
ORDER = _machine(
    "order",
    "orders",
    {
        OrderState.DRAFT: (OrderState.AWAITING_PAYMENT,),
        OrderState.AWAITING_PAYMENT: (OrderState.PAID, OrderState.EXPIRED),
        OrderState.PAID: (OrderState.PARTIALLY_REFUNDED, OrderState.REFUNDED, OrderState.CANCELLED),
        OrderState.PARTIALLY_REFUNDED: (OrderState.REFUNDED,),
        OrderState.REFUNDED: (),
        OrderState.EXPIRED: (OrderState.PAID_UNFULFILLABLE,),
        OrderState.CANCELLED: (),
        OrderState.PAID_UNFULFILLABLE: (OrderState.PAID, OrderState.REFUNDED),
    },
)
ATTEMPT = _machine(
    "attempt",
    "payment_attempts",
    {
        AttemptState.CREATED: (AttemptState.SUBMITTED, AttemptState.FAILED, AttemptState.CANCELLED),
        AttemptState.SUBMITTED: (
            AttemptState.REQUIRES_ACTION,
            AttemptState.PROCESSING,
            AttemptState.CAPTURED,
            AttemptState.FAILED,
            AttemptState.CANCELLED,
        ),
        AttemptState.REQUIRES_ACTION: (
            AttemptState.PROCESSING,
            AttemptState.CAPTURED,
            AttemptState.FAILED,
            AttemptState.CANCELLED,
        ),
        AttemptState.PROCESSING: (AttemptState.CAPTURED, AttemptState.FAILED, AttemptState.CANCELLED),
        AttemptState.CAPTURED: (AttemptState.PARTIALLY_REFUNDED, AttemptState.REFUNDED, AttemptState.DISPUTED),
        AttemptState.PARTIALLY_REFUNDED: (AttemptState.CAPTURED, AttemptState.REFUNDED, AttemptState.DISPUTED),
        AttemptState.REFUNDED: (AttemptState.CAPTURED, AttemptState.PARTIALLY_REFUNDED, AttemptState.DISPUTED),
        AttemptState.DISPUTED: (AttemptState.CAPTURED, AttemptState.PARTIALLY_REFUNDED, AttemptState.REFUNDED),
        AttemptState.FAILED: (),
        AttemptState.CANCELLED: (),
    },
)
REFUND = _machine(
    "refund",
    "refunds",
    {
        RefundState.REQUESTED: (RefundState.SUBMITTED, RefundState.CANCELLED),
        RefundState.SUBMITTED: (
            RefundState.PENDING,
            RefundState.SUCCEEDED,
            RefundState.FAILED,
            RefundState.CANCELLED,
        ),
        RefundState.PENDING: (RefundState.SUCCEEDED, RefundState.FAILED, RefundState.CANCELLED),
        RefundState.SUCCEEDED: (RefundState.FAILED,),
        RefundState.FAILED: (),
        RefundState.CANCELLED: (),
    },
)
DISPUTE = _machine(
    "dispute",
    "disputes",
    {
        DisputeState.OPEN: (DisputeState.WON, DisputeState.LOST),
        DisputeState.WON: (),
        DisputeState.LOST: (DisputeState.WON,),
    },
)
TICKET = _machine(
    "ticket",
    "tickets",
    {
        TicketState.VALID: (TicketState.REISSUED, TicketState.VOID),
        TicketState.REISSUED: (),
        TicketState.VOID: (),
    },
)
PERFORMANCE = _machine(
    "performance",
    "performances",
    {
        PerformanceState.DRAFT: (PerformanceState.ON_SALE, PerformanceState.CANCELLED),
        PerformanceState.ON_SALE: (PerformanceState.CLOSED, PerformanceState.CANCELLED),
        PerformanceState.CLOSED: (PerformanceState.ON_SALE, PerformanceState.CANCELLED),
        PerformanceState.CANCELLED: (),
    },
)
WAITING = _machine(
    "waiting",
    "waiting",
    {
        WaitingState.UNCONFIRMED: (WaitingState.WAITING, WaitingState.LAPSED, WaitingState.LEFT),
        WaitingState.WAITING: (WaitingState.OFFERED, WaitingState.LAPSED, WaitingState.LEFT),
        WaitingState.OFFERED: (WaitingState.TAKEN, WaitingState.LAPSED, WaitingState.LEFT),
        WaitingState.TAKEN: (),
        WaitingState.LAPSED: (),
        WaitingState.LEFT: (),
    },
)
MACHINES = (CLAIM, HOLD, ORDER, ATTEMPT, REFUND, DISPUTE, TICKET, PERFORMANCE, WAITING)


def may_sell(principal: Principal, org_id: str) -> bool:
    return principal.allows(Action.ORDER_MANAGE, org_id)


def may_arrange(principal: Principal, org_id: str) -> bool:
    """Whether they make events, and see those that are not for sale yet."""
    return principal.allows(Action.EVENT_MANAGE, org_id)
