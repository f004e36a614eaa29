"""A test broadcast: what it shows, who sees it, and that it never takes the encoder that is meant for the show."""

import pytest

from novacast.clock import MINUTE
from novacast.errors import Conflict, Forbidden, NotFound
from novacast.live.keys.obs import EncoderSetup
from novacast.live.models import ProgrammeState
from novacast.live.preflight.checks import Light, Look, checks
from novacast.live.programmes.steadiness import Steadiness
from novacast.visibility import Visibility
from tests.live.conftest import MODERATOR, PRODUCER, STRANGER, House, hello

WANTED = EncoderSetup("rtmp://play.example/live", None, 2, 4000, 160, 720)
WELL = {
    "video_codec": "h264",
    "audio_codec": "aac",
    "width": 1280,
    "height": 720,
    "fps": 30.0,
    "keyframe_seconds": 2.0,
    "skew_ms": 20,
    "bitrate_mean": 4_100_000,
    "bitrate_low": 3_900_000,
    "upload": 4_000_000,
    "speed": 1.0,
    "queue_seconds": 0.1,
    "rungs": ["360p", "720p"],
}


def look(fed: bool = True, room: int = 10**12, answers: bool | None = True, **numbers: object) -> Look:
    given = {**WELL, **numbers} if fed else {}
    return Look(WANTED, (360, 720), answers, fed, given, room, 10**10, 3)


def lights(seen: Look) -> dict[str, Light]:
    return {one.code: one.light for one in checks(seen)}


async def hear(house: House) -> None:
    for fact in await house.facts("programme.ended"):
        await house.own.preflight.hear(fact)


def test_what_is_well_is_green_and_asks_for_nothing() -> None:
    assert set(lights(look()).values()) == {Light.GREEN}
    assert [one.mend for one in checks(look())] == [None] * 9


def test_before_an_encoder_comes_all_that_it_would_show_waits() -> None:
    found = lights(look(fed=False))
    assert (found["door"], found["disk"]) == (Light.GREEN, Light.GREEN)
    assert lights(look(fed=False, answers=False))["door"] is Light.RED
    assert {light for code, light in found.items() if code not in ("door", "disk")} == {Light.WAITING}


@pytest.mark.parametrize(
    ("code", "light", "numbers"),
    [
        ("picture", Light.RED, {"width": 0, "height": 0, "video_codec": ""}),
        ("picture", Light.AMBER, {"width": 854, "height": 480, "rungs": ["360p"]}),
        ("picture", Light.AMBER, {"fps": 12.5}),
        ("sound", Light.RED, {"audio_codec": ""}),
        ("sound", Light.AMBER, {"skew_ms": -300}),
        ("keyframes", Light.AMBER, {"keyframe_seconds": 3.0}),
        ("keyframes", Light.RED, {"keyframe_seconds": 8.0}),
        ("bitrate", Light.RED, {"bitrate_low": 1_000_000}),
        ("bitrate", Light.AMBER, {"bitrate_mean": 1_500_000, "bitrate_low": 1_400_000}),
        ("machine", Light.RED, {"queue_seconds": 3.5}),
        ("machine", Light.AMBER, {"rungs": ["360p"]}),
        ("disk", Light.RED, {"room": 10**9}),
    ],
)
def test_what_is_wrong_says_what_to_do_and_nothing_else_complains(
    code: str, light: Light, numbers: dict[str, object]
) -> None:
    found = checks(look(**numbers))  # type: ignore[arg-type]  # a test's loose keywords
    (wrong,) = [one for one in found if one.light in (Light.AMBER, Light.RED)]
    assert (wrong.code, wrong.light) == (code, light)
    assert wrong.mend


def test_upload_is_what_came_all_of_ten_seconds() -> None:
    steadiness = Steadiness()
    for second in range(9):
        assert steadiness.seen(6_000_000 if second % 2 else 2_000_000) == {}
    assert steadiness.seen(6_000_000) == {"bitrate_mean": 4_000_000, "bitrate_low": 4_000_000, "upload": 4_000_000}
    steadiness.seen(1_000_000)
    assert steadiness.seen(1_000_000)["bitrate_low"] == 1_000_000
    assert steadiness.seen(None) == {"upload": 4_000_000}


