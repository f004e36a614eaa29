"""Captions on their way to players: in what is watched already, in what is being made, and never half."""

import asyncio
from pathlib import Path

import pytest

from novacast.media.captions import SEGMENT_SECONDS, CaptionsRendition, captions_playlist, with_captions
from novacast.vods.captions import store
from novacast.vods.captions.delivery import Wardrobe, title
from novacast.vods.captions.models import Changes, Cue, Kind, Wish
from novacast.vods.captions.services import CaptionServices
from novacast.vods.folders import whole
from novacast.vods.transcoding.dressing import Dressing, alone
from tests.vods.captions.test_service import begun
from tests.vods.conftest import PRODUCER, Clips, House
from tests.vods.stock import MADE

MASTER = """#EXTM3U
#EXT-X-VERSION:7
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio",NAME="Audio",DEFAULT=YES,AUTOSELECT=YES,CHANNELS="2",URI="audio/index.m3u8"
#EXT-X-STREAM-INF:BANDWIDTH=1,AVERAGE-BANDWIDTH=1,CODECS="avc1.640015",RESOLUTION=256x144,FRAME-RATE=25.000,AUDIO="audio"
144p/index.m3u8
"""


@pytest.fixture
def house(stocked: House) -> House:
    return stocked


def rendition(name: str, **more: bool) -> CaptionsRendition:
    given = {"default": False, "forced": False, "accessible": False, **more}
    return CaptionsRendition("captions/x/index.m3u8", name, "de", **given)


def test_the_master_names_exactly_these_captions_and_loses_nothing_else() -> None:
    one = with_captions(MASTER, [rendition('De"ut\nsch', default=True), rendition("Deutsch"), rendition("Deutsch")])
    lines = one.splitlines()
    assert [line.partition("NAME=")[2].partition(",")[0] for line in lines if "SUBTITLES,GROUP" in line] == [
        '"Deutsch"', '"Deutsch 2"', '"Deutsch 3"',
    ]  # fmt: skip
    assert lines.index("144p/index.m3u8") == len(lines) - 1
    assert lines[-2].endswith(',AUDIO="audio",SUBTITLES="captions"')
    assert with_captions(one, [rendition("Deutsch", forced=True)]).count("SUBTITLES=") == 1
    assert with_captions(one, []) == MASTER


def test_a_playlist_is_as_long_as_the_video() -> None:
    lines = captions_playlist(
        ["seg_00000.vtt", "seg_00001.vtt"], (SEGMENT_SECONDS + 12) * 1_000_000 + 500_000
    ).splitlines()
    assert [line for line in lines if line.startswith("#EXTINF")] == ["#EXTINF:300.000000,", "#EXTINF:12.500000,"]
    assert lines[-1] == "#EXT-X-ENDLIST"
    assert "#EXT-X-PLAYLIST-TYPE:VOD" in lines


async def test_many_who_publish_at_once_leave_a_thread_for_the_one_whose_turn_it_is(tmp_path: Path) -> None:
    here = tmp_path / "somebody"

    def publish() -> None:
        here.touch(exist_ok=False)
        here.unlink()

    async def one() -> None:
        async with alone(tmp_path):
            await whole(publish)

    async with asyncio.timeout(60):
        assert await asyncio.gather(*(one() for _ in range(64))) == [None] * 64


async def edition_of(house: House, video_id: str) -> Path:
    video = (await house.videos.show(PRODUCER, video_id)).video
    assert video.edition is not None
    return house.folders.edition(video_id, video.edition)


async def test_captions_come_to_what_is_watched_already_and_go_again(house: House, room: CaptionServices) -> None:
    video_id = MADE
    folder = await edition_of(house, video_id)
    before = (folder / "master.m3u8").read_text()
    track = await begun(room, video_id)
    assert f'URI="captions/{track.id}/index.m3u8"' in (folder / "master.m3u8").read_text()
    segment = folder / "captions" / track.id / "seg_00000.vtt"
    assert segment.read_text().startswith("WEBVTT\nX-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:0\n\n")
    assert "00:00:01.000 --> 00:00:02.000\nOne\n" in segment.read_text()
    await room.captions.save(PRODUCER, video_id, track.id, [Cue(0, 500, "Other")], 1)
    assert "Other" in segment.read_text()
    await room.captions.remove(PRODUCER, video_id, track.id)
    assert (folder / "master.m3u8").read_text() == before
    assert list((folder / "captions").iterdir()) == []
    assert await house.db.all(store.behind(10)) == []


