"""What the stand-in knows, kept in a file between two starts of a demo."""

import json
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Any

from novacast_admin.stripe_stand_in.idempotency import Kept
from novacast_admin.stripe_stand_in.server import StandIn


def load(standin: StandIn, file: Path) -> None:
    """Nothing where there is no file yet; what fell due meanwhile happens at the next look at the clock."""
    if not file.exists():
        return
    state: dict[str, Any] = json.loads(file.read_text())
    account = standin.account
    account.objects.update(state["objects"])
    account.events.extend(state["events"])
    account.numbers = Counter(state["numbers"])
    standin.keys.kept.update({key: Kept(**one) for key, one in state["keys"].items()})
    standin.payouts.inside.update(state["inside"])
    standin.resume()


def save(standin: StandIn, file: Path) -> None:
    """Whole, or as it was."""
    account = standin.account
    state = {
        "objects": account.objects,
        "events": account.events,
        "numbers": account.numbers,
        # A request that has no answer yet is made again.
        "keys": {key: asdict(one) for key, one in standin.keys.kept.items() if one.status is not None},
        "inside": standin.payouts.inside,
    }
    unfinished = file.with_suffix(".new")
    unfinished.write_text(json.dumps(state))
    unfinished.replace(file)
