"""What a server goes on with that was started anew."""

from fractions import Fraction

from novacast.live.packaging.models import Kept, Past
from tests.live.packaging.stage import BEGAN, Shelved, Stage
from tests.live.packaging.strict import History, read
from tests.live.packaging.synthetic import Source
from tests.live.packaging.viewer import body

EVENT = "#EXT-X-PLAYLIST-TYPE:EVENT"


def playlist(stage: Stage, track: str = "720p") -> str:
    return body(stage.shelf.find(f"{track}/index.m3u8")).decode()


async def test_after_a_restart_numbers_go_on() -> None:
    recorder = Shelved()
    stage = Stage(recorder=recorder)
    stage.play(Fraction(3))
    stage.play(Fraction(9, 2), level=40)
    before = read(playlist(stage).encode())
    kept = {
        name: [Kept(one.number, one.start, one.duration, one.at, one.discontinuity, one.init) for one in ones]
        for name, ones in recorder.segments.items()
    }
    again = Stage(recorder=recorder, past=Past(recorder.inits, kept))
    assert "avc1.640028" in body(again.shelf.find("master.m3u8")).decode()
    listed = read(playlist(again).encode()).segments
    assert [one.lasting for one in listed] == [one.lasting for one in before.segments[: len(listed)]]
    assert len(listed) == 7
    assert again.shelf.ends == {name: ones[-1].start + ones[-1].duration for name, ones in kept.items()}
    again.viewers = []
    again.shelf.begin(Source().inits(50), Fraction(20), BEGAN + 20_000_000)
    again.give(Source().all(Fraction(3)))
    after = read(playlist(again).encode())
    [new] = [one for one in after.segments if one.msn == 7]
    assert (new.discontinuity, new.init) == (True, "init_7.mp4")
    assert (new.at or 0) - Fraction(BEGAN, 1_000_000) == 20
    names = {part.uri for one in before.segments for part in one.parts}
    assert not names & {part.uri for one in after.segments for part in one.parts}


async def test_what_a_recorder_did_not_get_is_a_gap_after_a_restart() -> None:
    recorder = Shelved()
    stage = Stage(recorder=recorder)
    stage.play(Fraction(6))
    kept = {
        name: [Kept(one.number, one.start, one.duration, one.at, False, 0) for one in ones if one.number not in {2, 3}]
        for name, ones in recorder.segments.items()
    }
    again = Stage(recorder=recorder, past=Past(recorder.inits, kept))
    listed = read(playlist(again).encode()).segments
    assert [one.gap for one in listed] == [False, False, True, True, False]
    assert [one.at for one in listed] == [one.at for one in stage.viewer("720p").segments[:5]]


async def test_a_stretch_that_only_one_rendition_got_on_the_disk_begins_in_all_of_them() -> None:
    recorder = Shelved()
    stage = Stage(recorder=recorder)
    stage.play(Fraction(3))
    stage.shelf.begin(Source().inits(40), Fraction(3), BEGAN + 5_000_000)
    stage.give(Source().all(Fraction(2)))
    kept = {
        name: [
            Kept(one.number, one.start, one.duration, one.at, one.discontinuity, one.init)
            for one in ones
            if name == "720p" or one.number < 3
        ]
        for name, ones in recorder.segments.items()
    }
    again = Stage(recorder=recorder, past=Past(recorder.inits, kept, next=7))
    again.play(Fraction(3))
    counts = {name: playlist(again, name).count("#EXT-X-DISCONTINUITY\n") for name in kept}
    assert counts == dict.fromkeys(kept, 2)
    for name in kept:
        History().take(playlist(again, name).encode())


async def test_where_nothing_was_kept_it_is_no_event_and_no_discontinuity_is_counted_twice() -> None:
    """A player that stayed has seen some, and places what belongs to one by what it knows of that."""
    before = Stage(recorder=Shelved())
    for level in (31, 40, 50):
        before.play(Fraction(2), level=level)
    counted = {one.track: max(one.history.counted.values()) for one in before.viewers}
    assert set(counted.values()) == {2}
    assert EVENT in playlist(before)
    again = Stage(recorder=Shelved(), past=Past({}, {}, next=5000))
    again.play(Fraction(3), level=40)
    assert EVENT not in playlist(again), "what was told before is not in it any more"
    first = {name: History().take(playlist(again, name).encode()).segments[0] for name in counted}
    assert {one.msn for one in first.values()} == {5000}
    assert len({one.cc for one in first.values()}) == 1
    assert all(first[name].cc > known for name, known in counted.items())
