"""Trials: what they believe, what they refuse, when they are made again."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from novacast.clock import SystemClock
from novacast.errors import MediaFailure
from novacast.media.encoders import Catalogue, Codec, Encoder, Kind, Proof, Route, ranked
from novacast.media.encoders.bench import FRAMES, TARGET, Picture, forced_at
from novacast.media.encoders.catalogue import FILE
from novacast.media.encoders.models import Device
from novacast.media.process import Limits
from tests.media.encoders.scene import NVIDIA, Scene

SMALL = Picture(replace(TARGET, width=320, height=180), (480, 270))
GPU = Device(Kind.NVENC, "cuda:0", "driver 550.1")


def catalogue(scene: Scene, *devices: Device, wall: float = 60.0) -> Catalogue:
    return Catalogue(
        scene.program,
        scene.cache,
        SystemClock(),
        devices=lambda: devices or (GPU,),
        limits=Limits(wall=wall),
        picture=SMALL,
    )


async def test_a_device_that_encodes_right_is_proven_measured_and_counted(scene: Scene) -> None:
    scene.script({"h264_nvenc cuda:0": {"does": "works", "sessions": 3}})
    (proof,) = await catalogue(scene).proofs()
    assert (proof.encoder, proof.route, proof.reason) == (NVIDIA, Route.WHOLE, "")
    assert (proof.sessions, proof.limited) == (3, True)
    assert proof.speed > 0
    assert proof.quality > 30
    assert proof.codecs.startswith("avc1.")
    runs = len(scene.runs)
    assert await catalogue(scene).proofs() == await catalogue(scene).known() == (proof,)
    assert len(scene.runs) == runs


@pytest.mark.parametrize(
    ("does", "said"),
    [
        ("refuses", "[h264_nvenc] 10 bit encode not supported"),
        ("garbage", "The picture is not the one that was given"),
        ("drops", "pictures came back of 50"),
        ("keyframes", "Keyframes are not where they were asked for: [15, 15, 15, 5]"),
        ("open", "pictures came back of"),
        ("scribbles", ""),
        ("silent", "It ended well but wrote nothing that can be read."),
        ("crash", "SIGSEGV"),
    ],
)
async def test_a_device_that_encodes_wrong_is_not_used(scene: Scene, does: str, said: str) -> None:
    scene.script({"h264_nvenc cuda:0": {"does": does, "after": 20}})
    (proof,) = await catalogue(scene).proofs()
    assert not proof.works
    assert said in proof.reason
    assert proof.reason
    assert proof.certain is (does != "crash")


async def test_a_name_in_the_list_of_encoders_proves_nothing(scene: Scene) -> None:
    scene.script({})
    (proof,) = await catalogue(scene).proofs()
    assert not proof.works
    assert proof.reason == "[CUDA] Cannot load libcuda.so.1"
    assert len(scene.runs) == 2  # kept on the device, and by upload


@pytest.mark.slow
async def test_a_device_that_hangs_is_given_up_and_tried_again_another_time(scene: Scene) -> None:
    scene.script({"h264_nvenc cuda:0": {"does": "deaf", "after": 20}})
    (proof,) = await catalogue(scene, wall=1.0).proofs()
    assert not proof.works
    assert not proof.certain
    assert "longer than 1 s" in proof.reason
    scene.script({})
    (proof,) = await catalogue(scene).proofs()
    assert proof.reason == "[CUDA] Cannot load libcuda.so.1"


async def test_trials_are_made_once_and_again_when_driver_or_build_change_or_somebody_asks(scene: Scene) -> None:
    scene.script({})
    first = await catalogue(scene).proofs()
    assert await catalogue(scene).known() == first
    assert await catalogue(scene).proofs() == first
    assert len(scene.runs) == 2
    newer = Device(GPU.kind, GPU.name, "driver 560.2")
    assert await catalogue(scene, newer).known() is None
    await catalogue(scene, newer).proofs()
    assert len(scene.runs) == 4
    await catalogue(scene).proofs(again=True)
    assert len(scene.runs) == 6
    scene.real = Path("/bin/echo")  # another build: it says something else about itself
    scene.script({})
    assert await catalogue(scene).known() in {None, ()}


@pytest.mark.parametrize("content", ["", "{", "[]", '{"x": 1}', "\x00"])
async def test_a_damaged_cache_is_made_anew(scene: Scene, content: str) -> None:
    scene.script({})
    (scene.cache / FILE).write_text(content)
    (proof,) = await catalogue(scene).proofs()
    assert proof.reason == "[CUDA] Cannot load libcuda.so.1"
    assert len(json.loads((scene.cache / FILE).read_text())) == 1


async def test_a_new_trial_of_one_device_replaces_what_was_known(scene: Scene) -> None:
    scene.script({})
    await catalogue(scene).proofs()
    scene.script({"h264_nvenc cuda:0": {"does": "garbage"}})
    (fresh,) = await catalogue(scene).retry([NVIDIA])
    assert "not the one that was given" in fresh.reason
    assert await catalogue(scene).known() == (fresh,)


async def test_every_real_ffmpeg_proves_its_software_encoder(program: Path, tmp_path: Path) -> None:
    cpu = Device(Kind.SOFTWARE, "cpu", "test")
    made = Catalogue(program, tmp_path, SystemClock(), devices=lambda: [cpu], picture=SMALL)
    (proof,) = await made.proofs()
    assert (proof.encoder.name, proof.route, proof.reason) == ("libx264", Route.PROCESSOR, "")
    assert proof.codecs == "avc1.640015"
    assert proof.quality > 35
    assert proof.sessions == 0


def test_keyframes_are_forced_at_no_even_distance() -> None:
    assert forced_at() == (0, 15, 29, 44)
    assert FRAMES > 44


def proof(kind: Kind, speed: float, *, works: bool = True, codec: Codec = Codec.H264, reason: str = "") -> Proof:
    return Proof(Encoder(codec, kind, kind.value), Route.UPLOAD if works else None, speed=speed, reason=reason)


def test_encoders_are_ranked_by_the_speed_that_was_measured() -> None:
    cpu, slow, fast, dead = (
        proof(Kind.SOFTWARE, 4), proof(Kind.V4L2M2M, 1), proof(Kind.NVENC, 20), proof(Kind.AMF, 0, works=False),
    )  # fmt: skip
    assert ranked([cpu, slow, fast, dead], Codec.H264) == (fast, cpu)
    assert ranked([cpu, proof(Kind.QSV, 9), fast], Codec.H264)[1].encoder.kind is Kind.QSV
    assert ranked([cpu, fast], Codec.H264, allowed=()) == (cpu,)


def test_h264_can_always_be_encoded_by_the_processor() -> None:
    (last,) = ranked([proof(Kind.SOFTWARE, 0, works=False, reason="took too long")], Codec.H264)
    assert last.encoder.name == "libx264"


def test_a_codec_that_nothing_encodes_is_refused_with_every_reason() -> None:
    failed = [proof(Kind.SOFTWARE, 0, works=False, codec=Codec.AV1, reason="no keyframes where they were asked for")]
    with pytest.raises(MediaFailure, match=r"Nothing here encodes av1: libsvtav1: no keyframes"):
        ranked(failed, Codec.AV1)
