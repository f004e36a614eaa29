"""Holds per second over HTTP, beside a handler that does nothing behind the same middlewares, in one run.

Run: `python -m tests.bench.holds [--seconds N] [--rounds N] [--buyers N]`. Needs wrk. The server has one core and the
load the other. Each hold is on disk before its answer: basket, units, quotas, what was moved, the fact, and the answer
that is remembered under its Idempotency-Key. Somebody looks at the hall before seats are named, as buyers do. The ways
are measured in turn within each round; the table shows medians, and the median of the ratios within a round. Then as
many buyers as before ask for one basket a second each, which is how people come, and for nothing in turn. At the end
the books are gone through.
"""

import argparse
import asyncio
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from uuid import uuid4

from aiohttp import ClientSession, TCPConnector

from tests.bench.delivery import pinned
from tests.bench.holds_server import ROW

HOLDS = 900_000
PAIRS = 5000
"""Of seats that are there for a round; of 20,000 there are two rounds."""
BREATH, TURNS = 3.0, 3
"""Seconds until what was asked for before is told to everybody; and how often both are asked in turn."""
PUBLISHED = 350
"""Tickets a minute of one event that pretix' older guide for large sales names as the ceiling: 300 to 400."""

SCRIPT = """
local n = {first}
request = function()
  n = n + 1
  local headers = {{ ["Content-Type"] = "application/json" }}
  {key}
  {body}
  return wrk.format("POST", "{path}", headers, body)
end
local bad = 0
response = function(status) if status >= 300 then bad = bad + 1; wrk.thread:set("bad", bad) end end
local threads = {{}}
setup = function(thread) table.insert(threads, thread) end
done = function(summary, latency)
  local refused = 0
  for _, thread in ipairs(threads) do refused = refused + (thread:get("bad") or 0) end
  io.write(string.format("RESULT %d %d %d %d %d\\n", summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(99), refused + summary.errors.connect + summary.errors.timeout))
end
"""
KEY = 'headers["Idempotency-Key"] = string.format("bench-{round}-%d", n)'


@dataclass(frozen=True, slots=True)
class Result:
    per_second: float
    median: float
    """Milliseconds."""
    p99: float
    bad: int


def load(address: str, script: Path, seconds: int, buyers: int) -> Result:
    command = pinned(1, "wrk", "-t", "1", "-c", str(buyers), "-d", f"{seconds}s", "--timeout", "20s")
    done = subprocess.run([*command, "-s", str(script), address], capture_output=True, text=True, check=True)
    found = re.search(r"RESULT (\d+) (\d+) (\d+) (\d+) (\d+)", done.stdout)
    assert found is not None, done.stdout + done.stderr
    requests, micros, median, p99, bad = map(int, found.groups())
    return Result(requests / micros * 1e6, median / 1000, p99 / 1000, bad)


def look_at_the_hall(address: str, night: str) -> None:
    with urllib.request.urlopen(f"{address}/api/v1/performances/{night}/hall") as response:
        assert response.status == HTTPStatus.OK


async def walking(address: str, path: str, standing: str, buyers: int, seconds: int) -> Sequence[float]:
    """Milliseconds that each waits for an answer, where everybody asks for one a second, in no step with each other."""
    body, times = {"lines": [{"item": standing, "quantity": 1}]}, []

    async def buyer(client: ClientSession, number: int) -> None:
        await asyncio.sleep(number / buyers)
        for _ in range(seconds):
            began = time.perf_counter()
            async with client.post(path, json=body, headers={"Idempotency-Key": str(uuid4())}) as response:
                assert response.ok, await response.text()
                await response.read()
            took = time.perf_counter() - began
            times.append(took * 1000)
            await asyncio.sleep(max(0, 1 - took))

    async with ClientSession(address, connector=TCPConnector(limit=0)) as client:
        await asyncio.gather(*(buyer(client, number) for number in range(buyers)))
    return times


