"""What videos hold about a person, for the export and the erasure of an account. Fits accounts' `PersonalData`."""

import contextlib
from typing import Any, Protocol

from novacast.clock import SECOND, iso
from novacast.database import Database, Transaction
from novacast.vods import store
from novacast.vods.collections import store as collections
from novacast.vods.folders import MediaFolders
from novacast.vods.recordings import store as recordings
from novacast.vods.uploads import store as uploads


class Subject(Protocol):
    @property
    def person_id(self) -> str: ...


class VideoPersonalData:
    section = "videos"

    def __init__(self, db: Database, folders: MediaFolders) -> None:
        self._db = db
        self._folders = folders

    async def export(self, subject: Subject) -> Any:
        async with self._db.snapshot() as view:
            owned = await view.all(store.owned(subject.person_id))
            positions = await view.all(store.positions(subject.person_id))
            begun = await view.all(uploads.of_person(subject.person_id))
            collected = await view.all(collections.owned(subject.person_id))
        return {
            "uploaded": [
                {
                    "id": video.id,
                    "organization": video.org_id,
                    "title": video.title,
                    "description": video.description,
                    "file": video.source_name,
                    "created_at": iso(video.created_at),
                }
                for video in owned
            ],
            "watched": [
                {"video": row.video_id, "seconds": row.at / SECOND, "at": iso(row.updated_at)} for row in positions
            ],
            "uploads": [
                {"id": row.id, "file": row.filename, "title": row.title, "created_at": iso(row.created_at)}
                for row in begun
            ],
            "collections": [
                {"id": one.id, "title": one.title, "description": one.description, "created_at": iso(one.created_at)}
                for one in collected
            ],
        }

    def erase(self, tx: Transaction, subject: Subject) -> None:
        """Videos stay with their organization, without the person; unfinished uploads go."""
        store.erase_person(tx, subject.person_id)
        collections.erase_person(tx, subject.person_id)
        recordings.erase_person(tx, subject.person_id)
        for upload in tx.all(uploads.of_person(subject.person_id)):
            uploads.remove(tx, upload.id)
            if not upload.finished:
                arrival = self._folders.arrival(upload.id)
                tx.after_commit(lambda path=arrival: _unlink(path))  # type: ignore[misc]  # default binds the loop's value


def _unlink(path: Any) -> None:
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)
