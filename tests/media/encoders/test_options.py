"""Every command line, exactly; and each option that is used exists in the FFmpegs at hand."""

import re
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from novacast.media.encoders import Codec, Encoder, Kind, Route, Target, decoding, encoding, opening, route_for, scaling
from novacast.media.encoders.models import SOFTWARE
from novacast.media.encoders.options import preset
from novacast.media.info import Colour, Video
from novacast.media.ladder import Ladder, Rung

TARGET = Target(1280, 720, Fraction(30), 2_800_000, 3_500_000, 7_000_000, Fraction(4))
NODE = "/dev/dri/renderD129"
PLACES = {
    Kind.SOFTWARE: "cpu", Kind.NVENC: "cuda:1", Kind.QSV: NODE, Kind.VAAPI: NODE, Kind.AMF: "amf:0",
    Kind.V4L2M2M: "/dev/video11", Kind.VIDEOTOOLBOX: "videotoolbox",
}  # fmt: skip


def encoder(kind: Kind, codec: Codec = Codec.H264) -> Encoder:
    return Encoder(codec, kind, PLACES[kind])


def line(kind: Kind, route: Route, codec: Codec = Codec.H264) -> str:
    """All four parts, as a command line would have them."""
    one = encoder(kind, codec)
    before = " ".join(f"-{key} {value}" for key, value in decoding(one, route).items())
    graph = ",".join(map(str, scaling(one, route, TARGET)))
    after = " ".join(f"-{key} {value}" for key, value in encoding(one, TARGET).items())
    return " ".join(f"{' '.join(opening(one, route))} {before} -i IN [{graph}] {after}".split())


RATES = "-g 120 -maxrate:v 3500000 -bufsize:v 7000000"
HARD = f"{RATES} -b:v 2800000 -bf 0"
SOFT_SCALE = "scale=w=1280:h=720:flags=bicubic:out_range=tv,setsar=sar=1"

