"""Each screen, letter by letter, beside what it was when somebody last looked at it.

`python -m tests.admin.tui.test_snapshots` writes them anew; look at the difference before it is committed.
"""

import asyncio
import json
import os
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from novacast.clock import SystemClock
from novacast.entrances import wings
from novacast.settings import Settings
from novacast.web import openapi
from novacast.web.routing import collect
from novacast.wiring import services
from novacast_admin.tui.screens import ROOMS
from novacast_admin.tui.screens.people import People
from novacast_admin.tui.widgets.dialogs import Confirm
from tests.admin.tui.desk import LARGE, SMALL, Desk, at_the_console
from tests.admin.tui.machines import Cellar
from tests.admin.tui.recording import FILE, REALTIME, told_again
from tests.app.venue import found

FOLDER = Path(__file__).with_name("snapshots")


@pytest.fixture(autouse=True)
def utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Hours are shown as this machine has them."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


async def _pictures(desk: Desk, size: tuple[int, int]) -> AsyncIterator[tuple[str, str]]:
    shape = f"{size[0]}x{size[1]}"
    for room in ROOMS:
        await desk.go(room)
        await desk.settled()
        yield f"{room.NAME}-{shape}", desk.text()


async def _asked(desk: Desk) -> AsyncIterator[tuple[str, str]]:
    await desk.go(People)
    await desk.settled()
    await desk.press("x")
    await desk.asked(Confirm)
    await desk.settled()
    yield "question-80x24", desk.text()
    await desk.press("escape", "ctrl+p")
    await desk.types("slate")
    # What was found for the first letters goes as soon as all of them are looked for.
    await desk.until(lambda: any(line.startswith("  Streams: Slate") for line in desk.lines()[:9]))
    await desk.settled()
    yield "palette-80x24", desk.text()


@asynccontextmanager
async def _console(folder: Path, size: tuple[int, int]) -> AsyncIterator[Desk]:
    async with told_again(folder), at_the_console(folder, Cellar(), size) as desk:
        yield desk


def _same(name: str, text: str) -> None:
    kept = FOLDER / f"{name}.txt"
    assert text.rstrip("\n").split("\n") == kept.read_text().rstrip("\n").split("\n"), name


async def test_the_first_screen_is_as_it_was_looked_at(tmp_path: Path) -> None:
    async with _console(tmp_path / "data", SMALL) as desk:
        await desk.settled()
        _same("tonight-80x24", desk.text())


@pytest.mark.slow
@pytest.mark.parametrize("size", [SMALL, LARGE], ids=lambda size: f"{size[0]}x{size[1]}")
async def test_every_screen_is_as_it_was_looked_at(tmp_path: Path, size: tuple[int, int]) -> None:
    async with _console(tmp_path / "data", size) as desk:
        async for name, text in _pictures(desk, size):
            _same(name, text)


@pytest.mark.slow
async def test_questions_and_the_palette_are_as_they_were_looked_at(tmp_path: Path) -> None:
    async with _console(tmp_path / "data", SMALL) as desk:
        async for name, text in _asked(desk):
            _same(name, text)


@pytest.mark.slow
@pytest.mark.parametrize("look", ["light", "without colour"])
async def test_every_screen_says_the_same_in_light_and_without_colour(
    tmp_path: Path, look: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if look == "without colour":
        monkeypatch.setenv("NO_COLOR", "1")
    async with _console(tmp_path / "data", SMALL) as desk:
        if look == "light":
            await desk.press("f2")
        async for name, text in _pictures(desk, SMALL):
            _same(name, text)
            assert (_colours(desk) == set()) is (look == "without colour"), name


def _colours(desk: Desk) -> set[Any]:
    """That are none of the greys, as they go to the terminal."""
    app, found = desk.app, set()
    for strip in app.screen._compositor.render_strips():
        for segment in strip:
            for one in app._filters:
                segment = one.apply([segment], app.background_colors[1])[0]
            style = segment.style
            colours = (style.color, style.bgcolor) if style else ()
            found |= {c.triplet for c in colours if c and c.triplet and len({*c.triplet}) > 1}
    return found


@pytest.mark.slow
async def test_what_was_recorded_is_what_the_api_answers(tmp_path: Path) -> None:
    """An answer that changed its shape would leave the pictures as they were."""
    venue = await found(tmp_path / "data")
    async with services(Settings(data=venue.folder), SystemClock()) as own:
        objects = (one for wing in wings(own, demo=False) for one in wing.objects())
        document = openapi.document(collect(*objects), title="", url="")
    paths = {key: one for key, one in document["paths"].items() if "get" in one}
    for name, told in json.loads(FILE.read_text()).items():
        if name.partition("?")[0] == REALTIME:
            continue
        path = _template(name.partition("?")[0], list(paths))
        schema = paths[path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        whole = {**schema, "components": document["components"]}
        jsonschema.Draft202012Validator(whole).validate(told)


def _template(path: str, templates: list[str]) -> str:
    parts = path.split("/")
    fitting = [
        one
        for one in templates
        if len(one.split("/")) == len(parts)
        and all(a == b or a.startswith("{") for a, b in zip(one.split("/"), parts, strict=True))
    ]
    assert fitting, path
    return min(fitting, key=lambda one: one.count("{"))


async def _write() -> None:
    FOLDER.mkdir(exist_ok=True)
    for size in (SMALL, LARGE):
        with tempfile.TemporaryDirectory(prefix="snapshots-") as folder:
            async with _console(Path(folder), size) as desk:
                async for name, text in _pictures(desk, size):
                    (FOLDER / f"{name}.txt").write_text(text.rstrip("\n") + "\n")
    with tempfile.TemporaryDirectory(prefix="snapshots-") as folder:
        async with _console(Path(folder), SMALL) as desk:
            async for name, text in _asked(desk):
                (FOLDER / f"{name}.txt").write_text(text.rstrip("\n") + "\n")


if __name__ == "__main__":
    os.environ["TZ"] = "UTC"
    time.tzset()
    asyncio.run(_write())
