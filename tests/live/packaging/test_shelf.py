"""Each rule of the shelf for itself."""

import asyncio
from fractions import Fraction

import pytest

from novacast.errors import NotFound
from novacast.live.packaging.models import STANDARD, Aired, Track
from tests.live.packaging.stage import BEGAN, Shelved, Stage
from tests.live.packaging.strict import read
from tests.live.packaging.synthetic import SOUND, TRACKS, Source, fragment
from tests.live.packaging.viewer import body

ONE_SECOND = 2 * (30 * 400 + 5 * 1000) + 50 * 40 + 6 * 1000
"""Bytes that a synthetic source gives at most."""


def playlist(stage: Stage, track: str = "720p", query: str = "") -> str:
    return body(stage.shelf.find(f"{track}/index.m3u8", query)).decode()


async def test_a_part_is_given_before_its_segment_is_whole_and_is_its_range() -> None:
    stage = Stage()
    stage.play(Fraction(12, 5))
    [one, two] = read(playlist(stage).encode()).segments[2].parts
    given = [body(stage.shelf.find(f"720p/{part.uri}")) for part in (one, two)]
    assert stage.shelf.find("720p/seg_00002.m4s") is None
    stage.play(Fraction(1))
    assert body(stage.shelf.find("720p/seg_00002.m4s")) == b"".join(given)
    assert [body(stage.shelf.find(f"720p/{part.uri}")) for part in (one, two)] == given


async def test_what_is_asked_for_twice_is_made_once() -> None:
    stage = Stage(recorder=Shelved())
    stage.play(Fraction(9))
    for name, query in [
        ("master.m3u8", ""),
        ("720p/index.m3u8", ""),
        ("720p/index.m3u8", "_HLS_skip=YES"),
        ("720p/index.m3u8", "_HLS_msn=5&_HLS_part=2"),
        ("720p/init_0.mp4", ""),
        ("720p/seg_00003.m4s", ""),
        ("720p/part_00030.m4s", ""),
    ]:
        assert stage.shelf.find(name, query) is stage.shelf.find(name, query)
        assert isinstance(stage.shelf.find(name, query), Aired)
    waiting = [stage.shelf.find("720p/index.m3u8", "_HLS_msn=9&_HLS_part=0&token=x") for _ in range(3)]
    assert len({id(one) for one in waiting}) == 1


async def test_only_playlists_change() -> None:
    stage = Stage()
    stage.play(Fraction(3))
    names = ["master.m3u8", "720p/index.m3u8", "720p/init_0.mp4", "720p/seg_00001.m4s", "720p/part_00007.m4s"]
    found = [stage.shelf.find(name) for name in names]
    assert [one.changes for one in found if isinstance(one, Aired)] == [True, True, False, False, False]


async def test_at_its_end_a_programme_is_whole_segments() -> None:
    stage = Stage(recorder=Shelved())
    stage.play(Fraction(9, 2))
    assert "#EXT-X-PART:" in playlist(stage)
    stage.end()
    for track in ("720p", "audio"):
        text = playlist(stage, track)
        assert "#EXT-X-PART:" not in text
        assert text.endswith("#EXT-X-ENDLIST\n")
        assert text.count("#EXTINF:") == 5


async def test_a_stretch_has_one_epoch_which_is_never_earlier_than_what_was_told() -> None:
    stage = Stage()
    stage.play(Fraction(2))
    end = max(stage.shelf.ends.values())
    stage.shelf.begin(Source().inits(), end, BEGAN - 60_000_000)
    stage.give(Source().all(Fraction(2)))
    first = {
        name: [one for one in read(playlist(stage, name).encode()).segments if one.discontinuity]
        for name in ("720p", "audio")
    }
    assert [one.at for one in first["720p"]] == [one.at for one in first["audio"]]
    assert abs((first["720p"][0].at or 0) - Fraction(BEGAN, 1_000_000) - end) <= Fraction(1, 1000)


async def test_a_rung_that_falls_out_has_gaps_and_comes_back_at_a_keyframe() -> None:
    stage = Stage()
    stage.begin(Source().inits())
    pieces = Source().all(Fraction(12))
    lost = [
        (name, piece)
        for name, piece in pieces
        if name != "360p" or not Fraction(13, 5) <= Fraction(piece.start, 15360) < Fraction(37, 5)
    ]
    stage.give(lost)
    stage.end()
    segments = stage.viewer("360p").segments
    assert [one.msn for one in segments if one.gap] == [2, 3, 4, 5, 6, 7]
    assert not any(one.discontinuity for one in segments)
    assert [one.at for one in segments] == [one.at for one in stage.viewer("720p").segments]
    assert not any(one.gap for one in stage.viewer("audio").segments)


