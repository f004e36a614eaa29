"""`novacast import`: people, events and orders from other systems' files, and folders of videos."""

import asyncio
import hashlib
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from novacast.clock import iso
from novacast.errors import InvalidInput, NotFound
from novacast.identity import SYSTEM
from novacast.importing import Kind
from novacast.operations.imports.bodies import COLUMNS, IssueBody, as_line, row
from novacast.operations.imports.mapping import document, read
from novacast.operations.imports.models import UNDER_WAY, Import, State
from novacast.operations.imports.undoing.bodies import KeptBody
from novacast.operations.imports.undoing.models import Undone
from novacast.settings import Settings
from novacast.wiring import Services
from novacast_admin.cli import venue, video
from novacast_admin.cli.command import Command, examples, invocation, noun_app, settings_of
from novacast_admin.cli.exits import CHECK_FAILED
from novacast_admin.cli.output import err, more, print_json, print_table, say

app = noun_app(
    "Bring people, events, orders and videos from other systems.",
    group=True,
    epilog=examples(
        "novacast import users people.csv --org lantern --dry-run",
        "novacast import orders hamlet_pretixdata.json --org lantern",
    ),
)

PIECE = 2**20
SHOWN = 20
"""Of what was left out; the report has all."""
File = Annotated[Path, typer.Argument(metavar="FILE", help="CSV or JSON.", exists=True, dir_okay=False)]
Map = Annotated[
    Path | None, typer.Option("--map", metavar="FILE", help="Which column is which: TOML or JSON.", exists=True)
]
Dry = Annotated[bool, typer.Option("--dry-run", help="Only tell what would happen.")]
Resume = Annotated[bool, typer.Option("--resume", help="Go on where the last import of this file was cut off.")]
Id = Annotated[str, typer.Argument(metavar="ID", help="As `novacast import list` shows it.")]


@app.command(
    cls=Command,
    epilog=examples(
        "novacast import users people.csv --org lantern --dry-run",
        "novacast import users people.json --map columns.toml --invite",
        "novacast import users people.csv --org lantern --resume --json",
    ),
)
def users(
    context: typer.Context,
    file: File,
    org: Annotated[str, typer.Option(help="Short name of the organization of roles that name none.")] = "",
    map_: Map = None,
    dry: Dry = False,
    resume: Resume = False,
    invite: Annotated[bool, typer.Option("--invite", help="Mail new people a link to choose a password.")] = False,
) -> None:
    """Bring people with their roles. Who is here already keeps name, password and role."""
    _bring(context, Kind.USERS, file, org, map_, dry=dry, resume=resume, invite=invite)


@app.command(
    cls=Command,
    epilog=examples(
        "novacast import events hamlet_pretixdata.json --org lantern --map venue.toml --dry-run",
        "novacast import events season.csv --org lantern",
    ),
)
def events(
    context: typer.Context,
    file: File,
    org: Annotated[str, typer.Option(help="Short name of the organization they will belong to.")],
    map_: Map = None,
    dry: Dry = False,
    resume: Resume = False,
) -> None:
    """Bring events with performances, kinds of tickets, prices and quotas, as drafts that nobody sees yet."""
    _bring(context, Kind.EVENTS, file, org, map_, dry=dry, resume=resume)


@app.command(
    cls=Command,
    epilog=examples(
        "novacast import orders hamlet_pretixdata.json --org lantern --dry-run",
        "novacast import orders attendees.csv --beside orders.csv --org lantern --map hi-events.toml",
    ),
)
def orders(
    context: typer.Context,
    file: File,
    org: Annotated[str, typer.Option(help="Short name of the organization they belong to.")],
    beside: Annotated[
        Path | None,
        typer.Option("--beside", metavar="FILE", help="The list of orders, where FILE has their tickets.", exists=True),
    ] = None,
    map_: Map = None,
    dry: Dry = False,
    resume: Resume = False,
) -> None:
    """Bring paid orders with their tickets, whose old codes doors take as well. Nobody is mailed."""
    _bring(context, Kind.ORDERS, file, org, map_, dry=dry, resume=resume, beside=beside)


