"""`novacast restore`: a venue comes back from its backups."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
from rich.markup import escape

from novacast import tables
from novacast.clock import SystemClock, iso
from novacast.database import Database, migrate
from novacast.errors import InvalidInput, NotFound
from novacast.folder import DataFolder
from novacast.operations.backups.folders import FolderTarget
from novacast.operations.backups.models import Head
from novacast.operations.backups.repository import Opened
from novacast.operations.backups.restoring import Restored, choose
from novacast.operations.backups.restoring import restore as lay_out
from novacast.operations.models import Finding, healthy
from novacast.settings import Settings
from novacast.tickets.reopening import store as reopening
from novacast.tickets.reopening.models import Reason
from novacast_admin.cli.backup import KeyFile, PassphraseFile, reader_key, watching
from novacast_admin.cli.command import Command, examples, invocation, noun_app, settings_of
from novacast_admin.cli.doctor import MARKS
from novacast_admin.cli.exits import CHECK_FAILED
from novacast_admin.cli.output import out, print_json, say

app = noun_app("Bring a venue back from its backups, or prove that it can be.")


@app.command(
    cls=Command,
    epilog=examples(
        "novacast restore /mnt/disk/novacast --into /srv/lantern --key lantern.key",
        "novacast restore /mnt/disk/novacast --into /srv/lantern --backup 20261130T040000-000000",
        "novacast restore /mnt/disk/novacast --verify --passphrase-file words.txt",
    ),
)
def restore(
    context: typer.Context,
    source: Annotated[Path, typer.Argument(metavar="FROM", help="Folder of the backups.")],
    into: Annotated[
        Path | None, typer.Option("--into", metavar="FOLDER", help="A new data folder; with --verify it is kept.")
    ] = None,
    backup: Annotated[str, typer.Option(help="Which one; left out: the newest whose database was whole.")] = "",
    verify: Annotated[
        bool, typer.Option("--verify", help="Prove the copy, on free ports, and remove it again.")
    ] = False,
    key: KeyFile = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Lay a backup out as a data folder. Nothing is sold from it until every payment since the backup is accounted for.

    Start the server with --data FOLDER, or move the folder to where the old one was. The settings file of the backup
    is in it as settings.toml. With --verify the copy is opened, audited, served, logged in to and played beside the
    running venue; exit code 1 where something is wrong.
    """
    if into is None and not verify:
        raise InvalidInput("Name a new folder with --into, or only prove the backup with --verify.")
    opened = Opened(target := FolderTarget(source), reader_key(source, key, passphrase_file))
    if not source.is_dir():
        raise NotFound(f"There are no backups in {target.told}.")
    head, settings, as_json = choose(opened, backup), settings_of(context), invocation(context).json
    with _place(settings, into) as folder:
        with watching(aloud=not as_json) as watch:
            restored = lay_out(opened, head, folder, lambda path: shut(path, head), watch)
        findings = asyncio.run(_prove(settings, folder, aloud=not as_json)) if verify else []
    if as_json:
        print_json(_json(restored, findings) | {"folder": None if into is None else str(restored.folder.root)})
    else:
        _tell(restored, findings, kept=into is not None)
    if not healthy(findings):
        raise typer.Exit(CHECK_FAILED)


def shut(database: Path, head: Head) -> None:
    """Before anybody can sell from it: the restored rows do not know what was sold since."""
    clock = SystemClock()
    migrate(database, tables.MIGRATIONS, clock, backups=database.parent, keep=1)

    async def write() -> None:
        db = await Database.open(database, clock, readers=1, guards=tables.GUARDS)
        try:
            # A clock that went ahead then must not hide what was paid since.
            since = min(head.at, clock.now())
            await db.write(lambda tx: reopening.close(tx, Reason.RESTORED, since))
        finally:
            await db.close()

    asyncio.run(write())


@contextmanager
def _place(settings: Settings, into: Path | None) -> Iterator[Path]:
    """`into`, or a folder beside the venue's data that goes again."""
    if into is not None:
        yield into
        return
    data = DataFolder.at(settings.data)
    beside = data.cache if data.cache.is_dir() else None
    with TemporaryDirectory(prefix="restore-", dir=beside) as place:
        yield Path(place) / "data"


async def _prove(settings: Settings, folder: Path, *, aloud: bool) -> list[Finding]:
    # The server is much to load, and only a proof needs it.
    from novacast_admin.drill import drill, quiet

    findings = []
    async for finding in drill(quiet(settings, folder)):
        findings.append(finding)
        if aloud:
            out.print(f"{MARKS[finding.state]} [bold]{finding.check:<12}[/] {escape(finding.message)}")
    return findings


def _tell(restored: Restored, findings: list[Finding], *, kept: bool) -> None:
    head = restored.head
    if findings:
        whole = "comes back whole" if healthy(findings) else "does not come back as it was"
        say(f"The backup {head.id} of {iso(head.at)} {whole}.")
    if kept:
        say(f"The venue as of {iso(head.at)} is in {restored.folder.root}. Sales stay shut until payments are proved:")
        say("novacast sales show")
        if restored.settings is not None:
            say(f"Its settings file is {restored.settings}.")


def _json(restored: Restored, findings: list[Finding]) -> dict[str, object]:
    head = restored.head
    told = [{"check": one.check, "state": one.state.value, "message": one.message} for one in findings]
    return {"backup": head.id, "at": iso(head.at), "files": head.files, "bytes": head.size, "proof": told}
