"""`novacast keys` and `novacast upgrade`, as they are typed."""

import json
from pathlib import Path

from novacast.security.keys import Signer, secret
from tests.admin.commands import Novacast
from tests.admin.test_backup import lantern

__all__ = ["lantern"]


def test_keys_are_shown_rotated_and_retired(lantern: Novacast, tmp_path: Path) -> None:
    link = Signer(secret(tmp_path / "data" / "keys", "installation"), "links").sign(b"x")
    assert "the beginning" in lantern("keys", "show").out
    assert lantern("keys", "rotate").code == 0
    shown = lantern("keys", "show", "--json")
    assert [one["use"] for one in json.loads(shown.out)["items"]] == ["signs", "reads"]
    assert Signer(secret(tmp_path / "data" / "keys", "installation"), "links").verify(link) == b"x"
    assert "1 older keys" in lantern("keys", "retire").err
    assert "no older key" in lantern("keys", "retire").err


def test_an_upgrade_looks_whether_the_venue_works(lantern: Novacast) -> None:
    assert json.loads(lantern("upgrade", "--plan", "--json").out)["migrations"] == []
    done = json.loads(lantern("upgrade", "--json").out)
    assert (done["migrations"], done["rolled_back"], done["copy"]) == ([], False, None)
    assert [one["check"] for one in done["findings"]] == ["database", "books", "pages"]
