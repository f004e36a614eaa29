"""An import that is cut off, stopped, run twice at once, or finds no room."""

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from novacast.clock import MINUTE
from novacast.errors import Conflict, DiskFull, Forbidden, InvalidInput, Malformed, NotFound, UnsupportedMedia
from novacast.identity import SYSTEM, Principal
from novacast.importing import Brought, Did, Kind, Links, Record, Wish
from novacast.operations.imports.files import ImportFiles
from novacast.operations.imports.models import Counts, State
from novacast.operations.imports.reading import rows
from novacast.operations.imports.running import Running
from novacast.operations.imports.service import Imports
from novacast.tables import GUARDS
from tests.operations.imports.conftest import Desk, chunks


def many(count: int) -> str:
    return "email,name\n" + "".join(f"p{n}@stage.example,Person {n}\n" for n in range(count))


async def test_one_that_is_stopped_goes_on_where_it_was(desk: Desk) -> None:
    imports = desk.own.operations.imports
    one = await desk.ready(Kind.USERS, many(180))
    await imports.begin(SYSTEM, one.id, dry=False, here=True)
    stops: list[asyncio.Task[Any]] = []
    await imports.run(one.id, lambda now: stops or stops.append(asyncio.ensure_future(imports.stop(SYSTEM, one.id))))
    await asyncio.gather(*stops)
    half = await imports.show(SYSTEM, one.id)
    assert half.state is State.STOPPED
    assert 0 < half.position < 180
    with pytest.raises(Conflict):
        await imports.arrange(SYSTEM, one.id, {"defaults": {"role": "door"}})
    await imports.begin(SYSTEM, one.id, dry=False, here=True)
    await imports.run(one.id)
    done = await imports.show(SYSTEM, one.id)
    assert (done.state, done.counts) == (State.DONE, Counts(made=180))
    assert await desk.count("people", "email LIKE 'p%@stage.example'") == 180
    assert not desk.own.folder.cache.joinpath("imports", one.id).exists()


async def test_a_batch_that_was_cut_off_before_it_was_noted_is_counted_as_made_and_made_once(desk: Desk) -> None:
    imports = desk.own.operations.imports
    one = await desk.ready(Kind.USERS, many(60))
    await imports.begin(SYSTEM, one.id, dry=False, here=True)
    await imports.run(one.id)
    # As it stands where the power went between what was made and the note of it.
    await desk.own.db.write(
        lambda tx: tx.run("UPDATE data_imports SET state = 'running', position = 0, place = 0, made = 0, beat_at = 0")
    )
    folder = desk.own.folder.cache / "imports" / one.id
    folder.mkdir(parents=True)
    (folder / "source").write_text(many(60))
    await imports.run(one.id)
    done = await imports.show(SYSTEM, one.id)
    assert (done.state, done.counts) == (State.DONE, Counts(made=60))
    assert await desk.count("people", "email LIKE 'p%@stage.example'") == 60


async def test_two_operators_with_one_file_make_each_person_once(desk: Desk) -> None:
    imports = desk.own.operations.imports
    raw = many(150)
    ones = [await desk.ready(Kind.USERS, raw) for _ in range(2)]
    for one in ones:
        await imports.begin(SYSTEM, one.id, dry=False, here=True)
    await asyncio.gather(*(imports.run(one.id) for one in ones))
    done = [await imports.show(SYSTEM, one.id) for one in ones]
    assert sum(one.counts.made for one in done) == 150
    assert sum(one.counts.known for one in done) == 150
    assert await desk.count("people", "email LIKE 'p%@stage.example'") == 150


async def test_of_two_who_run_one_import_one_does(desk: Desk) -> None:
    imports = desk.own.operations.imports
    one = await desk.ready(Kind.USERS, many(150))
    await imports.begin(SYSTEM, one.id, dry=False, here=True)
    await asyncio.gather(*(imports.run(one.id) for _ in range(3)))
    assert (await imports.show(SYSTEM, one.id)).counts == Counts(made=150)


async def test_a_runner_that_is_gone_is_followed_by_another_after_its_silence(desk: Desk) -> None:
    imports = desk.own.operations.imports
    one = await desk.ready(Kind.USERS, many(3))
    await imports.begin(SYSTEM, one.id, dry=False, here=True)
    now = desk.own.clock.now()
    gone = "UPDATE data_imports SET state = 'running', runner = 'gone', beat_at = ?"
    await desk.own.db.write(lambda tx: tx.run(gone, (now,)))
    await imports.run(one.id)
    assert (await imports.show(SYSTEM, one.id)).state is State.RUNNING
    await desk.own.db.write(lambda tx: tx.run(gone, (now - 10 * MINUTE,)))
    await imports.sweep()
    await imports.work(one.id)
    assert (await imports.show(SYSTEM, one.id)).state is State.DONE


