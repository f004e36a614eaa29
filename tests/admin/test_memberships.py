"""`novacast membership`: what has become of those that a provider counts."""

import json

from tests.admin.commands import Novacast
from tests.admin.test_videos import lantern

__all__ = ["lantern"]


def test_those_that_nobody_outside_counts_are_not_asked_about(lantern: Novacast) -> None:
    assert json.loads(lantern("membership", "settle", "--json").out) == {"asked": 0, "state": None}
    assert "0 memberships" in lantern("membership", "settle").err
    missing = lantern("membership", "settle", "nowhere")
    assert missing.code != 0
    assert "There is no such membership" in missing.err
