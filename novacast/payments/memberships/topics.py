"""What is told of memberships, to those who look at orders."""

from collections.abc import Mapping, Sequence

from novacast.identity import Action
from novacast.payments.memberships.models import State
from novacast.topics import Schema, Topic, one_of, string

_STATE: Mapping[str, Schema] = {"state": one_of("As it is now.", *(one.value for one in State))}
_CHARGE: Mapping[str, Schema] = {"charge": string("Id of it.")}


def _of_office(name: str, about: str, payload: Mapping[str, Schema]) -> Topic:
    return Topic(name=f"membership.{name}", about=about, payload=payload, action=Action.ORDER_VIEW)


TOPICS: Sequence[Topic] = (
    _of_office("begun", "Somebody wants to be a member, or was made one.", _STATE),
    _of_office("changed", "A membership is in another state, or ends at another time.", _STATE),
    _of_office("paid", "A period of a membership was paid.", _CHARGE),
    _of_office("paid_late", "Something was paid for a membership that had ended.", _CHARGE),
    _of_office("plans_changed", "What memberships there are, what they cost or open, is another.", {}),
)
