"""Proofs of the keys by which things come over from other systems."""

from pathlib import Path

from novacast import wiring
from novacast.clock import SystemClock
from novacast_admin.tui.screens.imports import LEFT_OUT, Imports
from novacast_admin.tui.widgets.dialogs import Ask, Choose
from tests.admin.tui.desk import Desk
from tests.admin.tui.proofs import proves, yes
from tests.admin.tui.proofs_of_sales import PROOFS
from tests.operations.admin.conftest import House

__all__ = ["PROOFS"]


async def _work(house: House, import_id: str) -> None:
    """As the worker does it, over services of its own."""
    async with wiring.services(house.settings, SystemClock(), readers=1) as own:
        await own.operations.imports.work(import_id)


@proves(Imports, "new", "map", "dry_run", "run", "stop", "report", "undo", "remove")
async def imports(desk: Desk, house: House) -> None:
    folder = house.settings.data.parent
    (folder / "p.csv").write_text("wer,wo\nAda,ada@stage.example\nBen,nowhere\n")

    async def state(wanted: str) -> None:
        async def is_so() -> bool:
            return (await house.operator.imports()).items[0].state == wanted

        await desk.until(is_so)

    async def choose(number: int) -> None:
        await desk.asked(Choose)
        await desk.press(*["down"] * number, "enter")

    async def answer(words: str) -> None:
        await desk.asked(Ask)
        desk.app.screen.query_one("Input").value = words  # type: ignore[attr-defined]  # it is one
        await desk.press("enter")

    await desk.press("n")
    await choose(0)
    await answer(str(folder / "p.csv"))
    await state("ready")
    await desk.on_row(lambda one: one.name == "p.csv")
    await desk.press("m")
    await choose(0)
    await choose(1)
    await desk.hears("email is wo")
    await desk.press("m")
    await choose(1)
    await choose(2)
    await answer("Somebody")
    await desk.hears("name is Somebody")
    one = (await house.operator.imports()).items[0]
    assert (one.columns, one.defaults) == ({"email": "wo"}, {"name": "Somebody"})
    await desk.press("t")
    await state("waiting")
    await _work(house, one.id)
    await state("tried")
    await desk.sees("tried")
    await desk.press("r")
    await yes(desk)
    await state("waiting")
    await desk.press("s")
    await state("stopped")
    await desk.press("r")
    await yes(desk)
    await state("waiting")
    await _work(house, one.id)
    await state("done")
    assert (await house.operator.people(q="ada@stage")).items[0].name == "Somebody"
    await desk.press("w")
    await answer(str(folder / "out.csv"))
    await desk.until((folder / "out.csv").exists)
    await desk.hears("has all that was left out")
    assert Path(folder / "out.csv").read_text().splitlines()[1].startswith("3,")
    await desk.press("v")
    await desk.sees("SKIPPED", "no address")
    assert desk.room.view == LEFT_OUT
    await desk.press("v", "v")
    await desk.press("u")
    await yes(desk)
    await desk.hears("is being taken back")
    async with wiring.services(house.settings, SystemClock(), readers=1) as own:
        await own.operations.undoing.work(one.id)
    assert not (await house.operator.people(q="ada@stage")).items
    await desk.press("x")
    await yes(desk)

    async def forgotten() -> bool:
        return not (await house.operator.imports()).items

    await desk.until(forgotten)
