"""The one data folder that holds all state: its rooms, its permissions, and its lock."""

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from novacast.errors import AlreadyRunning, BadSettings, DiskFull
from novacast.records import dataclass

RESTORING = "restoring"
"""A file that says that this is not a venue yet."""


@dataclass(frozen=True, slots=True)
class DataFolder:
    """`root` is absolute. Rooms exist once `prepare` has run."""

    root: Path

    @property
    def database(self) -> Path:
        return self.root / "novacast.db"

    @property
    def queue(self) -> Path:
        return self.root / "queue.db"

    @property
    def media(self) -> Path:
        return self.root / "media"

    @property
    def uploads(self) -> Path:
        return self.root / "uploads"

    @property
    def live(self) -> Path:
        return self.root / "live"

    @property
    def posters(self) -> Path:
        """Pictures of events."""
        return self.root / "posters"

    @property
    def keys(self) -> Path:
        return self.root / "keys"

    @property
    def backups(self) -> Path:
        return self.root / "backups"

    @property
    def mail(self) -> Path:
        return self.root / "mail"

    @property
    def cache(self) -> Path:
        """What can be made again: trial results, temporary pieces."""
        return self.root / "cache"

    @property
    def socket(self) -> Path:
        return self.root / "novacast.sock"

    @classmethod
    def at(cls, path: Path) -> "DataFolder":
        return cls(path.expanduser().resolve())

    def prepare(self, *, restoring: bool = False) -> None:
        """Make what is missing, readable by its owner alone. Raises BadSettings, or DiskFull.

        A folder that a restore left unfinished is for restores alone.
        """
        if not restoring and (self.root / RESTORING).exists():
            raise BadSettings(f"A restore into {self.root} was not finished. Run it again, or remove the folder.")
        rooms = (self.media, self.uploads, self.live, self.posters, self.keys, self.backups, self.mail, self.cache)
        try:
            self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
            for room in rooms:
                room.mkdir(exist_ok=True, mode=0o700)
            probe = self.root / ".write-test"
            probe.write_bytes(b"x")
            probe.unlink()
        except OSError as error:
            if error.errno == errno.ENOSPC:
                raise DiskFull(
                    f"No room left on the disk that holds {self.root}. Free some and start again."
                ) from error
            why = "a file is in the way" if isinstance(error, FileExistsError) else error.strerror
            raise BadSettings(
                f"The data folder {self.root} can't be used: {why}. "
                "Choose another with --data or NOVACAST_DATA, or mend its owner and permissions."
            ) from error

    @contextmanager
    def lock(self, name: str = "server") -> Iterator[None]:
        """Hold the folder as its only `name`. The kernel lets go when the process ends, however it ends.

        Raises AlreadyRunning with the holder's process id.
        """
        handle = os.open(self.root / f"{name}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                holder = os.pread(handle, 32, 0).decode(errors="replace").strip() or "unknown"
                raise AlreadyRunning(
                    f"Another NovaCast {name} (process {holder}) works on {self.root}. "
                    "Stop it first, or give this one another folder with --data."
                ) from error
            os.ftruncate(handle, 0)
            os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
            yield
        finally:
            os.close(handle)

    @contextmanager
    def attend(self, name: str) -> Iterator[None]:
        """Be one of those who work on the folder as a `name`, of whom there may be several."""
        handle = os.open(self.root / f"{name}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_SH)
            yield
        finally:
            os.close(handle)

    def attended(self, name: str) -> bool:
        """Whether anybody works on the folder as a `name`; asks the kernel and changes nothing."""
        try:
            handle = os.open(self.root / f"{name}.lock", os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return False
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(handle)
        return False

    def held(self, name: str = "server") -> bool:
        """Whether a running process holds the folder as its `name`; asks the kernel and changes nothing."""
        try:
            handle = os.open(self.root / f"{name}.lock", os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return False
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(handle)
        return False
