"""What is told of the box office, and to whom."""

from collections.abc import Mapping, Sequence

from novacast.identity import Action
from novacast.tickets.models import ClaimState, PerformanceState
from novacast.topics import Schema, Topic, boolean, integer, one_of, string, strings

_CODE = string("What stands on the order.")
_DETAIL: Mapping[str, Schema] = {"code": _CODE, "detail": string("What happened, in words.")}

_REFUND: Mapping[str, Schema] = {
    "code": _CODE,
    "amount": integer("In the currency's smallest unit."),
    "currency": string("ISO 4217."),
    "refund": string("Its id."),
}


def _of_organizers(name: str, about: str) -> Topic:
    return Topic(name=name, about=about, action=Action.EVENT_MANAGE)


def _order(name: str, about: str, payload: Mapping[str, Schema], *, viewers: bool = False) -> Topic:
    return Topic(name=name, about=about, payload=payload, action=Action.ORDER_VIEW, viewers=viewers)


TOPICS: Sequence[Topic] = (
    _of_organizers("event.created", "There is a new event."),
    _of_organizers("event.import_undone", "An event that came over was taken back; it is no more."),
    _of_organizers("event.changed", "What is said of it is another."),
    _of_organizers("performance.created", "There is a new performance."),
    _of_organizers("performance.import_undone", "A performance that came over was taken back; it is no more."),
    _of_organizers("performance.changed", "Its hours, its seats or what is said of it are others."),
    *(_of_organizers(f"performance.{state}", f"It is {state.replace('_', ' ')}.") for state in PerformanceState),
    _of_organizers("item.created", "A performance has something new to sell."),
    _of_organizers("item.changed", "What a performance sells is another."),
    _of_organizers("quota.created", "A performance has a new quota."),
    _of_organizers("quota.changed", "A quota has another capacity."),
    Topic(
        name="stock.changed",
        about="Seats and places of a performance were taken, or are free again.",
        payload={
            "state": one_of("As they are now.", *(state.value for state in ClaimState)),
            "seats": strings("Ids of the seats."),
            "units": integer("Places without a seat."),
        },
        viewers=True,
    ),
    Topic(
        name="seats.blocked",
        about="Seats of a performance are kept back, or no more.",
        payload={"seats": strings("Ids of the seats."), "blocked": boolean("Whether nobody gets them now.")},
        viewers=True,
    ),
    Topic(name="seats.furnished", about="A performance has the seats of another map, or version of it.", viewers=True),
    Topic(name="waiting.offered", about="What you wait for is kept for you.", personal=True),
    Topic(name="hold.adopted", about="A basket is yours since you logged in.", personal=True),
    _order("order.placed", "There is a new order.", {"code": _CODE}),
    _order("order.imported", "An order came over from another system, paid and with its tickets.", {"code": _CODE}),
    _order("order.import_undone", "An order that came over was taken back, as if it never had.", {"code": _CODE}),
    _order(
        "order.partly_cancelled",
        "Some of its tickets were cancelled.",
        {"code": _CODE, "tickets": integer("How many.")},
    ),
    _order("order.changed", "It holds other tickets than before.", {"code": _CODE}),
    _order("order.readdressed", "It is in another name, or goes to another address.", {"code": _CODE}),
    _order("payment.captured", "Money came for it.", {"provider": string("By which way.")}),
    _order("payment.mismatch", "What came is not what was asked for.", _DETAIL),
    _order("payment.surplus", "It was paid for more than once.", _DETAIL),
    _order("payment.repaid_elsewhere", "It was given back, in whole or in part, and not from here.", _DETAIL),
    _order("order.disputed", "A bank took its payment back, and it has to be decided.", _DETAIL),
    _order("order.dispute_won", "The payment stays, after all.", _DETAIL),
    _order("order.dispute_lost", "The payment is gone.", _DETAIL),
    _order("ticket.not_traded", "It was paid for, and the ticket that was to be given back for it stays.", _DETAIL),
    _order("refund.requested", "Something is to be given back of it.", _REFUND),
    _order("refund.succeeded", "Something was given back of it.", _REFUND),
    _order("refund.failed", "What was to be given back was not, and is owed still.", _REFUND),
)

FOLLOWED: Sequence[Topic] = (
    _order(
        "order.paid",
        "It is paid, and has its tickets.",
        {"code": _CODE, "total": integer("In the currency's smallest unit."), "currency": string("ISO 4217.")},
        viewers=True,
    ),
    _order("order.cancelled", "It was called off.", {"code": _CODE}, viewers=True),
    _order("order.expired", "Nobody paid for it in time.", {"code": _CODE}, viewers=True),
    _order("order.unfulfillable", "It was paid for, and what it wanted is gone.", _DETAIL, viewers=True),
    _order("order.returned", "It was paid too late, and the money goes back.", {"code": _CODE}, viewers=True),
    _order("payment.failed", "A payment came to nothing.", {"provider": string("By which way.")}, viewers=True),
)
"""What decides of an order while its page waits for the money. Whoever knows its id may hear it."""

FOLLOWS = ",".join(topic.name for topic in FOLLOWED)
"""The same, as a page asks for them."""