class _Full:
    """The disk is full from the hundredth record on."""

    def __init__(self) -> None:
        self.room = 100

    def take(self, tx: Any, wish: Wish, links: Links, record: Record) -> Brought:
        if not self.room:
            raise DiskFull("No room.")
        self.room -= 1
        links.keep(tx, "person", record.lines[0]["email"], record.lines[0]["email"])
        return Brought(Did.MADE, "x")


async def test_a_disk_that_is_full_in_the_middle_loses_nothing(desk: Desk) -> None:
    taker = _Full()
    files = ImportFiles(desk.own.folder.cache / "imports")
    running = Running(desk.own.db, files, dict.fromkeys(Kind, taker), GUARDS)
    imports = Imports(desk.own.db, desk.own.queue, files, running)
    one = await desk.ready(Kind.USERS, many(170))
    await imports.begin(SYSTEM, one.id, dry=False, here=True)
    await imports.run(one.id)
    half = await imports.show(SYSTEM, one.id)
    assert (half.state, half.position, half.error) == (State.FAILED, 100, "No room.")
    taker.room = 1000
    await imports.begin(SYSTEM, one.id, dry=False, here=True)
    await imports.run(one.id)
    assert (await imports.show(SYSTEM, one.id)).counts == Counts(made=170)


async def test_a_file_for_which_there_is_no_room_leaves_nothing(desk: Desk) -> None:
    files = ImportFiles(desk.own.folder.cache / "imports", reserve=2**60)
    with pytest.raises(DiskFull):
        await files.receive("one", chunks(b"email\n"))
    assert not list((desk.own.folder.cache / "imports" / "one").iterdir())


@pytest.mark.parametrize(
    ("raw", "error"),
    [
        (b"", InvalidInput),
        (b"\n \n", InvalidInput),
        (b"PK\x03\x04rest", UnsupportedMedia),
        (b'[{"email": "a@stage.example"', Malformed),
        (b'{"event": {"orders": [', Malformed),
        (b"[" * 100_000, Malformed),
        (b"a,b\n1," + b"x" * 500_000, Malformed),
    ],
)
async def test_what_is_no_table_is_refused_and_leaves_nothing(desk: Desk, raw: bytes, error: type[Exception]) -> None:
    one = await desk.own.operations.imports.create(SYSTEM, Kind.ORDERS, "x", desk.org)
    with pytest.raises(error):
        await desk.own.operations.imports.receive(SYSTEM, one.id, chunks(raw))
    assert not (desk.own.folder.cache / "imports" / one.id).exists()


@pytest.mark.parametrize(
    ("encode", "raw"),
    [
        (partial(str.encode, encoding="utf-8-sig"), "name;email\nÄda;a@stage.example\n"),
        (partial(str.encode, encoding="utf-16"), "name\temail\nÄda\ta@stage.example\n"),
        (partial(str.encode, encoding="cp1252"), 'name,email\r\n"Äda",a@stage.example\r\n'),
        (partial(str.encode, encoding="utf-8"), '[{"name": "Äda", "email": "a@stage.example"}]'),
        (
            partial(str.encode, encoding="utf-8"),
            '{"items": [{"name": "Äda", "email": "a@stage.example"}], "next": null}',
        ),
        (partial(str.encode, encoding="utf-8"), '{"name": "Äda", "email": "a@stage.example"}\n\n'),
    ],
)
def test_files_are_read_whatever_wrote_them(tmp_path: Path, encode: Callable[[str], bytes], raw: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(encode(raw))
    (row,) = rows(path, Kind.USERS)
    assert (row.cells["name"], row.cells["email"], row.wrong) == ("Äda", "a@stage.example", "")


async def test_only_operators_import(desk: Desk) -> None:
    imports = desk.own.operations.imports
    one = await desk.ready(Kind.USERS, many(1))
    somebody = Principal(person_id="p", name="P")
    for wish in (
        imports.create(somebody, Kind.USERS, "x"),
        imports.show(somebody, one.id),
        imports.begin(somebody, one.id, dry=True),
        imports.stop(somebody, one.id),
        imports.remove(somebody, one.id),
        imports.issues(somebody, one.id),
    ):
        with pytest.raises(Forbidden):
            await wish
    with pytest.raises(NotFound):
        await imports.show(SYSTEM, "nothing")


async def test_files_that_nobody_brings_go_by_themselves(desk: Desk) -> None:
    one = await desk.ready(Kind.USERS, many(1))
    await desk.own.db.write(
        lambda tx: tx.run("UPDATE data_imports SET created_at = created_at - ?", (8 * 24 * 60 * MINUTE,))
    )
    await desk.own.operations.imports.sweep()
    after = await desk.own.operations.imports.show(SYSTEM, one.id)
    assert (after.state, after.sample) == (State.ARRIVING, [])
    assert not (desk.own.folder.cache / "imports" / one.id).exists()