LINES = {
    (Kind.SOFTWARE, Route.PROCESSOR, Codec.H264): f"-i IN [{SOFT_SCALE},format=pix_fmts=yuv420p] -c:v libx264 {RATES} "
    "-preset veryfast -crf 22 -profile:v high -level:v 31 -pix_fmt yuv420p -x264-params 8x8dct=1 -sc_threshold 0 "
    "-keyint_min 120 -threads 0",
    (Kind.SOFTWARE, Route.PROCESSOR, Codec.HEVC): f"-i IN [{SOFT_SCALE},format=pix_fmts=yuv420p] -c:v libx265 {RATES} "
    "-tag:v hvc1 -preset veryfast -crf 25 -profile:v main -pix_fmt yuv420p -forced-idr 1 -x265-params "
    "keyint=120:min-keyint=120:scenecut=0:open-gop=0:repeat-headers=0:level-idc=31:high-tier=0:log-level=error",
    (Kind.SOFTWARE, Route.PROCESSOR, Codec.AV1): f"-i IN [{SOFT_SCALE},format=pix_fmts=yuv420p] -c:v libsvtav1 {RATES} "
    "-preset 8 -crf 35 -pix_fmt yuv420p",
    (Kind.NVENC, Route.WHOLE, Codec.H264): "-init_hw_device cuda=gpu:1 -filter_hw_device gpu -hwaccel cuda "
    "-hwaccel_device gpu -hwaccel_output_format cuda -extra_hw_frames 8 -i IN "
    "[scale_cuda=w=1280:h=720:interp_algo=bicubic:format=yuv420p,setsar=sar=1] "
    f"-c:v h264_nvenc {HARD} -preset p2 -tune hq -rc vbr -forced-idr 1 -no-scenecut 1 -level:v 31 -profile:v high",
    (Kind.NVENC, Route.UPLOAD, Codec.AV1): "-init_hw_device cuda=gpu:1 -filter_hw_device gpu -i IN "
    f"[{SOFT_SCALE},format=pix_fmts=yuv420p] -c:v av1_nvenc {HARD} -preset p2 -tune hq -rc vbr -forced-idr 1 "
    "-no-scenecut 1 -level:v 5",
    (Kind.QSV, Route.WHOLE, Codec.H264): f"-init_hw_device vaapi=va:{NODE} -init_hw_device qsv=gpu@va "
    "-filter_hw_device gpu -hwaccel qsv -hwaccel_device gpu -hwaccel_output_format qsv -extra_hw_frames 8 -i IN "
    f"[vpp_qsv=w=1280:h=720:format=nv12,setsar=sar=1] -c:v h264_qsv {HARD} -preset veryfast -forced_idr 1 "
    "-profile:v high",
    (Kind.QSV, Route.UPLOAD, Codec.HEVC): f"-init_hw_device vaapi=va:{NODE} -init_hw_device qsv=gpu@va "
    f"-filter_hw_device gpu -i IN [{SOFT_SCALE},format=pix_fmts=nv12,hwupload=extra_hw_frames=64] "
    f"-c:v hevc_qsv {HARD} -tag:v hvc1 -preset veryfast -forced_idr 1 -profile:v main",
    (Kind.VAAPI, Route.WHOLE, Codec.H264): f"-init_hw_device vaapi=gpu:{NODE} -filter_hw_device gpu -hwaccel vaapi "
    "-hwaccel_device gpu -hwaccel_output_format vaapi -extra_hw_frames 8 -i IN "
    f"[scale_vaapi=w=1280:h=720:format=nv12:mode=hq:out_range=tv,setsar=sar=1] -c:v h264_vaapi {HARD} "
    "-profile:v high -level:v 31",
    (Kind.VAAPI, Route.UPLOAD, Codec.HEVC): f"-init_hw_device vaapi=gpu:{NODE} -filter_hw_device gpu -i IN "
    f"[{SOFT_SCALE},format=pix_fmts=nv12,hwupload] -c:v hevc_vaapi {HARD} -tag:v hvc1 -profile:v main -level:v 93",
    (Kind.AMF, Route.UPLOAD, Codec.H264): f"-i IN [{SOFT_SCALE},format=pix_fmts=nv12] -c:v h264_amf {HARD} "
    "-usage transcoding -quality speed -rc vbr_peak -forced_idr 1 -profile:v high -level:v 31",
    (Kind.V4L2M2M, Route.UPLOAD, Codec.H264): f"-i IN [{SOFT_SCALE},format=pix_fmts=yuv420p] -c:v h264_v4l2m2m {HARD} "
    "-pix_fmt yuv420p -bsf:v extract_extradata",
    (Kind.VIDEOTOOLBOX, Route.UPLOAD, Codec.H264): f"-i IN [{SOFT_SCALE},format=pix_fmts=nv12] "
    f"-c:v h264_videotoolbox {HARD} -profile:v high -allow_sw 0 -realtime 0",
}


@pytest.mark.parametrize(("kind", "route", "codec"), LINES)
def test_the_command_line_is_just_this(kind: Kind, route: Route, codec: Codec) -> None:
    assert line(kind, route, codec) == LINES[kind, route, codec]


def test_each_kind_of_encoder_has_a_command_line_here() -> None:
    assert {kind for kind, _, _ in LINES} == set(Kind)


# What `-h encoder=…` shows is the encoder's own; these belong to every encoder.
GENERIC = {"c", "g", "maxrate", "bufsize", "b", "bf", "tag", "pix_fmt", "threads", "keyint_min", "sc_threshold", "bsf"}
GENERIC_OF_SOME = {"profile", "level"}


def told_by(program: Path, about: str) -> str:
    ran = subprocess.run([program, "-hide_banner", "-h", about], capture_output=True, text=True, check=True)
    return ran.stdout + ran.stderr


def pairs() -> Iterator[Encoder]:
    for kind in Kind:
        for codec in Codec:
            if kind is not Kind.VIDEOTOOLBOX:
                yield encoder(kind, codec)


@pytest.mark.parametrize("one", list(pairs()), ids=lambda one: one.name)
def test_each_option_and_each_named_value_is_one_that_ffmpeg_knows(program: Path, one: Encoder) -> None:
    told = told_by(program, f"encoder={one.name}")
    if "is not recognized" in told:
        pytest.skip(f"this FFmpeg has no {one.name}")
    for key, value in encoding(one, TARGET).items():
        name = key.partition(":")[0]
        found = re.search(rf"^  -{re.escape(name)} +<(\w+)>.*\n((?:     .*\n)*)", told, re.MULTILINE)
        assert found is not None or name in GENERIC | GENERIC_OF_SOME, f"{one.name} has no option {name}"
        if found is not None and found[1] == "int" and not str(value).isdigit():
            assert re.search(rf"^     {re.escape(str(value))} ", found[2], re.MULTILINE), f"{name} knows no {value}"


