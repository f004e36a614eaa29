"""What is told of accounts at providers, to those who look at orders."""

from collections.abc import Sequence

from novacast.identity import Action
from novacast.topics import Topic, string

TOPICS: Sequence[Topic] = (
    Topic(
        name="payout.mismatch",
        about="A provider's account says something else than the books.",
        payload={"code": string("Of the order; empty: it is of none."), "detail": string("What differs.")},
        action=Action.ORDER_VIEW,
    ),
)
