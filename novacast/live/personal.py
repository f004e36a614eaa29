"""What live holds about a person, for the export and the erasure of an account. Fits accounts' `PersonalData`."""

from typing import Any, Protocol

from novacast.clock import SECOND, iso
from novacast.database import Database, Transaction
from novacast.live import store
from novacast.live.channels import store as channels
from novacast.live.keys import store as keys
from novacast.live.keys.revoking import revoke_of
from novacast.live.programmes import store as programmes
from novacast.live.reminders import store as reminders


class Subject(Protocol):
    @property
    def person_id(self) -> str: ...


class LivePersonalData:
    section = "live"

    def __init__(self, db: Database) -> None:
        self._db = db

    async def export(self, subject: Subject) -> Any:
        async with self._db.snapshot() as view:
            made = await view.all(channels.owned(subject.person_id))
            planned = await view.all(programmes.owned(subject.person_id))
            marked = await view.all(programmes.markers_of(subject.person_id))
            own = await view.all(keys.ever_of(subject.person_id))
            feeds = await view.all(store.feeds_of(subject.person_id))
            done = await view.all(store.logged_of(subject.person_id))
            reminded = await view.all(reminders.of_person(subject.person_id))
        return {
            "channels": [{"id": one.id, "name": one.name, "created_at": iso(one.created_at)} for one in made],
            "programmes": [{"id": one.id, "title": one.title, "created_at": iso(one.created_at)} for one in planned],
            "markers": [
                {"programme": one.programme_id, "seconds": one.at / SECOND, "title": one.title} for one in marked
            ],
            "stream_keys": [
                {
                    "id": one.id,
                    "channel": one.channel_id,
                    "name": one.name,
                    "created_at": iso(one.created_at),
                    "used_at": iso(one.used_at),
                    "revoked_at": iso(one.revoked_at),
                }
                for one in own
            ],
            "connections": [
                {
                    "programme": one.programme_id,
                    "address": one.address,
                    "software": one.software,
                    "began_at": iso(one.began_at),
                    "ended_at": iso(one.ended_at),
                }
                for one in feeds
            ],
            "reminders": [
                {"programme": one.programme_id, "title": one.title, "start": iso(one.start)} for one in reminded
            ],
            "log": [
                {"at": iso(one.at), "action": one.action, "detail": one.detail, "address": one.address} for one in done
            ],
        }

    def erase(self, tx: Transaction, subject: Subject) -> None:
        """Channels and programmes stay with their organization, without the person; keys end at once."""
        revoke_of(tx, subject.person_id)
        store.erase_person(tx, subject.person_id)
        keys.erase_person(tx, subject.person_id)
        channels.erase_person(tx, subject.person_id)
        programmes.erase_person(tx, subject.person_id)
        reminders.erase_person(tx, subject.person_id)