app.command(
    "videos",
    cls=Command,
    epilog=examples(
        "novacast import videos /srv/films --org lantern --dry-run",
        "novacast import videos talk.mkv --org lantern --visibility public",
    ),
)(video.import_)


@app.command("list", cls=Command, epilog=examples("novacast import list", "novacast import list --json"))
def list_(
    context: typer.Context,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many at most.")] = 50,
    cursor: Annotated[str | None, typer.Option(help="Where the last list ended.")] = None,
) -> None:
    """List imports, newest first."""
    page = venue.run(settings_of(context), lambda services: services.operations.imports.listed(SYSTEM, cursor, limit))
    if invocation(context).json:
        print_json({"items": [_json(one) for one in page.items], "next": page.next})
        return
    rows = [
        (one.id, one.kind, one.name, _state(one), one.position, one.total, one.counts.made, one.counts.skipped,
         iso(one.created_at)[:16].replace("T", " "))
        for one in page.items
    ]  # fmt: skip
    print_table(("id", "what", "file", "state", "done", "of", "made", "skipped", "since"), rows)
    more(page.next)


@app.command(
    "show",
    cls=Command,
    epilog=examples("novacast import show ID --report > left-out.csv", "novacast import show ID --json"),
)
def show(
    context: typer.Context,
    id_: Id,
    report: Annotated[
        bool, typer.Option("--report", help="All that was left out, as CSV; a line each with --json.")
    ] = False,
) -> None:
    """Show how an import went, and what it left out."""
    as_json = invocation(context).json

    async def work(services: Services) -> None:
        one = await services.operations.imports.show(SYSTEM, id_)
        if report:
            sys.stdout.write("" if as_json else row(COLUMNS))
            async for some in services.operations.imports.report(SYSTEM, id_):
                sys.stdout.write("".join(as_line(issue, "json" if as_json else "csv") for issue in some))
            return
        await _tell(services, one, as_json=as_json)

    venue.run(settings_of(context), work)