async def test_a_test_is_for_those_who_produce_and_gone_once_it_has_ended(house: House) -> None:
    channel = await house.channel()
    with pytest.raises(Forbidden):
        await house.own.preflight.begin(MODERATOR, channel.id)
    test = await house.own.preflight.begin(PRODUCER, channel.id)
    assert (test.visibility, test.state, test.test) == (Visibility.PRIVATE, ProgrammeState.STANDBY, True)
    assert (await house.own.preflight.begin(PRODUCER, channel.id)).id == test.id
    with pytest.raises(NotFound):
        await house.own.programmes.show(STRANGER, test.id)
    await house.key(channel, "secret")
    assert (await house.airing.admit(hello("secret"))).programme.id == test.id
    await house.airing.on_air(test.id)
    await house.own.preflight.end(PRODUCER, channel.id)
    await house.airing.ended(test.id)
    await hear(house)
    await hear(house)
    with pytest.raises(NotFound):
        await house.airing.programme(test.id)
    assert await house.own.preflight.test(PRODUCER, channel.id) == (channel, None)


async def test_an_encoder_left_running_after_a_test_does_not_put_the_show_on_air(house: House) -> None:
    channel = await house.channel()
    await house.key(channel, "secret")
    show = await house.programme(channel, planned_start=house.clock.now() + 10 * MINUTE)
    test = await house.own.preflight.begin(PRODUCER, channel.id)
    await house.airing.admit(hello("secret"))
    await house.airing.on_air(test.id)
    await house.own.preflight.end(PRODUCER, channel.id)
    await house.airing.ended(test.id)
    await hear(house)
    with pytest.raises(Forbidden, match="The test is over"):
        await house.airing.admit(hello("secret"))
    await house.own.producing.standby(PRODUCER, show.id)
    assert (await house.airing.admit(hello("secret"))).programme.id == show.id


async def test_a_test_ends_before_what_is_planned_and_when_it_was_forgotten(house: House) -> None:
    channel, other = await house.channel(), await house.channel()
    await house.programme(channel, planned_start=house.clock.now() + 5 * MINUTE)
    tests = [await house.own.preflight.begin(PRODUCER, one.id) for one in (channel, other)]
    await house.own.preflight.sweep()
    states = [(await house.airing.programme(one.id)).state for one in tests]
    assert states == [ProgrammeState.STANDBY, ProgrammeState.STANDBY]
    house.clock.advance(4 * 60)
    await house.own.preflight.sweep()
    states = [(await house.airing.programme(one.id)).state for one in tests]
    assert states == [ProgrammeState.ENDED, ProgrammeState.STANDBY]
    with pytest.raises(Conflict, match="begins in a moment"):
        await house.own.preflight.begin(PRODUCER, channel.id)
    house.clock.advance(12 * 60)
    await house.own.preflight.sweep()
    assert (await house.airing.programme(tests[1].id)).state is ProgrammeState.ENDED


async def test_a_test_never_takes_the_place_of_what_is_on_air_or_stands_by(house: House) -> None:
    channel, other = await house.channel(), await house.channel()
    await house.on_air(channel)
    with pytest.raises(Conflict, match="is on air here"):
        await house.own.preflight.begin(PRODUCER, channel.id)
    await house.programme(other, state=ProgrammeState.STANDBY, planned_start=None)
    with pytest.raises(Conflict, match="is on standby"):
        await house.own.preflight.begin(PRODUCER, other.id)


async def test_what_could_be_better_is_told_when_it_changes_and_only_then(house: House) -> None:
    programme = await house.on_air(await house.channel())
    for seconds in (2.0, 8.0, 8.0, 2.0, 2.0):
        await house.airing.measured(programme.id, {"bitrate": 4_000_000, "keyframe_seconds": seconds})
    told = await house.facts("programme.health")
    assert [fact.payload["advice"] for fact in told] == [["keyframes_far_apart"], []]
