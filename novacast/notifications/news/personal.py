"""What is held about a person of what they want to be told, and were told. Fits accounts' `PersonalData`."""

from typing import Any, Protocol

from novacast.clock import iso
from novacast.database import Database, Transaction
from novacast.notifications.choices import store as choices
from novacast.notifications.follows import store as follows
from novacast.notifications.kinds import reader_of
from novacast.notifications.news import store as notices
from novacast.notifications.push import store as browsers


class Subject(Protocol):
    @property
    def person_id(self) -> str: ...
    @property
    def email(self) -> str: ...


class NewsData:
    section = "notifications"

    def __init__(self, db: Database) -> None:
        self._db = db

    async def export(self, subject: Subject) -> Any:
        """Keys of browsers are secrets; that there are some is said by their devices."""
        person_id = subject.person_id
        async with self._db.snapshot() as view:
            chosen = [one for reader in _readers(subject) for one in await view.all(choices.of_reader(reader))]
            told = [one for reader in _readers(subject) for one in await view.all(notices.of_reader(reader))]
            followed = await view.all(follows.of_person(person_id))
            allowed = await view.all(browsers.of_person(person_id))
        return {
            "switches": [{"kind": kind, "way": way, "on": on} for kind, way, on in chosen],
            "follows": [{"kind": one.kind, "id": one.thing_id, "since": iso(one.since)} for one in followed],
            "browsers": [
                {"device": one.device, "endpoint": one.endpoint, "since": iso(one.created_at)} for one in allowed
            ],
            "notices": [
                {"kind": one.kind, "about": one.news.title, "at": iso(one.at), "read_at": iso(one.read_at)}
                for one in told
            ],
        }

    def erase(self, tx: Transaction, subject: Subject) -> None:
        for reader in _readers(subject):
            choices.forget(tx, reader)
            notices.forget(tx, reader)
        follows.forget(tx, subject.person_id)
        browsers.forget(tx, subject.person_id)


def _readers(subject: Subject) -> tuple[str, str]:
    """As a person, and as whoever had no account with this address."""
    return subject.person_id, reader_of(None, subject.email)
