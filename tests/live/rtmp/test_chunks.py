import random
from dataclasses import replace

import pytest

from novacast.errors import Malformed, TooLarge
from novacast.live.rtmp.chunks import ChunkReader, Message
from novacast.live.rtmp.limits import Limits
from tests.fakes.rtmp_encoder import ChunkWriter

SIZES = [0, 1, 5, 127, 128, 129, 640, 641, 5000]


def everything(reader: ChunkReader) -> list[Message]:
    return list(iter(reader.next, None))


def read(data: bytes, step: int = 0, limits: Limits | None = None) -> list[Message]:
    """What comes out when `data` arrives `step` bytes at a time; 0: all at once."""
    reader, found = ChunkReader(limits or Limits()), []
    for at in range(0, len(data), step or len(data)):
        reader.feed(data[at : at + (step or len(data))])
        found += everything(reader)
    assert reader.held == 0
    return found


def film(start: int = 0, count: int = 20) -> list[Message]:
    """Sound and picture of many sizes, with even and uneven distances."""
    dice = random.Random(4)
    return [
        Message(
            dice.choice((8, 9)), 1, start + number * dice.choice((23, 33)), dice.randbytes(SIZES[number % len(SIZES)])
        )
        for number in range(count)
    ]


@pytest.mark.parametrize("step", [0, 1, 2, 3, 7, 128, 1460])
@pytest.mark.parametrize("size", [1, 2, 128, 4096, 65_536])
def test_messages_come_out_as_they_went_in_however_they_arrive(size: int, step: int) -> None:
    writer = ChunkWriter()
    sent = film()
    assert read(writer.resize(size) + writer.write(*sent), step) == sent


@pytest.mark.parametrize("repeat", [True, False], ids=["repeated", "said once"])
@pytest.mark.parametrize("step", [0, 1, 3, 1460])
def test_extended_timestamps_are_taken_whether_they_are_repeated_or_not(repeat: bool, step: int) -> None:
    sent = film(start=0xFFFFFF - 100) + film(start=0x1000000)
    assert read(ChunkWriter(repeat=repeat).write(*sent), step) == sent


def test_an_extended_timestamp_that_repeats_the_time_and_not_the_field_is_known() -> None:
    time = 0x01020304
    head = b"\x04\xff\xff\xff\x00\x00\x0a\x09\x01\0\0\0" + time.to_bytes(4, "big")
    first = read(head + bytes(10))
    assert first == [Message(9, 1, time, bytes(10))]
    step = 0x02000000
    delta = b"\x44\xff\xff\xff\x00\x00\xc8\x09" + step.to_bytes(4, "big") + b"a" * 128
    rest = b"\xc4" + (time + step).to_bytes(4, "big") + b"b" * 72
    assert read(head + bytes(10) + delta + rest)[1] == Message(9, 1, time + step, b"a" * 128 + b"b" * 72)


def test_a_header_of_format_3_that_begins_a_message_applies_the_last_delta_again() -> None:
    frames = [Message(9, 1, 1000 + 40 * number, b"frame") for number in range(1000)]
    wire = ChunkWriter().write(*frames)
    assert wire.count(b"\xcdframe") == 998, "the writer uses format 3 from the third frame on"
    assert read(wire) == frames


def test_a_header_of_format_3_after_one_of_format_0_takes_its_time_for_the_delta() -> None:
    frames = [Message(9, 1, 23, b"a"), Message(9, 1, 46, b"b")]
    wire = ChunkWriter().write(*frames)
    assert wire.endswith(b"\xcdb")
    assert read(wire) == frames


@pytest.mark.parametrize("first", [4, 55, 64, 300, 319, 320, 5000, 65_590])
def test_chunk_streams_are_told_apart_by_one_two_and_three_bytes(first: int) -> None:
    sent = film()
    assert read(ChunkWriter(first_stream=first).write(*sent), 5) == sent


def test_chunks_of_several_messages_may_be_mixed() -> None:
    writer, dice = ChunkWriter(), random.Random(7)
    video, audio = Message(9, 1, 40, dice.randbytes(3000)), Message(8, 1, 41, dice.randbytes(300))
    pictures, sounds = writer.pieces(video), writer.pieces(audio)
    mixed = b"".join(a + b for a, b in zip(pictures, [*sounds, *[b""] * len(pictures)], strict=False))
    for step in (0, 1, 100):
        assert read(mixed, step) == [audio, video]


def test_an_abort_drops_the_message_it_names() -> None:
    writer = ChunkWriter()
    half = writer.pieces(Message(9, 1, 0, bytes(1000)))[0]
    abort = Message(2, 0, 0, (writer.first_stream + 9).to_bytes(4, "big"))
    whole = Message(9, 1, 40, b"whole")
    # After an abort the last header still counts; the next one says all to be sure.
    fresh = ChunkWriter().write(whole)
    assert read(half + writer.write(abort) + fresh) == [whole]


def test_a_new_header_in_the_middle_of_a_message_begins_another() -> None:
    half = ChunkWriter().pieces(Message(9, 1, 0, bytes(1000)))[0]
    whole = Message(9, 1, 40, b"whole")
    assert read(half + ChunkWriter().write(whole)) == [whole]


def test_a_message_over_the_limit_is_refused_before_it_is_kept() -> None:
    limits = replace(Limits(), message=1000)
    assert len(read(ChunkWriter().write(Message(9, 1, 0, bytes(1000))), limits=limits)) == 1
    reader = ChunkReader(limits)
    reader.feed(ChunkWriter().pieces(Message(9, 1, 0, bytes(1001)))[0])
    with pytest.raises(TooLarge, match="1001 bytes"):
        reader.next()


def test_many_messages_begun_and_none_ended_are_refused() -> None:
    limits = replace(Limits(), message=1000)
    reader, writer = ChunkReader(limits), ChunkWriter()
    for kind in (8, 9):
        reader.feed(b"".join(writer.pieces(Message(kind, 1, 0, bytes(1000)))[:-1]))
        assert reader.next() is None
    reader.feed(b"".join(writer.pieces(Message(18, 1, 0, bytes(1000)))[:-1]))
    with pytest.raises(TooLarge):
        reader.next()


def test_too_many_chunk_streams_are_refused() -> None:
    reader, most = ChunkReader(Limits()), Limits().chunk_streams
    for number in range(most + 1):
        reader.feed(ChunkWriter(first_stream=4 + number).write(Message(9, 1, 0, b"x")))
        if number < most:
            assert len(everything(reader)) == 1
    with pytest.raises(TooLarge):
        reader.next()


@pytest.mark.parametrize(
    "wire", [b"\xc4", b"\x84\0\0\0", b"\x02\0\0\0\0\0\4\1\0\0\0\0\0\0\0\0"], ids=["3", "2", "size 0"]
)
def test_what_has_no_meaning_is_refused(wire: bytes) -> None:
    reader = ChunkReader(Limits())
    reader.feed(wire)
    with pytest.raises(Malformed):
        reader.next()
