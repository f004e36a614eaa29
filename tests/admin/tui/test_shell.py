"""What holds on every screen of the console."""

from collections.abc import Iterator

import pytest
from textual.binding import Binding

from novacast.folder import DataFolder
from novacast_admin.tui.app import DARK, LIGHT, Console
from novacast_admin.tui.screens import ROOMS
from novacast_admin.tui.screens.backups import Backups
from novacast_admin.tui.screens.book import Book
from novacast_admin.tui.screens.people import People
from novacast_admin.tui.screens.room import Room
from novacast_admin.tui.screens.streams import Streams
from novacast_admin.tui.screens.system import System
from novacast_admin.tui.widgets.banner import Way, shortened
from novacast_admin.tui.widgets.dialogs import Ask, Confirm, Show
from novacast_admin.tui.widgets.keys import named
from tests.admin.tui.desk import LARGE, SMALL, at_the_console
from tests.admin.tui.machines import Cellar
from tests.operations.admin.conftest import House


def _own_bindings(kind: type) -> Iterator[Binding]:
    for one in kind.BINDINGS:  # type: ignore[attr-defined]  # of screens and apps
        assert isinstance(one, Binding)
        yield one


@pytest.mark.parametrize("kind", [Console, Book, *ROOMS], ids=lambda kind: kind.__name__)
def test_every_key_has_a_label_and_a_tooltip_and_no_key_does_two_things(kind: type) -> None:
    keys = [one.key for one in _own_bindings(kind)]
    if kind in ROOMS:
        shared = [*_own_bindings(Console), *(_own_bindings(Book) if issubclass(kind, Book) else ())]
        keys += [one.key for one in shared]
    assert len(set(keys)) == len(keys)
    for one in _own_bindings(kind):
        assert one.description
        assert one.tooltip.endswith(".")


@pytest.mark.slow
async def test_every_screen_is_reached_by_its_key_at_both_sizes(house: House) -> None:
    for size in (SMALL, LARGE):
        async with at_the_console(house.settings.data, size=size) as desk:
            for room in ROOMS:
                await desk.go(room)
                await desk.sees(room.LABEL, "● connected", "? help")
                assert all(len(line) <= size[0] for line in desk.lines())
            for room in (ROOMS[0], ROOMS[1], ROOMS[0]):  # once more: a screen that comes back hears its keys too
                await desk.go(room)


@pytest.mark.slow
async def test_the_palette_has_everything_that_can_be_done(house: House) -> None:
    async with at_the_console(house.settings.data) as desk:
        offered = {one.title for one in desk.app.get_system_commands(desk.app.screen)}
        for room in ROOMS:
            assert isinstance(desk.room, room) or f"Go to {room.LABEL} ({room.KEY})" in offered
            for deed in room.DEEDS:
                assert any(one.startswith(f"{room.LABEL}: {deed.label}") for one in offered), deed
        await desk.press("ctrl+p")
        await desk.types("go to people")
        await desk.sees("Go to People (6)")
        await desk.press("down", "enter")
        await desk.until(lambda: isinstance(desk.app.screen, People))
        here = [one.title for one in desk.app.get_system_commands(desk.app.screen)][: len(People.DEEDS)]
        await desk.press("ctrl+p")
        await desk.sees(*here[:3])  # what can be done here stands first


async def test_enter_in_a_table_tells_all_letters_of_its_row(house: House) -> None:
    name = "Donaudampfschifffahrtsgesellschaftskapitän"
    await house.operator.send("POST", f"/api/v1/organizations/{house.org}/channels", {"name": name})
    async with at_the_console(house.settings.data, size=(80, 24)) as desk:
        await desk.go(Streams)
        await desk.on_row(lambda one: one.stream.name == name)
        await desk.press("enter")
        await desk.asked(Show)
        await desk.sees(f"channel    {name}")
        await desk.press("escape")
        await desk.until(lambda: isinstance(desk.app.screen, Streams))


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.__name__)
def test_the_list_of_keys_has_each_of_the_screen_with_what_it_does(room: type[Room]) -> None:
    listed = {key: about for key, _, about in room().key_lines()}
    for deed in room.DEEDS:
        assert listed[deed.key].startswith(deed.about)
    assert "Enter" in listed
    assert len({*named(Console.BINDINGS)} & {*room().key_lines()}) == 0


