"""What a failing device costs. Devices are scripted; encodings, decodings and comparisons are real."""

import asyncio
from pathlib import Path

import pytest

from novacast.errors import ChildFailed, DiskFull, MediaFailure, Unavailable
from novacast.media.encoders import Event, Grant, Proof, Route
from novacast.media.encoders.health import FIRST
from tests.media.encoders.scene import INTEL, NVIDIA, PROVEN, SOFTWARE, Scene

GPU, OTHER_GPU, CPU = map(str, (NVIDIA, INTEL, SOFTWARE))
BOTH_WORK = {"h264_nvenc cuda:0": {"does": "works"}, "h264_vaapi /dev/dri/renderD128": {"does": "works"}}


async def test_the_fastest_device_that_works_does_the_work(scene: Scene) -> None:
    scene.script(BOTH_WORK)
    assert await scene.part() == GPU
    assert scene.runs == ["h264_nvenc cuda:0"]
    assert scene.reports == []


@pytest.mark.parametrize(
    ("does", "said"),
    [
        ("crash", "SIGSEGV"),
        ("hang", "made no progress"),
        ("deaf", "made no progress"),
        ("refuses", "10 bit encode not supported"),
        ("garbage", "not the one that was given"),
        ("drops", "49 pictures came back of 50"),
        ("scribbles", ""),
        ("silent", "No such file"),
    ],
)
async def test_whatever_a_device_does_wrong_the_part_is_encoded_by_the_next(scene: Scene, does: str, said: str) -> None:
    scene.script({"h264_nvenc cuda:0": {"does": does, "after": 20}})
    assert await scene.part(ranked=(PROVEN[0], PROVEN[2])) == CPU
    (report,) = scene.reports
    assert report.event is Event.FAILED
    assert (report.device, report.instead, report.failures) == ("cuda:0", CPU, 1)
    assert said in report.message
    assert report.message.startswith("h264_nvenc on cuda:0 failed: ")


async def test_a_device_that_is_listed_but_not_there_is_followed_by_the_next(scene: Scene) -> None:
    scene.script({})
    assert await scene.part() == CPU
    assert [report.device for report in scene.reports] == ["cuda:0", "/dev/dri/renderD128"]
    assert "Cannot load libcuda.so.1" in scene.reports[0].message


async def test_another_gpu_comes_before_the_processor(scene: Scene) -> None:
    scene.script({"h264_nvenc cuda:0": {"does": "crash", "after": 5}, "h264_vaapi /dev/dri/renderD128": {}})
    assert await scene.part() == OTHER_GPU


async def test_a_failure_costs_its_own_part_alone(scene: Scene) -> None:
    scene.script({"h264_nvenc cuda:0": {"does": "crash", "after": 20}})
    assert await scene.part(ranked=(PROVEN[0], PROVEN[2])) == CPU
    scene.script(BOTH_WORK)
    assert await scene.part() == GPU
    assert scene.health.of("cuda:0").failures == 0


@pytest.mark.slow
async def test_three_failures_in_a_row_set_a_device_aside_and_say_why_and_until_when(scene: Scene) -> None:
    scene.script({"h264_nvenc cuda:0": {"does": "refuses"}})
    for _ in range(4):
        assert await scene.part(ranked=(PROVEN[0], PROVEN[2])) == CPU
    assert scene.runs == ["h264_nvenc cuda:0"] * 3
    last = scene.reports[-1]
    assert last.event is Event.SET_ASIDE
    assert last.until == scene.clock.now() + FIRST
    assert last.message == (
        "h264_nvenc on cuda:0 failed 3 times in a row: [h264_nvenc] 10 bit encode not supported. "
        "It is set aside until 15:16 UTC. libx264 does the work."
    )


async def test_a_device_that_passes_a_new_trial_is_used_again(scene: Scene) -> None:
    set_aside(scene)
    scene.script(BOTH_WORK)
    assert await scene.part() == OTHER_GPU
    scene.clock.advance(FIRST / 1e6)
    assert await scene.part() == GPU
    assert scene.retrials == [NVIDIA]
    assert scene.reports[-1].message == "cuda:0 passed a new trial and is used again."


