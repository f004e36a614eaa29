"""`novacast migrate`: bring the database up to date, or only say what is due."""

from typing import Annotated

import typer

from novacast import tables
from novacast.clock import SystemClock
from novacast.database import migrate as bring_up_to_date
from novacast.database import pending
from novacast.errors import AlreadyRunning
from novacast.folder import DataFolder
from novacast_admin.cli.command import Command, examples, invocation, noun_app, settings_of
from novacast_admin.cli.output import print_json, say

app = noun_app("Bring the database up to date.")


@app.command(
    cls=Command,
    epilog=examples("novacast migrate --plan", "novacast migrate", "novacast migrate --data /srv/lantern"),
)
def migrate(
    context: typer.Context,
    plan: Annotated[bool, typer.Option("--plan", help="Only say what would be done.")] = False,
) -> None:
    """Bring the database up to date. A copy is made first in backups/; the server does the same when it starts."""
    settings = settings_of(context)
    folder = DataFolder.at(settings.data)
    if plan:
        todo = pending(folder.database, tables.MIGRATIONS)
    else:
        if folder.held():
            raise AlreadyRunning(f"A server works on {folder.root}; it migrated when it started. Stop it first.")
        folder.prepare()
        with folder.lock():
            todo = bring_up_to_date(
                folder.database,
                tables.MIGRATIONS,
                SystemClock(),
                backups=folder.backups,
                keep=settings.database.backup_keep,
            )
    if invocation(context).json:
        print_json({"plan": plan, "migrations": todo})
    elif not todo:
        say(f"{folder.database} is up to date.")
    else:
        say("\n".join([f"{'Due' if plan else 'Done'} on {folder.database}:", *(f"  {name}" for name in todo)]))
