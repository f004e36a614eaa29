"""What comes over from other systems: choose a file, say what its columns are, try, run, read what was left out."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from textual.binding import BindingType

from novacast.errors import InvalidInput, NotFound
from novacast_admin.imports import DataImport, Issue, KeptThing, UndoneImport
from novacast_admin.tui.deeds import Deed, bindings
from novacast_admin.tui.screens.book import Book, Row, View
from novacast_admin.tui.widgets.figures import bar, moment

BROUGHT, LEFT_OUT, STAYS = "imports", "left_out", "stays"
OVER = ("done", "stopped", "failed")
"""In these it may have made something."""
KINDS = [("users", "People"), ("events", "Events"), ("orders", "Orders with their tickets")]
NOTHING, A_VALUE = "", "="
STATES = {
    "arriving": "no file",
    "ready": "ready",
    "waiting": "waits",
    "running": "runs",
    "stopped": "STOPPED",
    "tried": "tried",
    "done": "done",
    "failed": "CUT OFF",
}


class Imports(Book):
    KEY, NAME, LABEL = "i", "imports", "Imports"
    ABOUT = "Bring people, events and orders from other systems: choose, map, try, run, report."
    VIEWS = (
        View(
            BROUGHT, "Imports", ("file", "what", "state", "", "made", "here", "skipped", "since"),
            "Nothing was brought yet: n chooses a file.", pace=1,
        ),
        View(
            LEFT_OUT, "What was left out", ("row", "of", "what", "why"),
            "Nothing was left out.", pace=5,
        ),
        View(
            STAYS, "What stays", ("what", "of", "why"),
            "Nothing stays, or it was not undone.", pace=5,
        ),
    )  # fmt: skip
    DEEDS = (
        Deed("n", "new", "New", "Choose a file of this machine and bring it.", on_row=False),
        Deed("m", "map", "Columns", "Say which column is which.", (BROUGHT,)),
        Deed("t", "dry_run", "Try", "Say what would happen: on a copy, nothing is changed.", (BROUGHT,)),
        Deed("r", "run", "Run", "Bring it, or go on where it was.", (BROUGHT,)),
        Deed("s", "stop", "Stop", "Stop it. What came over stays, and it can go on.", (BROUGHT,)),
        Deed("w", "report", "Write", "Write all that was left out into a file.", (BROUGHT,)),
        Deed("u", "undo", "Undo", "Take back what it made and nobody has touched since.", (BROUGHT,)),
        Deed("x", "remove", "Forget", "Forget its file and report. What came over stays.", (BROUGHT,)),
    )
    BINDINGS: ClassVar[list[BindingType]] = bindings(DEEDS)

    def __init__(self) -> None:
        super().__init__()
        self._shown_of: DataImport | None = None

    def about(self) -> str:
        return "" if self._shown_of is None or self.view == BROUGHT else f" of {self._shown_of.name}"

    async def rows(self, view: str, words: str) -> Mapping[str, Row]:
        if view == BROUGHT:
            return {one.id: Row(_cells(one), one) for one in (await self.client.imports()).items}
        if self._shown_of is None:
            return {}
        if view == STAYS:
            kept = (await self.client.kept_of_import(self._shown_of.id)).items
            return {str(number): Row((one.kind, one.key, one.reason), one) for number, one in enumerate(kept)}
        issues = (await self.client.issues(self._shown_of.id)).items
        return {str(number): Row(_issue(one), one) for number, one in enumerate(issues)}

    async def detail(self, record: Any) -> str:
        if isinstance(record, Issue):
            return f"row {record.row}, {record.key or '–'}: {record.reason}"
        if isinstance(record, KeptThing):
            return f"{record.kind} {record.key}: {record.reason}"
        one: DataImport = record
        self._shown_of = one
        columns = ", ".join(f"{name} = {heading}" for name, heading in one.columns.items())
        defaults = "".join(f", {name} always {value}" for name, value in one.defaults.items())
        lines = [f"columns: {columns or 'none is known'}{defaults}"]
        known = {*one.columns, *one.defaults}
        missing = [field.name for field in one.fields if field.needed and field.name not in known]
        if missing and one.headings:
            lines.append(f"missing: {', '.join(missing)}. m says which column it is.")
        if one.error:
            lines.append(f"cut off: {one.error} r goes on.")
        if one.state in OVER:
            lines += _undone(await self.client.undone_import(one.id))
        return "\n".join(lines)

    async def do_new(self, _: Any) -> str | None:
        kind = await self.choose("What is to be brought?", KINDS)
        if kind is None:
            return None
        written = await self.ask("Which file? CSV or JSON, on the machine where this console runs.")
        if written is None:
            return None
        path = _there(written)
        org = await self._house(kind)
        if org is None:
            return None
        made = await self.client.begin_import(kind, path.name, org)
        one = await self.client.bring_file(made.id, path)
        return f"{one.name} is here, and seems to be of {one.source}. m says which column is which, t tries it."

    async def do_map(self, one: DataImport) -> str | None:
        fields = [(field.name, _field(field.name, field.about, one)) for field in one.fields]
        name = await self.choose("Which field?", fields)
        if name is None:
            return None
        columns = [(f":{heading}", heading) for heading in one.headings]
        wanted = await self.choose(f"{name} is …", [*columns, (A_VALUE, "the same in all rows …")])
        if wanted is None:
            return None
        mapping = {part: dict(value) for part, value in one.mapping.items() if isinstance(value, Mapping)}
        mapping |= {"source": one.mapping["source"]} if one.mapping.get("source") else {}
        if wanted == A_VALUE:
            value = await self.ask(f"Where a row does not say its {name}, it is …", one.defaults.get(name, ""))
            if value is None:
                return None
            mapping["defaults"] = {**one.defaults, name: value}
        else:
            mapping["columns"] = {**one.columns, name: wanted[1:]}
        await self.client.map_import(one.id, mapping)
        return f"{name} is {value if wanted == A_VALUE else wanted[1:]}."

    async def do_dry_run(self, one: DataImport) -> str:
        await self.client.run_import(one.id, dry=True)
        return f"{one.name} is tried on a copy. Nothing is changed by that."

    async def do_run(self, one: DataImport) -> str | None:
        tried = f" It was tried: {one.counts.made} made, {one.counts.skipped} skipped." if one.state == "tried" else ""
        if not await self.sure(f"Bring what is in {one.name}?{tried}", "Bring it"):
            return None
        await self.client.run_import(one.id)
        return f"{one.name} is being brought."

    async def do_stop(self, one: DataImport) -> str:
        await self.client.stop_import(one.id)
        return f"{one.name} is stopped."

    async def do_report(self, one: DataImport) -> str | None:
        written = await self.ask("Into which file? Its end says the format: .csv or .json.", f"import-{one.id}.csv")
        if written is None:
            return None
        path = _new(written)
        form = "json" if path.suffix == ".json" else "csv"
        with path.open("xb") as file:
            async for piece in self.client.import_report(one.id, form):
                file.write(piece)
        return f"{path} has all that was left out."

    async def do_undo(self, one: DataImport) -> str | None:
        if not await self.sure(f"Take back what {one.name} made? What was touched since stays.", "Take it back"):
            return None
        await self.client.undo_import(one.id)
        return f"What {one.name} made is being taken back."

    async def do_remove(self, one: DataImport) -> str | None:
        if not await self.sure(f"Forget the file and the report of {one.name}? What came over stays.", "Forget"):
            return None
        await self.client.forget_import(one.id)
        return f"{one.name} is forgotten."

    async def _house(self, kind: str) -> str | None:
        houses = {one.id: one.name for one in (await self.client.organizations()).items}
        if len(houses) == 1:
            return next(iter(houses))
        none = [("", "as the file says")] if kind == "users" else []
        return await self.choose("Of which house?", [*none, *houses.items()])


def _there(written: str) -> Path:
    """Raises NotFound."""
    path = Path(written).expanduser()
    if not path.is_file():
        raise NotFound(f"There is no file {path}.")
    return path


def _new(written: str) -> Path:
    """Raises InvalidInput."""
    path = Path(written).expanduser()
    if path.exists():
        raise InvalidInput(f"{path} is there already. Choose another name.")
    return path


def _field(name: str, about: str, one: DataImport) -> str:
    has = one.columns.get(name) or (f"always {one.defaults[name]}" if name in one.defaults else "–")
    return f"{name} = {has}{f'   ({about})' if about else ''}"


def _undone(one: UndoneImport) -> Sequence[str]:
    if one.begun_at is None:
        return ()
    return (f"{'being ' if one.ended_at is None else ''}undone: {one.undone} things are gone, {one.kept} stay",)


def _cells(one: DataImport) -> Sequence[str]:
    counts, share = one.counts, one.position / one.total if one.total else None
    state = STATES.get(one.state, one.state) + (" (try)" if one.dry and one.state in ("waiting", "running") else "")
    here = counts.known + counts.added
    done = bar(share, 10) if share is not None else ""
    return one.name, one.kind, state, done, str(counts.made), str(here), str(counts.skipped), moment(one.created_at)


def _issue(one: Issue) -> Sequence[str]:
    return str(one.row), one.key, "SKIPPED" if one.what == "skipped" else "in part", one.reason
