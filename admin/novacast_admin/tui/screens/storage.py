"""Room on the disk: who takes it, how long it lasts, what lies about."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from textual.binding import BindingType

from novacast.errors import InvalidInput
from novacast.records import dataclass
from novacast_admin.records import Organization, Stray, Usage
from novacast_admin.tui.deeds import Deed, bindings
from novacast_admin.tui.screens.book import Book, Row, View
from novacast_admin.tui.widgets.figures import bar, percent, size, span

HOUSES, STRAYS = "houses", "strays"
GIGABYTE = 10**9


@dataclass(frozen=True, slots=True)
class House:
    org: Organization
    usage: Usage


class Storage(Book):
    KEY, NAME, LABEL = "8", "storage", "Disk"
    ABOUT = "Room on the disk: by organization, the forecast, what can go."
    VIEWS = (
        View(
            HOUSES, "Who takes it", ("organization", "used", "of", "", "originals", "renditions", "arriving", "rest"),
            "There is no organization yet.", pace=10,
        ),
        View(
            STRAYS, "What lies about", ("kind", "path", "size", "can be mended"),
            "Nothing lies about: every file has its row, and every row its file.", pace=30,
        ),
    )  # fmt: skip
    DEEDS = (
        Deed("s", "sweep", "Look about", "Look for files without rows and rows without files. Changes nothing.",
             on_row=False),
        Deed("m", "mend", "Mend", "Remove or repair what lies about.", on_row=False),
        Deed("f", "forecast", "Forecast", "Say what a file would need before it is brought, and whether it fits.",
             (HOUSES,)),
        Deed("u", "quota", "Quota", "Say how much an organization may have.", (HOUSES,)),
    )  # fmt: skip
    BINDINGS: ClassVar[list[BindingType]] = bindings(DEEDS)

    async def rows(self, view: str, words: str) -> Mapping[str, Row]:
        if view == STRAYS:
            return {one.path: Row(_stray(one), one) for one in (await self.client.sweep()).items}
        houses = [House(org, await self.client.usage(org.id)) for org in (await self.client.organizations()).items]
        return {one.org.id: Row(_house(one), one) for one in houses}

    async def detail(self, record: Any) -> str:
        if isinstance(record, Stray):
            return f"{record.path}\n{record.mend}"
        if not isinstance(record, House) or self.console.tonight is None:
            return ""
        machine = self.console.tonight.machine
        left = f"The disk has {size(machine.disk_free)} of {size(machine.disk)}; {size(machine.reserve)} stay free."
        if machine.hours_left is None:
            return f"{left} Nothing is recorded now."
        return f"{left} What is recorded now fills it in {machine.hours_left:.1f} hours."

    async def do_sweep(self, _: Any) -> str:
        found = await self.client.sweep()
        self.turn_to(STRAYS)
        return f"{len(found.items)} things lie about, {found.young} are too young to tell. Nothing was changed."

    async def do_mend(self, _: Any) -> str | None:
        found = [one for one in (await self.client.sweep()).items if one.mendable]
        if not found:
            return "There is nothing to mend."
        lines = "\n".join(f"{one.mend}: {one.path}" for one in found[:10])
        more = f"\nand {len(found) - 10} more" if len(found) > 10 else ""
        if not await self.sure(f"Mend {len(found)} things? What is removed is gone.\n\n{lines}{more}", "Mend"):
            return None
        done = await self.client.sweep(mend=True)
        return f"{sum(1 for one in done.items if one.done)} things are mended."

    async def do_forecast(self, house: House) -> str | None:
        written = await self.ask(f"How many GB has the file that {house.org.name} wants to bring?")
        if written is None:
            return None
        found = await self.client.forecast(house.org.id, _gigabytes(written))
        lines = [f"original    {size(found['original'])}", f"renditions  {size(found['renditions'])}, about"]
        lines.append(f"work        {'not known yet' if found['seconds'] is None else span(found['seconds'])}")
        refusal = found["refusal"]
        lines.append("It fits." if refusal is None else f"It would be refused: {refusal['detail']}")
        await self.read(f"What {written} GB need", "\n".join(lines))
        return None

    async def do_quota(self, house: House) -> str | None:
        now = "" if house.usage.quota is None else f"{house.usage.quota / GIGABYTE:g}"
        written = await self.ask(f"How many GB may {house.org.name} have? “none” is as many as there are.", now)
        if written is None:
            return None
        limit = None if written == "none" else _gigabytes(written)
        await self.client.set_quota(house.org.id, limit)
        return f"{house.org.name} may have {'all there is' if limit is None else size(limit)}."


def _gigabytes(written: str) -> int:
    try:
        value = round(float(written.replace(",", ".")) * GIGABYTE)
    except (ValueError, OverflowError):
        value = -1
    if value < 0:
        raise InvalidInput(f"{written} is no number of GB. Write it like 500, or none.")
    return value


def _house(one: House) -> Sequence[str]:
    used = one.usage
    share = used.used / used.quota if used.quota else None
    of = "no limit" if used.quota is None else f"{size(used.quota)} ({percent(share)})"
    rest = used.downloads + used.pictures + used.captions
    parts = (used.originals, used.renditions, used.arriving, rest)
    return one.org.name, size(used.used), of, bar(share, 10) if share is not None else "", *map(size, parts)


def _stray(one: Stray) -> Sequence[str]:
    return one.kind.replace("_", " "), one.path, size(one.bytes), "yes" if one.mendable else "by hand"
