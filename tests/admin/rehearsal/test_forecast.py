"""What a house can take, of what a rehearsal found."""

from dataclasses import replace

import pytest

from novacast_admin.rehearsal import forecast
from novacast_admin.rehearsal.models import Chatting, Interface, Resource, Talk, Watching
from tests.admin.rehearsal.reports import MACHINE, PLAN, STAGE, report, step


def test_viewers_are_reckoned_by_what_one_costs_the_server_without_the_crowds_share() -> None:
    able = forecast.viewers(report(plan=replace(PLAN, uplink=10**12)))
    assert able is not None
    assert able.proven == 300
    # (0.20 - 0.05) / 300 of a core for each, and 0.85 of a core to give, less what it takes anyway.
    processor = next(one for one in able.limits if one.resource is Resource.PROCESSOR)
    assert processor.most == pytest.approx((0.85 - 0.05) / (0.15 / 300))
    assert able.bound.most == min(one.most for one in able.limits)


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"plan": replace(PLAN, uplink=100_000_000)}, Resource.NETWORK),
        ({"machine": replace(MACHINE, descriptors=2000)}, Resource.DESCRIPTORS),
        ({"machine": replace(MACHINE, connections=1000)}, Resource.SETTING),
        ({"machine": replace(MACHINE, memory_free=280 * 1024**2)}, Resource.MEMORY),
        (
            {"watching": Watching(1 / 3, [step(300, 0.2), step(340, 0.22, late=0.3, behind=3.0)], [])},
            Resource.ENCODER,
        ),
        ({"plan": replace(PLAN, uplink=10**12)}, Resource.PROCESSOR),
    ],
)
def test_the_bottleneck_is_named(changed: dict[str, object], named: Resource) -> None:
    able = forecast.viewers(report(**changed))
    assert able is not None
    assert able.bound.resource is named, able.bound


def test_without_one_good_step_nothing_is_promised() -> None:
    late = Watching(1 / 3, [step(25, 0.9, late=0.5)], [])
    assert forecast.viewers(report(watching=late)) is None
    assert forecast.viewers(report(watching=None)) is None


def test_a_line_of_unknown_speed_is_no_limit_and_is_told_as_unknown() -> None:
    virtual = replace(MACHINE, interfaces=[Interface("eth0", None)])
    unknown = report(plan=replace(PLAN, uplink=None), machine=virtual)
    assert forecast.uplink(unknown) is None
    able = forecast.viewers(unknown)
    assert able is not None
    assert Resource.NETWORK not in {one.resource for one in able.limits}


def test_each_rung_has_its_own_number_of_viewers() -> None:
    large, small = forecast.rungs(report(plan=replace(PLAN, uplink=10**12)))
    assert (large.name, small.name) == ("720p", "360p")
    assert large.viewers < small.viewers


def test_an_encoder_takes_its_cores_from_the_viewers() -> None:
    lone = report(plan=replace(PLAN, uplink=10**12), machine=replace(MACHINE, cores=1))
    able = forecast.viewers(lone)
    assert able is not None
    assert able.most == able.proven, "what was seen is not reckoned away"


def test_the_chat_counts_each_message_to_each_person() -> None:
    able = forecast.chat(report())
    assert able is not None
    assert able.proven == 10_000
    assert able.most > able.proven
    assert forecast.messages(10_000, 1000, 0) == 10
    assert forecast.messages(10_000, 100, 30) == float("inf"), "more than that is shown to nobody"


def test_a_chat_that_was_never_in_time_promises_nothing() -> None:
    assert forecast.chat(report(chatting=Chatting([Talk(200, 8, 0.5, 2.0, 1.0, 0.1, 2.0)], 30))) is None


def test_a_sale_that_the_crowd_could_not_press_is_reckoned_further() -> None:
    selling = report().selling
    assert selling is not None
    pressed = replace(selling, server=0.4, crowd=1.0, machine=3.9)
    able = forecast.sale(report(selling=pressed))
    assert able is not None
    assert able[0].bound.resource is Resource.CROWD
    assert able[0].most == pytest.approx(400 * 0.85 / 0.4)
    assert able[1].most > able[1].proven


@pytest.mark.parametrize(
    ("server", "crowd", "machine", "sync", "named"),
    [
        (0.95, 0.3, 2.0, 0.03, Resource.PROCESSOR),
        (0.4, 0.9, 2.0, 0.03, Resource.CROWD),
        (0.3, 0.2, 1.0, 0.03, Resource.DISK),
        (0.3, 0.2, 1.0, 0.0001, Resource.PROCESSOR),
    ],
)
def test_what_a_sale_waits_for(server: float, crowd: float, machine: float, sync: float, named: Resource) -> None:
    assert forecast.missing(server, crowd, machine, 4, sync) is named


def test_the_disk_lasts_by_what_rungs_may_take_not_by_a_calm_picture() -> None:
    # Four Mbit/s announced, 0.4 MB/s written: 0.5 MB/s count, and the reserve is left alone.
    assert forecast.recorded(report()) == 500_000
    assert forecast.hours(report()) == pytest.approx(100e9 / 500_000 / 3600)
    assert forecast.hours(report(), programmes=2) == pytest.approx(100e9 / 1_000_000 / 3600)
    assert forecast.hours(report(disk=None)) is None
    assert forecast.hours(report(stage=None)) is None


def test_programmes_at_once_are_counted_in_encoders() -> None:
    assert forecast.programmes(report()) == pytest.approx(4 * 0.85 / 0.85)
    assert forecast.programmes(report(stage=replace(STAGE, encoder=0.0))) is None
