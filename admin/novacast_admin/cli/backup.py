"""`novacast backup`: encrypted copies of the whole venue."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

from novacast.clock import SystemClock, iso
from novacast.errors import InvalidInput
from novacast.folder import DataFolder
from novacast.operations.backups import models, repository
from novacast.operations.backups.folders import FolderTarget
from novacast.operations.backups.models import NEVER, Head, Watch
from novacast.operations.backups.service import Backups, Fault, last_good, verify
from novacast.security.envelopes import ReaderKey
from novacast.settings import config_path
from novacast.settings.edit import set_in_file
from novacast.vods.cards import size_of
from novacast_admin.cli.command import Command, examples, invocation, noun_app, settings_of
from novacast_admin.cli.exits import CHECK_FAILED
from novacast_admin.cli.output import err, print_json, print_table, say
from novacast_admin.cli.secret import password

app = noun_app(
    "Encrypted copies of the whole venue: make, list, check, prune.",
    group=True,
    epilog=examples("novacast backup init", "novacast backup create", "novacast backup verify"),
)

KeyFile = Annotated[Path | None, typer.Option("--key", metavar="FILE", help="File with the key of the backups.")]
PassphraseFile = Annotated[
    Path | None,
    typer.Option("--passphrase-file", metavar="FILE", help="Read the passphrase from here; - is standard input."),
]


@app.command(
    cls=Command,
    epilog=examples(
        "novacast backup init",
        "novacast backup init --passphrase-file words.txt",
        "novacast backup init --key /media/stick/lantern.key",
    ),
)
def init(context: typer.Context, key: KeyFile = None, passphrase_file: PassphraseFile = None) -> None:
    """Begin: with a passphrase that opens the backups, or with --key, which writes a key file to be kept elsewhere.

    This machine keeps neither. It can make and check backups, but not read them again.
    """
    if key is not None and passphrase_file is not None:
        raise InvalidInput("Give a passphrase or a key file, not both.")
    own = _backups(context)
    own.may_begin()
    if key is None:
        own.begin(password(passphrase_file, what="Passphrase"))
        say("Backups open with this passphrase. Without it nobody can restore them: keep it away from this machine.")
    else:
        with _new_file(key) as file:
            file.write_text(own.begin(None).text() + "\n", encoding="utf-8")
        say(f"The key is in {key}. Without it nobody can restore the backups: keep it away from this machine.")
    if invocation(context).json:
        print_json({"folder": settings_of(context).backups.folder, "key": None if key is None else str(key)})


@app.command(cls=Command, epilog=examples("novacast backup adopt --key lantern.key"))
def adopt(context: typer.Context, key: KeyFile = None, passphrase_file: PassphraseFile = None) -> None:
    """Go on with backups that are there: on a new machine, or where keys/backups.json was lost."""
    own, settings = _backups(context), settings_of(context)
    own.adopt(reader_key(Path(settings.backups.folder), key, passphrase_file))
    say(f"Backups go on in {settings.backups.folder}.")


@app.command(
    cls=Command,
    epilog=examples("novacast backup create", "novacast backup create --due --prune", "novacast backup create --json"),
)
def create(
    context: typer.Context,
    due: Annotated[bool, typer.Option("--due", help="Only where the settings say that it is time.")] = False,
    prune: Annotated[bool, typer.Option("--prune", help="Remove afterwards what the settings let go.")] = False,
) -> None:
    """Make a backup now, beside a running server. What has not changed since the last one is not stored again."""
    own, settings = _backups(context), settings_of(context)
    if due and (not settings.backups.folder or not own.begun()):
        say("No backups have been set up here: novacast backup init")
        return
    if due and ((at := own.due()) is None or at > SystemClock().now()):
        say("No backup is due.")
        return
    with watching(aloud=not invocation(context).json) as watch:
        head = own.create(watch)
    pruned = own.prune() if prune and head.whole else None
    if invocation(context).json:
        print_json(_json(head) | {"pruned": [] if pruned is None else list(pruned.backups)})
    else:
        _tell(head)
        if pruned is not None:
            say(f"{len(pruned.backups)} old backups went, and {size_of(pruned.freed)} with them.")
    if not head.whole:
        raise typer.Exit(CHECK_FAILED)


@app.command("list", cls=Command, epilog=examples("novacast backup list", "novacast backup list --json"))
def list_(context: typer.Context) -> None:
    """What backups there are, the oldest first, and which of them the next pruning leaves."""
    own = _backups(context)
    found = own.listed()
    stay = models.kept([one for one in found if isinstance(one, Head)], own.rules())
    if invocation(context).json:
        print_json({"items": [_json(one) | {"kept": _id(one) in stay} for one in found]})
        return
    rows = [_row(one, kept=_id(one) in stay) for one in found]
    print_table(("backup", "made", "version", "files", "size", "added", "state"), rows)


@app.command(
    "verify",
    cls=Command,
    epilog=examples("novacast backup verify", "novacast backup verify --key /media/stick/lantern.key"),
)
def verify_(context: typer.Context, key: KeyFile = None, passphrase_file: PassphraseFile = None) -> None:
    """Read every backup and prove that nothing of it is missing or damaged; with the key or passphrase, that they open.

    Exit code 1 where something is wrong. Only `novacast restore --verify` proves that a venue comes back.
    """
    own, settings = _backups(context), settings_of(context)
    opener = None
    if key is not None or passphrase_file is not None:
        opener = reader_key(Path(settings.backups.folder), key, passphrase_file)
    with watching(aloud=not invocation(context).json) as watch:
        repository = own.repository()
        faults = verify(repository, opener, watch)
    if invocation(context).json:
        print_json({"whole": not faults, "faults": [{"backup": one.backup, "what": one.what} for one in faults]})
    else:
        for one in faults:
            say(f"{one.backup}: {one.what}")
        if not faults:
            count = len(repository.ids())
            say("The backup is whole." if count == 1 else f"All {count} backups are whole.")
    if faults:
        raise typer.Exit(CHECK_FAILED)


@app.command("prune", cls=Command, epilog=examples("novacast backup prune", "novacast backup prune --json"))
def prune_(context: typer.Context) -> None:
    """Remove the backups that backups.keep_* let go, and what only they needed. The newest whole one stays."""
    pruned = _backups(context).prune()
    if invocation(context).json:
        print_json({"backups": list(pruned.backups), "objects": pruned.objects, "bytes": pruned.freed})
    else:
        say(f"{len(pruned.backups)} backups went, and {size_of(pruned.freed)} with them.")


@app.command(
    cls=Command,
    epilog=examples("novacast backup schedule", "novacast backup schedule hourly", "novacast backup schedule never"),
)
def schedule(
    context: typer.Context,
    every: Annotated[str, typer.Argument(help="never, hourly, daily or weekly; left out: only tell.")] = "",
) -> None:
    """When backups are made by themselves; with a word, set it in the settings file.

    `novacast-backup.timer` asks every quarter of an hour whether one is due. Without systemd a line of cron does it.
    """
    if every and every not in (NEVER, *models.EVERY):
        raise InvalidInput.field("every", f"{every} is no rhythm. Write never, hourly, daily or weekly.")
    if every:
        set_in_file(config_path(invocation(context).config), "backups", {"every": every})
    settings = settings_of(context)
    own, folder = _backups(context), DataFolder.at(settings.data)
    last, next_ = last_good(folder), own.due() if settings.backups.folder else None
    if invocation(context).json:
        told = None if last is None else iso(last.at)
        print_json({"every": settings.backups.every, "last": told, "next": iso(next_)})
        return
    say(f"Backups: {settings.backups.every}, to {settings.backups.folder or 'nowhere: [backups] folder is not set'}.")
    say(f"Last: {'never' if last is None else iso(last.at)}. Next: {'never' if next_ is None else iso(next_)}.")
    say("With systemd: systemctl enable --now novacast-backup.timer")
    say("Without: */15 * * * * novacast backup create --due --prune")


def reader_key(folder: Path, key: Path | None, passphrase_file: Path | None) -> ReaderKey:
    """What opens the backups in `folder`: of a file, or by the passphrase, which is asked for where there is none."""
    description = repository.describe(FolderTarget(folder))
    if key is not None:
        return description.reader(line=_line(key))
    if description.under is None:
        return description.reader()
    return description.reader(passphrase=password(passphrase_file, what="Passphrase", new=False))


@contextmanager
def watching(*, aloud: bool) -> Iterator[Watch]:
    """A bar on stderr while somebody looks."""
    if not aloud or not err.is_terminal:
        yield models.unwatched
        return
    columns = (TextColumn("{task.description:<10}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, TimeRemainingColumn(), console=err, transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda seen: bar.update(task, description=seen.what, completed=seen.done, total=seen.total)


def _backups(context: typer.Context) -> Backups:
    return Backups(settings_of(context), SystemClock(), config_path(invocation(context).config))


@contextmanager
def _new_file(path: Path) -> Iterator[Path]:
    """Made for its owner alone before there is anything to lose, and gone again if that fails."""
    try:
        path.touch(mode=0o600, exist_ok=False)
    except OSError as error:
        raise InvalidInput(f"The key can't be written to {path}: {error.strerror}.") from error
    try:
        yield path
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _line(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")[:1000]
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"The key can't be read from {file}: {error}.") from error


def _tell(head: Head) -> None:
    say(f"Backup {head.id}: {head.files} files, {size_of(head.size)}, of which {size_of(head.added)} were new.")
    if head.vanished or head.mutable:
        say(f"While it was made {head.vanished} files went and {head.mutable} changed, as recordings and uploads do.")
    if not head.whole:
        say("The database in it is damaged. Run `novacast doctor`; older backups stay.")


def _id(one: Head | Fault) -> str:
    return one.id if isinstance(one, Head) else one.backup


def _json(one: Head | Fault) -> dict[str, object]:
    if isinstance(one, Fault):
        return {"id": one.backup, "whole": False, "fault": one.what}
    return {
        "id": one.id,
        "at": iso(one.at),
        "version": one.version,
        "files": one.files,
        "bytes": one.size,
        "added": one.added,
        "whole": one.whole,
        "vanished": one.vanished,
        "changed": one.mutable,
    }


def _row(one: Head | Fault, *, kept: bool) -> tuple[object, ...]:
    if isinstance(one, Fault):
        return one.backup, "", "", "", "", "", one.what
    state = "damaged database" if not one.whole else "" if kept else "goes when pruned"
    return one.id, iso(one.at), one.version, one.files, size_of(one.size), size_of(one.added), state
