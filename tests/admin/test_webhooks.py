"""`novacast webhook`, on a real data folder."""

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.admin.commands import Novacast, venue_of_ada

URL = "https://crm.example/hook"


@pytest.fixture
def venue(novacast: Novacast, tmp_path: Path) -> Novacast:
    venue_of_ada(novacast, tmp_path, "The Lantern")
    return novacast


def made(venue: Novacast) -> dict[str, Any]:
    done = venue("webhook", "create", URL, "--org", "the-lantern", "--topic", "order.paid.v1", "--json")
    assert done.code == 0, done.err
    told: dict[str, Any] = json.loads(done.out)
    return told


def test_a_webhook_shows_its_secret_once_and_can_be_removed(venue: Novacast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("n\n"))
    webhook = made(venue)
    assert webhook["secret"].startswith("whsec_")
    shown = venue("webhook", "show", webhook["id"], "--json").out
    assert webhook["secret"] not in shown
    assert json.loads(shown)["topics"] == ["order.paid.v1"]
    assert "order.paid.v1" in venue("webhook", "show", webhook["id"]).out
    assert URL in venue("webhook", "list", "--org", "the-lantern").out
    assert venue("webhook", "remove", webhook["id"]).code == 1
    assert venue("webhook", "remove", webhook["id"], "--yes").code == 0
    assert json.loads(venue("webhook", "list", "--org", "the-lantern", "--json").out) == {"items": []}


def test_a_test_is_sent_told_of_and_sent_again(venue: Novacast) -> None:
    webhook = made(venue)
    sent = json.loads(venue("webhook", "test", webhook["id"], "--json").out)
    assert (sent["type"], sent["state"], sent["attempts"]) == ("webhook.test.v1", "pending", 0)
    listed = json.loads(venue("webhook", "deliveries", webhook["id"], "--state", "pending", "--json").out)
    assert [one["id"] for one in listed["items"]] == [sent["id"]]
    assert sent["id"] in venue("webhook", "deliveries", webhook["id"]).out
    story = json.loads(venue("webhook", "story", sent["id"], "--json").out)
    assert json.loads(story["body"])["type"] == "webhook.test.v1"
    assert story["log"] == []
    assert venue("webhook", "story", sent["id"]).code == 0
    again = venue("webhook", "redeliver", sent["id"], "--json")
    assert json.loads(again.out) == {"deliveries": 1}, again.err
    assert json.loads(venue("webhook", "redeliver", "--webhook", webhook["id"], "--json").out) == {"deliveries": 0}


def test_what_can_not_be_is_refused_by_name(venue: Novacast) -> None:
    webhook = made(venue)
    assert venue("webhook", "create", URL, "--org", "the-lantern", "--topic", "order.paid.v1").code == 75
    assert venue("webhook", "create", "http://10.0.0.1/", "--org", "the-lantern", "--topic", "order.paid.v1").code == 65
    assert venue("webhook", "create", URL, "--org", "the-lantern", "--topic", "tea.ready.v1").code == 65
    assert (
        venue("webhook", "create", URL, "--org", "the-lantern", "--topic", "order.paid.v1", "--scheme", "x").code == 65
    )
    assert venue("webhook", "deliveries", webhook["id"], "--state", "lost").code == 65
    assert venue("webhook", "redeliver").code == 65
    assert venue("webhook", "redeliver", "d", "--webhook", webhook["id"]).code == 65
