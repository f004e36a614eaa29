"""Two thousand buyers over HTTP on 600 seats and 500 places to stand, who click twice, reload and wander off, while the
server is killed and started again three times.

Run: `python -m tests.bench.storm`. It fails where a seat is sold twice, a ticket is lost, or a buyer ends without
tickets or a clear refusal; at the end the books are gone through.
"""

import asyncio
import tempfile
from pathlib import Path

from tests.tickets.storming import BUYERS, KILLED_AFTER, ROOM, SEATS, storm


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="novacast-bench-") as folder:
        outcome = asyncio.run(storm(Path(folder) / "data"))
    ends = ", ".join(f"{count} {what}" for what, count in outcome.ends.most_common())
    print(f"{BUYERS} buyers in {outcome.seconds:.0f} s, {len(KILLED_AFTER)} deaths of the server: {ends}.")
    print(f"Sold: {outcome.seated} of {SEATS} seats, {outcome.standing} of {ROOM} places to stand.")
    print("The books: " + ("in order" if outcome.audit.clean else f"broken: {outcome.audit.broken}"))


if __name__ == "__main__":
    main()