async def test_sound_that_comes_late_is_a_gap_until_then() -> None:
    stage = Stage()
    stage.begin(Source().inits())
    stage.give((name, one) for name, one in Source().all(Fraction(8)) if name != "audio" or one.start >= 5 * 48000)
    stage.end()
    segments = stage.viewer("audio").segments
    assert [one.gap for one in segments[:4]] == [True] * 4
    assert not any(one.gap for one in segments[5:])
    assert all(
        abs((one.at or 0) - (other.at or 0)) < Fraction(1, 4)
        for one, other in zip(segments, stage.viewer("720p").segments, strict=True)
    )


async def test_a_source_without_sound_has_no_sound_in_its_master() -> None:
    stage = Stage()
    inits = {name: init for name, init in Source().inits().items() if name != "audio"}
    stage.viewers = stage.viewers[:2]
    stage.begin(inits)
    stage.give((name, one) for name, one in Source().all(Fraction(6)) if name != "audio")
    assert "audio" not in body(stage.shelf.find("master.m3u8")).decode()
    stage.end()


async def test_a_withdrawn_rung_is_gone_and_can_come_back() -> None:
    stage = Stage()
    stage.play(Fraction(3))
    waiting = stage.shelf.find("360p/index.m3u8", "_HLS_msn=3&_HLS_part=0")
    assert isinstance(waiting, asyncio.Future)
    lower = stage.viewers.pop(1)
    stage.shelf.withdraw("360p")
    stage.begin(Source().inits(40))
    stage.give(Source().all(Fraction(3)))
    assert isinstance(waiting.exception(), NotFound)
    assert "360p" not in body(stage.shelf.find("master.m3u8")).decode() + playlist(stage)
    assert "360p" not in stage.shelf.ends
    for name in ("360p/index.m3u8", "360p/seg_00001.m4s", "360p/init_0.mp4"):
        with pytest.raises(NotFound):
            stage.shelf.find(name)
    stage.shelf.restore("360p")
    stage.play(Fraction(3))
    assert "360p" in body(stage.shelf.find("master.m3u8")).decode()
    lower._reload = lower._hinted = None
    stage.viewers.append(lower)
    stage.shelf.end()
    lower.turn()
    assert [one.gap for one in lower.segments] == [False] * 3 + [True] * 3 + [False] * 3


async def test_every_format_that_was_on_air_is_in_the_master() -> None:
    stage = Stage()
    stage.play(Fraction(1), level=31)
    stage.play(Fraction(1), level=40)
    master = body(stage.shelf.find("master.m3u8")).decode()
    assert 'CODECS="avc1.640028,mp4a.40.2",RESOLUTION=1280x720,FRAME-RATE=30.000,AUDIO="audio"' in master
    assert "BANDWIDTH=3128000" in master
    assert master.index("360p/") < master.index("720p/")
    assert 'NAME="English",LANGUAGE="en"' in master


async def test_sound_alone_is_a_variant() -> None:
    stage = Stage(tracks=[SOUND])
    stage.play(Fraction(2))
    assert body(stage.shelf.find("master.m3u8")).decode().endswith("audio/index.m3u8\n")


