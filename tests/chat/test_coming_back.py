"""How pages come back to a room that was lost: the page's own script, under Node."""

import json
import shutil
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import novacast.web

HERE = Path(__file__).parent
NODE = shutil.which("node")

pytestmark = pytest.mark.skipif(NODE is None, reason="node is not installed")


def module(folder: Path) -> Path:
    """The page's script where Node takes it for a module."""
    copy = folder / "chatlink.mjs"
    shutil.copy(Path(novacast.web.__file__).parent / "static/js/chatlink.js", copy)
    return copy


def spread(waits: list[float], most: float) -> None:
    """Evenly over all of it: no tenth has much more than its share of those who come back."""
    assert len(waits) == 1000
    assert 0 <= min(waits) < max(waits) <= most
    tenths = Counter(int(wait / most * 10) for wait in waits)
    assert all(50 < tenths[tenth] < 150 for tenth in range(10)), tenths


def test_a_thousand_pages_come_back_spread_over_a_time_that_grows(tmp_path: Path) -> None:
    assert NODE is not None
    argv = [NODE, str(HERE / "jitter.mjs"), str(module(tmp_path))]
    told: Any = json.loads(subprocess.run(argv, check=True, stdout=subprocess.PIPE, timeout=60).stdout)
    for waits, most in zip(told["grown"], (1000, 2000, 4000, 8000, 15_000, 15_000, 15_000), strict=True):
        spread(waits, most)
    spread(told["restart"], 4000)
    spread([wait - 7000 for wait in told["retry"]], 2000)
    # Who has to log in, or may not be there, does not come back at all.
    assert told["login"] == 0
    assert told["over"] == [2000, "login", "gone"]