async def test_a_device_that_fails_its_new_trial_stays_away_for_twice_as_long(scene: Scene) -> None:
    set_aside(scene)
    scene.recovered = False
    scene.clock.advance(FIRST / 1e6)
    assert await scene.part(ranked=(PROVEN[0], PROVEN[2])) == CPU
    assert scene.health.of("cuda:0").until == scene.clock.now() + 2 * FIRST
    assert await scene.part(ranked=(PROVEN[0], PROVEN[2])) == CPU
    assert len(scene.retrials) == 1


async def test_what_was_set_aside_stays_so_after_a_restart(scene: Scene) -> None:
    set_aside(scene)
    (scene.folder / "second").mkdir()
    again = Scene(scene.folder / "second", scene.real, scene.source)
    again.cache.rmdir()
    again.cache.symlink_to(scene.cache)
    again.script(BOTH_WORK)
    assert await again.part() == OTHER_GPU


@pytest.mark.slow
async def test_the_drivers_refusal_of_a_session_is_not_held_against_the_device(scene: Scene) -> None:
    scene.script({"h264_nvenc cuda:0": {"does": "works", "sessions": 0}})
    for _ in range(4):
        assert await scene.part(ranked=(PROVEN[0], PROVEN[2])) == CPU
    assert {report.event for report in scene.reports} == {Event.BUSY}
    assert "OpenEncodeSessionEx failed: out of memory" in scene.reports[0].message
    assert not scene.health.of("cuda:0").failures


async def test_a_source_that_nobody_can_encode_is_not_held_against_the_device(scene: Scene, tmp_path: Path) -> None:
    scene.script(BOTH_WORK)
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(scene.source.read_bytes()[:3000])
    for _ in range(3):
        with pytest.raises(ChildFailed):
            await scene.part(source=broken)
    assert scene.health.all() == ()
    assert scene.reports == []


@pytest.mark.parametrize("ending", [DiskFull("No room."), asyncio.CancelledError()])
async def test_what_no_other_encoder_could_do_better_ends_the_part(scene: Scene, ending: BaseException) -> None:
    tried: list[Grant] = []

    async def attempt(grant: Grant) -> None:
        tried.append(grant)
        raise ending

    with pytest.raises(type(ending)):
        await scene.fallback().encode_with(PROVEN, attempt)
    assert len(tried) == 1
    assert scene.health.all() == ()


async def test_a_job_that_was_cancelled_is_not_begun_again_elsewhere(scene: Scene) -> None:
    tried: list[Grant] = []

    async def attempt(grant: Grant) -> None:
        tried.append(grant)
        raise MediaFailure("It was stopped.")

    with pytest.raises(MediaFailure):
        await scene.fallback().encode_with(PROVEN, attempt, wanted=lambda: False)
    assert len(tried) == 1
    assert scene.health.all() == ()


async def test_without_any_encoder_that_is_free_the_part_is_put_off(scene: Scene) -> None:
    scene.script({"h264_nvenc cuda:0": {"does": "works", "sessions": 0}})
    with pytest.raises(Unavailable, match="No encoder is free"):
        await scene.part(ranked=PROVEN[:1])


async def test_a_ladder_gets_as_many_sessions_as_the_device_has(scene: Scene) -> None:
    granted: list[Grant] = []

    async def attempt(grant: Grant) -> None:
        granted.append(grant)

    await scene.fallback().encode_with(PROVEN, attempt, sessions=6)
    await scene.fallback().encode_with(PROVEN[2:], attempt, sessions=6)
    assert granted == [Grant(NVIDIA, Route.WHOLE, 3), Grant(SOFTWARE, Route.PROCESSOR, 6)]


async def test_a_device_whose_sessions_we_use_up_ourselves_is_passed_over(scene: Scene) -> None:
    scene.script(BOTH_WORK)
    proof: Proof = PROVEN[0]
    async with scene.sessions.lease(proof, 2) as held:
        assert held == 2
        assert await scene.part(sessions=3) == OTHER_GPU
        assert await scene.part(sessions=1) == GPU
    assert scene.reports[0].message == (
        "h264_nvenc on cuda:0 had no session free: all 3 are in use here. "
        "h264_vaapi on /dev/dri/renderD128 does the work."
    )
    assert await scene.part(sessions=3) == GPU


def set_aside(scene: Scene) -> None:
    for _ in range(3):
        scene.health.failed("cuda:0", "h264_nvenc", "It hung.")
    assert scene.health.of("cuda:0").set_aside
