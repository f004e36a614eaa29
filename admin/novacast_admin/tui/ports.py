"""What the console can do on this machine without a server."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

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

    async def examine(self) -> Sequence[Finding]:
        """As `novacast doctor`."""
        ...
