"""What waits, and for what (RFC 8216bis 6.2.5)."""

import asyncio
from fractions import Fraction

import pytest

from novacast.clock import SystemClock
from novacast.errors import InvalidInput, NotFound, Unavailable
from novacast.live.packaging.models import Profile
from novacast.live.packaging.shelf import Shelf
from tests.live.packaging.stage import Stage
from tests.live.packaging.strict import read
from tests.live.packaging.synthetic import TRACKS, Source
from tests.live.packaging.viewer import body


def playlist(stage: Stage, track: str = "720p") -> str:
    return body(stage.shelf.find(f"{track}/index.m3u8")).decode()


async def test_those_who_wait_are_answered_by_the_part_they_wait_for_and_no_earlier() -> None:
    stage = Stage()
    stage.play(Fraction(2))
    stage.begin(Source().inits())
    pieces = list(Source().picture(Fraction(2)))
    waits = {
        query: stage.shelf.find("720p/index.m3u8", query)
        for query in ("_HLS_msn=2&_HLS_part=0", "_HLS_msn=2&_HLS_part=2", "_HLS_msn=2", "_HLS_msn=3&_HLS_part=0")
    }
    done = []
    for piece in pieces[:6]:
        stage.shelf.add("720p", piece)
        done.append([isinstance(one, asyncio.Future) and one.done() for one in waits.values()])
    assert [row.index(False) if False in row else 4 for row in done] == [1, 1, 2, 2, 2, 4]


async def test_the_first_playlist_waits_for_a_whole_segment_and_the_master_for_formats() -> None:
    stage = Stage(tracks=TRACKS)
    stage.viewers.clear()
    first, top = stage.shelf.find("720p/index.m3u8"), stage.shelf.find("master.m3u8")
    assert isinstance(first, asyncio.Future)
    assert isinstance(top, asyncio.Future)
    stage.begin(Source().inits())
    assert "avc1.64001f,mp4a.40.2" in body(top.result()).decode()
    pieces = list(Source().picture(Fraction(2)))
    for piece in pieces[:5]:
        stage.shelf.add("720p", piece)
    assert not first.done()
    stage.shelf.add("720p", pieces[5])
    assert "seg_00000.m4s" in body(first.result()).decode()


@pytest.mark.parametrize(
    "query",
    [
        "_HLS_msn=5",
        "_HLS_msn=99999",
        "_HLS_msn=2&_HLS_part=20",
        "_HLS_msn=3&_HLS_part=16",
        "_HLS_part=1",
        "_HLS_msn=-1",
        "_HLS_msn=x",
        "_HLS_msn=",
        "_HLS_msn=1&_HLS_msn=2",
        "_HLS_msn=9999999999999999999999",
        "_HLS_skip=MAYBE",
    ],
)
async def test_what_makes_no_sense_or_is_too_far_ahead_is_refused(query: str) -> None:
    stage = Stage()
    stage.play(Fraction(3))
    with pytest.raises(InvalidInput):
        stage.shelf.find("720p/index.m3u8", query)


async def test_two_segments_ahead_may_be_waited_for() -> None:
    stage = Stage()
    stage.play(Fraction(3))
    assert isinstance(stage.shelf.find("720p/index.m3u8", "_HLS_msn=4&_HLS_part=0"), asyncio.Future)


async def test_only_the_next_part_can_be_waited_for() -> None:
    stage = Stage()
    stage.play(Fraction(3))
    hint = read(playlist(stage).encode()).hint
    assert isinstance(stage.shelf.find(f"720p/{hint}"), asyncio.Future)
    with pytest.raises(NotFound):
        stage.shelf.find("720p/part_00016.m4s")
    assert stage.shelf.find("720p/seg_00017.m4s") is None
    assert stage.shelf.find("720p/../../etc/passwd") is None
    assert stage.shelf.find("1080p/index.m3u8") is None
    assert stage.shelf.find("720p/init_7.mp4") is None


async def test_nobody_waits_for_ever() -> None:
    shelf = Shelf(Profile("test", Fraction(1, 50), Fraction(1, 100)), TRACKS, SystemClock())
    shelf._of["720p"].waits._limit = 0
    waiting = shelf.find("720p/index.m3u8")
    assert isinstance(waiting, asyncio.Future)
    with pytest.raises(Unavailable):
        await waiting


async def test_one_who_leaves_does_not_take_it_from_the_others() -> None:
    stage = Stage()
    stage.viewers.clear()
    waiting = stage.shelf.find("master.m3u8")
    assert isinstance(waiting, asyncio.Future)
    gone = asyncio.ensure_future(asyncio.wait_for(asyncio.shield(waiting), 60))
    await asyncio.sleep(0)
    gone.cancel()
    stage.begin(Source().inits())
    assert body(await waiting).startswith(b"#EXTM3U")


async def test_the_end_answers_everybody() -> None:
    stage = Stage()
    stage.play(Fraction(5, 2))
    reload = stage.shelf.find("720p/index.m3u8", "_HLS_msn=3&_HLS_part=0&_HLS_skip=YES")
    hint = stage.shelf.find(f"720p/{read(playlist(stage).encode()).hint}")
    stage.end()
    assert isinstance(reload, asyncio.Future)
    assert isinstance(hint, asyncio.Future)
    assert body(reload.result()).endswith(b"seg_00002.m4s\n#EXT-X-ENDLIST\n")
    with pytest.raises(NotFound):
        hint.result()
    assert stage.shelf.find("720p/index.m3u8", "_HLS_msn=77") is stage.shelf.find("720p/index.m3u8")
    assert body(stage.shelf.find("720p/seg_00002.m4s"))
    stage.shelf.add("720p", next(Source().picture(Fraction(1))))
    stage.end()


async def test_a_delta_update_leaves_out_nothing_that_one_can_not_know() -> None:
    stage = Stage()
    stage.play(Fraction(12))
    behind = body(stage.shelf.find("720p/index.m3u8", "_HLS_msn=2&_HLS_part=0&_HLS_skip=YES"))
    assert b"EXT-X-SKIP" not in behind
    assert b"EXT-X-SKIP" in body(stage.shelf.find("720p/index.m3u8", "_HLS_msn=11&_HLS_part=0&_HLS_skip=YES"))
    assert b"EXT-X-SKIP" in body(stage.shelf.find("720p/index.m3u8", "_HLS_skip=v2"))
