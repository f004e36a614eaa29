"""The moves of a programme, and which one a feed is for."""

from dataclasses import replace
from itertools import product

import pytest

from novacast.clock import HOUR, MINUTE
from novacast.errors import Conflict
from novacast.live.models import FeedRole, Programme, ProgrammeState, StreamKey, chosen, may_see, moved, resting
from novacast.visibility import Visibility
from tests.live.conftest import (
    CHANNEL,
    DOOR,
    EARLY,
    GUEST,
    MANAGER,
    MODERATOR,
    OUTSIDER,
    OWNER,
    PRODUCER,
    PROGRAMME,
    STRANGER,
)

NOW = 10_000 * HOUR
PLANNED, STANDBY, ON_AIR, INTERRUPTED, ENDED = ProgrammeState
LEGAL = {
    (PLANNED, STANDBY),
    (PLANNED, ON_AIR),
    (STANDBY, ON_AIR),
    (STANDBY, ENDED),
    (ON_AIR, INTERRUPTED),
    (ON_AIR, ENDED),
    (INTERRUPTED, ON_AIR),
    (INTERRUPTED, ENDED),
}


@pytest.mark.parametrize(("before", "after"), list(product(ProgrammeState, repeat=2)))
def test_every_move_is_legal_or_refused_and_standing_still_is_neither(
    before: ProgrammeState, after: ProgrammeState
) -> None:
    programme = replace(PROGRAMME, state=before)
    if before is after:
        assert not moved(programme, after)
    elif (before, after) in LEGAL:
        assert moved(programme, after)
    else:
        with pytest.raises(Conflict):
            moved(programme, after)


def programme(id: str, state: ProgrammeState, start: int | None = None, end: int | None = None) -> Programme:
    began = NOW if state in (ON_AIR, INTERRUPTED, ENDED) else None
    return replace(PROGRAMME, id=id, state=state, planned_start=start, planned_end=end, started_at=began)


on_air, interrupted = programme("on_air", ON_AIR), programme("interrupted", INTERRUPTED)
standby, ended = programme("standby", STANDBY), programme("ended", ENDED)
soon = programme("soon", PLANNED, NOW + 30 * MINUTE)
later = programme("later", PLANNED, NOW + 30 * MINUTE + 1)
late = programme("late", PLANNED, NOW - HOUR)
missed = programme("missed", PLANNED, NOW - 12 * HOUR)
over = programme("over", PLANNED, NOW - 2 * HOUR, NOW)
running = programme("running", PLANNED, NOW - 2 * HOUR, NOW + 1)


@pytest.mark.parametrize(
    ("there", "expected"),
    [
        ([], None),
        ([on_air, standby, soon, late], "on_air"),
        ([interrupted, standby, soon], "interrupted"),
        ([standby, soon, late], "standby"),
        ([soon], "soon"),
        ([later], None),
        ([late], "late"),
        ([late, soon], "soon"),
        ([running, soon], "soon"),
        ([running], "running"),
        ([missed], None),
        ([over], None),
        ([ended], None),
        ([replace(on_air, wanted_end=True)], None),
        ([replace(on_air, wanted_end=True), soon], "soon"),
    ],
)
def test_a_feed_is_for_what_is_on_air_else_on_standby_else_nearest_in_the_plan(
    there: list[Programme], expected: str | None
) -> None:
    for order in (there, there[::-1]):
        found = chosen(order, NOW, EARLY)
        assert (found and found.id) == expected


@pytest.mark.parametrize(
    ("there", "expected"),
    [
        ([], False),
        ([on_air], False),
        ([replace(on_air, wanted_end=True)], True),
        ([replace(ended, ended_at=NOW - MINUTE + 1)], False),
        ([replace(ended, ended_at=NOW - MINUTE + 1, wanted_end=True)], True),
        ([replace(ended, ended_at=NOW - MINUTE, wanted_end=True)], False),
    ],
)
def test_a_channel_rests_for_a_minute_after_its_producer_ended_a_programme(
    there: list[Programme], expected: bool
) -> None:
    assert resting(there, NOW) is expected


def test_a_key_is_good_until_it_is_over_or_revoked() -> None:
    key = StreamKey("k", "c", "o", "p", "", FeedRole.MAIN, 0, None, None, None)
    assert key.good(NOW)
    assert replace(key, expires_at=NOW + 1).good(NOW)
    assert not replace(key, expires_at=NOW).good(NOW)
    assert not replace(key, revoked_at=NOW - 1).good(NOW)


MAKERS, MEMBERS, SIGNED_IN = {"owner", "manager", "producer"}, {"moderator", "door"}, {"outsider", "guest"}
SEEN = {
    Visibility.PUBLIC: MAKERS | MEMBERS | SIGNED_IN | {""},
    Visibility.UNLISTED: MAKERS | MEMBERS | SIGNED_IN | {""},
    Visibility.SIGNED_IN: MAKERS | MEMBERS | SIGNED_IN,
    Visibility.ORGANIZATION: MAKERS | MEMBERS,
    Visibility.PRIVATE: MAKERS,
}


@pytest.mark.parametrize("visibility", list(Visibility))
def test_a_thing_is_seen_as_its_visibility_says_and_by_its_makers_always(visibility: Visibility) -> None:
    everyone = (OWNER, MANAGER, PRODUCER, MODERATOR, DOOR, OUTSIDER, GUEST, STRANGER)
    for thing in (replace(CHANNEL, visibility=visibility), replace(PROGRAMME, visibility=visibility)):
        assert {who.name for who in everyone if may_see(who, thing)} == SEEN[visibility]