@pytest.mark.parametrize("name", ["scale_cuda", "scale_vaapi", "vpp_qsv", "hwupload"])
def test_each_option_of_a_filter_is_one_that_ffmpeg_knows(program: Path, name: str) -> None:
    told = told_by(program, f"filter={name}")
    graphs = [scaling(encoder(kind), route, TARGET) for kind, route, _ in LINES]
    used = {key for graph in graphs for one in graph if one.name == name for key in one.options}
    known = set(re.findall(r"^ +(\w+) +<", told, re.MULTILINE))
    assert used - known - {"extra_hw_frames"} == set()


@pytest.mark.parametrize("name", ["ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow"])
def test_each_preset_of_the_settings_has_its_like(name: str) -> None:
    target = replace(TARGET, preset=name)
    assert preset(encoder(Kind.SOFTWARE), target) == name
    assert 5 <= int(preset(encoder(Kind.SOFTWARE, Codec.AV1), target)) <= 10
    assert preset(encoder(Kind.NVENC), target).startswith("p")


def test_a_preset_of_unknown_name_is_the_usual_one() -> None:
    assert preset(encoder(Kind.NVENC), replace(TARGET, preset="placebo")) == "p2"


def test_keyframes_at_uneven_distances_leave_the_encoder_none_of_its_own() -> None:
    uneven = replace(TARGET, longest=12_000)
    assert [encoding(encoder(kind), uneven)["g"] for kind in Kind] == [12_000] * len(Kind)
    assert "keyint=12000:min-keyint=120:" in str(encoding(encoder(Kind.SOFTWARE, Codec.HEVC), uneven)["x265-params"])


def test_other_codecs_take_their_share_of_a_rungs_bits() -> None:
    rung = Rung("720p", 1280, 720, 2_800_000, 3_500_000, 7_000_000, Fraction(30), 31)
    ladder = Ladder((rung,), Fraction(30), ())
    assert Target.of(rung, ladder, Codec.H264) == TARGET
    assert Target.of(rung, ladder, Codec.HEVC).bitrate == 1_960_000
    assert Target.of(rung, ladder, Codec.AV1).maxrate == 2_100_000
    assert Target.of(rung, ladder, Codec.AV1, threads=2).gop == 120


PLAIN = Video(
    0, "h264", "High", 40, "yuv420p", 1920, 1080, Fraction(1), 0, Fraction(30), None, None, None, 8,
    alpha=False, interlaced=False, colour=Colour(1, 1, 1, 1), keyframes=None,
)  # fmt: skip


@pytest.mark.parametrize(
    "video",
    [
        replace(PLAIN, codec="vp9"), replace(PLAIN, pix_fmt="yuv420p10le", bit_depth=10), replace(PLAIN, rotation=90),
        replace(PLAIN, interlaced=True), replace(PLAIN, colour=Colour(1, 9, 16, 9)), replace(PLAIN, alpha=True),
        replace(PLAIN, colour=Colour(2, 1, 1, 1)), replace(PLAIN, pix_fmt="yuv422p"),
    ],
)  # fmt: skip
def test_what_only_the_processor_can_mend_is_uploaded(video: Video) -> None:
    assert route_for(Route.WHOLE, video) is Route.UPLOAD


def test_a_plain_source_stays_on_the_device() -> None:
    assert route_for(Route.WHOLE, PLAIN) is Route.WHOLE
    assert route_for(Route.UPLOAD, PLAIN) is Route.UPLOAD
    assert route_for(Route.PROCESSOR, replace(PLAIN, codec="vp9")) is Route.PROCESSOR


def test_software_encoders_have_the_names_that_ffmpeg_gives_them() -> None:
    assert {encoder(Kind.SOFTWARE, codec).name for codec in Codec} == set(SOFTWARE.values())
