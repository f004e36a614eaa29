"""Imports that are begun again, cut off, doubled, or refused."""

import asyncio
import fcntl
import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from novacast.errors import Conflict, DiskFull, InvalidInput
from novacast.i18n import Text, text
from novacast.texts import Texts
from novacast.vods.folders import COPY_BYTES
from novacast.vods.imports import files, store
from novacast.vods.imports.models import Brought, Chapter, Item, Subtitle, Wish
from novacast.vods.imports.service import Imports
from novacast.vods.models import Visibility
from tests.vods.conftest import ORG, OTHER_ORG, House

WISH = Wish(ORG)


def film(folder: Path, name: str = "film.mp4", *, megabytes: int = 0, salt: bytes = b"") -> Path:
    path = folder / name
    path.write_bytes(b"\0\0\0\x10ftypisom" + salt + os.urandom(1024 * 1024) * megabytes)
    return path


async def videos(house: House) -> int:
    return len(list(await house.facts("video.created")))


async def test_what_is_here_already_is_not_brought_again(house: House, tmp_path: Path) -> None:
    first = await house.imports.take(Item(film(tmp_path)), WISH)
    assert first.video is not None
    for path in (tmp_path / "film.mp4", film(tmp_path, "copy of film.mp4")):
        again = await house.imports.take(Item(path), WISH)
        assert (again.video, again.twin) == (None, first.video.id)
    other = await house.imports.take(Item(film(tmp_path, "same size.mp4", salt=b"")), Wish(OTHER_ORG))
    assert other.video is not None
    assert len(list(house.data.uploads.iterdir())) == 2


async def test_another_content_of_the_same_size_comes_in(house: House, tmp_path: Path) -> None:
    for salt in (b"a", b"b"):
        assert (await house.imports.take(Item(film(tmp_path, f"{salt!r}.mp4", salt=salt)), WISH)).video is not None


async def test_what_came_by_an_upload_is_known_by_its_content(house: House, tmp_path: Path) -> None:
    path = film(tmp_path, salt=b"uploaded")
    video_id = await house.arrive(path, source_bytes=path.stat().st_size)
    assert (await house.imports.take(Item(path), WISH)).twin == video_id
    assert await videos(house) == 1


async def test_a_deleted_video_can_be_brought_again(house: House, tmp_path: Path) -> None:
    path = film(tmp_path)
    first = (await house.imports.take(Item(path), WISH)).video
    assert first is not None
    await house.db.write(lambda tx: tx.run("DELETE FROM videos WHERE id = ?", (first.id,)))
    assert (await house.imports.take(Item(path), WISH)).video is not None


async def test_who_wants_it_twice_gets_it_twice(house: House, tmp_path: Path) -> None:
    path = film(tmp_path)
    ids = {(await house.imports.bring(path, ORG)).id for _ in range(2)}
    assert len(ids) == 2


async def test_an_import_that_was_cut_off_goes_on_where_it_was(house: House, tmp_path: Path) -> None:
    path = film(tmp_path, megabytes=9)
    video_id = await house.db.write(lambda tx: store.begin(tx, ORG, str(path), "cut"))
    arrival, content = house.folders.arrival(video_id), path.read_bytes()
    arrival.write_bytes(content[: COPY_BYTES + 5])
    inode = arrival.stat().st_ino
    brought = await house.imports.take(Item(path), WISH)
    assert brought.video is not None
    assert brought.video.id == "cut"
    assert (arrival.stat().st_ino, arrival.read_bytes()) == (inode, content)
    assert await house.db.all(store.begun()) == []


@pytest.mark.parametrize("wrong", [b"another file entirely" * 10, b"\0" * 12_000_000])
async def test_what_is_left_of_another_file_is_written_over(house: House, tmp_path: Path, wrong: bytes) -> None:
    path = film(tmp_path, megabytes=9)
    await house.db.write(lambda tx: store.begin(tx, ORG, str(path), "cut"))
    house.folders.arrival("cut").write_bytes(wrong)
    await house.imports.take(Item(path), WISH)
    assert house.folders.arrival("cut").read_bytes() == path.read_bytes()


