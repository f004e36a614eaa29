"""How a video begins, or gets another file: its rows, its fact and its wake-up, in one transaction."""

from novacast import outbox
from novacast.database import Database, Transaction
from novacast.errors import Forbidden, Gone
from novacast.i18n import text
from novacast.identity import Principal
from novacast.jobs import JobQueue
from novacast.vods import store
from novacast.vods.folders import MediaFolders
from novacast.vods.models import Draft
from novacast.vods.replacement import store as replacements
from novacast.vods.replacement.models import JOB as REPLACE
from novacast.vods.service import editable
from novacast.vods.transcoding import store as transcodes
from novacast.vods.transcoding.models import BEGIN, JOB


class Intake:
    def __init__(self, db: Database, folders: MediaFolders, queue: JobQueue) -> None:
        self._db = db
        self._folders = folders
        self._queue = queue

    def take(self, tx: Transaction, draft: Draft) -> None:
        """The complete file must lie in the folder for arrivals under the draft's id already."""
        store.add(tx, draft)
        transcodes.queue(tx, draft.id)
        outbox.emit(tx, "video.created", draft.id, outbox.org(draft.org_id))
        self._queue.enqueue_after(tx, JOB, draft.id, long=True)
        self._queue.enqueue_after(tx, BEGIN, draft.id, prompt=True)

    async def replaceable(self, principal: Principal, video_id: str) -> str:
        """The organization of a video that `principal` may give another file. Raises NotFound, Forbidden.

        A token that may only upload brings videos and takes none away, which a replacement does to the old file.
        """
        if not principal.has_scope("write"):
            raise Forbidden(text("This token lacks the scope '{scope}'. Make one that has it.", scope="write"))
        found = await self._db.one(store.by_id(video_id))
        return editable(principal, found).org_id

    def replace(self, tx: Transaction, video_id: str, draft: Draft) -> None:
        """As `take`, for a video that is there; what waited to be its file before is thrown away."""
        video = tx.one(store.by_id(video_id))
        if video is None:
            raise Gone(text("The video that this file was for was deleted."))
        before = tx.one(replacements.of_video(video_id))
        if before is not None:
            arrival = self._folders.arrival(before.upload_id)
            tx.after_commit(lambda: arrival.unlink(missing_ok=True))
        replacements.add(tx, video_id, draft)
        outbox.emit(tx, "video.replacing", video_id, outbox.org(video.org_id))
        self._queue.enqueue_after(tx, REPLACE, video_id, long=True)
