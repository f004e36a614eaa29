"""What moderators do is written down, and told to those of them who are there."""

from collections.abc import Mapping
from typing import Any

from novacast.chat import store as chat
from novacast.chat.messages import Messages
from novacast.chat.models import Entry, Room
from novacast.chat.moderation import store
from novacast.chat.moderation.authority import Chair
from novacast.chat.rooms.events import Event
from novacast.clock import iso
from novacast.database import Transaction


class Journal:
    def __init__(self, messages: Messages) -> None:
        self._messages = messages

    def write(
        self,
        tx: Transaction,
        chair: Chair,
        action: str,
        *,
        message_id: str | None = None,
        person_id: str | None = None,
        detail: Mapping[str, Any] | None = None,
        more: Mapping[str, Any] | None = None,
    ) -> Entry:
        """`more`: what else moderators are told in the same event."""
        room = chat.opened(tx, chair.room_id, chair.org_id) if chair.room_id else Room("", chair.org_id)
        made = chat.log(
            tx, action, room, actor_id=chair.actor_id, message_id=message_id, person_id=person_id, detail=detail
        )
        if chair.room_id:
            self.tell(tx, chair.room_id, {"entry": shown(made), **(more or {})})
        return made

    def tell(self, tx: Transaction, room_id: str, what: Mapping[str, Any]) -> None:
        """Moderators alone. How much waits for them is told every time."""
        seq = chat.advance(tx, room_id)
        counts = {"held": store.held_count(tx, room_id), "reports": store.open_count(tx, room_id)}
        event = Event(seq, {"type": "moderation", **counts, **what}, for_staff=True)
        self._messages.tell(tx, event, room_id)


def shown(one: Entry) -> dict[str, Any]:
    """Ids only: names are looked up by who reads them."""
    about = {"actor": one.actor_id, "message": one.message_id, "person": one.person_id}
    return {
        "id": one.id,
        "at": iso(one.at),
        "action": one.action,
        "detail": dict(one.detail),
        **{name: id_ for name, id_ in about.items() if id_ is not None},
    }
