"""Levels of HEVC and AV1: the least that holds a picture of this size, rate and bits. H.264's are in `ladder`."""

from fractions import Fraction

from novacast.media.encoders.models import Codec, Target
from novacast.media.ladder import level_of

# Rec. ITU-T H.265 tables A.8 and A.9, Main tier: general_level_idc (30 x the level), luma samples a picture, luma
# samples a second, kbit/s.
HEVC_LEVELS = (
    (30, 36_864, 552_960, 128), (60, 122_880, 3_686_400, 1_500), (63, 245_760, 7_372_800, 3_000),
    (90, 552_960, 16_588_800, 6_000), (93, 983_040, 33_177_600, 10_000), (120, 2_228_224, 66_846_720, 12_000),
    (123, 2_228_224, 133_693_440, 20_000), (150, 8_912_896, 267_386_880, 25_000),
    (153, 8_912_896, 534_773_760, 40_000), (156, 8_912_896, 1_069_547_520, 60_000),
    (180, 35_651_584, 1_069_547_520, 60_000), (183, 35_651_584, 2_139_095_040, 120_000),
    (186, 35_651_584, 4_278_190_080, 240_000),
)  # fmt: skip

# AV1 bitstream specification, annex A.3: seq_level_idx, luma samples a picture, width, height, luma samples shown a
# second, kbit/s of the Main tier.
AV1_LEVELS = (
    (0, 147_456, 2048, 1152, 4_423_680, 1_500), (1, 278_784, 2816, 1584, 8_363_520, 3_000),
    (4, 665_856, 4352, 2448, 19_975_680, 6_000), (5, 1_065_024, 5504, 3096, 31_950_720, 10_000),
    (8, 2_359_296, 6144, 3456, 70_778_880, 12_000), (9, 2_359_296, 6144, 3456, 141_557_760, 20_000),
    (12, 8_912_896, 8192, 4352, 267_386_880, 30_000), (13, 8_912_896, 8192, 4352, 534_773_760, 40_000),
    (14, 8_912_896, 8192, 4352, 1_069_547_520, 60_000), (15, 8_912_896, 8192, 4352, 1_069_547_520, 60_000),
    (16, 35_651_584, 16384, 8704, 1_069_547_520, 60_000), (17, 35_651_584, 16384, 8704, 2_139_095_040, 100_000),
    (18, 35_651_584, 16384, 8704, 4_278_190_080, 160_000),
)  # fmt: skip


def hevc_level(width: int, height: int, fps: Fraction, maxrate: int) -> int:
    """general_level_idc: 93 is level 3.1. No side is longer than the root of eight pictures (A.4.1)."""
    for level, picture, rate, kbit in HEVC_LEVELS:
        fits = width * height <= picture and max(width, height) ** 2 <= 8 * picture
        if fits and width * height * fps <= rate and maxrate <= kbit * 1000:
            return level
    return HEVC_LEVELS[-1][0]


def av1_level(width: int, height: int, fps: Fraction, maxrate: int) -> int:
    """seq_level_idx: 5 is level 3.1."""
    for level, picture, widest, tallest, rate, kbit in AV1_LEVELS:
        fits = width * height <= picture and width <= widest and height <= tallest
        if fits and width * height * fps <= rate and maxrate <= kbit * 1000:
            return level
    return AV1_LEVELS[-1][0]


def level(codec: Codec, target: Target) -> int:
    """As the codec counts levels, and all its encoders take them: level_idc, general_level_idc, seq_level_idx."""
    if codec is Codec.H264:
        return level_of(target.width, target.height, target.fps, target.maxrate)
    of = hevc_level if codec is Codec.HEVC else av1_level
    return of(target.width, target.height, target.fps, target.maxrate)


def expected_codecs(codec: Codec, target: Target) -> str:
    """The CODECS that is to be expected before anything is written; what is written in the end says for itself.

    High profile of H.264, Main of HEVC (progressive, frames only) and of AV1, 8 bit; Main tier.
    """
    found = level(codec, target)
    match codec:
        case Codec.H264:
            return f"avc1.6400{found:02x}"
        case Codec.HEVC:
            return f"hvc1.1.6.L{found}.90"
        case Codec.AV1:
            return f"av01.0.{found:02d}M.08"