@app.command(
    "undo",
    cls=Command,
    epilog=examples("novacast import undo ID", "novacast import undo ID --yes --json"),
)
def undo(
    context: typer.Context,
    id_: Id,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Take back what an import made and nobody has used or changed since; what stays is named."""
    as_json = invocation(context).json

    async def work(services: Services) -> Undone:
        one = await services.operations.imports.show(SYSTEM, id_)
        if not (yes or as_json):
            typer.confirm(f"Take back what {one.name} of {iso(one.created_at)[:10]} made?", abort=True, err=True)
        undoing = services.operations.undoing
        await undoing.begin(SYSTEM, id_, here=True)
        with Progress(TextColumn("{task.description}"), console=err, transient=True) as shown:
            line = shown.add_task("")
            await undoing.run(id_, lambda now: shown.update(line, description=f"{now.undone} gone, {now.kept} stay"))
        page = await undoing.kept(SYSTEM, id_, None, SHOWN)
        undone = await undoing.show(SYSTEM, id_)
        assert undone is not None, "it is over"
        if as_json:
            kept = [KeptBody.of(each).model_dump() for each in page.items]
            print_json({"undone": undone.undone, "kept": undone.kept, "why": kept, "more": page.next is not None})
            return undone
        say(f"{undone.undone} things are gone, {undone.kept} stay.")
        for each in page.items:
            say(f"  {each.reason}")
        if page.next is not None:
            say("There are more: GET /api/v1/admin/imports/ID/undo/kept")
        return undone

    undone: Undone = venue.run(settings_of(context), work)
    if undone.kept:
        raise typer.Exit(CHECK_FAILED)


def _bring(
    context: typer.Context,
    kind: Kind,
    file: Path,
    org: str,
    map_: Path | None,
    *,
    dry: bool,
    resume: bool,
    invite: bool = False,
    beside: Path | None = None,
) -> None:
    settings, as_json = settings_of(context), invocation(context).json
    mapping = None if map_ is None else document(read(map_.read_bytes(), kind))
    if dry and resume:
        raise InvalidInput("A dry run always begins at the first row: leave --resume out.")

    async def work(services: Services) -> Import:
        org_id = (await services.accounts.administration.find_organization(SYSTEM, org)).id if org else ""
        if resume:
            one = await _found(services, kind, file, org_id)
        else:
            imports = services.operations.imports
            one = await imports.create(SYSTEM, kind, file.name, org_id, invite=invite)
            one = await imports.receive(SYSTEM, one.id, _pieces(file))
            if beside is not None:
                one = await imports.receive_beside(SYSTEM, one.id, _pieces(beside))
            if mapping is not None:
                one = await imports.arrange(SYSTEM, one.id, mapping)
        one = await _run(services, one, dry=dry)
        await _tell(services, one, as_json=as_json)
        return one

    one = _done(settings, work)
    if one.counts.skipped or one.state not in (State.DONE, State.TRIED):
        raise typer.Exit(CHECK_FAILED)


def _done(settings: Settings, work: Any) -> Import:
    found: Import = venue.run(settings, work)
    return found


async def _found(services: Services, kind: Kind, file: Path, org_id: str) -> Import:
    """The import of this very file that was cut off; whoever runs it runs it no more. Raises NotFound."""
    digest = hashlib.sha256()
    async for piece in _pieces(file):
        digest.update(piece)
    imports = services.operations.imports
    one = await imports.unfinished(SYSTEM, kind, org_id, digest.hexdigest())
    if one is None:
        raise NotFound(f"No import of {file} was cut off. Leave --resume out: what is here already is not made again.")
    return await imports.stop(SYSTEM, one.id) if one.state in UNDER_WAY else one


async def _run(services: Services, one: Import, *, dry: bool) -> Import:
    imports = services.operations.imports
    await imports.begin(SYSTEM, one.id, dry=dry, here=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as shown:
        line = shown.add_task(one.kind.value, total=one.total)
        try:
            await imports.run(one.id, lambda now: shown.update(line, total=now.total, completed=now.position))
        except asyncio.CancelledError:
            # From the keyboard: nobody goes on with it by themselves.
            await asyncio.shield(imports.stop(SYSTEM, one.id))
            raise
    return await imports.show(SYSTEM, one.id)


async def _tell(services: Services, one: Import, *, as_json: bool) -> None:
    page = await services.operations.imports.issues(SYSTEM, one.id, limit=SHOWN)
    if as_json:
        print_json(_json(one) | {"issues": [IssueBody.of(issue).model_dump() for issue in page.items]})
        return
    counts, would = one.counts, "would be " if one.dry else ""
    say(
        f"{one.total or 0} in {one.name}: {counts.made} {would}made, {counts.added} {would}added to, "
        f"{counts.known} here already, {counts.skipped} skipped."
    )
    if not one.position:
        say("Columns: " + ", ".join(f"{name} = {heading}" for name, heading in one.mapping.columns.items()))
    for issue in page.items:
        say(f"  row {issue.row}{f' ({issue.key})' if issue.key else ''}: {issue.reason}")
    if page.next is not None:
        say(f"There is more: novacast import show {one.id} --report")
    if one.error:
        say(f"It was cut off: {one.error} Go on with --resume.")


def _state(one: Import) -> str:
    return f"{one.state.value}{' (dry run)' if one.dry and one.state in UNDER_WAY else ''}"


def _json(one: Import) -> dict[str, Any]:
    return {
        "id": one.id,
        "kind": one.kind.value,
        "name": one.name,
        "source": one.source,
        "mapping": document(one.mapping),
        "dry": one.dry,
        "state": one.state.value,
        "total": one.total,
        "position": one.position,
        "counts": {name: getattr(one.counts, name) for name in ("made", "added", "known", "skipped", "notes")},
        "error": one.error,
        "created_at": iso(one.created_at),
        "ended_at": iso(one.ended_at),
    }


async def _pieces(file: Path) -> AsyncIterator[bytes]:
    with await asyncio.to_thread(file.open, "rb") as opened:
        while piece := await asyncio.to_thread(opened.read, PIECE):
            yield piece
