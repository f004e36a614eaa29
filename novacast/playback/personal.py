"""What playback holds about people: the sessions they watch in, for as long as those last."""

from typing import Any

from novacast.clock import iso
from novacast.database import Database, Transaction
from novacast.playback import store
from novacast.playback.audience import Audience
from novacast.playback.models import Viewing
from novacast.playback.ports import Subject


class PlaybackData:
    section = "viewing_sessions"

    def __init__(self, db: Database, audience: Audience) -> None:
        self._db, self._audience = db, audience

    async def export(self, subject: Subject) -> list[dict[str, Any]]:
        return [_shown(viewing) for viewing in await self._db.all(store.of_person(subject.person_id))]

    def erase(self, tx: Transaction, subject: Subject) -> None:
        person_id = subject.person_id
        store.erase_person(tx, person_id)
        tx.after_commit(lambda: self._audience.doubt((person_id,)))


def _shown(viewing: Viewing) -> dict[str, Any]:
    return {
        "media_id": viewing.media_id,
        "title": viewing.title,
        "device": viewing.device,
        "started_at": iso(viewing.started_at),
        "seen_at": iso(viewing.seen_at),
    }
