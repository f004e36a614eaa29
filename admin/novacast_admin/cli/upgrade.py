"""`novacast upgrade`: the data of a venue made ready for a new program, or left as it was."""

import asyncio
from typing import Annotated

import typer

from novacast import __version__, tables
from novacast.clock import SystemClock
from novacast.database import pending
from novacast.errors import NotFound
from novacast.folder import DataFolder
from novacast.operations.models import Finding, healthy
from novacast.operations.upgrade import Upgraded
from novacast.operations.upgrade import upgrade as bring
from novacast.settings import Settings
from novacast_admin.cli.command import Command, examples, invocation, noun_app, settings_of
from novacast_admin.cli.exits import CHECK_FAILED
from novacast_admin.cli.output import print_json, say

app = noun_app("Make the data ready for a new version, or leave it as it was.")


@app.command(
    cls=Command,
    epilog=examples("novacast upgrade --plan", "novacast upgrade", "novacast upgrade --data /srv/lantern --json"),
)
def upgrade(
    context: typer.Context,
    plan: Annotated[bool, typer.Option("--plan", help="Only say what would be done.")] = False,
) -> None:
    """With the server stopped and the new program installed: copy the database, migrate it, and look whether the venue
    works. Where it does not, the copy is put back and the exit code is 1: then the program that was there before runs
    on the same data as if nothing had happened.

    `install.sh` does this, and changes the program with it.
    """
    settings = settings_of(context)
    folder = DataFolder.at(settings.data)
    if not folder.database.exists():
        raise NotFound(f"There is no venue in {folder.root}.")
    if plan:
        _plan(context, pending(folder.database, tables.MIGRATIONS))
        return
    folder.prepare()
    done = bring(
        folder,
        tables.MIGRATIONS,
        SystemClock(),
        lambda: asyncio.run(_check(settings)),
        keep=settings.database.backup_keep,
    )
    if invocation(context).json:
        print_json(_json(done))
    else:
        _tell(done, folder)
    if not healthy(done.findings):
        raise typer.Exit(CHECK_FAILED)


async def _check(settings: Settings) -> list[Finding]:
    from novacast_admin.drill import look, quiet

    return [finding async for finding in look(quiet(settings, settings.data))]


def _plan(context: typer.Context, todo: list[str]) -> None:
    if invocation(context).json:
        print_json({"version": __version__, "migrations": todo})
    else:
        say("\n".join(["Due:", *(f"  {name}" for name in todo)]) if todo else "The data is up to date.")


def _tell(done: Upgraded, folder: DataFolder) -> None:
    for one in done.findings:
        say(f"{one.state.value}: {one.message}")
    if done.rolled_back:
        say(f"Nothing was changed: {folder.database} is as it was. Go back to the program that you had.")
    elif done.migrations:
        say(f"Ready for NovaCast {__version__}: {len(done.migrations)} migrations. From before: {done.copy}")
    else:
        say(f"The data was ready for NovaCast {__version__} already.")


def _json(done: Upgraded) -> dict[str, object]:
    return {
        "version": __version__,
        "migrations": list(done.migrations),
        "rolled_back": done.rolled_back,
        "copy": None if done.copy is None else str(done.copy),
        "findings": [
            {"check": one.check, "state": one.state.value, "message": one.message, "mend": one.mend}
            for one in done.findings
        ],
    }
