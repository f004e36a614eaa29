"""What is told of inquiries, to those who look at orders."""

from collections.abc import Sequence

from novacast.identity import Action
from novacast.topics import Topic, string

_PAYLOAD = {"code": string("Of the order; empty: of a membership."), "detail": string("Of what the bank asks.")}
TOPICS: Sequence[Topic] = (
    Topic(
        name="order.inquired",
        about="A bank asks about its payment, and has taken nothing.",
        payload=_PAYLOAD,
        action=Action.ORDER_VIEW,
    ),
    Topic(
        name="membership.inquired",
        about="A bank asks about a payment for a membership, and has taken nothing.",
        payload=_PAYLOAD,
        action=Action.ORDER_VIEW,
    ),
)
