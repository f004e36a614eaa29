import random

import pytest

from novacast.errors import Malformed, TooLarge
from novacast.live.flv import HEADER, Facts, TagReader, facts, framed
from novacast.live.ingest import Kind, Tag


def tags(count: int = 60) -> list[Tag]:
    dice = random.Random(1)
    return [
        Tag(dice.choice(list(Kind)), number * 40 + 0xFFFFFF - 900, dice.randbytes(dice.randrange(300)))
        for number in range(count)
    ]


@pytest.mark.parametrize("step", [1, 2, 13, 1000, 1_000_000])
def test_tags_come_out_as_they_went_in_however_they_arrive(step: int) -> None:
    wire, reader = HEADER + b"".join(map(framed, tags())), TagReader()
    found = [tag for at in range(0, len(wire), step) for tag in reader.feed(wire[at : at + step])]
    assert found == tags()


def test_a_time_past_32_bits_begins_again() -> None:
    (found,) = TagReader().feed(HEADER + framed(Tag(Kind.AUDIO, (1 << 32) + 7, b"x")))
    assert found.time == 7


def test_what_is_no_tag_is_left_out() -> None:
    odd = framed(Tag(Kind.AUDIO, 0, b"x")).replace(b"\x08", b"\x0f", 1)
    assert TagReader().feed(HEADER + odd + framed(tags()[0])) == tags()[:1]


def test_what_is_no_flv_or_too_large_is_refused() -> None:
    with pytest.raises(Malformed):
        TagReader().feed(b"GIF89a" + bytes(20))
    with pytest.raises(TooLarge):
        TagReader(1000).feed(HEADER + framed(Tag(Kind.VIDEO, 0, bytes(1001))))


def video(data: str) -> tuple[Facts, ...]:
    return facts(Tag(Kind.VIDEO, 0, bytes.fromhex(data)))


def audio(data: str) -> tuple[Facts, ...]:
    return facts(Tag(Kind.AUDIO, 0, bytes.fromhex(data)))


@pytest.mark.parametrize(
    ("data", "wanted"),
    [
        ("17 00 000000 01", Facts("h264", "header", False, 0, 0, 5, 6)),
        ("17 01 000050 aa", Facts("h264", "frame", True, 80, 0, 5, 6)),
        ("27 01 fffff0 aa", Facts("h264", "frame", False, -16, 0, 5, 6)),
        ("17 02 000000", Facts("h264", "end", False, 0, 0, 5, 5)),
        ("1c 01 000000 aa", Facts("hevc", "frame", True, 0, 0, 5, 6)),
        ("12 aa", Facts("h263", "frame", True, 0, 0, 1, 2)),
        ("57 00", Facts("h264", "other", False, 0, 0, 0, 2)),
        ("90 61766331 01", Facts("h264", "header", False, 0, 0, 5, 6, True)),
        ("91 68766331 000010 aa", Facts("hevc", "frame", True, 16, 0, 8, 9, True)),
        ("a3 68766331 aa", Facts("hevc", "frame", False, 0, 0, 5, 6, True)),
        ("91 61763031 aa", Facts("av1", "frame", True, 0, 0, 5, 6, True)),
        ("90 61763031 81", Facts("av1", "header", False, 0, 0, 5, 6, True)),
        ("92 61763031", Facts("av1", "end", False, 0, 0, 5, 5, True)),
        ("94 61763031 02", Facts("av1", "other", False, 0, 0, 5, 6, True)),
        ("d1 00", Facts("", "other", False, 0, 0, 0, 2, True)),
        ("91 78787878 aa", Facts("", "frame", True, 0, 0, 5, 6, True)),
    ],
)
def test_the_head_of_a_picture_is_understood(data: str, wanted: Facts) -> None:
    assert video(data) == (wanted,)


@pytest.mark.parametrize(
    ("data", "wanted"),
    [
        ("af 00 1190", Facts("aac", "header", body=2, end=4)),
        ("af 01 aa", Facts("aac", "frame", body=2, end=3)),
        ("2f aa", Facts("mp3", "frame", body=1, end=2)),
        ("90 4f707573 4f70", Facts("opus", "header", body=5, end=7, enhanced=True)),
        ("91 4f707573 aa", Facts("opus", "frame", body=5, end=6, enhanced=True)),
        ("91 65632d33 aa", Facts("eac3", "frame", body=5, end=6, enhanced=True)),
        ("94 664c6143 aa", Facts("flac", "other", body=5, end=6, enhanced=True)),
    ],
)
def test_the_head_of_a_sound_is_understood(data: str, wanted: Facts) -> None:
    assert audio(data) == (wanted,)


def test_one_tag_may_hold_a_track_or_several() -> None:
    assert video("96 01 61766331 02 000000 aabb") == (Facts("h264", "frame", True, 0, 2, 10, 12, True),)
    assert video("96 13 61763031 00 000002 aabb 01 000001 cc") == (
        Facts("av1", "frame", True, 0, 0, 10, 12, True),
        Facts("av1", "frame", True, 0, 1, 16, 17, True),
    )
    assert audio("95 21 4f707573 00 000001 aa 6d703461 01 000002 bbcc") == (
        Facts("opus", "frame", False, 0, 0, 10, 11, True),
        Facts("aac", "frame", False, 0, 1, 19, 21, True),
    )


def test_a_finer_time_before_the_frame_is_passed_over() -> None:
    assert video("97 02 000001 03 61763031 aa") == (Facts("av1", "frame", True, 0, 0, 10, 11, True),)
    long = "97 ff 0100" + "00" * 257 + "01 61763031 aa"
    assert video(long)[0].codec == "av1"


@pytest.mark.parametrize(
    "data",
    ["", "17", "1701", "17 09 000000", "90", "90 6176", "91 68766331 00", "96", "96 13 61763031 00 0000ff aa", "97 05"],
)
def test_a_head_that_is_cut_off_is_refused(data: str) -> None:
    with pytest.raises(Malformed):
        video(data)


def test_a_script_is_no_track() -> None:
    assert facts(Tag(Kind.SCRIPT, 0, b"\x02\0\x0aonMetaData")) == ()