async def test_an_edition_in_the_making_has_them_from_the_beginning(
    house: House, room: CaptionServices, clips: Clips
) -> None:
    video_id = await house.arrive(clips("clip.mp4"))
    track = await begun(room, video_id, kind=Kind.CAPTIONS, default=True)
    await house.work().finish(video_id)
    folder = await edition_of(house, video_id)
    (line,) = [line for line in (folder / "master.m3u8").read_text().splitlines() if "TYPE=SUBTITLES" in line]
    assert 'NAME="Deutsch (CC)",LANGUAGE="de",DEFAULT=YES,AUTOSELECT=YES,FORCED=NO,CHARACTERISTICS="public' in line
    assert (folder / "captions" / track.id / "index.m3u8").is_file()


async def test_an_empty_track_is_not_offered(house: House, room: CaptionServices) -> None:
    video_id = MADE
    await room.captions.add(PRODUCER, video_id, Wish("de"))
    assert "SUBTITLES" not in ((await edition_of(house, video_id)) / "master.m3u8").read_text()


async def test_what_a_crash_kept_back_is_published_by_the_sweep(house: House, room: CaptionServices) -> None:
    video_id = MADE
    folder = await edition_of(house, video_id)
    track = await begun(room, video_id)

    def killed_behind_the_commit(tx: object) -> None:
        store.change(tx, video_id, track.id, {"label": "Anders"})  # type: ignore[arg-type]  # a Transaction
        store.touch(tx, video_id)  # type: ignore[arg-type]  # a Transaction

    await house.db.write(killed_behind_the_commit)
    assert "Anders" not in (folder / "master.m3u8").read_text()
    await room.sweep()
    assert "Anders" in (folder / "master.m3u8").read_text()
    assert await house.db.all(store.behind(10)) == []


async def test_a_cue_over_the_border_is_in_both_segments(house: House, tmp_path: Path) -> None:
    video_id = await house.publish()
    border = SEGMENT_SECONDS * 1000
    cues = [Cue(0, 1000, "First"), Cue(border - 500, border + 500, "Over"), Cue(border + 600, border + 700, "Second")]
    track = await begun(house.captions, video_id)
    await house.captions.captions.save(PRODUCER, video_id, track.id, cues, 1)
    dress = await Wardrobe(house.db).dress(video_id)
    dress.put(tmp_path, (SEGMENT_SECONDS + 60) * 1_000_000, MASTER)
    segments = [(tmp_path / "captions" / track.id / f"seg_0000{n}.vtt").read_text() for n in (0, 1)]
    assert ["First" in segments[0], "Over" in segments[0], "Second" in segments[0]] == [True, True, False]
    assert ["First" in segments[1], "Over" in segments[1], "Second" in segments[1]] == [False, True, True]


async def test_a_video_without_files_is_no_trouble(house: House) -> None:
    video_id = await house.publish()
    await Dressing(house.db, house.folders, Wardrobe(house.db)).dress(video_id)
    await Dressing(house.db, house.folders, Wardrobe(house.db)).dress("nothing")


async def test_tracks_are_named_in_their_own_language(house: House, room: CaptionServices) -> None:
    video_id = await house.publish()
    track = await begun(room, video_id)
    assert title(track) == "Deutsch"
    forced = await room.captions.change(PRODUCER, video_id, track.id, Changes(forced=True))
    assert title(forced) == "Deutsch (nur Schilder)"
    named = await room.captions.change(PRODUCER, video_id, track.id, Changes(label="Für alle", language="xx-YY"))
    assert title(named) == "Für alle"
