"""Keys that take over from each other while everybody goes on: the newest one signs and seals, older ones still read.

`NAME.key` is the first key and never changes. `NAME.ring` beside it lists those that came later, and what each is good
for. Whoever meets a text that no key of his made looks there for a newer one, so a process that runs learns of it
without a restart.
"""

import fcntl
import hmac
import json
import os
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Any

from novacast import durable
from novacast.errors import BadSettings
from novacast.records import dataclass

KEY_BYTES = 32


class Use(StrEnum):
    """What a key is good for."""

    SIGNS = "signs"
    """All that is new is signed and sealed with it; one key at a time."""
    READS = "reads"
    """What it signed counts, and what it sealed opens."""
    OPENS = "opens"
    """What it sealed opens, but what it signed counts no more: somebody else may have it."""


@dataclass(frozen=True, slots=True)
class RingKey:
    key: bytes
    use: Use
    since: int
    """Microseconds UTC; 0: from the beginning."""


class Ring(bytes):
    """As bytes the first key, for what must stay the same whichever key signs: names of this installation, digests that
    are compared with stored ones."""

    _path: Path | None
    _stamp: tuple[int, int] | None
    keys: Sequence[RingKey]
    """The newest first."""
    version: int
    """Another one whenever `keys` changed."""

    def __new__(cls, first: bytes, path: Path | None = None) -> "Ring":
        made = super().__new__(cls, first)
        made._path, made._stamp, made.version = path, None, 0
        made.keys = (RingKey(bytes(first), Use.SIGNS, 0),)
        made.refresh()
        return made

    def refresh(self) -> bool:
        """Look whether there are other keys now. Raises BadSettings for a ring that can't be read."""
        if self._path is None or (stamp := _stamp(self._path)) == self._stamp:
            return False
        self.keys = _read(self._path, bytes(self))
        self._stamp, self.version = stamp, self.version + 1
        return True

    def rotated(self, now: int) -> None:
        """A new key signs from now on. Nothing that was signed or sealed before is lost."""
        with self._alone():
            older = [replace(one, use=Use.READS) if one.use is Use.SIGNS else one for one in self.keys]
            self._write([RingKey(secrets.token_bytes(KEY_BYTES), Use.SIGNS, now), *older])

    def retired(self) -> int:
        """Signatures of all keys but the newest count no more; how many keys that were."""
        with self._alone():
            found = [one for one in self.keys if one.use is Use.READS]
            self._write([replace(one, use=Use.OPENS) if one in found else one for one in self.keys])
            return len(found)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Of two who change it at once the second knows what the first did: a key that was written over would be lost
        with all that was sealed with it. Raises BadSettings."""
        assert self._path is not None, "a ring that is kept nowhere can't change"
        handle = os.open(self._path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            self.refresh()
            yield
        finally:
            os.close(handle)

    def _write(self, keys: Sequence[RingKey]) -> None:
        assert self._path is not None, "a ring that is kept nowhere can't change"
        values = [asdict(one) | {"key": one.key.hex()} for one in keys]
        # Before anything is sealed with it: a database that outlives a power cut must not outlive its key.
        durable.replaced(self._path, json.dumps(values, indent=2).encode() + b"\n")
        self.refresh()


class Derived:
    """The keys of a ring, each bound to a purpose."""

    def __init__(self, key: bytes, purpose: str) -> None:
        """`key`: a ring, or a single key."""
        self._ring = key if isinstance(key, Ring) else Ring(key)
        self._bound = partial(hmac.digest, msg=purpose.encode(), digest="sha256")
        self._derive()

    def current(self) -> bytes:
        self._follow()
        return self._keys[0][0]

    def reading(self) -> Sequence[bytes]:
        """Those whose signatures count, the newest first."""
        self._follow()
        return self._readers

    def opening(self) -> Sequence[bytes]:
        """Those that open what was sealed, the newest first."""
        self._follow()
        return self._openers

    def version(self) -> int:
        """Another one whenever the keys are others, or good for something else."""
        return self._ring.version

    def refresh(self) -> bool:
        """Whether there is another key since."""
        return self._ring.refresh()

    def _follow(self) -> None:
        if self._version != self._ring.version:
            self._derive()

    def _derive(self) -> None:
        self._version = self._ring.version
        self._keys = [(self._bound(one.key), one.use) for one in self._ring.keys]
        self._readers = tuple(key for key, use in self._keys if use is not Use.OPENS)
        self._openers = tuple(key for key, _ in self._keys)


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        seen = path.stat()
    except FileNotFoundError:
        return None
    return seen.st_mtime_ns, seen.st_ino


def _read(path: Path, first: bytes) -> Sequence[RingKey]:
    try:
        values: Sequence[Mapping[str, Any]] = json.loads(path.read_bytes())
        keys = tuple(RingKey(bytes.fromhex(one["key"]), Use(one["use"]), int(one["since"])) for one in values)
        if [one.use for one in keys].count(Use.SIGNS) != 1 or keys[0].use is not Use.SIGNS or keys[-1].key != first:
            raise ValueError("no ring of this key")
        if any(len(one.key) != KEY_BYTES for one in keys):
            raise ValueError("a key is damaged")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadSettings(f"The keys in {path} can't be used: {error}. Restore the file from a backup.") from error
    return keys
