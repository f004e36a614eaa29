"""How long a gate waits for a verdict: from the node over HTTP, and in a browser that has no network.

Run: `python -m tests.bench.door [--tickets N] [--scans N] [--devices N]`. Needs Chromium. The node has one core, what
asks it the other. On the node each verdict is on disk before its answer: the scan, the entry, the gate's numbers, the
fact; beside it a handler that does nothing, behind the same middlewares, asked by the same devices in the same run. In
the browser a time runs from the Enter of a scanner that types until the verdict is drawn: the signature, the picture
of all tickets, the transaction that keeps the scan, the page; also with a processor four and six times slower, which
stand for phones.
"""

import argparse
import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from aiohttp import ClientSession
from playwright.async_api import Page

from tests.bench.delivery import pinned
from tests.e2e.browser import Windows, find_chromium

SLOWER = (1, 4, 6)
PAUSE = 0.2
"""Seconds between two scans at a gate: faster than anybody walks."""
NOTHING = {"lines": [{"item": "x", "quantity": 1}]}
MEASURE = """(code) => new Promise((resolve) => {
  const { body } = document;
  const keys = [...code].map((key) => new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  for (const key of keys) body.dispatchEvent(key);
  const began = performance.now();
  const drawn = () => requestAnimationFrame(() => {
    const took = performance.now() - began;
    resolve([took, document.querySelector("[data-part=word]").textContent]);
  });
  new MutationObserver((_, observer) => { observer.disconnect(); drawn(); })
    .observe(document.querySelector("[data-part=word]"), { childList: true });
  body.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true }));
})"""

Ask = Callable[[ClientSession, str, str], Awaitable[None]]


@contextmanager
def node(state: Path, tickets: int, devices: int) -> Iterator[dict[str, Any]]:
    command = pinned(0, sys.executable, "-m", "tests.bench.door_server", str(state), str(tickets), str(devices))
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())
        process.communicate("", timeout=30)


def line(name: str, times: Sequence[float]) -> str:
    ordered = sorted(times)
    p99 = ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)]
    return f"| {name} | {len(times)} | {statistics.median(times):.1f} | {p99:.1f} | {ordered[-1]:.1f} |"


async def asked(base: str, tokens: Sequence[str], codes: Sequence[str], ask: Ask, pause: float = 0) -> list[float]:
    """Milliseconds of each; every device asks one after the other with a `pause` between, all of them at once. They
    begin spread over the first pause: gates are in no step with each other."""
    times: list[float] = []

    async def device(client: ClientSession, number: int, token: str, own: Sequence[str]) -> None:
        await asyncio.sleep(pause * number / len(tokens))
        for code in own:
            began = time.perf_counter()
            await ask(client, token, code)
            times.append((time.perf_counter() - began) * 1000)
            await asyncio.sleep(pause)

    async with ClientSession(base) as client:
        count = len(tokens)
        await asyncio.gather(*(device(client, n, token, codes[n::count]) for n, token in enumerate(tokens)))
    return times


async def scan(client: ClientSession, token: str, code: str) -> None:
    headers = {"Authorization": f"Bearer {token}"}
    async with client.post("/api/v1/door/scans", json={"code": code}, headers=headers) as response:
        verdict = (await response.json())["verdict"]
        assert verdict == "ok", verdict


async def nothing(client: ClientSession, token: str, code: str) -> None:
    async with client.post("/api/v1/nothing", json=NOTHING) as response:
        assert (await response.json())["lines"] == 1


async def offline(page: Page, codes: Sequence[str]) -> list[float]:
    times = []
    for code in codes:
        took, word = await page.evaluate(MEASURE, code)
        assert word == "Let in", word
        times.append(took)
        await page.locator("[data-does=next]").click()
    return times


async def main(tickets: int, scans: int, devices: int) -> None:
    with tempfile.TemporaryDirectory() as folder, node(Path(folder), tickets, devices) as told:
        codes = (Path(folder) / "codes").read_text(encoding="ascii").split("\n")[:-1]
        base, tokens = f"http://127.0.0.1:{told['port']}", told["tokens"]
        print(f"{len(codes)} tickets\n\n| verdict of | scans | p50 ms | p99 ms | slowest ms |\n|---|---|---|---|---|")
        await asked(base, tokens[:1], codes[-20:], nothing)
        ways = ((1, 0.0, "one gate"), (devices, PAUSE, f"{devices} gates, almost five a second each"))
        for some, pause, how in (*ways, (devices, 0.0, f"{devices} gates without a pause")):
            for name, ask in (("the node", scan), ("a handler that does nothing", nothing)):
                mine, codes = codes[:scans], codes[scans:] if ask is scan else codes
                print(line(f"{name}, {how}", await asked(base, tokens[:some], mine, ask, pause)), flush=True)
        async with Windows.start(find_chromium()) as windows:
            window = await windows.open(f"{base}/door/#pair={told['pairing']}", phone=True)
            await window.page.wait_for_selector("body[data-state=online]")
            await window.page.context.set_offline(True)
            await window.page.wait_for_selector("body[data-state=offline]")
            session = await window.page.context.new_cdp_session(window.page)
            for slower in SLOWER:
                await session.send("Emulation.setCPUThrottlingRate", {"rate": slower})
                mine, codes = codes[: scans // 4], codes[scans // 4 :]
                times = await offline(window.page, mine)
                print(line(f"a browser without a network, processor 1/{slower}", times), flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--tickets", type=int, default=20_000)
    parser.add_argument("--scans", type=int, default=400)
    parser.add_argument("--devices", type=int, default=20)
    args = parser.parse_args()
    asyncio.run(main(args.tickets, args.scans, args.devices))
