"""What the end of an organization means for its channels, that of a role for stream keys, and how a recording that is
hidden hides the programme it was made of."""

from novacast.database import Database, Transaction
from novacast.identity import PERMISSIONS, Action, Role
from novacast.live import store
from novacast.live.airing import end
from novacast.live.channels import store as channels
from novacast.live.channels.service import remove
from novacast.live.keys.revoking import revoke_of
from novacast.live.models import ProgrammeState
from novacast.live.programmes import store as programmes
from novacast.live.recording import store as clips
from novacast.outbox import Event
from novacast.visibility import Visibility

BATCH = 20
"""Channels that go in one transaction, so that none takes long."""


class Endings:
    """A durable subscriber of facts: what a crash interrupts is told again."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def hear(self, event: Event) -> None:
        if event.topic == "organization.deleted":
            while await self._db.write(lambda tx: _end_some(tx, event.subject)):
                pass
        elif event.topic == "member.changed":
            role, org_id = event.payload["role"], event.payload["org_id"]
            if role is None or Action.LIVE_PRODUCE not in PERMISSIONS[Role(role)]:
                await self._db.write(lambda tx: revoke_of(tx, event.subject, org_id))
        elif event.topic == "video.deleted":
            await self._db.write(lambda tx: clips.remove(tx, event.subject))
        elif event.topic == "video.changed" and "visibility" in event.payload:
            visibility = Visibility(event.payload["visibility"])
            await self._db.write(lambda tx: _follow(tx, event.subject, visibility))


def _end_some(tx: Transaction, org_id: str) -> int:
    """How many channels went."""
    ended = tx.all(channels.some_of(org_id, BATCH))
    for channel in ended:
        programme = tx.one(programmes.on_channel(channel.id))
        if programme is not None:
            end(tx, programme)
        remove(tx, channel)
    store.forget_org(tx, org_id)
    return len(ended)


def _follow(tx: Transaction, programme_id: str, visibility: Visibility) -> None:
    """A programme that is over is shown to those whom its recording is shown to."""
    programme = tx.one(programmes.by_id(programme_id))
    if programme is not None and programme.state is ProgrammeState.ENDED and programme.visibility is not visibility:
        programmes.change(tx, programme_id, {"visibility": visibility})
