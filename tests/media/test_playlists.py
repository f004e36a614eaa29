from fractions import Fraction
from itertools import pairwise
from math import ceil

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from novacast.errors import MediaFailure
from novacast.media.playlists import (
    MediaPlaylist,
    Rate,
    Rendition,
    Segment,
    Variant,
    measured,
    multivariant,
    read_media_playlist,
)
from novacast.media.storyboard import COLUMNS, MOST_SHEETS, ROWS, plan_storyboard, webvtt

GOOD = """#EXTM3U
#EXT-X-VERSION:7
#EXT-X-TARGETDURATION:4
#EXT-X-MEDIA-SEQUENCE:0
#EXT-X-PLAYLIST-TYPE:VOD
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-MAP:URI="init.mp4"
#EXTINF:4.004000,
seg_00000.m4s
#EXTINF:2.002000,
seg_00001.m4s
#EXT-X-ENDLIST
"""


def test_what_ffmpeg_writes_is_read() -> None:
    playlist = read_media_playlist(GOOD)
    assert playlist.target == 4
    assert playlist.init == "init.mp4"
    assert playlist.segments[0] == Segment("seg_00000.m4s", Fraction("4.004"))
    assert playlist.duration == Fraction("6.006")


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("#EXTM3U\n", "", "does not start"),
        ("#EXT-X-ENDLIST\n", "", "no end"),
        ("#EXT-X-TARGETDURATION:4\n", "", "0 lines that give the target duration"),
        ('#EXT-X-MAP:URI="init.mp4"\n', "", "0 lines that give the initialization"),
        ("init.mp4", "../init.mp4", "plain file"),
        ("seg_00001.m4s", "/etc/passwd", "plain file"),
        ("seg_00001.m4s", "http://host/seg.m4s", "plain file"),
        ("seg_00001.m4s", "a/../../b", "plain file"),
        ("seg_00001.m4s\n", "", "does not name"),
        ("#EXTINF:2.002000,\n", "", "no duration"),
        ("2.002000", "-1", "no number"),
        ("2.002000", "nan", "no number"),
        ("2.002000", "9.0", "longer than its target"),
    ],
)
def test_a_damaged_playlist_is_refused_with_the_reason(old: str, new: str, reason: str) -> None:
    assert old in GOOD
    with pytest.raises(MediaFailure, match=reason):
        read_media_playlist(GOOD.replace(old, new))


def test_an_empty_playlist_is_refused() -> None:
    head, tail = GOOD.split("#EXTINF")[0], "#EXT-X-ENDLIST\n"
    with pytest.raises(MediaFailure, match="no segment"):
        read_media_playlist(head + tail)


@given(st.text(max_size=300))
def test_no_text_does_more_than_be_refused(text: str) -> None:
    with pytest.raises(MediaFailure):
        read_media_playlist("#EXTM3U\n" + text + "\n#EXT-X-ENDLIST")


def playlist(*durations: str) -> MediaPlaylist:
    return MediaPlaylist(4, "init.mp4", tuple(Segment(f"{n}.m4s", Fraction(d)) for n, d in enumerate(durations)))


def test_the_peak_is_the_worst_run_of_about_a_target_duration() -> None:
    rate = measured(playlist("4", "4", "4"), [1000, 4000, 1000])
    assert rate == Rate(peak=8000, average=4000)


def test_a_very_short_last_segment_alone_makes_no_peak() -> None:
    rate = measured(playlist("4", "4", "0.04"), [1000, 1000, 500])
    assert rate.peak == ceil(1500 * 8 / 4.04)  # together with the one before it: RFC 8216 4.1


@given(st.lists(st.tuples(st.integers(1, 4000), st.integers(1, 10**7)), min_size=1, max_size=30))
def test_the_peak_is_never_below_the_average(segments: list[tuple[int, int]]) -> None:
    rate = measured(playlist(*(f"{ms / 1000}" for ms, _ in segments)), [size for _, size in segments])
    assert rate.peak >= rate.average > 0


def test_the_multivariant_playlist_holds_all_that_players_choose_by() -> None:
    variants = [
        Variant("720p/index.m3u8", Rate(3_000_000, 2_000_000), "avc1.64001f", 1280, 720, Fraction(30000, 1001)),
        Variant("144p/index.m3u8", Rate(200_000, 100_000), "avc1.64000c", 256, 144, Fraction(30000, 1001)),
    ]
    audio = Rendition("audio/index.m3u8", Rate(130_000, 128_000), "mp4a.40.2", 2, language='d"eu\n')
    assert multivariant(variants, [audio]) == (
        "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-INDEPENDENT-SEGMENTS\n"
        '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio",NAME="Audio",LANGUAGE="deu",DEFAULT=YES,AUTOSELECT=YES,CHANNELS="2",'
        'URI="audio/index.m3u8"\n'
        '#EXT-X-STREAM-INF:BANDWIDTH=330000,AVERAGE-BANDWIDTH=228000,CODECS="avc1.64000c,mp4a.40.2",RESOLUTION=256x144,'
        'FRAME-RATE=29.970,AUDIO="audio"\n144p/index.m3u8\n'
        '#EXT-X-STREAM-INF:BANDWIDTH=3130000,AVERAGE-BANDWIDTH=2128000,CODECS="avc1.64001f,mp4a.40.2",'
        'RESOLUTION=1280x720,FRAME-RATE=29.970,AUDIO="audio"\n720p/index.m3u8\n'
    )
    assert "AUDIO" not in multivariant(variants, [])


@settings(max_examples=30)
@given(st.integers(1, 3000), st.integers(16, 2160), st.integers(16, 2160))
def test_storyboards_cover_the_whole_time_in_few_sheets(count: int, width: int, height: int) -> None:
    board = plan_storyboard(playlist(*["4"] * count), width, height)
    assert board.sheets <= MOST_SHEETS
    assert board.tiles[0].start == 0
    assert board.tiles[-1].end == 4 * count
    assert all(a.end == b.start for a, b in pairwise(board.tiles))
    assert max(tile.x for tile in board.tiles) <= (COLUMNS - 1) * board.width
    assert max(tile.y for tile in board.tiles) <= (ROWS - 1) * board.height
    assert len({(tile.sheet, tile.x, tile.y) for tile in board.tiles}) == len(board.tiles)


def test_cues_point_into_the_sheets() -> None:
    board = plan_storyboard(playlist("4.004", "4.004", "2"), 256, 144)
    assert webvtt(board, "s_%d.jpg") == (
        "WEBVTT\n\n00:00:00.000 --> 00:00:04.004\ns_0.jpg#xywh=0,0,160,90\n\n"
        "00:00:04.004 --> 00:00:08.008\ns_0.jpg#xywh=160,0,160,90\n\n"
        "00:00:08.008 --> 00:00:10.008\ns_0.jpg#xywh=320,0,160,90\n"
    )
