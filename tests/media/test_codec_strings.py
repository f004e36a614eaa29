"""Codec strings by hand from the standards, and of what FFmpeg writes."""

import subprocess
from pathlib import Path

import pytest

from novacast.errors import MediaFailure
from novacast.media.boxes import codecs_of
from novacast.media.codec_strings import ENTRIES, codec_string

# ISO/IEC 14496-15 8.3.3.1: version, space/tier/profile, compatibility, constraints, level.
MAIN = bytes([1, 0x01, 0x60, 0, 0, 0, 0x90, 0, 0, 0, 0, 0, 93])
MAIN_10_HIGH = bytes([1, 0x22, 0x20, 0, 0, 0, 0xB0, 0, 0, 0, 0, 0, 150])
SPACED = bytes([1, 0x41, 0x60, 0, 0, 0, 0, 0, 0, 0, 0, 1, 30])

AV1_MAIN = bytes([0x81, 0x05, 0x0C, 0])
AV1_10 = bytes([0x81, 0x08, 0x4C, 0])
AV1_444_HIGH = bytes([0x81, 0x29, 0x80, 0])
PQ = b"nclx" + bytes([0, 9, 0, 16, 0, 9, 0])
UNSPECIFIED = b"nclx" + bytes([0, 2, 0, 2, 0, 2, 0])


def esds(object_type: int, specific: bytes, *, flags: int = 0, extra: bytes = b"") -> bytes:
    info = b"\x05" + bytes([len(specific)]) + specific if specific else b""
    decoder = b"\x04" + bytes([13 + len(info), object_type]) + bytes(12) + info
    return bytes(4) + b"\x03" + bytes([3 + len(extra) + len(decoder), 0, 1, flags]) + extra + decoder


@pytest.mark.parametrize(
    ("entry", "boxes", "expected"),
    [
        (b"avc1", {b"avcC": b"\x01\x64\x00\x1f"}, "avc1.64001f"),
        (b"avc3", {b"avcC": b"\x01\x42\xe0\x1e"}, "avc3.42e01e"),
        (b"hvc1", {b"hvcC": MAIN}, "hvc1.1.6.L93.90"),
        (b"hev1", {b"hvcC": MAIN_10_HIGH}, "hev1.2.4.H150.B0"),
        (b"hvc1", {b"hvcC": SPACED}, "hvc1.A1.6.L30.0.0.0.0.0.1"),
        (b"av01", {b"av1C": AV1_MAIN}, "av01.0.05M.08"),
        (b"av01", {b"av1C": AV1_10, b"colr": PQ}, "av01.0.08M.10.0.110.09.16.09.0"),
        (b"av01", {b"av1C": AV1_10, b"colr": UNSPECIFIED}, "av01.0.08M.10"),
        (b"av01", {b"av1C": AV1_444_HIGH}, "av01.1.09H.08.0.000.01.01.01.0"),
        (b"vp09", {b"vpcC": bytes([1, 0, 0, 0, 0, 31, 0x82, 2, 2, 2])}, "vp09.00.31.08"),
        (b"vp09", {b"vpcC": bytes([1, 0, 0, 0, 2, 41, 0xA2, 9, 16, 9])}, "vp09.02.41.10.01.09.16.09.00"),
        (b"mp4a", {b"esds": esds(0x40, b"\x11\x90")}, "mp4a.40.2"),
        (b"mp4a", {b"esds": esds(0x40, b"\x2b\x11")}, "mp4a.40.5"),
        (b"mp4a", {b"esds": esds(0x40, b"\xf9\x40")}, "mp4a.40.42"),
        (b"mp4a", {b"esds": esds(0x6B, b"")}, "mp4a.6B"),
        (b"mp4a", {b"esds": esds(0x40, b"\x11\x90", flags=0xE0, extra=b"\x00\x01\x02ab\x00\x01")}, "mp4a.40.2"),
        (b"Opus", {b"dOps": bytes(11)}, "Opus"),
        (b"fLaC", {b"dfLa": bytes(42)}, "fLaC"),
        (b"ac-3", {b"dac3": bytes(3)}, "ac-3"),
        (b"ec-3", {b"dec3": bytes(5)}, "ec-3"),
    ],
)  # fmt: skip
def test_a_sample_entry_has_this_codec_string(entry: bytes, boxes: dict[bytes, bytes], expected: str) -> None:
    assert codec_string(entry, boxes) == expected


@pytest.mark.parametrize("entry", ENTRIES)
def test_an_entry_without_its_configuration_is_refused(entry: bytes) -> None:
    with pytest.raises(MediaFailure, match="initialization segment"):
        codec_string(entry, {})


@pytest.mark.parametrize(
    ("entry", "kind", "whole"),
    [(b"avc1", b"avcC", b"\x01\x64\x00\x1f"), (b"hvc1", b"hvcC", MAIN), (b"av01", b"av1C", AV1_MAIN[:3]),
     (b"vp09", b"vpcC", bytes([1, 0, 0, 0, 0, 31, 0x82, 2, 2, 2])), (b"mp4a", b"esds", esds(0x40, b"\x11"))],
)  # fmt: skip
def test_a_configuration_that_is_cut_off_anywhere_is_refused(entry: bytes, kind: bytes, whole: bytes) -> None:
    codec_string(entry, {kind: whole})
    for end in range(len(whole)):
        with pytest.raises(MediaFailure, match="initialization segment"):
            codec_string(entry, {kind: whole[:end]})


def test_a_codec_that_is_not_known_is_named() -> None:
    with pytest.raises(MediaFailure, match="'xvid'"):
        codec_string(b"xvid", {})


PICTURE = ["-f", "lavfi", "-i", "testsrc2=size=640x360:rate=25:duration=0.4", "-pix_fmt", "yuv420p"]
SOUND = ["-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000:duration=0.4", "-ac", "2"]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ([*PICTURE, "-c:v", "libx264", "-profile:v", "high", "-preset", "fast", "-level", "3"], "avc1.64001e"),
        ([*PICTURE, "-c:v", "libx265", "-preset", "ultrafast", "-tag:v", "hvc1"], "hvc1.1.6.L63.90"),
        ([*PICTURE, "-c:v", "libsvtav1", "-preset", "12"], "av01.0.01M.08"),
        ([*PICTURE, "-c:v", "libvpx-vp9", "-cpu-used", "8", "-deadline", "realtime"], "vp09.00.21.08"),
        ([*SOUND, "-c:a", "aac"], "mp4a.40.2"),
        ([*SOUND, "-c:a", "libopus"], "Opus"),
        ([*SOUND, "-c:a", "flac"], "fLaC"),
        ([*SOUND, "-c:a", "ac3"], "ac-3"),
        ([*SOUND, "-c:a", "eac3"], "ec-3"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_ffmpeg_writes_is_named_right(program: Path, tmp_path: Path, options: list[str], expected: str) -> None:
    movie = tmp_path / "movie.mp4"
    fragmented = ["-movflags", "empty_moov+frag_keyframe+default_base_moof+delay_moov"]
    argv = [str(program), "-v", "error", "-nostdin", "-y", *options, "-strict", "-2", *fragmented, str(movie)]
    ran = subprocess.run(argv, capture_output=True, text=True, check=False)
    if "Unknown encoder" in ran.stderr:
        pytest.skip("this FFmpeg lacks the encoder")
    assert ran.returncode == 0, ran.stderr
    head = movie.read_bytes()
    assert codecs_of(head[: head.index(b"moof") - 4]) == (expected,)