async def test_one_file_is_not_brought_by_two_at_once(house: House, tmp_path: Path) -> None:
    path = film(tmp_path)
    await house.db.write(lambda tx: store.begin(tx, ORG, str(path), "busy"))
    handle = os.open(house.folders.arrival("busy"), os.O_RDWR | os.O_CREAT)
    fcntl.flock(handle, fcntl.LOCK_EX)
    with pytest.raises(Conflict, match="another process"):
        await house.imports.take(Item(path), WISH)
    os.close(handle)
    assert house.folders.arrival("busy").exists()
    assert (await house.imports.take(Item(path), WISH)).video is not None


async def test_many_at_once_make_one_video(house: House, tmp_path: Path) -> None:
    path = film(tmp_path, megabytes=1)
    results = await asyncio.gather(*(house.imports.take(Item(path), WISH) for _ in range(6)), return_exceptions=True)
    assert [one for one in results if isinstance(one, Brought) and one.video is not None]
    assert all(isinstance(one, (Brought, Conflict)) for one in results)
    assert await videos(house) == 1
    assert len(list(house.data.uploads.iterdir())) == 1


async def test_two_files_of_one_content_at_once_make_one_video(house: House, tmp_path: Path) -> None:
    one, two = film(tmp_path, "1.mp4"), film(tmp_path, "2.mp4")
    await asyncio.gather(*(house.imports.take(Item(path), WISH) for path in (one, two)))
    assert await videos(house) == 1
    assert len(list(house.data.uploads.iterdir())) == 1


def test_a_file_that_grows_while_it_is_read_is_refused(tmp_path: Path) -> None:
    source = film(tmp_path, megabytes=1)

    def grow(_done: int) -> None:
        with source.open("ab") as file:
            file.write(b"more")

    with pytest.raises(Conflict, match="changed while it was read"):
        files.place(source, tmp_path / "target", link=False, tell=grow)


async def test_where_there_is_no_room_nothing_is_begun(house: House, tmp_path: Path) -> None:
    imports = Imports(house.db, house.folders, house.intake, reserve=2**60)
    with pytest.raises(DiskFull):
        await imports.take(Item(film(tmp_path)), WISH)
    assert await house.db.all(store.begun()) == []
    assert (await imports.take(Item(film(tmp_path)), Wish(ORG, link=True))).video is not None


async def test_a_disk_that_becomes_full_keeps_nothing(small_uploads: House, tmp_path: Path) -> None:
    imports = small_uploads.imports
    path = film(tmp_path, megabytes=7)
    await imports.take(Item(path), WISH)
    # The file system counts its own needs in; what is free is a little less than it seems.
    left = os.statvfs(small_uploads.data.uploads).f_bavail * 4096
    other = film(tmp_path, "other.mp4", megabytes=1)
    os.truncate(other, left + 4096)
    with pytest.raises(DiskFull):
        await imports.take(Item(other), WISH)
    assert await small_uploads.db.all(store.begun()) == []
    assert len(list(small_uploads.data.uploads.iterdir())) == 1


async def test_a_dry_run_changes_nothing(house: House, tmp_path: Path) -> None:
    path = film(tmp_path)
    (tmp_path / "film.nfo").write_text("<movie><title>Der Film</title><year>1999</year></movie>")
    (tmp_path / "film.de.srt").write_text("1\n00:00:01,000 --> 00:00:02,000\nJa\n")
    [item] = (await house.imports.find([path])).items
    look = await house.imports.look(item, WISH)
    assert (look.title, look.twin, [one.language for one in look.subtitles]) == ("Der Film", None, ["de"])
    assert [one.what for one in look.unmapped] == ["year"]
    assert await videos(house) == 0
    assert not list(house.data.uploads.iterdir())
    assert await house.db.all(store.begun()) == []


