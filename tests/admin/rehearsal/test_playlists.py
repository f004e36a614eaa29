"""What the rehearsal's viewers read, and how late a part is for them."""

from fractions import Fraction

import pytest

from novacast.clock import SystemClock
from novacast.live.packaging.models import LOW, Track
from novacast.live.packaging.shelf import Shelf
from novacast_admin.rehearsal.playlists import ListedPart, Timeline, listed, offered
from tests.live.packaging.synthetic import fragment, picture_init, sound_init

PICTURE, SOUND = Track("360p", "video", 800_000, 640, 360, Fraction(30)), Track("audio", "audio", 128_000)


@pytest.fixture
def shelf() -> Shelf:
    """With thirteen parts, six of which are a segment, of a programme that began at this moment."""
    clock = SystemClock()
    made = Shelf(LOW, [PICTURE, SOUND], clock)
    made.begin({"360p": picture_init(40, 640, 360), "audio": sound_init()}, Fraction(0), clock.now())
    for number in range(13):
        made.add("360p", fragment(number * 5120, 10, 512, 15_360, sync=number % 6 == 0))
    return made


def test_the_packagers_own_playlist_is_read_as_it_was_meant(shelf: Shelf) -> None:
    text = bytes(shelf.find("360p/index.m3u8", "").body)
    found = listed(text)
    assert (found.msn, found.part) == (2, 1)
    assert [one.number for one in found.parts] == list(range(13))
    assert [one.duration for one in found.parts] == pytest.approx([1 / 3] * 13)
    assert all(one.name in text for one in found.parts)


def test_a_delta_update_is_counted_from_where_it_begins() -> None:
    update = b"""#EXTM3U
#EXT-X-MEDIA-SEQUENCE:7
#EXT-X-SKIP:SKIPPED-SEGMENTS=20
#EXTINF:2.0,
seg_00027.m4s
#EXT-X-PART:DURATION=0.333333,URI="part_00168.m4s",INDEPENDENT=YES
#EXT-X-PRELOAD-HINT:TYPE=PART,URI="part_00169.m4s"
"""
    found = listed(update)
    assert (found.msn, found.part) == (28, 1)
    assert [(one.number, one.name) for one in found.parts] == [(168, b"part_00168.m4s")]


def test_renditions_are_offered_the_best_first() -> None:
    master = """#EXTM3U
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="Sound",URI="audio/index.m3u8"
#EXT-X-STREAM-INF:AVERAGE-BANDWIDTH=700000,BANDWIDTH=1000000,AUDIO="a"
360p/index.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=3000000,AUDIO="a"
720p/index.m3u8
"""
    found = offered(master)
    assert list(found.pictures) == [("720p/index.m3u8", 3_000_000), ("360p/index.m3u8", 1_000_000)]
    assert found.sound == "audio/index.m3u8"


def test_a_part_is_late_against_the_one_that_came_soonest() -> None:
    line = Timeline()
    line.learn([ListedPart(number, b"", 0.5) for number in range(4)])
    assert line.delay(0, 100.0) == 0.0
    assert line.delay(1, 100.5) == 0.0
    assert line.delay(2, 101.3) == pytest.approx(0.3)
    assert line.delay(9, 101.0) is None, "nobody has heard of it"
    assert line.delay(3, 101.4) == 0.0, "sooner than all before: they were late, if anything"
    assert line.delay(2, 101.3) == pytest.approx(0.4)
    line.anew()
    assert line.delay(2, 101.3) == 0.0


def test_parts_that_nobody_saw_listed_lasted_as_long_as_others() -> None:
    line = Timeline()
    line.learn([ListedPart(10, b"", 0.5)])
    line.learn([ListedPart(14, b"", 0.5), ListedPart(14, b"", 0.5)])
    assert line.delay(10, 50.0) == 0.0
    assert line.delay(14, 52.0) == 0.0
