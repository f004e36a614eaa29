"""What the console does on this machine without a server. Each imports what it needs: the console starts at once."""

import asyncio
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from novacast.errors import InvalidInput, Unavailable
from novacast.settings import Settings
from novacast_admin.records import Finding
from novacast_admin.tui.ports import Backup, Rhythm

NOVACAST = (sys.executable, "-m", "novacast_admin.cli.main")


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

    async def rhythm(self) -> Rhythm:
        return await asyncio.to_thread(self._rhythm)

    def _rhythm(self) -> Rhythm:
        from novacast.clock import SystemClock, iso
        from novacast.folder import DataFolder
        from novacast.operations.backups.models import EVERY, NEVER
        from novacast.operations.backups.service import Backups, last_good

        settings = self._settings
        last = last_good(DataFolder.at(settings.data))
        due = Backups(settings, SystemClock(), self._config).due() if settings.backups.folder else None
        folder = settings.backups.folder
        return Rhythm(folder, settings.backups.every, (NEVER, *EVERY), None if last is None else iso(last.at), iso(due))

    async def set_rhythm(self, every: str) -> None:
        await asyncio.to_thread(self._set_rhythm, every)

    def _set_rhythm(self, every: str) -> None:
        from novacast.settings import replace
        from novacast.settings.edit import set_in_file

        if self._config is None:
            raise InvalidInput("There is no settings file here to write it to: novacast config path")
        set_in_file(self._config, "backups", {"every": every})
        self._settings = replace(self._settings, "backups.every", every)

    async def opened_by_passphrase(self) -> bool:
        return await asyncio.to_thread(self._opened_by_passphrase)

    def _opened_by_passphrase(self) -> bool:
        from novacast.operations.backups import repository
        from novacast.operations.backups.folders import FolderTarget

        if not self._settings.backups.folder:
            raise Unavailable("No backups have been set up here: novacast backup init")
        return repository.describe(FolderTarget(Path(self._settings.backups.folder))).under is not None

    async def drill(self, *, passphrase: str = "", key: Path | None = None) -> Sequence[Finding]:
        """In a process of its own: a whole server is started for it."""
        opener = ("--passphrase-file", "-") if key is None else ("--key", _home(key))
        told = await self._told(("restore", self._settings.backups.folder, "--verify", *opener), passphrase)
        return [Finding(one["check"], one["state"], one["message"], "") for one in told["proof"]]

    async def _told(self, arguments: Sequence[str], words: str) -> Any:
        """The answer of a command that gets `words` by its standard input. Raises Unavailable with its last words."""
        from novacast.media.process import STDOUT, Child, Command
        from novacast.settings import as_environment

        said = bytearray()
        command = Command(
            f"novacast {arguments[0]}",
            (*NOVACAST, *arguments, "--json"),
            outputs={STDOUT: said.extend},
            environment=as_environment(self._settings),
            flow=_Unhurried(),
        )
        async with await Child.start(command) as child:
            child.write(f"{words}\n".encode())
            child.finish()
            outcome = await child.wait()
        try:
            return json.loads(said)
        except ValueError as error:
            raise Unavailable(_reason(outcome.tail) or f"novacast {arguments[0]} said nothing.") from error

    async def examine(self) -> Sequence[Finding]:
        from novacast_admin.cli.doctor import examined

        found = await examined(self._settings)
        return [Finding(one.check, one.state.value, one.message, one.mend) for one in found]


def _home(path: Path) -> str:
    return str(path.expanduser())


class _Unhurried:
    """A few words fit into any pipe."""

    def pause(self) -> None: ...

    def resume(self) -> None: ...


def _reason(tail: Sequence[str]) -> str:
    """Of a command that was refused: its last line is a JSON object with a message, or whatever it said."""
    if not tail:
        return ""
    try:
        return str(json.loads(tail[-1])["message"])
    except (ValueError, KeyError, TypeError):
        return tail[-1]
