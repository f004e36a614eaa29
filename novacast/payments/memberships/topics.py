"""What is told of memberships, to those who look at orders."""

from collections.abc import Mapping, Sequence

from novacast.identity import Action
from novacast.payments.memberships.models import State
from novacast.topics import Schema, Topic, integer, one_of, string

_STATE: Mapping[str, Schema] = {"state": one_of("As it is now.", *(one.value for one in State))}
_CHARGE: Mapping[str, Schema] = {"charge": string("Id of it.")}


_REFUND: Mapping[str, Schema] = {**_CHARGE, "amount": integer("In the smallest unit of its currency.")}
_DETAIL: Mapping[str, Schema] = {"detail": string("What it is, for people.")}


def _of_office(name: str, about: str, payload: Mapping[str, Schema]) -> Topic:
    return Topic(name=f"membership.{name}", about=about, payload=payload, action=Action.ORDER_VIEW)


TOPICS: Sequence[Topic] = (
    _of_office("begun", "Somebody wants to be a member, or was made one.", _STATE),
    _of_office("changed", "A membership is in another state, or ends at another time.", _STATE),
    _of_office("paid", "A period of a membership was paid.", _CHARGE),
    _of_office("paid_late", "Something was paid for a membership that had ended.", _CHARGE),
    _of_office("trial_ending", "A trial ends within three days.", {}),
    _of_office("suspended", "The grace of a membership is over: it opens nothing until it is paid.", {}),
    _of_office("refund_begun", "Something paid for a membership is owed back.", _REFUND),
    _of_office("refunded", "It was given back.", _REFUND),
    _of_office("refund_failed", "It could not be given back, and is owed still.", _REFUND),
    _of_office("mismatch", "What a provider says of a membership is not what was agreed. Look at it.", _DETAIL),
    _of_office("refund_mismatch", "What a provider says was given back is not what was asked for.", _DETAIL),
    _of_office("disputed", "A bank wants a payment for a membership back, and it has to be decided.", _DETAIL),
    _of_office("dispute_won", "The payment for a membership stays, after all.", _DETAIL),
    _of_office("dispute_lost", "The payment for a membership is gone.", _DETAIL),
    _of_office("repaid_elsewhere", "Something paid for a membership was given back, and not by NovaCast.", _DETAIL),
    Topic(
        name="membership.yours_changed",
        about="A membership of yours is in another state, or ends at another time.",
        payload=_STATE,
        personal=True,
    ),
    _of_office("plans_changed", "What memberships there are, what they cost or open, is another.", {}),
)
