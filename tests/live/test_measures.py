import subprocess
from pathlib import Path

import imageio_ffmpeg
import pytest

from novacast.live import flv
from novacast.live.dimensions import Size, size
from novacast.live.ingest import Kind, Tag
from novacast.live.measures import Measures

SHIPPED = imageio_ffmpeg.get_ffmpeg_exe()
X264 = ["-c:v", "libx264", "-preset", "ultrafast"]
HEADER = Tag(Kind.VIDEO, 0, bytes.fromhex("1700000000"))
SOUND_HEADER = Tag(Kind.AUDIO, 0, bytes.fromhex("af001190"))


def picture(time: int, *, key: bool = False, length: int = 5) -> Tag:
    return Tag(Kind.VIDEO, time, bytes.fromhex("1701000000" if key else "2701000000") + bytes(length - 5))


def sound(time: int) -> Tag:
    return Tag(Kind.AUDIO, time, b"\xaf\x01\xaa")


def film(tags: list[Tag], start: float = 0.0) -> Measures:
    measures = Measures(start)
    for tag in tags:
        measures.count(tag, start + tag.time / 1000)
    return measures


def test_a_second_of_a_feed_is_measured() -> None:
    tags = [HEADER, SOUND_HEADER]
    for number in range(250):
        tags.append(picture(number * 40, key=number % 50 == 0, length=5000))
        if number % 2:
            tags.append(sound(number * 40 - 30))
    measures = film(tags)
    found = measures.look(10.0)
    assert (found.video_codec, found.audio_codec, found.fps, found.keyframes) == ("h264", "aac", 25.0, 2.0)
    assert found.bitrate == pytest.approx(25 * 5000 * 8, rel=0.01)
    assert found.skew == 0.03
    assert (found.jumps, found.broken, found.video_tracks, found.audio_tracks) == (0, 0, 1, 1)
    measures.count(picture(10_000), 10.0)
    later = measures.look(11.0)
    assert later.bitrate == 40
    assert later.video_silence == 1.0
    assert later.audio_silence == pytest.approx(1.07)


def test_a_feed_that_says_nothing_yet_has_no_numbers() -> None:
    found = Measures(0).look(1)
    assert (found.bitrate, found.fps, found.keyframes, found.skew, found.video_silence) == (0, 0.0, None, None, None)


def test_keyframes_that_stay_away_are_missed_before_the_next_one() -> None:
    tags = [picture(number * 100, key=number == 0) for number in range(90)]
    assert film(tags).look(9).keyframes == 8.9


@pytest.mark.parametrize("to", [0, 5000, 500_000])
def test_a_clock_that_jumps_is_counted_and_spoils_nothing(to: int) -> None:
    tags = [picture(1000 + number * 40, key=number % 25 == 0) for number in range(50)]
    tags += [picture(to + number * 40, key=number % 25 == 0) for number in range(50)]
    found = film(tags).look(5)
    assert found.jumps == 1
    assert (found.fps, found.keyframes) == (25.0, 1.0)


def test_frames_that_can_not_be_read_are_counted() -> None:
    assert film([Tag(Kind.VIDEO, 0, b""), Tag(Kind.AUDIO, 0, b"\x90")]).look(1).broken == 2


def test_of_several_tracks_the_first_is_measured() -> None:
    both = bytes.fromhex("96 11 61763031 00 000002 aabb 01 000001 cc".replace(" ", ""))
    found = film([Tag(Kind.VIDEO, number * 20, both) for number in range(10)]).look(1)
    assert (found.fps, found.video_tracks, found.video_codec) == (50.0, 2, "av1")


@pytest.mark.parametrize(
    ("codec", "options"),
    [
        ("h264", X264),
        ("h264", [*X264, "-profile:v", "high444", "-pix_fmt", "yuv444p"]),
        ("h264", [*X264, "-flags", "+ilme+ildct", "-x264-params", "interlaced=1"]),
        ("h264", [*X264, "-pix_fmt", "yuv422p10"]),
        ("hevc", ["-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none"]),
        ("av1", ["-c:v", "libaom-av1", "-cpu-used", "8", "-usage", "realtime"]),
    ],
    ids=["H.264", "4:4:4", "interlaced", "10 bits", "HEVC", "AV1"],
)
def test_the_size_is_read_from_the_decoders_configuration(codec: str, options: list[str], tmp_path: Path) -> None:
    wanted = Size(332, 188)
    target = tmp_path / "clip.flv"
    source = ["-f", "lavfi", "-i", f"testsrc2=size={wanted.width}x{wanted.height}:rate=25", "-frames:v", "2"]
    pixels = [] if "-pix_fmt" in options else ["-pix_fmt", "yuv420p"]
    subprocess.run([SHIPPED, "-v", "error", "-nostdin", *source, *pixels, *options, str(target)], check=True)
    # Of libaom the first header is empty; another follows as soon as it has spoken.
    tags = [tag for tag in flv.TagReader().feed(target.read_bytes()) if tag.kind is Kind.VIDEO]
    head, (found,) = next((tag, facts) for tag in tags if (facts := flv.facts(tag))[0].end > facts[0].body)
    assert (found.codec, found.part) == (codec, "header")
    configuration = head.data[found.body : found.end]
    assert size(codec, configuration) == wanted
    for cut in range(len(configuration)):
        assert size(codec, configuration[:cut]) in (None, wanted)
    measures = Measures(0)
    measures.count(head, 0)
    assert (measures.look(1).width, measures.look(2).height) == (wanted.width, wanted.height)


def test_packets_that_were_missed_are_told_of_the_last_ten_seconds() -> None:
    measures = Measures(0.0)
    assert (measures.look(1.0).lost, measures.look(1.0).late) == (None, None)
    for second in range(15):
        measures.missed(2 if second == 1 else 1, 0, float(second))
    measures.missed(0, 4, 15.0)
    found = measures.look(15.0)
    assert (found.lost, found.late) == (10, 4)
    measures.missed(0, 0, 40.0)
    assert measures.look(40.0).lost == 0
