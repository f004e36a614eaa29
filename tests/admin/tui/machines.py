"""What a console can do on a machine of which all is known."""

from novacast_admin.records import Finding
from novacast_admin.tui.ports import Backup, Rhythm


class Cellar:
    """A machine with one backup, on which nothing is wrong."""

    async def backups(self) -> list[Backup]:
        return [Backup("b1", "2026-11-30T03:00:00Z", "1.0", "12", "3 MB", "1 MB", "")]

    async def back_up(self) -> str:
        return "Backup b2: 13 files."

    async def verify(self) -> list[str]:
        return []

    async def rhythm(self) -> Rhythm:
        return Rhythm("/var/backups", "daily", ("never", "daily"), "2026-11-30T03:00:00Z", "2026-12-01T03:00:00Z")

    async def set_rhythm(self, every: str) -> None: ...

    async def opened_by_passphrase(self) -> bool:
        return True

    async def drill(self, *, passphrase: str = "", key: object = None) -> list[Finding]:
        return [Finding("books", "ok", f"Opened by {passphrase}.", "")]

    async def examine(self) -> list[Finding]:
        return [Finding("disk", "ok", "There is room.", "")]
