"""`novacast stream`, on a real data folder."""

import json
from pathlib import Path

import pytest

from tests.admin.commands import SECRET, Novacast, venue_of_ada


@pytest.fixture
def venue(novacast: Novacast, tmp_path: Path) -> Novacast:
    venue_of_ada(novacast, tmp_path, "The Lantern")
    (tmp_path / "secret").write_text(f"{SECRET}\n")
    added = novacast("user", "add", "bo@lantern.example", "--name", "Bo", "--password-file", str(tmp_path / "secret"))
    assert added.code == 0, added.err
    return novacast


def test_a_channel_gets_keys_that_are_shown_once_and_revoked(venue: Novacast) -> None:
    made = venue("stream", "channel-add", "Great hall", "--org", "the-lantern", "--profile", "ultra", "--json")
    channel = json.loads(made.out)
    assert (channel["name"], channel["profile"]) == ("Great hall", "ultra")
    listed = json.loads(venue("stream", "channels", "--org", "the-lantern", "--json").out)
    assert [one["id"] for one in listed["items"]] == [channel["id"]]

    done = venue("stream", "key-add", channel["id"], "--owner", "ada@lantern.example", "--name", "van")
    secret = done.out.strip()
    assert secret.startswith("nova_")
    assert "rtmp://" in done.err
    shown = venue("stream", "keys", channel["id"], "--json").out
    assert secret not in shown
    (key,) = json.loads(shown)["items"]
    assert (key["name"], key["role"], key["revoked_at"]) == ("van", "main", None)
    assert json.loads(venue("stream", "key-revoke", key["id"], "--json").out)["revoked_at"] is not None
    assert venue("stream", "keys", channel["id"]).code == 0


def test_keys_are_for_those_who_may_produce(venue: Novacast) -> None:
    channel = json.loads(venue("stream", "channel-add", "Hall", "--org", "the-lantern", "--json").out)
    refused = venue("stream", "key-add", channel["id"], "--owner", "bo@lantern.example")
    assert refused.code != 0
    assert "novacast user role" in refused.err
    assert json.loads(venue("stream", "keys", channel["id"], "--json").out)["items"] == []


def test_programmes_are_listed_and_what_is_not_there_is_named(venue: Novacast) -> None:
    channel = json.loads(venue("stream", "channel-add", "Hall", "--org", "the-lantern", "--json").out)
    assert json.loads(venue("stream", "programmes", channel["id"], "--json").out) == {"items": [], "next": None}
    assert venue("stream", "programmes", channel["id"], "--state", "sleeping").code == 65
    assert "no such programme" in venue("stream", "end", "nothing").err
    assert venue("stream", "channel-add", "Hall", "--org", "the-lantern", "--visibility", "odd").code == 65
