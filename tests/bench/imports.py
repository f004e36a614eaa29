"""How long a big house's orders take to come over, and in how much memory. `python -m tests.bench.imports`

A season's event and its orders of one to four tickets with codes, as CSV, brought by `novacast import` as an operator
does it, into a data folder of its own; then the same file again, of which nothing is new; then all of it taken back.
Prints a Markdown table.
"""

import argparse
import csv
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

EVENT = {
    "event": "season", "title": "The whole season", "venue": "The Lantern", "timezone": "Europe/Vienna",
    "currency": "EUR", "performance": "1", "starts": "2034-03-01 20:00", "item": "standing", "ticket": "Standing",
    "price": "20.00", "published": "yes",
}  # fmt: skip


def novacast(folder: Path, *words: str) -> tuple[str, float, float]:
    """What it printed, seconds, and the most memory of any child so far in MB."""
    environment = {**os.environ, "NOVACAST_DATA": str(folder / "data"), "HOME": str(folder)}
    argv = [sys.executable, "-m", "novacast_admin.cli.main", *words]
    began = time.monotonic()
    done = subprocess.run(argv, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"novacast {' '.join(words)}: {done.stderr}{done.stdout}")
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return done.stdout, time.monotonic() - began, memory


def write(folder: Path, tickets: int) -> tuple[Path, Path, int]:
    event, orders = folder / "events.csv", folder / "orders.csv"
    with event.open("w", newline="") as file:
        out = csv.DictWriter(file, [*EVENT, "places"])
        out.writeheader()
        out.writerow({**EVENT, "places": tickets})
    made = order = 0
    with orders.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(
            ("order", "event", "performance", "ticket", "price", "status", "buyer_name", "buyer_email", "code")
        )
        while made < tickets:
            order += 1
            for _ in range(min(1 + order % 4, tickets - made)):
                made += 1
                rows.writerow((f"O{order:06}", "season", "1", "Standing", "20.00", "paid", f"Buyer {order}",
                               f"buyer{order}@example.org", f"code{made:08}"))  # fmt: skip
    return event, orders, order


def main(tickets: int) -> None:
    with tempfile.TemporaryDirectory(prefix="novacast-bench-") as name:
        folder = Path(name)
        event, orders, count = write(folder, tickets)
        (folder / "password").write_text("a lamp in the projector\n")
        who = ("--email", "ada@lantern.example", "--name", "Ada", "--password-file", str(folder / "password"))
        novacast(folder, "init", *who, "--organization", "Lantern")
        novacast(folder, "import", "events", str(event), "--org", "lantern")
        print("| step | seconds | tickets a second | most memory, MB |\n|---|---|---|---|")
        made = ""
        for step in ("brought", "brought again"):
            said, seconds, memory = novacast(folder, "import", "orders", str(orders), "--org", "lantern", "--json")
            told = json.loads(said)
            made = made or told["id"]
            assert told["counts"]["made"] + told["counts"]["known"] == count, told
            print(f"| {step} | {seconds:.0f} | {tickets / seconds:,.0f} | {memory:.0f} |", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tickets", type=int, default=100_000)
    main(parser.parse_args().tickets)
