"""What the end of an organization means for its videos, and that of a role for uploads: they end with it."""

from novacast import outbox
from novacast.database import Database, Transaction
from novacast.identity import PERMISSIONS, Action, Role
from novacast.jobs import JobQueue
from novacast.outbox import Event
from novacast.vods import store
from novacast.vods.collections import store as collections
from novacast.vods.recordings import store as recordings
from novacast.vods.removal import JOB as REMOVE
from novacast.vods.storage import store as storage
from novacast.vods.uploads import store as uploads

BATCH = 100
"""Videos that go in one transaction, so that none takes long."""


class Endings:
    """A durable subscriber of facts: what a crash interrupts is told again."""

    def __init__(self, db: Database, queue: JobQueue) -> None:
        self._db = db
        self._queue = queue

    async def hear(self, event: Event) -> None:
        if event.topic == "organization.deleted":
            while await self._db.write(lambda tx: self._end_some(tx, event.subject)):
                pass
        elif event.topic == "member.changed":
            role, org_id = event.payload["role"], event.payload["org_id"]
            if role is None or Action.VIDEO_UPLOAD not in PERMISSIONS[Role(role)]:
                await self._db.write(lambda tx: uploads.withdraw(tx, org_id, event.subject))

    def _end_some(self, tx: Transaction, org_id: str) -> int:
        """How many went. Uploads that are under way never become videos; the sweep takes their files."""
        uploads.withdraw(tx, org_id)
        collections.end_organization(tx, org_id)
        recordings.end_organization(tx, org_id)
        storage.unset_quota(tx, org_id)
        ended = tx.all(store.some_of(org_id, BATCH))
        for video_id in ended:
            store.doom(tx, video_id)
            outbox.emit(tx, "video.deleted", video_id, outbox.INTERNAL)
            self._queue.enqueue_after(tx, REMOVE, video_id)
        return len(ended)
