"""`novacast storage retention`."""

import json

from tests.admin.commands import Novacast
from tests.admin.test_videos import lantern

__all__ = ["lantern"]


def test_it_tells_what_is_due_in_words_and_for_programs(lantern: Novacast) -> None:
    told = lantern("storage", "retention", "--json")
    assert told.code == 0, told.err
    items = {one["name"]: one for one in json.loads(told.out)["items"]}
    assert {name: one["days"] for name, one in items.items()} == {
        "sessions": 30,
        "account": 400,
        "live": 400,
        "unpaid": 90,
        "waiting": 90,
        "chat": 0,
        "notices": 90,
        "imports": 90,
    }
    assert {one["due"] for one in items.values()} == {0}
    assert "for ever" in lantern("storage", "retention").out
