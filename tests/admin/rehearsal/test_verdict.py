"""Whether a house is ready for an event."""

from dataclasses import replace

import pytest

from novacast_admin.rehearsal.models import Chatting, Disk, Letters, Part, Rung, Watching
from novacast_admin.rehearsal.verdict import Answer, Expected, Verdict, ready, verdicts
from tests.admin.rehearsal.reports import PLAN, STAGE, report, step

EVENING = Expected("The last night", 250, 3.0, 600, ["720p", "360p"])


def by_part(found: object) -> dict[str, Verdict]:
    return {one.part: one for one in found}  # type: ignore[attr-defined]  # a list of them


def test_a_house_that_has_shown_all_of_it_gets_a_go_for_every_part() -> None:
    found = verdicts(report(), EVENING)
    assert {one.part for one in found} >= set(Part)
    assert {one.answer for one in found} == {Answer.GO}, found
    assert ready(found)


def test_more_viewers_than_were_shown_are_a_maybe_and_more_than_can_be_reckoned_a_no_go() -> None:
    shown = by_part(verdicts(report(), replace(EVENING, viewers=340)))[Part.VIEWERS]
    assert shown.answer is Answer.MAYBE
    assert shown.mend
    found = verdicts(report(), replace(EVENING, viewers=5000))
    beyond = by_part(found)[Part.VIEWERS]
    assert beyond.answer is Answer.NO_GO
    assert "network" in beyond.reason
    assert "line" in beyond.mend
    assert not ready(found)


@pytest.mark.parametrize(
    ("changed", "part"),
    [
        ({"stage": replace(STAGE, behind=4.0)}, Part.STAGE),
        ({"stage": replace(STAGE, made=[Rung("360p", 1_000_000)])}, Part.STAGE),
        ({"watching": Watching(1 / 3, [step(25, 0.9, stalls=0.2)], [])}, Part.VIEWERS),
        ({"chatting": Chatting([], 30)}, Part.CHAT),
        ({"disk": Disk("/srv", 200e6, 0.001, 10**12, 3 * 10**9, 10**9, True)}, Part.DISK),
        ({"disk": Disk("/srv", 0.6e6, 0.001, 10**12, 10**12, 10**9, True)}, Part.DISK),
    ],
)
def test_what_fails_is_named_with_what_to_do(changed: dict[str, object], part: Part) -> None:
    found = verdicts(report(**changed), EVENING)
    assert not ready(found)
    wrong = by_part(found)[part]
    assert wrong.answer is Answer.NO_GO
    assert wrong.reason
    assert wrong.mend


def test_a_rung_that_the_event_does_not_want_may_be_missing() -> None:
    small = replace(STAGE, made=[Rung("360p", 1_000_000)])
    found = by_part(verdicts(report(stage=small), replace(EVENING, rungs=["360p"])))
    assert found[Part.STAGE].answer is Answer.GO


def test_a_rush_for_tickets_is_held_against_baskets_and_orders() -> None:
    found = by_part(verdicts(report(), replace(EVENING, places=200_000)))
    assert found[Part.SALE].answer is Answer.NO_GO
    assert "orders a second" in found[Part.SALE].reason


def test_what_was_not_tried_is_unknown_and_stands_in_nobodys_way() -> None:
    tried = report(stage=None, watching=None, chatting=None, selling=None, letters=None, disk=None)
    tried.skipped[Part.STAGE] = "There is no FFmpeg."
    found = verdicts(tried, EVENING)
    assert {one.answer for one in found} == {Answer.UNKNOWN}
    assert by_part(found)[Part.STAGE].reason == "There is no FFmpeg."
    assert ready(found)


def test_a_line_of_unknown_speed_is_asked_for_with_what_the_event_needs() -> None:
    blind = report(plan=replace(PLAN, uplink=None), machine=replace(report().machine, interfaces=[]))
    line = by_part(verdicts(blind, EVENING))["line"]
    assert line.answer is Answer.UNKNOWN
    assert "625 Mbit/s" in line.reason
    assert "--uplink" in line.mend


def test_letters_that_are_late_are_no_reason_to_stay_at_home() -> None:
    late = by_part(verdicts(report(letters=Letters(500, 450, 90.0, 450)), EVENING))[Part.WEBHOOKS]
    assert late.answer is Answer.MAYBE
    assert "450 of 500" in late.reason


def test_an_event_that_is_not_recorded_needs_no_room() -> None:
    full = Disk("/srv", 200e6, 0.001, 10**12, 10**9, 10**9, True)
    found = by_part(verdicts(report(disk=full), replace(EVENING, recorded=False)))
    assert found[Part.DISK].answer is Answer.GO
