"""What the doctor says of encoders."""

from pathlib import Path

from novacast.clock import MINUTE, SystemClock
from novacast.folder import DataFolder
from novacast.media.encoders import Codec, Encoder, Health, Kind, Proof, Route
from novacast.operations.encoders import UNTRIED, encoders, told
from novacast.operations.models import State
from novacast.settings import Settings
from tests.fakes.clock import START

GPU = Encoder(Codec.H264, Kind.NVENC, "cuda:0")
OTHER = Encoder(Codec.H264, Kind.VAAPI, "/dev/dri/renderD128")
CPU = Encoder(Codec.H264, Kind.SOFTWARE, "cpu")
WORKING = [
    Proof(CPU, Route.PROCESSOR, speed=4.06),
    Proof(GPU, Route.WHOLE, speed=20, sessions=3, limited=True),
    Proof(
        Encoder(Codec.H264, Kind.VAAPI, "/dev/dri/renderD128"), Route.UPLOAD, speed=9, sessions=8, reason="No surface."
    ),
]


def test_what_works_is_told_with_its_speed_the_fastest_first() -> None:
    finding = told(WORKING, [])
    assert finding.state is State.OK
    assert finding.message == (
        "Tried and working, at 720p: h264_nvenc on cuda:0 at 20.0 times real time, 3 at once; "
        "h264_vaapi on /dev/dri/renderD128 at 9.0 times real time, 8 or more at once, decoding by the processor "
        "(No surface); libx264 at 4.1 times real time."
    )


def test_what_does_not_work_is_told_with_its_reason() -> None:
    finding = told([WORKING[0], Proof(GPU, reason="[CUDA] Cannot load libcuda.so.1")], [])
    assert finding.state is State.OK
    assert "Tried in vain: h264_nvenc on cuda:0: [CUDA] Cannot load libcuda.so.1." in finding.message


def test_a_device_that_is_set_aside_is_a_warning_that_says_until_when_and_why() -> None:
    aside = Health("cuda:0", 3, 1, START + 10 * MINUTE, 0, "h264_nvenc", "It hung.")
    finding = told(WORKING, [aside, Health("/dev/dri/renderD128", 1)])
    assert finding.state is State.WARNING
    assert "cuda:0 is set aside until 2025-06-15 15:16 UTC after 3 failures: It hung." in finding.message
    assert "renderD128 is set aside" not in finding.message


def test_without_any_encoder_of_h264_something_is_wrong() -> None:
    assert told([Proof(CPU, reason="Unknown encoder")], []).state is State.FAILED


async def test_looking_tries_nothing_unless_asked(tmp_path: Path) -> None:
    folder = DataFolder.at(tmp_path / "data")
    assert (await encoders(Settings(), folder, SystemClock())).message == UNTRIED
    assert not folder.root.exists()
    folder.prepare()
    finding = await encoders(Settings(), folder, SystemClock())
    assert (finding.state, finding.message) == (State.OK, UNTRIED)
