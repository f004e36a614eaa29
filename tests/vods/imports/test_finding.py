"""Which videos there are in folders, and what belongs to them."""

import errno
import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from novacast.errors import NotFound, TooLarge
from novacast.vods.imports import finding
from novacast.vods.imports.finding import find, subtitle
from novacast.vods.imports.models import Item

MP4 = b"\0\0\0\x10ftypisom"
MP3 = b"ID3\x04" + bytes(30)


def lay(folder: Path, files: Mapping[str, bytes]) -> None:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


def names(item: Item) -> tuple[list[str], list[str], list[str]]:
    sidecars = item.sidecars
    return (
        [path.name for path in sidecars.descriptions],
        [path.name for path in sidecars.subtitles],
        [path.name for path in sidecars.pictures],
    )


def test_each_file_goes_to_the_video_it_is_named_after(tmp_path: Path) -> None:
    lay(
        tmp_path,
        {
            "talk.mp4": MP4, "talk.en.srt": b"x", "talk.info.json": b"{}", "talk-poster.jpg": b"x", "talk.jpg": b"x",
            "talk.en.mp4": MP4, "talk.en.de.vtt": b"x", "talk.nfo": b"<movie/>", "talkative.srt": b"x",
            "below/deep/song.mp3": MP3, "below/deep/poster.jpg": b"x", "below/deep/movie.nfo": b"<movie/>",
        },
    )  # fmt: skip
    found = find([tmp_path])
    items = {item.path.name: item for item in found.items}
    assert list(items) == ["talk.en.mp4", "talk.mp4", "song.mp3"]
    assert names(items["talk.mp4"]) == (["talk.info.json", "talk.nfo"], [], ["talk-poster.jpg", "talk.jpg"])
    # The longest name that fits owns the file: this is no English subtitle of talk.mp4.
    assert names(items["talk.en.mp4"]) == ([], ["talk.en.de.vtt", "talk.en.srt"], [])
    assert names(items["song.mp3"]) == (["movie.nfo"], [], ["poster.jpg"])
    assert [item.folder for item in found.items] == ["", "", "below/deep"]
    assert [left.path.name for left in found.left] == ["talkative.srt"]


def test_what_is_no_video_is_left_with_the_reason(tmp_path: Path) -> None:
    lay(
        tmp_path,
        {
            "film.mkv": b"\x1aE\xdf\xa3", "film.idx": b"x", "notes.txt": b"buy milk", "list.m3u8": b"#EXTM3U\n",
            "other.mp4.part": MP4, "Thumbs.db": b"x", ".hidden.mp4": MP4, "@eaDir/thumb.mp4": MP4, "lonely.srt": b"x",
            "data.bin": b"\xff\xfb" + bytes(200),
        },
    )  # fmt: skip
    found = find([tmp_path])
    assert [item.path.name for item in found.items] == ["film.mkv"]
    left = {one.path.name: (one.what, str(one.why)) for one in found.left}
    assert set(left) == {"film.idx", "notes.txt", "list.m3u8", "other.mp4.part", "lonely.srt", "data.bin"}
    assert left["film.idx"] == ("subtitles", "SRT, VTT, ASS and SSA are taken, others not.")
    assert "playlist" in left["list.m3u8"][1]
    assert "not finished" in left["other.mp4.part"][1]


def test_a_file_that_is_named_is_tried_whatever_it_is_called(tmp_path: Path) -> None:
    lay(tmp_path, {"film.bin": b"?", "film.de.srt": b"x", "other.mp4": MP4})
    found = find([tmp_path / "film.bin", tmp_path / "gone.mp4", tmp_path / "film.bin"])
    assert [item.path.name for item in found.items] == ["film.bin", "gone.mp4"]
    assert names(found.items[0]) == ([], ["film.de.srt"], [])
    assert found.left == ()


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("film.srt", ("", False, False)),
        ("film.en.srt", ("en", False, False)),
        ("film.ger.srt", ("de", False, False)),
        ("film.pt-BR.forced.srt", ("pt-BR", True, False)),
        ("film.German.sdh.srt", ("de", False, True)),
        ("film.hi.srt", ("hi", False, False)),
        ("film.en.hi.srt", ("en", False, True)),
        ("film.forced.srt", ("", True, False)),
        ("film.director.fr.srt", ("fr", False, False)),
    ],
)
def test_the_name_of_a_subtitle_says_its_language(tmp_path: Path, name: str, told: tuple[str, bool, bool]) -> None:
    one = subtitle(tmp_path / "film.mkv", tmp_path / name)
    assert (one.language, one.forced, one.for_deaf) == told


def test_links_that_lead_nowhere_or_in_circles_and_what_is_no_file_are_left_with_the_reason(tmp_path: Path) -> None:
    films = tmp_path / "films"
    lay(tmp_path, {"films/a.mp4": MP4})
    (films / "round").symlink_to(films)
    (films / "itself.mp4").symlink_to(films / "itself.mp4")
    for name in ("gone.mp4", "a.de.srt"):
        (films / name).symlink_to(tmp_path / "gone")
    for name in ("pipe.mp4", "a.en.srt"):
        os.mkfifo(films / name)
    found = find([tmp_path])
    assert [(item.path.name, names(item)) for item in found.items] == [("a.mp4", ([], [], []))]
    nowhere, pipe = (
        "It is a link, and what it leads to is not there.",
        "It is no file, but a pipe, a socket or a device.",
    )
    assert {one.path.name: (one.what, str(one.why)) for one in found.left} == {
        "gone.mp4": ("file", nowhere),
        "a.de.srt": ("file", nowhere),
        "pipe.mp4": ("file", pipe),
        "a.en.srt": ("file", pipe),
        "itself.mp4": ("file", f"It can't be read: {os.strerror(errno.ELOOP)}."),
        "round": (
            "file",
            "It is a link to a folder, which is not followed. Name that folder to bring what is in it.",
        ),
    }


def test_a_folder_that_is_too_large_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lay(tmp_path, {f"{number}.txt": b"x" for number in range(4)})
    monkeypatch.setattr(finding, "MOST_FILES", 3)
    with pytest.raises(TooLarge):
        find([tmp_path])


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
def test_a_folder_that_can_not_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir(mode=0)
    with pytest.raises(NotFound, match="closed"):
        find([tmp_path])