@pytest.mark.parametrize(
    ("fps", "frames", "target"), [(24, 4, "0.192"), (25, 5, "0.200"), (30, 6, "0.200"), (60, 12, "0.200")]
)
async def test_the_part_target_is_the_longest_part_that_there_is(fps: int, frames: int, target: str) -> None:
    track = Track("720p", "video", 1_000_000, 1280, 720, Fraction(fps))
    stage = Stage(tracks=[track, SOUND])
    stage.begin(Source().inits())
    step = 15360 // fps
    count = 0
    while count < 3 * fps:
        size = min(frames, fps - count % fps)
        stage.give([("720p", fragment(count * step, size, step, 15360, sync=count % fps == 0))])
        count += size
        if count <= fps:
            stage.give(
                [("audio", one) for one in list(Source().sound(Fraction(1)))[count // frames - 1 : count // frames]]
            )
    assert f"PART-TARGET={target}" in playlist(stage)


async def test_without_a_keyframe_a_segment_ends_where_the_target_would_be_passed() -> None:
    stage = Stage(tracks=TRACKS[:1])
    stage.begin(Source().inits())
    stage.give(("720p", one) for one in Source(gop=4).picture(Fraction(8)))
    stage.end()
    assert all((one.duration or 0) < Fraction(3, 2) for one in stage.viewer("720p").segments)


async def test_nothing_begins_with_a_picture_that_needs_another() -> None:
    stage = Stage(tracks=TRACKS[:1])
    stage.begin(Source().inits())
    stage.give(("720p", one) for one in list(Source().picture(Fraction(4)))[2:])
    stage.end()
    assert stage.viewer("720p").segments[0].at == Fraction(BEGAN, 1_000_000) + 1


async def test_without_parts_segments_can_be_waited_for() -> None:
    stage = Stage(STANDARD)
    stage.play(Fraction(4), Source(gop=2))
    waiting = stage.shelf.find("720p/index.m3u8", "_HLS_msn=1&_HLS_part=3")
    assert isinstance(waiting, asyncio.Future)
    with pytest.raises(NotFound):
        stage.shelf.find("720p/part_00020.m4s")
    stage.play(Fraction(2), Source(gop=2))
    assert b"seg_00001.m4s" in body(waiting.result())
    assert b"PART" not in body(waiting.result())


async def test_without_a_recorder_a_window_slides_and_memory_is_bounded() -> None:
    stage = Stage(window=Fraction(10))
    stage.viewers.clear()
    stage.play(Fraction(60))
    for track in ("720p", "360p", "audio"):
        there = read(playlist(stage, track).encode())
        assert there.first == 50
        assert there.kind is None
        assert body(stage.shelf.find(f"{track}/seg_00045.m4s"))
        assert stage.shelf.find(f"{track}/seg_00030.m4s") is None

    assert stage.shelf.size < 23 * 2 * ONE_SECOND


async def test_where_nobody_may_go_back_all_is_recorded_and_a_window_listed() -> None:
    recorder = Shelved()
    stage = Stage(recorder=recorder, window=Fraction(10), rewind=False)
    stage.viewers.clear()
    stage.play(Fraction(30))
    assert read(playlist(stage).encode()).first == 20
    assert [one.number for one in recorder.segments["720p"]] == list(range(len(recorder.segments["720p"])))
    assert len(recorder.segments["720p"]) >= 29


async def test_memory_lets_go_of_what_is_on_disk_and_the_playlist_does_not() -> None:
    stage = Stage(recorder=Shelved(), keep=600_000)
    stage.viewers.clear()
    stage.play(Fraction(60))
    assert stage.shelf.size <= 600_000 + ONE_SECOND
    assert stage.shelf.find("720p/seg_00000.m4s") is None
    assert "seg_00000.m4s" in playlist(stage)
    assert isinstance(stage.shelf.find("720p/seg_00055.m4s"), Aired)


async def test_what_the_disk_did_not_keep_is_a_gap_when_memory_has_let_go_of_it_and_all_are_told_once() -> None:
    stage = Stage(recorder=Shelved(lost={3, 4, 15}), keep=300_000)
    stage.play(Fraction(7))
    assert not read(playlist(stage).encode()).segments[3].gap
    assert isinstance(stage.shelf.find("720p/seg_00003.m4s"), Aired)
    stage.play(Fraction(30))
    assert stage.shelf.find("720p/seg_00003.m4s") is None
    told = {one.msn for one in read(playlist(stage).encode()).segments if one.gap}
    assert told == {3, 4, 15}
    for viewer in stage.viewers:
        assert {one.msn for one in viewer.segments if one.gap} >= {3, 4}
    stage.end()


async def test_gaps_that_come_one_after_the_other_do_not_cost_every_viewer_the_whole_playlist_each_time() -> None:
    stage = Stage(recorder=Shelved(lost=set(range(100))), keep=600_000)
    stage.viewers.clear()
    stage.play(Fraction(20))
    whole = 0
    for _ in range(40):
        stage.play(Fraction(1))
        newest = read(playlist(stage).encode()).segments[-1].msn
        whole += not read(
            body(stage.shelf.find("720p/index.m3u8", f"_HLS_msn={newest}&_HLS_part=0&_HLS_skip=YES"))
        ).skipped
    assert 1 <= whole <= 4


async def test_a_disk_that_hangs_does_not_take_the_memory() -> None:
    stage = Stage(recorder=Shelved(keeps_up=False), keep=300_000)
    stage.viewers.clear()
    stage.play(Fraction(15))
    assert isinstance(stage.shelf.find("720p/seg_00007.m4s"), Aired)
    stage.play(Fraction(45))
    assert stage.shelf.size <= 600_000 + ONE_SECOND


async def test_reports_say_how_far_the_others_are() -> None:
    stage = Stage()
    stage.play(Fraction(12, 5))
    reports = read(playlist(stage).encode()).reports
    assert reports["360p"] == (2, 0)
    assert reports["audio"] == (2, 0)
