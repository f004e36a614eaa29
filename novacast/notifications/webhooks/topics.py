"""What is told of webhooks to those who look after them."""

from collections.abc import Mapping, Sequence

from novacast.identity import Action
from novacast.notifications.webhooks.models import State
from novacast.topics import Schema, Topic, integer, one_of, string


def _of_keepers(name: str, about: str, payload: Mapping[str, Schema] | None = None) -> Topic:
    return Topic(name=f"webhook.{name}", about=about, payload=payload or {}, action=Action.WEBHOOK_MANAGE)


TOPICS: Sequence[Topic] = (
    _of_keepers("created", "There is a new endpoint."),
    _of_keepers("changed", "An endpoint is another, or has another secret."),
    _of_keepers("removed", "Nothing is sent to an endpoint any more."),
    _of_keepers(
        "disabled",
        "Nothing is sent to an endpoint until somebody enables it.",
        {"state": one_of("Why.", State.GONE.value, State.FAILING.value)},
    ),
    _of_keepers("replayed", "Messages are sent to an endpoint once more.", {"deliveries": integer("How many.")}),
    _of_keepers("tried", "A test was asked for.", {"delivery": string("Id of it.")}),
)
