import pytest
from hypothesis import given
from hypothesis import strategies as st

from novacast.errors import MediaFailure
from novacast.media.boxes import LARGEST_INIT, codecs_of


def box(kind: bytes, *bodies: bytes) -> bytes:
    body = b"".join(bodies)
    return (len(body) + 8).to_bytes(4, "big") + kind + body


def init(entry: bytes) -> bytes:
    table = box(b"stsd", bytes(8), entry)
    track = box(b"trak", box(b"mdia", box(b"minf", box(b"stbl", table))))
    return box(b"ftyp", b"iso6") + box(b"moov", box(b"mvhd", bytes(100)), track)


AVC = box(b"avc1", bytes(78), box(b"avcC", b"\x01\x64\x00\x1f\xff"))
DESCRIPTORS = (
    b"\x03\x80\x80\x80\x22" + bytes(3) + b"\x04\x80\x80\x80\x14\x40" + bytes(12) + b"\x05\x80\x80\x80\x02\x11\x90"
)
AAC = box(b"mp4a", bytes(28), box(b"esds", bytes(4), DESCRIPTORS))


def test_codec_strings_come_from_the_decoder_configuration() -> None:
    assert codecs_of(init(AVC)) == ("avc1.64001f",)
    assert codecs_of(init(AAC)) == ("mp4a.40.2",)


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"\x00",
        init(b""),
        init(AVC)[:-1],
        init(box(b"hvc1", bytes(78))),
        init(box(b"avc1", bytes(78))),
        init(box(b"mp4a", bytes(28), box(b"esds", bytes(4)))),
        b"\x00\x00\x00\x01moov" + b"\xff" * 8,
        bytes(LARGEST_INIT + 1),
    ],
)
def test_a_damaged_initialization_segment_is_refused(broken: bytes) -> None:
    with pytest.raises(MediaFailure, match="initialization segment"):
        codecs_of(broken)


@given(st.data())
def test_no_change_of_bytes_does_more_than_be_refused(data: st.DataObject) -> None:
    changed = bytearray(init(data.draw(st.sampled_from([AVC, AAC]))))
    for _ in range(data.draw(st.integers(1, 4))):
        changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
    try:
        codecs = codecs_of(bytes(changed))
    except MediaFailure:
        return
    assert all(codec.startswith(("avc1.", "mp4a.")) for codec in codecs)
