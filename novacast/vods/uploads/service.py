"""Uploads: begin, append, ask, give up, expire. The length of the file on disk is the truth about the offset."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Protocol

from novacast.clock import HOUR, Clock
from novacast.database import Database, Transaction
from novacast.durable import sync_folder
from novacast.errors import Conflict, DiskFull, Forbidden, Gone, InvalidInput, NotFound, TooLarge
from novacast.i18n import ntext, text
from novacast.identity import Action, Principal, new_id, person_of
from novacast.settings import Uploads as Settings
from novacast.vods.folders import MediaFolders, free_bytes, whole
from novacast.vods.intake import Intake
from novacast.vods.uploads import store
from novacast.vods.uploads.files import BUFFER, UploadFile, outstanding, size
from novacast.vods.uploads.holds import Hold, Holds
from novacast.vods.uploads.models import Checksum, ChecksumMismatch, Progress, Upload, Wish
from novacast.vods.uploads.telling import telling

Body = Callable[[int], AsyncIterator[bytes]]
"""Opens a request's body for at most so many bytes; more are a TooLarge."""

_LOG_IN = text("Log in to upload.")


class Allowance(Protocol):
    async def check(self, org_id: str, size: int, /) -> None:
        """Raises a refusal where the organization may not have so many bytes more."""
        ...


