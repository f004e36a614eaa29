"""What is told of incidents, to those who look at orders. What they are made of is told by itself."""

from collections.abc import Sequence

from novacast.identity import Action
from novacast.payments.incidents.models import Kind
from novacast.topics import Topic, one_of

TOPICS: Sequence[Topic] = (
    Topic(
        name="incident.done",
        about="Somebody has looked at what went otherwise with money than it should.",
        payload={"kind": one_of("The topic of what happened.", *(one.value for one in Kind))},
        action=Action.ORDER_VIEW,
    ),
)
