"""What chat holds about a person, for the export and the erasure of an account. Fits accounts' `PersonalData`."""

from functools import partial
from typing import Any

from novacast.chat.leaving import store
from novacast.chat.moderation.leaving import store as moderation
from novacast.chat.moderation.sanctions.models import Sanction
from novacast.chat.ports import Subject
from novacast.chat.rooms.lobby import Lobby
from novacast.clock import SECOND, iso
from novacast.database import Database, Transaction


class ChatPersonalData:
    section = "chat"

    def __init__(self, db: Database, lobby: Lobby) -> None:
        self._db, self._lobby = db, lobby

    async def export(self, subject: Subject) -> Any:
        async with self._db.snapshot() as view:
            said = await view.all(store.said_by(subject.person_id))
            reactions = await view.all(store.reactions_of(subject.person_id))
            votes = await view.all(store.votes_of(subject.person_id))
            sanctions = await view.all(moderation.sanctions_on(subject.person_id))
            reports = await view.all(moderation.reported_by(subject.person_id))
            traces = await view.all(moderation.traces_of(subject.person_id))
        return {
            "messages": [
                {
                    "id": one.id,
                    "room": one.room_id,
                    "text": one.text,
                    "sent_at": iso(one.sent_at),
                    "seconds": None if one.at is None else one.at / SECOND,
                    "state": one.state.value,
                }
                for one in said
            ],
            "reactions": [{"message": one.message_id, "reaction": one.choice} for one in reactions],
            "votes": [{"poll": one.message_id, "choice": int(one.choice)} for one in votes],
            "sanctions": [_sanction(one) for one in sanctions],
            "reports": [
                {"message": one.message_id, "reason": one.reason, "note": one.note, "at": iso(one.at)}
                for one in reports
            ],
            "known_places": [
                {"organization": one.org_id, "kind": one.kind, "seen_at": iso(one.seen_at)} for one in traces
            ],
        }

    def erase(self, tx: Transaction, subject: Subject) -> None:
        """What was said goes, for those who are in the room too; what others said of it loses the name."""
        moderation.erase(tx, subject.person_id)
        rooms = store.silence(tx, subject.person_id)
        store.unname(tx, subject.person_id)
        store.withdraw(tx, subject.person_id)
        for room_id in rooms:
            tx.after_commit(partial(self._lobby.refresh, room_id))


def _sanction(one: Sanction) -> dict[str, Any]:
    return {
        "kind": one.kind.value,
        "effect": one.effect.value,
        "organization": one.org_id,
        "room": one.room_id or None,
        "reason": one.reason,
        "begins_at": iso(one.begins_at),
        "ends_at": iso(one.ends_at),
        "lifted_at": iso(one.lifted_at),
    }
