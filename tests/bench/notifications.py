"""What everybody else feels while many are told of something. `python -m tests.bench.notifications [--people N]`

A venue with its worker, and a person who follows and leaves a house over and over, each time a commit on disk: first
alone, then while a new video is told to so many followers, each by a notice on the page and a mail that waits for its
turn. Prints a Markdown table.
"""

import argparse
import asyncio
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.app.test_notifications import count, publish
from tests.app.venue import Venue, open_venue

ALONE = 200
"""Requests before."""
MOST_SECONDS = 120.0


async def wishes(venue: Venue, token: str, over: Callable[[int], bool]) -> list[float]:
    """Milliseconds of each request until it is over."""
    took: list[float] = []
    began = time.monotonic()
    while not over(len(took)) and time.monotonic() - began < MOST_SECONDS:
        method = ("PUT", "DELETE")[len(took) % 2]
        before = time.monotonic()
        answer = await venue.ask(method, f"/api/v1/me/follows/organizations/{venue.org}", token)
        took.append((time.monotonic() - before) * 1000)
        assert answer.status in (200, 204), answer.body
    return sorted(took)


def line(name: str, took: list[float]) -> str:
    at = {share: took[min(len(took) - 1, int(len(took) * share))] for share in (0.5, 0.99)}
    return f"| {name} | {len(took)} | {at[0.5]:.1f} | {at[0.99]:.1f} | {took[-1]:.0f} |"


async def main(people: int) -> None:
    with tempfile.TemporaryDirectory(prefix="novacast-bench-") as folder:
        async with open_venue(Path(folder) / "data") as venue:
            token = await venue.token("visitor")
            alone = await wishes(venue, token, lambda done: done >= ALONE)
            await publish(venue, people)
            began = time.monotonic()
            told = await wishes(venue, token, lambda done: done % 20 == 0 and count(venue, OVER) > 0)
            seconds = time.monotonic() - began
            reached, mails = count(venue, "news_notices"), count(venue, "mail WHERE patient = 1")
    print("| a follow or a leave, on disk | requests | p50 ms | p99 ms | slowest ms |\n|---|---|---|---|---|")
    print(line("nothing else happens", alone))
    print(line(f"{people:,} are told", told))
    print(f"\n{reached:,} told in {seconds:.1f} s, {reached / seconds:,.0f} a second, with {mails:,} mails queued.")


OVER = "news_occasions WHERE ended_at IS NOT NULL"

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=10_000)
    asyncio.run(main(parser.parse_args().people))
