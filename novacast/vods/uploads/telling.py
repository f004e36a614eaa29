"""How far an upload is, for whoever uploads, on whatever other page or device they look."""

from collections.abc import AsyncIterator
from contextlib import suppress
from functools import partial

from novacast import outbox
from novacast.clock import SECOND
from novacast.database import Database, Transaction
from novacast.errors import NovaCastError
from novacast.vods.uploads.models import Upload

EVERY = SECOND


async def telling(db: Database, upload: Upload, offset: int, chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The same bytes, which begin at `offset`."""
    last = db.clock.now()
    async for chunk in chunks:
        offset += len(chunk)
        if (now := db.clock.now()) - last >= EVERY:
            last = now
            with suppress(NovaCastError):  # a busy database is no reason to break an upload
                await db.write(partial(_mention, upload, offset))
        yield chunk


def _mention(upload: Upload, offset: int, tx: Transaction) -> None:
    audience = outbox.person(upload.person_id)
    outbox.mention(tx, "upload.progress", upload.id, audience, offset=offset, length=upload.length)
