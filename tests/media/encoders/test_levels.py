from fractions import Fraction

import pytest

from novacast.media.encoders import Codec, Target, expected_codecs
from novacast.media.encoders.levels import av1_level, hevc_level

# Width, height, rate, kbit/s, and the level of the standards: HEVC's x 30, AV1's index.
KNOWN = [
    (256, 144, 30, 100, 60, 0),  # 30 would hold the picture, but its 552,960 samples a second are not enough
    (640, 360, 30, 800, 63, 1), (854, 480, 30, 1400, 90, 4), (1280, 720, 30, 3500, 93, 5),
    (1280, 720, 60, 5000, 120, 8), (1920, 1080, 30, 6000, 120, 8), (1920, 1080, 60, 9000, 123, 9),
    (3840, 2160, 30, 20_000, 150, 12), (3840, 2160, 60, 20_000, 153, 13), (1080, 1920, 30, 6000, 120, 8),
]  # fmt: skip


@pytest.mark.parametrize(("width", "height", "fps", "kbit", "hevc", "av1"), KNOWN)
def test_a_level_is_the_least_that_holds_the_picture(
    width: int, height: int, fps: int, kbit: int, hevc: int, av1: int
) -> None:
    assert hevc_level(width, height, Fraction(fps), kbit * 1000) == hevc
    assert av1_level(width, height, Fraction(fps), kbit * 1000) == av1


def test_bits_raise_the_level_too() -> None:
    assert hevc_level(1280, 720, Fraction(30), 11_000_000) == 120
    assert av1_level(1280, 720, Fraction(30), 11_000_000) == 8


def test_what_no_level_holds_gets_the_highest() -> None:
    assert hevc_level(32_000, 32_000, Fraction(60), 1) == 186
    assert av1_level(32_000, 32_000, Fraction(60), 1) == 18


def test_the_codec_string_is_known_before_anything_is_encoded() -> None:
    target = Target(1280, 720, Fraction(30), 2_800_000, 3_500_000, 7_000_000, Fraction(4))
    assert expected_codecs(Codec.H264, target) == "avc1.64001f"
    assert expected_codecs(Codec.HEVC, target) == "hvc1.1.6.L93.90"
    assert expected_codecs(Codec.AV1, target) == "av01.0.05M.08"