def paced(address: str, night: str, standing: str, buyers: int, seconds: int) -> None:
    """Baskets and nothing in turn, after a breath, so that what else the machine does is in both."""
    os.sched_setaffinity(0, {1})
    paths = {"nothing": "/api/v1/nothing", "a basket": f"/api/v1/performances/{night}/holds"}
    found: dict[str, list[float]] = {name: [] for name in paths}
    time.sleep(BREATH)
    for _ in range(TURNS):
        for name, path in paths.items():
            found[name] += asyncio.run(walking(address, path, standing, buyers, seconds))
    print(f"\n| {buyers} buyers, one a second each | p50 ms | p95 ms | p99 ms | slowest |\n|---|---|---|---|---|")
    for name, times in found.items():
        ordered = sorted(times)
        cells = [ordered[min(len(ordered) - 1, len(ordered) * part // 100)] for part in (50, 95, 99, 100)]
        print(f"| {name} | {' | '.join(f'{one:.1f}' for one in cells)} |")


def ways(night: str, standing: str, seated: str, number: int) -> dict[str, str]:
    plain = json.dumps({"lines": [{"item": standing, "quantity": 1}]})
    sale = json.dumps({"lines": [{"item": standing, "quantity": 1}], "method": "cash"})
    pair = (
        f"local row = math.floor(n / {ROW // 2}); local seat = (n % {ROW // 2}) * 2 + 1; local body = string.format("
        f"""'{{"lines":[{{"item":"{seated}","seats":["S/%d/%d","S/%d/%d"]}}]}}', row, seat, row, seat + 1)"""
    )
    key, same = KEY.format(round=number), f"local body = '{plain}'"
    holds, sales = f"/api/v1/performances/{night}/holds", f"/api/v1/performances/{night}/sales"
    by_hand = 'headers["Authorization"] = "Bearer owner"; ' + key

    def script(path: str, key: str, body: str, first: int = 0) -> str:
        return SCRIPT.format(path=path, key=key, body=body, first=first)

    return {
        "nothing": script("/api/v1/nothing", "", same),
        "hold, one standing": script(holds, key, same),
        "hold, without a key": script(holds, "", same),
        "hold, two seats by name": script(holds, key.replace("bench-", "seats-"), pair, number * PAIRS - 1),
        "sale with ticket": script(sales, by_hand.replace("bench-", "sales-"), f"local body = '{sale}'"),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--buyers", type=int, default=200)
    given = parser.parse_args()
    results: dict[str, list[Result]] = {}
    with tempfile.TemporaryDirectory(prefix="novacast-bench-") as folder:
        state = Path(folder)
        argv = pinned(0, sys.executable, "-m", "tests.bench.holds_server", folder, str(HOLDS))
        with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
            assert server.stdout is not None
            port, night, standing, seated = server.stdout.readline().split()
            look_at_the_hall(f"http://127.0.0.1:{port}", night)
            for number in range(given.rounds):
                for way, text in ways(night, standing, seated, number).items():
                    script = state / "load.lua"
                    script.write_text(text)
                    seconds = min(given.seconds, 3) if "seats" in way else given.seconds
                    result = load(f"http://127.0.0.1:{port}", script, seconds, given.buyers)
                    results.setdefault(way, []).append(result)
            paced(f"http://127.0.0.1:{port}", night, standing, given.buyers, given.seconds)
            said, _ = server.communicate()
    print("| | per second | ratio | p50 ms | p99 ms | refused |\n|---|---|---|---|---|---|")
    for way, rounds in results.items():
        ratios = [one.per_second / none.per_second for one, none in zip(rounds, results["nothing"], strict=True)]
        middle = [statistics.median(getattr(one, name) for one in rounds) for name in ("per_second", "median", "p99")]
        bad = sum(one.bad for one in rounds)
        cells = (
            f"{middle[0]:,.0f}",
            f"{statistics.median(ratios):.2f}",
            f"{middle[1]:.1f}",
            f"{middle[2]:.1f}",
            str(bad),
        )
        print(f"| {way} | {' | '.join(cells)} |")
    sales = statistics.median(one.per_second for one in results["sale with ticket"]) * 60
    print(f"\n{sales:,.0f} tickets a minute, {sales / PUBLISHED:.0f} times {PUBLISHED}. The books: {said.strip()}")


if __name__ == "__main__":
    main()
