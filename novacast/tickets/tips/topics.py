"""What is told of tips. That one is paid or given back is told as its order."""

from collections.abc import Sequence

from novacast.identity import Action
from novacast.topics import Topic, integer, string

TOPICS: Sequence[Topic] = (
    Topic(
        name="tip.given",
        about="A tip was paid, and stands in its room.",
        payload={"amount": integer("In the currency's smallest unit."), "currency": string("ISO 4217.")},
        action=Action.ORDER_VIEW,
    ),
    Topic(name="tips.changed", about="What tips the house takes is another.", action=Action.EVENT_MANAGE),
)
