"""Tables of the console, with what people write in them."""

from rich.cells import cell_len
from textual.app import App, ComposeResult

from novacast_admin.tui.widgets.listing import LEAST, Listing, SearchField

LONG = "Donaudampfschifffahrtsgesellschaft" * 3
HEADS = ("name", "what", "state")


class Hall(App[None]):
    AUTO_FOCUS = ""

    def compose(self) -> ComposeResult:
        yield Listing(id="listing")

    def listing(self) -> Listing:
        return self.query_one(Listing)

    def text(self) -> str:
        return "\n".join(strip.text.rstrip() for strip in self.screen._compositor.render_strips())


async def test_what_people_write_is_shown_as_it_is_and_never_read_as_markup() -> None:
    async with Hall().run_test(size=(80, 24)) as pilot:
        app = pilot.app
        assert isinstance(app, Hall)
        for said in ("[/b] and [red]so on", "[@click=app.quit]here[/]", "two\nlines"):
            app.listing().fill(HEADS, {"one": (said, "", "")}, "")
            await pilot.pause()
            assert " ".join(said.split("\n")) in app.text()


async def test_all_columns_are_seen_however_long_a_cell_is_and_however_narrow_the_table() -> None:
    async with Hall().run_test(size=(80, 24)) as pilot:
        app = pilot.app
        assert isinstance(app, Hall)
        app.listing().fill(HEADS, {"one": (LONG, "光" * 60, "captured")}, "")
        await pilot.pause()
        for width in (80, 60, 200, 3 * (LEAST + 2) + 2):
            await pilot.resize_terminal(width, 24)
            await pilot.pause()
            row = next(line for line in app.text().split("\n") if "captured" in line)
            assert cell_len(row) <= width
            assert row.startswith(f" {LONG[: LEAST - 1]}")


async def test_two_long_columns_share_the_room_that_there_is() -> None:
    async with Hall().run_test(size=(80, 24)) as pilot:
        app = pilot.app
        assert isinstance(app, Hall)
        app.listing().fill(HEADS, {"one": ("doctor", "a" * 190, "b" * 60)}, "")
        await pilot.pause()
        row = app.text().split("\n")[1]
        assert abs(row.count("a") - row.count("b")) <= 1


async def test_a_search_field_that_is_hidden_gets_no_key() -> None:
    async with Hall().run_test(size=(80, 24)) as pilot:
        app = pilot.app
        assert isinstance(app, Hall)
        app.listing().fill(HEADS, {}, "Nothing.")
        field = app.query_one(SearchField)
        field.focus()
        await pilot.press("g")
        assert field.value == ""
        app.listing().search()
        await pilot.press("g")
        assert field.value == "g"
        await pilot.press("escape", "h")
        assert field.value == ""


async def test_rows_that_come_into_an_empty_table_can_be_walked_at_once() -> None:
    async with Hall().run_test(size=(80, 24)) as pilot:
        app = pilot.app
        assert isinstance(app, Hall)
        app.listing().fill(HEADS, {}, "Nothing.")
        await pilot.pause()
        app.listing().fill(HEADS, {"one": ("a", "", ""), "two": ("b", "", "")}, "Nothing.")
        await pilot.press("down")
        assert app.listing().key == "two"
