"""How a video begins, whichever way its file came: its rows, its fact and its wake-up, in one transaction."""

from novacast import outbox
from novacast.database import Transaction
from novacast.jobs import JobQueue
from novacast.vods import store
from novacast.vods.models import Draft
from novacast.vods.transcoding import store as transcodes
from novacast.vods.transcoding.models import JOB


class Intake:
    def __init__(self, queue: JobQueue) -> None:
        self._queue = queue

    def take(self, tx: Transaction, draft: Draft) -> None:
        """The complete file must lie in the folder for arrivals under the draft's id already."""
        store.add(tx, draft)
        transcodes.queue(tx, draft.id)
        outbox.emit(tx, "video.created", draft.id, outbox.org(draft.org_id))
        self._queue.enqueue_after(tx, JOB, draft.id, long=True)
