"""`novacast letters`, as it is typed."""

import json
from pathlib import Path

from novacast.i18n import Languages
from novacast.notifications.kinds import KINDS
from tests.admin.commands import Novacast


def test_every_mail_is_listed_shown_and_saved(novacast: Novacast, tmp_path: Path) -> None:
    listed = json.loads(novacast("letters", "list", "--json").out)
    assert {one["name"] for one in listed["items"]} == KINDS.keys()
    assert listed["languages"] == list(Languages().tags)
    shown = novacast("letters", "show", "order_paid", "--language", "de").out
    assert shown.startswith("Subject: Ihre Tickets: Hamlet\n")
    assert "List-Unsubscribe" not in shown
    assert "List-Unsubscribe: <http" in novacast("letters", "show", "on_air").out
    assert novacast("letters", "show", "on_air", "--html").out.startswith("<!doctype html>")
    assert json.loads(novacast("letters", "show", "on_air", "--json").out)["language"] == "en"
    saved = novacast("letters", "save", str(tmp_path / "letters"), "--json")
    assert json.loads(saved.out)["files"] == len(KINDS) * len(Languages().tags)
    assert "on_air.de.html" in (tmp_path / "letters" / "index.html").read_text(encoding="utf-8")


def test_a_mail_that_there_is_not_is_named(novacast: Novacast) -> None:
    refused = novacast("letters", "show", "no_such")
    assert refused.code != 0
    assert "no_such" in refused.err
