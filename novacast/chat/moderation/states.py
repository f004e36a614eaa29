"""Messages that are shown, held and deleted by those who moderate, and what everybody is told of it."""

from dataclasses import replace

from novacast.chat import store as chat
from novacast.chat.messages import Messages
from novacast.chat.models import Message, State
from novacast.chat.rooms import events
from novacast.database import Transaction
from novacast.errors import Conflict, NotFound
from novacast.i18n import text


class States:
    def __init__(self, messages: Messages) -> None:
        self._messages = messages

    def set(self, tx: Transaction, one: Message, state: State, by_id: str | None) -> Message:
        """`by_id`: who deletes it."""
        gone = state is State.DELETED
        seq = chat.advance(tx, one.room_id)
        after = replace(
            one,
            state=state,
            changed_seq=seq,
            deleted_at=tx.now if gone else None,
            deleted_by=by_id if gone else None,
        )
        columns = {"state": state, "changed_seq": seq, "deleted_at": after.deleted_at, "deleted_by": after.deleted_by}
        chat.change(tx, one.id, columns)
        self._messages.tell(tx, _told(after), one.room_id)
        return after


def there(tx: Transaction, room_id: str, message_id: str | None) -> Message:
    """A message of this room, in any state. Raises NotFound."""
    one = None if message_id is None else tx.one(chat.message(message_id))
    if one is None or one.room_id != room_id:
        raise NotFound(text("There is no such message in this room."))
    return one


def mendable(one: Message) -> Message:
    """One that can be shown again. Raises Conflict."""
    if one.person_id is None:
        raise Conflict(text("Whoever said that is gone, and what they said with them."))
    return one


def _told(after: Message) -> events.Event:
    if after.state is State.DELETED:
        return events.deleted(after)
    return events.held(after) if after.state is State.HELD else events.said(after)