@dataclass
class Shelf:
    """Takes what lies beside, and remembers it; `refuse` says of what it takes nothing."""

    refuse: str = ""
    taken: list[tuple[str, object]] = field(default_factory=list)

    async def subtitles(self, video_id: str, one: Subtitle, language: str) -> Sequence[Text]:
        self._take("subtitles", (one.path.name, one.language or language))
        return [text("One line was left out.")] if one.forced else []

    async def picture(self, video_id: str, path: Path) -> None:
        self._take("picture", path.name)

    async def chapters(self, video_id: str, chapters: Sequence[Chapter]) -> None:
        self._take("chapters", len(chapters))

    async def shelve(self, video_id: str, org_id: str, title: str, visibility: Visibility) -> None:
        self._take("collection", title)

    def _take(self, what: str, value: object) -> None:
        if what == self.refuse:
            raise InvalidInput(text("It is broken."))
        self.taken.append((what, value))


def dressed(tmp_path: Path) -> Path:
    for name in ("film.srt", "film.fr.forced.srt", "film-poster.jpg", "film.jpg"):
        (tmp_path / name).write_text("x")
    told = '{"title": "Told", "language": "de", "chapters": [{"start_time": 0, "title": "A"}]}'
    (tmp_path / "film.info.json").write_text(told)
    return film(tmp_path)


async def test_what_lies_beside_comes_along_and_what_is_refused_is_told(house: House, tmp_path: Path) -> None:
    shelf = Shelf(refuse="picture")
    imports = Imports(house.db, house.folders, house.intake, beside=shelf)
    [item] = (await imports.find([dressed(tmp_path)])).items
    brought = await imports.take(item, WISH)
    assert brought.video is not None
    assert (brought.video.title, brought.video.language) == ("Told", "de")
    assert shelf.taken == [
        ("subtitles", ("film.fr.forced.srt", "fr")),
        ("subtitles", ("film.srt", "de")),
        ("chapters", 1),
    ]
    left = {(one.path.name, one.what): str(one.why) for one in brought.unmapped}
    assert left[("film-poster.jpg", "picture")] == "It is broken."
    assert left[("film.fr.forced.srt", "subtitles")] == "One line was left out."
    assert ("film.jpg", "picture") in left


async def test_what_lies_beside_is_made_good_after_a_crash(house: House, tmp_path: Path) -> None:
    shelf = Shelf()
    imports = Imports(house.db, house.folders, house.intake, beside=shelf)
    [item] = (await imports.find([dressed(tmp_path)])).items
    first = await imports.take(item, WISH)
    assert first.video is not None
    video_id, complete = first.video.id, list(shelf.taken)
    await imports.take(item, WISH)
    assert shelf.taken == complete
    await house.db.write(lambda tx: tx.run("UPDATE imports SET settled = 0"))
    shelf.taken.clear()
    assert (await imports.take(item, WISH)).twin == video_id
    assert shelf.taken == complete


@pytest.mark.parametrize("called", ["Two  spaces", "U\u0308ber", "x" * 199 + " y", "line\nbreak"])
async def test_a_collection_is_found_again_by_its_folder_whatever_the_folder_is_called(
    house: House, tmp_path: Path, called: str
) -> None:
    shelf = Shelf()
    imports = Imports(house.db, house.folders, house.intake, beside=shelf)
    await imports.take(Item(film(tmp_path), called), replace(WISH, shelve=True))
    [(what, title)] = shelf.taken
    assert (what, Texts().title(str(title))) == ("collection", title)


async def test_a_name_that_is_no_unicode_is_no_reason_to_stop(house: House, tmp_path: Path) -> None:
    try:
        path = film(tmp_path, os.fsdecode(b"caf\xe9.mp4"))
    except OSError:
        pytest.skip("this file system takes no such name")
    first = await house.imports.take(Item(path), WISH)
    assert first.video is not None
    assert (first.video.title, first.video.source_name) == ("caf?", "caf?.mp4")
    assert (await house.imports.take(Item(path), WISH)).twin == first.video.id
