"""Frames of calls become tags of broadcasts."""

import subprocess
from itertools import pairwise
from pathlib import Path

import imageio_ffmpeg
import pytest

from novacast.live import flv
from novacast.live.ingest import Kind, Tag
from novacast.live.valve import Valve
from novacast.live.webrtc.lipsync import Lipsync, Unwrapper
from novacast.live.webrtc.messages import Message, MessageReader, Said, packed, unpacked
from novacast.live.webrtc.pictures import START, Pictures
from novacast.media.aac import AacEncoder

SPS, PPS, OTHER_SPS = b"\x67\x42\xc0\x1e\x01", b"\x68\xce\x01", b"\x67\x42\xc0\x28\x01"
KEY, INTER = b"\x65\x88\x84", b"\x41\x9a\x00"
SESSION = bytes(range(16))


def frame(*units: bytes) -> bytes:
    return b"".join(START + unit for unit in units)


def test_a_broadcast_begins_with_a_keyframe_and_its_parameters() -> None:
    pictures = Pictures()
    assert list(pictures.tags(0, frame(INTER))) == []
    header, first = pictures.tags(40, frame(SPS, PPS, KEY))
    (second,) = pictures.tags(80, frame(INTER))

    assert [found.part for tag in (header, first, second) for found in flv.facts(tag)] == ["header", "frame", "frame"]
    assert header.data[5:] == b"\1\x42\xc0\x1e\xff\xe1\0\5" + SPS + b"\1\0\3" + PPS
    assert first == Tag(Kind.VIDEO, 40, b"\x17\1\0\0\0\0\0\0\3" + KEY)
    assert second == Tag(Kind.VIDEO, 80, b"\x27\1\0\0\0\0\0\0\3" + INTER)


def test_parameters_are_told_again_only_when_they_change() -> None:
    pictures = Pictures()
    sizes = [len(list(pictures.tags(at, frame(sps, PPS, KEY)))) for at, sps in enumerate((SPS, SPS, OTHER_SPS))]
    assert sizes == [2, 1, 2]


def test_after_a_loss_pictures_go_on_with_a_keyframe() -> None:
    pictures = Pictures()
    list(pictures.tags(0, frame(SPS, PPS, KEY)))
    pictures.broken = True
    assert list(pictures.tags(1, frame(INTER))) == []
    assert len(list(pictures.tags(2, frame(KEY)))) == 1


def test_stamps_go_on_where_32_bits_end() -> None:
    stamps = Unwrapper()
    near = (1 << 32) - 3000
    assert [stamps.map(one) - near for one in (near, 0, 3000, (1 << 32) - 1, 6000)] == [0, 3000, 6000, 2999, 9000]


def test_sound_follows_what_its_sender_reports_and_the_picture_stays() -> None:
    sync = Lipsync()
    at = [sync.time(sync.picture, 90_000, 1000.0), sync.time(sync.sound, 480_000, 1080.0)]
    assert at == [0, 80]
    sync.report(sync.picture, 90_000, 100 << 32)
    assert sync.time(sync.sound, 480_480, 1090.0) == 90
    sync.report(sync.sound, 480_000, 100 << 32)

    assert sync.time(sync.sound, 480_960, 1100.0) == 20
    assert sync.time(sync.picture, 93_600, 1040.0) == 40


def test_messages_arrive_whole_however_they_are_cut() -> None:
    tag = Tag(Kind.VIDEO, 1 << 33, b"\x17\1abc")
    said = [Message(Said.TAG, SESSION, packed(tag)), Message(Said.CLOSE, SESSION), Message(Said.OVER, SESSION, b"why")]
    data, reader = b"".join(one.written() for one in said), MessageReader()
    heard = [message for at in range(len(data)) for message in reader.feed(data[at : at + 1])]

    assert heard == said
    assert unpacked(heard[0].content) == tag


@pytest.fixture(scope="module")
def opus(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    """Packets of 20 ms, of two seconds."""
    target = tmp_path_factory.mktemp("opus") / "tone.mkv"
    source = ["-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000:duration=2"]
    make = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", *source, "-c:a", "libopus", "-frame_duration", "20"]
    subprocess.run([*make, str(target)], check=True)
    return packets(target)


def packets(file: Path) -> list[bytes]:
    import av

    with av.open(str(file)) as opened:
        return [bytes(packet) for packet in opened.demux() if packet.size]


def coded(opus: list[bytes], *, but: range = range(0), late: int = 0) -> list[int]:
    """Times of the AAC frames, where packets of `but` are lost and everything after is `late`."""
    encoder, times = AacEncoder(), []
    for number, packet in enumerate(opus):
        if number not in but:
            shift = late if number >= but.stop else 0
            times += [at for at, _ in encoder.feed(1000 + 20 * number + shift, packet)]
    return times


def test_opus_becomes_aac_without_a_gap(opus: list[bytes]) -> None:
    times = coded(opus)
    assert {b - a for a, b in pairwise(times)} <= {21, 22}
    assert 950 < times[0] <= 1000
    assert len(times) > 85


def test_lost_sound_is_silence_of_the_same_length(opus: list[bytes]) -> None:
    times = coded(opus, but=range(20, 40))
    assert {b - a for a, b in pairwise(times)} <= {21, 22}
    assert len(times) == len(coded(opus))


def test_a_long_gap_in_the_sound_stays_one(opus: list[bytes]) -> None:
    gaps = [b - a for a, b in pairwise(coded(opus, but=range(50, 50), late=5000))]
    assert sum(gap > 100 for gap in gaps) == 1


def test_what_is_no_opus_is_left_out(opus: list[bytes]) -> None:
    broken = [*opus[:10], b"\xff\xff\xff", *opus[11:]]
    assert len(coded(broken)) >= len(coded(opus)) - 2


def picture(number: int, *, key: bool = False) -> Tag:
    return Tag(Kind.VIDEO, number, (b"\x17" if key else b"\x27") + b"\1\0\0\0" + bytes(95))


def test_a_valve_that_is_shut_holds_and_then_gives() -> None:
    taken: list[Tag] = []
    thrown: list[int] = []
    valve = Valve(taken.append, thrown.append, most=1000)
    tags = [picture(n, key=n == 0) for n in range(8)]
    valve.pass_on(tags[0])
    valve.shut()
    for tag in tags[1:]:
        valve.pass_on(tag)
    assert taken == tags[:1]
    valve.open()
    assert taken == tags
    assert thrown == []


def test_a_valve_that_runs_over_keeps_headers_and_goes_on_with_a_keyframe() -> None:
    taken: list[Tag] = []
    thrown: list[int] = []
    valve = Valve(taken.append, thrown.append, most=1000)
    header = Tag(Kind.VIDEO, 0, b"\x17\0\0\0\0conf")
    sound = Tag(Kind.AUDIO, 30, b"\xaf\1abc")
    valve.shut()
    for tag in (header, *(picture(n) for n in range(11))):
        valve.pass_on(tag)
    valve.open()
    for tag in (sound, picture(20), picture(21, key=True), picture(22)):
        valve.pass_on(tag)

    assert taken == [header, sound, picture(21, key=True), picture(22)]
    assert sum(thrown) == 1100 + 100
