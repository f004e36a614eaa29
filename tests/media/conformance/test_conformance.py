"""The checker says of a good ladder that it is good, and of a broken one what is broken."""

from itertools import pairwise
from pathlib import Path

import pytest

from novacast.media.conformance import SOURCES, Rule, check_edition
from tests.media.conformance.breaking import (
    MASTER,
    RUNG,
    SEGMENT,
    SOUND,
    cut_off,
    field,
    gone,
    late,
    lengthened,
    marked,
    recovery_point,
    scaled,
    swapped,
    swapped_init,
    text,
    written,
)
from tests.media.conformance.conftest import Break

BREAKS: dict[str, tuple[Break, Rule]] = {
    "no-first-line": (text(MASTER, "^#EXTM3U\n", ""), Rule.SYNTAX),
    "no-first-line-of-a-rung": (text(RUNG, "^#EXTM3U\n", ""), Rule.SYNTAX),
    "lines-end-in-two-ways": (text(RUNG, "VERSION:7\n", "VERSION:7\r\n"), Rule.SYNTAX),
    "no-list": (text(MASTER, ",CODECS=", ", CODECS:"), Rule.SYNTAX),
    "attribute-twice": (text(MASTER, "BANDWIDTH=", "BANDWIDTH=1,BANDWIDTH="), Rule.SYNTAX),
    "variant-twice": (text(MASTER, r"((#EXT-X-STREAM-INF.*\n).*\n)", r"\1\1"), Rule.SYNTAX),
    "address-without-a-stream": (text(MASTER, "^#EXT-X-STREAM-INF.*\n", ""), Rule.SYNTAX),
    "no-variant": (text(MASTER, r"^#EXT-X-STREAM-INF.*\n.*\n", "", every=True), Rule.SYNTAX),
    "media-tag-in-the-master": (text(MASTER, "^#EXT-X-INDEP", "#EXT-X-TARGETDURATION:2\n#EXT-X-INDEP"), Rule.SYNTAX),
    "unknown-type": (text(MASTER, "TYPE=AUDIO", "TYPE=SMELL"), Rule.SYNTAX),
    "target-twice": (text(RUNG, "(#EXT-X-TARGETDURATION.*\n)", r"\1\1"), Rule.SYNTAX),
    "vod-without-an-end": (text(RUNG, "EVENT((.*\n)*)#EXT-X-ENDLIST\n", r"VOD\1"), Rule.SYNTAX),
    "after-the-end": (text(RUNG, "#EXT-X-ENDLIST", "#EXT-X-ENDLIST\n#EXT-X-GAP"), Rule.SYNTAX),
    "no-duration": (text(RUNG, "^#EXTINF.*\n", ""), Rule.SYNTAX),
    "two-durations": (text(RUNG, "^(#EXTINF.*\n)", r"\1\1"), Rule.SYNTAX),
    "duration-is-no-number": (text(RUNG, "EXTINF:.*", "EXTINF:-2,"), Rule.SYNTAX),
    "segment-twice": (text(RUNG, "seg_00002", "seg_00001"), Rule.SYNTAX),
    "no-segments": (text(RUNG, r"^#EXTINF.*\n.*\n", "", every=True), Rule.SYNTAX),
    "old-version": (text(RUNG, "VERSION:.*", "VERSION:5"), Rule.VERSION),
    "no-version": (text(RUNG, "^#EXT-X-VERSION.*\n", ""), Rule.VERSION),
    "variant-above": (text(MASTER, "^144p/", "../144p/"), Rule.PLACE),
    "variant-elsewhere": (text(MASTER, "^144p/", "https://elsewhere.example/144p/"), Rule.PLACE),
    "segment-at-the-root": (text(RUNG, "^seg_00001", "/etc/seg_00001"), Rule.PLACE),
    "init-above": (text(RUNG, 'URI="', 'URI="../'), Rule.PLACE),
    "no-master": (gone(MASTER), Rule.FILES),
    "no-playlist": (gone(RUNG), Rule.FILES),
    "playlist-is-no-text": (written(RUNG, b"#EXTM3U\n\xff\n"), Rule.FILES),
    "no-init": (gone("144p/init.mp4"), Rule.FILES),
    "no-segment": (gone(SEGMENT), Rule.FILES),
    "empty-segment": (written(SEGMENT, b""), Rule.FILES),
    "stray-segment": (written("144p/seg_00077.m4s", b"x"), Rule.STRAY),
    "stray-rendition": (text(MASTER, r"^#EXT-X-STREAM-INF.*\n144p.*\n", ""), Rule.STRAY),
    "stray-temporary": (written("master.m3u8.tmp", b"x"), Rule.STRAY),
    "target-too-low": (text(RUNG, "TARGETDURATION:.*", "TARGETDURATION:1"), Rule.TARGET),
    "no-target": (text(RUNG, "^#EXT-X-TARGETDURATION.*\n", ""), Rule.TARGET),
    "two-targets": (text(SOUND, "TARGETDURATION:.*", "TARGETDURATION:3"), Rule.TARGET),
    "too-long": (text(RUNG, "EXTINF:.*", "EXTINF:2.100000,"), Rule.DURATION),
    "drift": (lengthened(RUNG, 0.03), Rule.DURATION),
    "drift-of-sound": (lengthened(SOUND, 0.015), Rule.DURATION),
    "no-map": (text(RUNG, "^#EXT-X-MAP.*\n", ""), Rule.INIT),
    "map-too-late": (text(RUNG, "^(#EXT-X-MAP.*\n)((#EXTINF.*\n)(.*\n))", r"\2\1"), Rule.INIT),
    "init-is-none": (written("144p/init.mp4", b"\0\0\0\x08free"), Rule.INIT),
    "init-cut-off": (cut_off("144p/init.mp4", 0.7), Rule.INIT),
    "segment-cut-off": (cut_off(SEGMENT, 0.9), Rule.FRAGMENT),
    "segment-is-none": (written(SEGMENT, b"not a segment at all"), Rule.FRAGMENT),
    "segment-without-pictures": (written(SEGMENT, b"\0\0\0\x08styp"), Rule.FRAGMENT),
    "moof-that-lies": (field(SEGMENT, b"trun", 4, 1), Rule.FRAGMENT),
    "no-time": (field(SEGMENT, b"tfdt", -1, 1, 1), Rule.FRAGMENT),
    "no-keyframe": (marked, Rule.KEYFRAME),
    "open-gop": (recovery_point, Rule.KEYFRAME),
    "swapped": (swapped, Rule.TIMELINE),
    "a-hole": (field(SEGMENT, b"tfdt", 4, 40, 8), Rule.TIMELINE),
    "a-segment-less": (text(RUNG, r"^#EXTINF.*\nseg_00004.*\n", ""), Rule.ALIGNED),
    "cut-otherwise": (text(RUNG, r"EXTINF:2.0\d+", "EXTINF:2.02"), Rule.ALIGNED),
    "begins-late": (late("144p", 12800 // 8), Rule.ALIGNED),
    "sound-begins-late": (late("audio", 48000), Rule.ALIGNED),
    "a-discontinuity": (text(RUNG, "^(#EXTINF.*\nseg_00002)", r"#EXT-X-DISCONTINUITY\n\1"), Rule.ALIGNED),
    "profile": (text(MASTER, "avc1.64", "avc1.42"), Rule.CODECS),
    "no-sound-in-codecs": (text(MASTER, ",mp4a.40.2", ""), Rule.CODECS),
    "he-aac": (text(MASTER, "mp4a.40.2", "mp4a.40.5"), Rule.CODECS),
    "no-codecs": (text(MASTER, 'CODECS="[^"]*",', ""), Rule.CODECS),
    "init-of-another": (swapped_init, Rule.CODECS),
    "peak-too-low": (scaled(MASTER, "BANDWIDTH", 0.98), Rule.BANDWIDTH),
    "peak-too-high": (scaled(MASTER, "BANDWIDTH", 1.12), Rule.BANDWIDTH),
    "average-too-high": (scaled(MASTER, "AVERAGE-BANDWIDTH", 1.12), Rule.BANDWIDTH),
    "no-peak": (text(MASTER, ":BANDWIDTH=", ":SCORE="), Rule.BANDWIDTH),
    "resolution": (text(MASTER, "256x144", "256x146"), Rule.RESOLUTION),
    "no-resolution": (text(MASTER, ",RESOLUTION=[^,]*", ""), Rule.RESOLUTION),
    "frame-rate": (text(MASTER, "FRAME-RATE=25.000", "FRAME-RATE=30.000"), Rule.FRAME_RATE),
    "no-frame-rate": (text(MASTER, ",FRAME-RATE=[^,]*", ""), Rule.FRAME_RATE),
    "no-such-group": (text(MASTER, 'AUDIO="audio"', 'AUDIO="noise"'), Rule.GROUP),
    "two-defaults": (text(MASTER, "DEFAULT=NO", "DEFAULT=YES"), Rule.GROUP),
    "default-is-not-chosen": (text(MASTER, "AUTOSELECT=YES", "AUTOSELECT=NO"), Rule.GROUP),
    "one-name-for-two": (text(MASTER, 'NAME="[^"]*"', 'NAME="Sound"', every=True), Rule.GROUP),
    "language": (text(MASTER, 'LANGUAGE="de"', 'LANGUAGE="Deutsch!"'), Rule.GROUP),
    "channels": (text(MASTER, 'CHANNELS="1"', 'CHANNELS="6"'), Rule.GROUP),
}


def test_a_good_ladder_has_no_finding(ladder: Path) -> None:
    report = check_edition(ladder)
    assert [str(one) for one in report.findings] == []
    assert [variant.rendition.uri for variant in report.variants] == [RUNG, "240p/index.m3u8"]
    assert [one.uri for one in report.renditions] == [SOUND, "audio-2/index.m3u8"]
    assert (report.segments, report.ended) == (20, True)


def test_what_is_measured_is_of_the_segments(ladder: Path) -> None:
    for variant in check_edition(ladder).variants:
        own = variant.rendition
        assert own.track is not None
        assert own.track.codec.startswith("avc1.6400")
        assert own.length == 9
        assert sum(fragment.samples for fragment in own.fragments) == 225
        assert [after - before for before, after in pairwise(own.starts)] == [2, 2, 2, 2, 1]
        peak, average = own.rates
        assert average == sum(cut.size for cut in own.cuts) * 8 / own.length
        assert peak >= average


@pytest.mark.parametrize(("breaks", "rule"), BREAKS.values(), ids=BREAKS)
def test_a_broken_ladder_is_found_out(copy: Path, breaks: Break, rule: Rule) -> None:
    breaks(copy)
    findings = check_edition(copy).findings
    assert rule in {finding.rule for finding in findings}, [str(one) for one in findings]


def test_every_rule_can_be_broken_and_says_where_it_comes_from() -> None:
    assert {rule for _, rule in BREAKS.values()} == set(Rule) == set(SOURCES)


def test_what_still_grows_need_not_be_measured_nor_tidy(copy: Path) -> None:
    for playlist in copy.glob("*/index.m3u8"):
        whole = playlist.read_text()
        playlist.write_text(whole[: whole.index("#EXTINF", whole.index("seg_00002"))])
    scaled(MASTER, "BANDWIDTH", 0.5)(copy)
    report = check_edition(copy)
    assert ([str(one) for one in report.findings], report.ended, report.segments) == ([], False, 12)


CAPTIONS = (
    "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:60\n#EXT-X-PLAYLIST-TYPE:VOD\n#EXTINF:9.000000,\nseg.vtt\n"
    "#EXT-X-ENDLIST\n"
)
SUBTITLES = '#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="subs",NAME="English",LANGUAGE="en",URI="captions/index.m3u8"\n'


@pytest.mark.parametrize(("words", "rules"), [(b"WEBVTT\n", []), (b"1\n00:00", [Rule.FRAGMENT])])
def test_captions_are_looked_at_too(copy: Path, words: bytes, rules: list[Rule]) -> None:
    (copy / "captions").mkdir()
    (copy / "captions" / "index.m3u8").write_text(CAPTIONS)
    (copy / "captions" / "seg.vtt").write_bytes(words)
    text(MASTER, 'AUDIO="audio"$', 'AUDIO="audio",SUBTITLES="subs"', every=True)(copy)
    text(MASTER, "^#EXT-X-STREAM-INF", SUBTITLES + "#EXT-X-STREAM-INF")(copy)
    report = check_edition(copy)
    assert [finding.rule for finding in report.findings] == rules
    assert len(report.renditions) == 3


def test_garbage_is_found_out_and_raises_nothing(copy: Path) -> None:
    for path in [path for path in copy.rglob("*") if path.is_file()]:
        whole = path.read_bytes()
        for left in (0, 1, 7, 9, len(whole) // 2):
            path.write_bytes(whole[:left] + b"\xff\x00\xff\xff" * (left > 7))
            assert check_edition(copy).findings, (path, left)
        path.write_bytes(whole)
