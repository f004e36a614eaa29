"""What the console does on this machine without a server. Each imports what it needs: the console starts at once."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from novacast.settings import Settings
from novacast_admin.records import Finding
from novacast_admin.tui.ports import Backup


class Here:
    """`config`: the settings file, which goes into each backup."""

    def __init__(self, settings: Settings, config: Path | None) -> None:
        self._settings, self._config = settings, config

    async def backups(self) -> Sequence[Backup]:
        return await asyncio.to_thread(self._backups)

    def _backups(self) -> Sequence[Backup]:
        from novacast.clock import SystemClock, iso
        from novacast.operations.backups.models import Head
        from novacast.operations.backups.service import Backups
        from novacast.vods.cards import size_of

        if not self._settings.backups.folder:
            return ()
        own = Backups(self._settings, SystemClock(), self._config)
        if not own.begun():
            return ()
        return [
            Backup(
                one.id, iso(one.at), one.version, str(one.files), size_of(one.size), size_of(one.added),
                "" if one.whole else "DAMAGED DATABASE",
            )
            if isinstance(one, Head)
            else Backup(one.backup, None, "", "", "", "", one.what)
            for one in reversed(own.listed())
        ]  # fmt: skip

    async def back_up(self) -> str:
        return await asyncio.to_thread(self._back_up)

    def _back_up(self) -> str:
        from novacast.clock import SystemClock
        from novacast.operations.backups.service import Backups
        from novacast.vods.cards import size_of

        head = Backups(self._settings, SystemClock(), self._config).create()
        damaged = "" if head.whole else " The database in it is DAMAGED: look at the doctor."
        return f"Backup {head.id}: {head.files} files, {size_of(head.size)}, {size_of(head.added)} new.{damaged}"

    async def verify(self) -> Sequence[str]:
        return await asyncio.to_thread(self._verify)

    def _verify(self) -> Sequence[str]:
        from novacast.clock import SystemClock
        from novacast.operations.backups.service import Backups, verify

        own = Backups(self._settings, SystemClock(), self._config)
        return [f"{one.backup}: {one.what}" for one in verify(own.repository())]

    async def examine(self) -> Sequence[Finding]:
        from novacast_admin.cli.doctor import examined

        found = await examined(self._settings)
        return [Finding(one.check, one.state.value, one.message, one.mend) for one in found]
