"""Changes that were asked for, and what an answer makes of a membership. Pure."""

from enum import StrEnum

from novacast.clock import DAY, HOUR, MINUTE
from novacast.payments.memberships.models import MOVES, State, Subscription
from novacast.payments.memberships.ports import Told
from novacast.records import dataclass

PAGE_LASTS = 2 * HOUR
"""For which somebody may pay on the page that was made for them."""
LEAST_GRACE = 1
"""Days: a biller needs an hour or more until a renewal is collected."""
LONGEST_DEBT = 60 * DAY
"""After its grace one that is not paid is ended, if the biller does not end it."""
RARER, RAREST = 4, HOUR
"""What has not changed is asked about again after this part of its age, an hour at most."""
SOON = MINUTE


class Kind(StrEnum):
    PLAN = "plan"
    """Another plan, from now on."""
    STOP = "stop"
    KEEP = "keep"
    PAUSE = "pause"
    RESUME = "resume"
    END = "end"


class Asked(StrEnum):
    ASKED = "asked"
    """On disk; whether it was heard is not known."""
    DONE = "done"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Wish:
    """A change that was asked for. Its id is the key by which it is asked, again and again."""

    id: str
    subscription_id: str
    kind: Kind
    plan_id: str | None
    at: int
    """When; of `resume`, until when what was left lasts."""
    left: int | None
    """Of `pause`: what was left of its period."""
    state: Asked
    reason: str | None
    created_at: int


def misfit(one: Subscription, told: Told, mode: str, instance: str, price: tuple[int, str] | None) -> str | None:
    """What of an answer is not what was agreed: whose it is, real or not, what it costs. `price`: of the plan that it
    is about, None where that is not ours."""
    wanted: dict[str, tuple[object, object]] = {
        "key": (one.id, told.key),
        "instance": (instance, told.instance),
        "mode": (mode, told.mode),
    }
    if told.state != "over":
        wanted["price"] = (price, (told.price, told.currency))
    return next((f"{name}: {ours} is not {theirs}" for name, (ours, theirs) in wanted.items() if ours != theirs), None)


def target(one: Subscription, told: Told) -> State:
    """Where an answer leads."""
    match told.state:
        case "open" | "unpaid":
            return one.state
        case "closed":
            return State.EXPIRED
        case "over":
            return State.EXPIRED if told.failed or one.state is State.PENDING else State.CANCELLED
        case "late":
            return State.PAST_DUE
        case "paused":
            return State.PAUSED
    return State.ACTIVE


def way(old: State, new: State) -> tuple[State, ...]:
    """The moves from one to the other, of which each is one of the machine's; none: there is none, or no need."""
    if old is new:
        return ()
    if new in MOVES[old]:
        return (new,)
    return (State.ACTIVE, new) if State.ACTIVE in MOVES[old] and new in MOVES[State.ACTIVE] else ()
