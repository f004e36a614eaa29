"""HEVC and AV1 by the processor, with every real FFmpeg at hand."""

from dataclasses import replace
from pathlib import Path

import pytest

from novacast.clock import SystemClock
from novacast.media.encoders import Catalogue, Codec, Kind, expected_codecs
from novacast.media.encoders.bench import TARGET, Picture
from novacast.media.encoders.models import Device

SMALL = Picture(replace(TARGET, width=426, height=240, maxrate=700_000, bufsize=1_400_000), (640, 360))


@pytest.mark.parametrize("codec", [Codec.HEVC, Codec.AV1])
async def test_a_software_encoder_cuts_where_it_is_told_and_writes_the_codec_string_that_was_expected(
    program: Path, tmp_path: Path, codec: Codec
) -> None:
    cpu = Device(Kind.SOFTWARE, "cpu", "test")
    found = await Catalogue(program, tmp_path, SystemClock(), devices=lambda: [cpu], picture=SMALL).proofs([codec])
    if not found:
        pytest.skip("this FFmpeg lacks the encoder")
    (proof,) = found
    if "imageio" not in str(program) and codec is Codec.AV1 and not proof.works:
        assert "Keyframes are not where they were asked for" in proof.reason  # FFmpeg 5's SVT-AV1 forces none
        return
    assert proof.reason == ""
    assert proof.codecs == expected_codecs(codec, SMALL.target)
    assert proof.quality > 32
