"""`novacast event`, on a real data folder."""

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.admin.commands import Novacast, venue_of_ada


@pytest.fixture
def venue(novacast: Novacast, tmp_path: Path) -> Novacast:
    venue_of_ada(novacast, tmp_path, "The Lantern")
    return novacast


def made(venue: Novacast, *options: str) -> dict[str, Any]:
    done = venue("event", "create", "The last night", "--org", "the-lantern", *options, "--json")
    assert done.code == 0, done.err
    told: dict[str, Any] = json.loads(done.out)
    return told


def test_an_event_is_made_published_hidden_and_listed_with_its_hours(venue: Novacast) -> None:
    event = made(venue, "--zone", "Europe/Vienna", "--at", "2030-12-31T20:00", "--hours", "3", "--place", "Lamp Lane 4")
    assert (event["published"], event["venue"], event["currency"]) == (False, "Lamp Lane 4", "EUR")
    (night,) = event["performances"]
    assert (night["starts_at"][:16], night["ends_at"][:16]) == ("2030-12-31T19:00", "2030-12-31T22:00")
    assert json.loads(venue("event", "publish", event["id"], "--json").out)["published"]
    listed = venue("event", "list", "--org", "the-lantern")
    assert "The last night" in listed.out
    assert "2030-12-31 20:00" in listed.out, "by the clock of the place"
    assert not json.loads(venue("event", "publish", event["id"], "--off", "--json").out)["published"]
    shown = venue("event", "show", event["id"])
    assert (shown.code, night["id"] in shown.out, "draft" in shown.out) == (0, True, True)
    told = json.loads(venue("event", "show", event["id"], "--json").out)
    assert told["performances"][0]["sold"] == 0


def test_a_cancelled_event_sells_nothing_more_and_asks_before(venue: Novacast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("n\n"))
    event = made(venue, "--at", "2030-12-31T20:00")
    assert venue("event", "cancel", event["id"]).code == 1
    done = json.loads(venue("event", "cancel", event["id"], "--yes", "--json").out)
    assert [one["state"] for one in done["cancelled"]] == ["cancelled"]
    assert json.loads(venue("event", "cancel", event["id"], "--yes", "--json").out)["cancelled"] == []


def test_what_can_not_be_is_refused_by_name(venue: Novacast) -> None:
    refused = venue("event", "create", "X", "--org", "the-lantern", "--zone", "Mars/Olympus")
    assert refused.code == 65
    assert "Mars/Olympus" in refused.err
    assert venue("event", "show", "nothing").code == 66
    assert venue("event", "list", "--org", "nobody").code == 66
