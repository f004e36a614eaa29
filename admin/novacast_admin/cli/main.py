"""`novacast`: the table of nouns, and what becomes of an error that nobody caught."""

import sys
from io import TextIOWrapper
from typing import Annotated, cast

import typer

from novacast import __version__
from novacast.errors import NovaCastError
from novacast_admin.cli.command import Config, Data, Json
from novacast_admin.cli.exits import CHECK_FAILED, exit_code
from novacast_admin.cli.nouns import Noun, Root

RUN, MEND, PEOPLE, OFFICE = "Run", "Look after", "People and videos", "Box office"


class NovaCast(Root):
    nouns = (
        Noun("demo", "Start a whole venue with people and videos, to look around in.", RUN),
        Noun("init", "Make the data folder and the first person.", RUN),
        Noun("serve", "Run the server.", RUN),
        Noun("admin", "The console: tonight at a glance, and everything that an operator does.", RUN),
        Noun("worker", "Run a worker on its own, for transcodes and mail.", RUN),
        Noun("doctor", "Look for what is wrong, and say how to mend it.", MEND),
        Noun("bench", "Rehearse an event on this machine, and say what it can take.", MEND),
        Noun("sales", "Whether the box office sells: look, shut, open.", MEND),
        Noun("verify", "Look through the box office's books.", MEND),
        Noun("migrate", "Bring the database up to date.", MEND),
        Noun("backup", "Encrypted copies of the whole venue: make, list, check, prune.", MEND),
        Noun("restore", "Bring a venue back from its backups, or prove that it can be.", MEND),
        Noun("upgrade", "Make the data ready for a new version, or leave it as it was.", MEND),
        Noun("keys", "The installation's keys: look, rotate.", MEND),
        Noun("config", "Show, check and explain the settings.", MEND),
        Noun("tls", "HTTPS: a certificate for a local network or a public domain.", MEND),
        Noun("letters", "Mails: which there are, and how they look.", MEND),
        Noun("logs", "What the server writes to its log: the last lines, and those to come.", MEND),
        Noun("webhook", "Webhooks: make, test, see what was sent, send it again.", MEND),
        Noun("storage", "Room on the disk: what takes it, who may have how much, what can go.", MEND),
        Noun("user", "People: add, list, change, let in.", PEOPLE),
        Noun("org", "Organizations and who belongs to them.", PEOPLE),
        Noun("membership", "Memberships that are paid by card.", PEOPLE),
        Noun("stream", "Live: channels, stream keys, and what is on air.", PEOPLE),
        Noun("import", "Bring people, events, orders and videos from other systems.", PEOPLE, "importing"),
        Noun("video", "Videos: bring in, list, try again, delete.", PEOPLE),
        Noun("chat", "Chat: read a room, slow it down, delete, send somebody out, save it.", PEOPLE),
        Noun("event", "Events: list, show, make, publish, cancel.", OFFICE),
        Noun("order", "Orders: find, tell what happened, send the mail again, cancel.", OFFICE),
        Noun("ticket", "Tickets: whether a code is good, and what it is of.", OFFICE),
        Noun("payment", "Payments: what came, what goes back, what the provider says, what needs somebody.", OFFICE),
    )


app = typer.Typer(
    cls=NovaCast,
    help="Box office, broadcaster and cinema for an independent venue, on one machine that it owns.",
    epilog="`novacast NOUN --help` explains each with examples. Exit codes are listed in docs/reference/cli.md.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"novacast {__version__}")
        raise typer.Exit


@app.callback()
def novacast(
    data: Data = None,
    config: Config = None,
    json: Json = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and leave.")
    ] = False,
) -> None:
    """The options here may also stand behind the command's name."""


USAGE = cast(
    "type[typer.BadParameter]", next(kind for kind in typer.BadParameter.__mro__ if kind.__name__ == "ClickException")
)
"""What a wrong command line raises. Typer exports only leaves of this class."""


def run() -> None:
    """Entry point of the program. Never returns; an error of ours is one line on stderr, without a traceback."""
    as_json = "--json" in sys.argv[1:]
    if isinstance(sys.stdout, TextIOWrapper):
        # As stderr is from the start: names of files need not be text.
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        sys.exit(_run_for_scripts() if as_json else app(prog_name="novacast"))
    except NovaCastError as error:
        from novacast_admin.cli.output import refuse

        refuse(error, as_json=as_json)
        sys.exit(exit_code(error))


def _run_for_scripts() -> int:
    """With --json a wrong command line is told in JSON as well; the exit codes are the same."""
    from novacast_admin.cli.output import refuse_as_json

    try:
        code = app(prog_name="novacast", standalone_mode=False)
    except USAGE as error:
        refuse_as_json("usage", error.format_message())
        return error.exit_code
    except typer.Abort:
        refuse_as_json("aborted", "Stopped before anything was done.")
        return CHECK_FAILED
    return code if isinstance(code, int) else 0


if __name__ == "__main__":
    run()
