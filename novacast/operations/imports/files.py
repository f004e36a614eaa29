"""An import's files, in a folder of its own: what was brought, the records that were made of it, a copy for a try."""

import asyncio
import errno
import hashlib
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import IO

from novacast.errors import DiskFull, NotFound
from novacast.i18n import text
from novacast.importing import Kind
from novacast.operations.imports.models import LONGEST_CELL, SAMPLE
from novacast.operations.imports.reading import rows
from novacast.records import dataclass


@dataclass(frozen=True, slots=True)
class Arrived:
    size: int
    digest: str


@dataclass(frozen=True, slots=True)
class Head:
    """What a file looks like."""

    headings: list[str]
    sample: list[dict[str, str]]


@dataclass(frozen=True, slots=True)
class ImportFiles:
    """`root`: of all imports; `reserve`: bytes of disk that are left alone."""

    root: Path
    reserve: int = 0

    def of(self, import_id: str) -> Path:
        return self.root / import_id

    def source(self, import_id: str) -> Path:
        return self.of(import_id) / "source"

    def beside(self, import_id: str) -> Path:
        """A list of the orders that the tickets of the file are of."""
        return self.of(import_id) / "beside"

    def records(self, import_id: str) -> Path:
        return self.of(import_id) / "records"

    def copy(self, import_id: str) -> Path:
        """Of the database, for a dry run."""
        return self.of(import_id) / "copy.db"

    async def receive(self, import_id: str, chunks: AsyncIterator[bytes], *, beside: bool = False) -> Arrived:
        """Whole, or not at all. Raises DiskFull and what `chunks` raises."""
        folder, size, digest = self.of(import_id), 0, hashlib.sha256()
        part = folder / "part"
        with full_disk(self.root):
            file = await asyncio.to_thread(_begun, part)
            try:
                async for chunk in chunks:
                    await asyncio.to_thread(self._write, file, chunk)
                    digest.update(chunk)
                    size += len(chunk)
                whole = self.beside(import_id) if beside else self.source(import_id)
                await asyncio.to_thread(_kept, file, part, whole)
            finally:
                file.close()
                part.unlink(missing_ok=True)
        return Arrived(size, digest.hexdigest())

    def _write(self, file: IO[bytes], chunk: bytes) -> None:
        if shutil.disk_usage(self.root).free - self.reserve < len(chunk):
            raise OSError(errno.ENOSPC, "reserved")
        file.write(chunk)

    def look(self, import_id: str, kind: Kind, *, beside: bool = False) -> Head:
        """Raises what reading raises."""
        path = self.beside(import_id) if beside else self.source(import_id)
        headings: dict[str, None] = {}
        sample: list[dict[str, str]] = []
        for row in islice(rows(path, kind), SAMPLE * 20):
            headings |= dict.fromkeys(row.cells)
            if len(sample) < SAMPLE:
                sample.append({name: cell[:200] for name, cell in row.cells.items()})
        return Head([one[:LONGEST_CELL] for one in headings], sample)

    def there(self, import_id: str) -> Path:
        """Raises NotFound."""
        path = self.source(import_id)
        if not path.exists():
            raise NotFound(text("The file of this import is gone. Bring it again."))
        return path

    def forget_copy(self, import_id: str) -> None:
        for end in ("", "-wal", "-shm"):
            Path(f"{self.copy(import_id)}{end}").unlink(missing_ok=True)

    def remove(self, import_id: str) -> None:
        shutil.rmtree(self.of(import_id), ignore_errors=True)


def _begun(part: Path) -> IO[bytes]:
    """The folder is for its owner alone."""
    part.parent.parent.mkdir(exist_ok=True, mode=0o700)
    part.parent.mkdir(exist_ok=True, mode=0o700)
    return part.open("wb")


def _kept(file: IO[bytes], part: Path, whole: Path) -> None:
    file.flush()
    os.fsync(file.fileno())
    part.replace(whole)


@contextmanager
def full_disk(folder: Path) -> Iterator[None]:
    """Raises DiskFull where the disk is."""
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise DiskFull(
            text(
                "No room left on the disk that holds {path}. Nothing was changed. Free some and try again.", path=folder
            )
        ) from error
