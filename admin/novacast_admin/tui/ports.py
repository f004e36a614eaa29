"""What the console can do on this machine without a server."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from novacast.records import dataclass
from novacast_admin.records import Finding


@dataclass(frozen=True, slots=True)
class Backup:
    id: str
    at: str | None
    version: str
    files: str
    size: str
    added: str
    state: str
    """Empty where all is well."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """When backups are made by themselves."""

    folder: str
    """Where they go to; empty: the settings name none, and none are made."""
    every: str
    choices: Sequence[str]
    last: str | None
    """Of the last good one, as the API writes instants; None: there was none."""
    next: str | None


class Machine(Protocol):
    """Methods raise NovaCastError."""

    async def backups(self) -> Sequence[Backup]:
        """The newest first."""
        ...

    async def back_up(self) -> str:
        """A sentence that says what was made."""
        ...

    async def verify(self) -> Sequence[str]:
        """What is wrong with backups; empty: nothing."""
        ...

    async def rhythm(self) -> Rhythm: ...

    async def set_rhythm(self, every: str) -> None:
        """One of its choices."""
        ...

    async def opened_by_passphrase(self) -> bool:
        """Whether a passphrase opens the backups; else a key file does."""
        ...

    async def drill(self, *, passphrase: str = "", key: Path | None = None) -> Sequence[Finding]:
        """The newest backup comes back beside the running venue, is put to the proof, and goes again. Minutes."""
        ...

    async def examine(self) -> Sequence[Finding]:
        """As `novacast doctor`."""
        ...
