"""Bringing a file from this machine."""

from pathlib import Path

import pytest

from novacast.errors import InvalidInput, NotFound, UnsupportedMedia
from novacast.vods.models import VideoState, Visibility
from tests.vods.conftest import ORG, STRANGER, Clips, House


async def test_an_imported_file_becomes_a_video_and_stays_where_it_was(house: House, clips: Clips) -> None:
    told: list[int] = []
    clip = clips("clip.mp4")
    video = await house.imports.bring(clip, ORG, visibility=Visibility.PUBLIC, title="Imported", tell=told.append)
    assert told[-1] == clip.stat().st_size
    assert video.state is VideoState.PROCESSING
    await house.work().finish(video.id)
    shown = (await house.videos.show(STRANGER, video.id)).video
    assert (shown.title, shown.owner_id, shown.source_name) == ("Imported", None, "clip.mp4")
    assert clip.exists()


async def test_a_linked_file_takes_no_room(house: House, tmp_path: Path) -> None:
    source = tmp_path / "My_film.mp4"
    source.write_bytes(b"\0\0\0\x10ftypisom")
    video = await house.imports.bring(source, ORG, link=True)
    assert house.folders.arrival(video.id).stat().st_ino == source.stat().st_ino
    assert video.title == "My film"


async def test_what_is_no_file_is_refused_and_leaves_nothing(house: House, tmp_path: Path) -> None:
    empty = tmp_path / "empty.mp4"
    empty.touch()
    for path, error in ((tmp_path / "missing", NotFound), (tmp_path, InvalidInput), (empty, InvalidInput)):
        with pytest.raises(error):
            await house.imports.bring(path, ORG)
    with pytest.raises(InvalidInput):
        await house.imports.bring(empty, ORG, title="x" * 201)
    assert not list(house.data.uploads.iterdir())


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("notes.mp4", b"no video at all " * 50, "not a video file of a kind"),
        ("list.mp4", b"#EXTM3U\n#EXTINF:4,\n/etc/passwd\n", "a playlist"),
        ("shot.mov", b"\x89PNG\r\n\x1a\n" + bytes(100), "a still picture"),
        ("zeros.mkv", bytes(10_000), "not a video file of a kind"),
    ],
)
@pytest.mark.parametrize("link", [False, True])
async def test_what_does_not_begin_like_a_video_is_refused_before_it_is_copied(
    house: House, tmp_path: Path, name: str, content: bytes, words: str, link: bool
) -> None:
    source, told = tmp_path / name, list[int]()
    source.write_bytes(content)
    with pytest.raises(UnsupportedMedia, match=words) as refused:
        await house.imports.bring(source, ORG, link=link, tell=told.append)
    assert str(source) in refused.value.message
    assert told == []
    assert not list(house.data.uploads.iterdir())