class Uploads:
    """One per server: holds are in memory, and one server has the data folder."""

    def __init__(
        self,
        db: Database,
        folders: MediaFolders,
        intake: Intake,
        settings: Settings,
        clock: Clock,
        allowance: Allowance | None = None,
    ) -> None:
        self._db = db
        self._folders = folders
        self._intake = intake
        self._settings = settings
        self._clock = clock
        self._allowance = allowance
        self._holds = Holds()
        self._beginning = asyncio.Lock()
        """Room is promised to one upload after the other: of many at once each would find the same room free."""

    @property
    def max_bytes(self) -> int:
        return self._settings.max_bytes

    async def begin(self, principal: Principal, length: int, wish: Wish) -> Progress:
        """Raises InvalidInput, TooLarge, Forbidden, Conflict (too many unfinished), DiskFull."""
        person_id = person_of(principal, _LOG_IN)
        if wish.replaces is None:
            org_id = _organization(principal, wish.org_id)
        else:
            org_id = await self._intake.replaceable(principal, wish.replaces)
        if length == 0:
            raise InvalidInput.field("Upload-Length", text("The file is empty: there is no video in it."))
        if length > self._settings.max_bytes:
            raise TooLarge(
                text(
                    "The file has {length} bytes; videos of up to {most} bytes are taken.",
                    length=length,
                    most=self._settings.max_bytes,
                )
            )
        now = self._clock.now()
        upload = Upload(
            id=new_id(),
            org_id=org_id,
            person_id=person_id,
            title=wish.title,
            description=wish.description,
            language=wish.language,
            visibility=wish.visibility,
            filename=wish.filename,
            metadata=wish.metadata,
            length=length,
            finished=False,
            unchecked_from=None,
            created_at=now,
            expires_at=self._expiry(now),
        )
        most = self._settings.per_person

        def unit(tx: Transaction) -> None:
            if (tx.one(store.count_unfinished(person_id)) or 0) >= most:
                raise Conflict(
                    ntext(
                        "You have {n} unfinished upload already. Finish or remove it first.",
                        "You have {n} unfinished uploads already. Finish or remove one of them first.",
                        most,
                    )
                )
            store.add(tx, upload)

        async with self._beginning:
            if self._allowance is not None:
                await self._allowance.check(org_id, length)
            await self._check_room(length)
            await self._db.write(unit)
        return Progress(upload, 0)

    async def show(self, principal: Principal, upload_id: str) -> Progress:
        """How far it is: only what is on disk for good. A request that still brings bytes is asked to make way."""
        async with self._holds.take(upload_id):
            upload = await self._mine(principal, upload_id)
            if upload.finished:
                return Progress(upload, upload.length)
            file = await self._open(upload)
            try:
                offset = await whole(file.sync)
            finally:
                await whole(file.close)
            # The last answer may have been lost together with the commit that should have followed the last byte.
            return await self._complete(upload) if offset == upload.length else Progress(upload, offset)

    async def append(
        self,
        principal: Principal,
        upload_id: str,
        offset: int,
        body: Body,
        checksum: Checksum | None = None,
    ) -> Progress:
        """Take bytes from `offset` on; `body` is asked for as many as are missing.

        Raises Conflict where the upload has another offset, ChecksumMismatch, DiskFull, and what `body` raises.

        Without a checksum, whatever arrived before a break is kept; with one, all of a request's bytes or none.
        """
        async with self._holds.take(upload_id) as hold:
            upload = await self._mine(principal, upload_id)
            if upload.finished:
                raise Conflict(text("This upload is complete already."))
            file = await self._open(upload)
            try:
                if file.size != offset:
                    raise Conflict(
                        text(
                            "The next byte this upload needs is number {next}, not {offset}.",
                            next=file.size,
                            offset=offset,
                        )
                    )
                chunks = telling(self._db, upload, offset, body(upload.length - offset))
                if checksum is None:
                    await self._plain(hold, file, chunks)
                else:
                    await self._checked(hold, file, chunks, upload_id, checksum)
                arrived = file.size
            finally:
                await whole(file.close)
            if arrived == upload.length:
                return await self._complete(upload)
            expiry = self._expiry(self._clock.now())
            await self._db.write(lambda tx: store.touch(tx, upload_id, expiry))
            return Progress(await self._mine(principal, upload_id), arrived)

    async def abandon(self, principal: Principal, upload_id: str) -> None:
        """Remove an unfinished upload and what has arrived of it."""
        async with self._holds.take(upload_id):
            upload = await self._mine(principal, upload_id)
            if upload.finished:
                raise Conflict(text("This upload is complete and a video already. Delete the video instead."))
            await self._remove(upload)

    async def unfinished(self, principal: Principal) -> Sequence[Progress]:
        """The caller's own, newest first."""
        rows = await self._db.all(store.unfinished_of(person_of(principal, _LOG_IN), self._settings.per_person))
        paths = [self._folders.arrival(row.id) for row in rows]
        sizes = await asyncio.to_thread(lambda: [size(path) for path in paths])
        return [
            Progress(row, min(got, row.length if row.unchecked_from is None else row.unchecked_from))
            for row, got in zip(rows, sizes, strict=True)
        ]

    async def sweep(self) -> None:
        """Remove what has expired. One that is being written to is not."""
        for upload in await self._db.all(store.expired(self._clock.now())):
            if self._holds.busy(upload.id):
                continue
            if upload.finished:
                await self._forget(upload)
            else:
                async with self._holds.take(upload.id):
                    await self._remove(upload)

    async def _mine(self, principal: Principal, upload_id: str) -> Upload:
        upload = await self._db.one(store.by_id(upload_id))
        if upload is None or upload.person_id != principal.person_id:
            raise NotFound(text("There is no such upload, or it is not yours."))
        if not upload.finished and upload.expires_at <= self._clock.now():
            raise Gone(text("This upload has expired. Begin a new one."))
        return upload

    async def _open(self, upload: Upload) -> UploadFile:
        """With what a crash left behind of an unchecked request cut off."""
        path, reserve = self._folders.arrival(upload.id), self._settings.reserve_bytes
        file = await whole(lambda: UploadFile(path, reserve))
        if upload.unchecked_from is not None:
            await whole(file.cut, upload.unchecked_from)
            await whole(file.sync)
            await self._db.write(lambda tx: store.mark_unchecked(tx, upload.id, None))
        return file

    async def _plain(self, hold: Hold, file: UploadFile, chunks: AsyncIterator[bytes]) -> None:
        buffer = bytearray()
        try:
            while (chunk := await hold.next(chunks)) is not None:
                buffer += chunk
                if len(buffer) >= BUFFER:
                    full, buffer = bytes(buffer), bytearray()
                    await whole(file.append, full)
        finally:
            if buffer:
                await whole(file.append, bytes(buffer))
            await whole(file.sync)

    async def _checked(
        self, hold: Hold, file: UploadFile, chunks: AsyncIterator[bytes], upload_id: str, checksum: Checksum
    ) -> None:
        start, digest, good = file.size, checksum.start(), False
        await self._db.write(lambda tx: store.mark_unchecked(tx, upload_id, start))

        def take(data: bytes) -> None:
            digest.update(data)
            file.append(data)

        buffer = bytearray()
        try:
            while (chunk := await hold.next(chunks)) is not None:
                buffer += chunk
                if len(buffer) >= BUFFER:
                    full, buffer = bytes(buffer), bytearray()
                    await whole(take, full)
            await whole(take, bytes(buffer))
            good = digest.digest() == checksum.expected
        finally:
            if not good:
                await whole(file.cut, start)
            await whole(file.sync)
            await self._db.write(lambda tx: store.mark_unchecked(tx, upload_id, None))
        if not good:
            raise ChecksumMismatch(text("What arrived is not what was sent: the checksum differs. Send it again."))

    async def _complete(self, upload: Upload) -> Progress:
        """Every byte is on disk: the video begins, in the one transaction that ends the upload."""
        await whole(sync_folder, self._folders.arrival(upload.id).parent)
        expiry = self._expiry(self._clock.now())

        def unit(tx: Transaction) -> Upload:
            if store.finish(tx, upload.id, expiry):
                if upload.replaces is None:
                    self._intake.take(tx, upload.draft())
                else:
                    self._intake.replace(tx, upload.replaces, upload.draft())
            after = tx.one(store.by_id(upload.id))
            if after is None or not after.finished:
                raise Gone(text("This upload was withdrawn: it may not become a video any more."))
            return after

        return Progress(await self._db.write(unit), upload.length)

    async def _remove(self, upload: Upload) -> None:
        path = self._folders.arrival(upload.id)
        await whole(lambda: path.unlink(missing_ok=True))
        await self._forget(upload)

    async def _forget(self, upload: Upload) -> None:
        await self._db.write(lambda tx: store.remove(tx, upload.id))

    async def _check_room(self, length: int) -> None:
        rows = await self._db.all(store.unfinished())
        folder, lengths = self._folders.data.uploads, {row.id: row.length for row in rows}
        free = await asyncio.to_thread(lambda: free_bytes(folder) - outstanding(folder, lengths))
        if length > free - self._settings.reserve_bytes:
            raise DiskFull(
                text(
                    "There is no room for {length} more bytes on the disk that holds {folder}. "
                    "Ask whoever runs this server to free some.",
                    length=length,
                    folder=folder,
                )
            )

    def _expiry(self, now: int) -> int:
        return now + self._settings.expire_hours * HOUR


def _organization(principal: Principal, wanted: str | None) -> str:
    """The organization asked for, or the only one that the person may upload to."""
    possible = [org_id for org_id in principal.roles if principal.allows(Action.VIDEO_UPLOAD, org_id)]
    if wanted is not None:
        if wanted not in possible:
            raise Forbidden(text("You may not upload videos to this organization."))
        return wanted
    if not possible:
        raise Forbidden(text("You may not upload videos to any organization."))
    if len(possible) > 1:
        raise InvalidInput.field("organization", text("Say which organization the video is for."), "required")
    return possible[0]