@pytest.mark.parametrize("here", ROOMS, ids=lambda room: room.__name__)
def test_eighty_columns_have_room_for_whole_words_of_every_screen(here: type[Room]) -> None:
    ways = [Way(room.KEY, room.NAME, room.LABEL, room.SHORT or room.LABEL) for room in ROOMS]
    shown = shortened(ways, here.NAME, 80 - (2 * len(ways) - 1))
    assert shown[here.NAME] == here.LABEL
    assert all(shown[way.name] in (way.label, way.short) for way in ways)


async def test_a_server_that_goes_is_told_of_with_what_is_possible_and_found_again(house: House) -> None:
    socket = DataFolder(house.settings.data).socket
    moved = socket.with_name("moved")
    socket.rename(moved)
    async with at_the_console(house.settings.data, Cellar(), SMALL, connected=False) as desk:
        await desk.sees("SERVER DOWN", "tried again in", "novacast doctor", "novacast backup list", "journalctl")
        await desk.go(Backups)
        await desk.sees("3 MB", "whole", "SERVER DOWN")
        await desk.press("n")
        await desk.hears("Backup b2")
        await desk.press("d")
        await desk.asked(Ask)
        await desk.types("lamp")
        await desk.press("enter")
        await desk.sees("Opened by lamp.")
        await desk.press("escape")
        await desk.go(System)
        await desk.press("x")
        await desk.sees("There is room.")
        await desk.go(People)
        await desk.press("s")
        await desk.hears("The server is down")
        moved.rename(socket)
        await desk.sees("● connected", "owner@venue")


async def test_nothing_that_needs_a_yes_is_done_by_enter_or_escape(house: House) -> None:
    async with at_the_console(house.settings.data) as desk:
        await desk.go(People)
        await desk.on_row(lambda one: one.email == "producer@venue.example")
        person = desk.room.record()
        for key in ("enter", "escape", "n"):
            await desk.press("o")
            await desk.asked(Confirm)
            await desk.press(key)
            await desk.until(lambda: isinstance(desk.app.screen, People))
        assert person.id not in [one.person_id for one in await house.operator.operators()]


async def test_search_narrows_a_table_and_escape_shows_all_again(house: House) -> None:
    async with at_the_console(house.settings.data) as desk:
        await desk.go(People)
        await desk.sees("owner@venue.example", "visitor@venue.example")
        await desk.press("slash")
        await desk.types("visit")
        await desk.until(lambda: "owner@venue.example" not in desk.text())
        await desk.sees("visitor@venue.example")
        await desk.press("escape")
        await desk.sees("owner@venue.example")


@pytest.mark.slow
async def test_orders_people_and_channels_are_found_from_any_screen(house: House) -> None:
    await house.operator.send("POST", f"/api/v1/organizations/{house.org}/channels", {"name": "Visitors' stage"})
    async with at_the_console(house.settings.data, size=SMALL) as desk:
        await desk.press("ctrl+f")
        await desk.types("visitor")
        await desk.sees("Visitors' stage", "visitor@venue.example", "person, on People")
        await desk.types("@")
        await desk.until(lambda: "Visitors' stage" not in desk.text())
        await desk.press("down", "enter")
        await desk.until(lambda: isinstance(desk.app.screen, People))
        await desk.until(lambda: "owner@venue.example" not in desk.text())
        await desk.sees("visitor@venue.example")


@pytest.mark.slow
async def test_light_and_dark_help_and_leaving(house: House) -> None:
    async with at_the_console(house.settings.data) as desk:
        assert desk.app.theme == DARK
        await desk.press("f2")
        assert desk.app.theme == LIGHT
        await desk.press("question_mark")
        await desk.sees("Acknowledge", "Tonight")
        await desk.press("question_mark", "f5", "q")
        await desk.until(lambda: not desk.app.is_running)


@pytest.mark.slow
async def test_without_colour_everything_is_still_said(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with at_the_console(house.settings.data, size=SMALL) as desk:
        await desk.sees("● connected", "Nothing is on air.", "alarm")
        for strip in desk.app.screen._compositor.render_strips():
            for segment in strip:
                for one in desk.app._filters:
                    segment = one.apply([segment], desk.app.background_colors[1])[0]
                colours = [segment.style.color, segment.style.bgcolor] if segment.style else []
                assert all(c is None or c.triplet is None or len({*c.triplet}) == 1 for c in colours)
