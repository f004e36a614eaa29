"""How a hall of 20,000 seats moves in Chromium, and how soon another's basket is seen. `python -m tests.bench.seatmap`

Frames: the buyer's page is panned by a step each animation frame, over most of the hall and near its seats, and beside
it an SVG with a circle for each of the same seats. Prints the time from frame to frame. Baskets: from the request that
takes two seats to the page of somebody else that has heard of it. Chromium draws without a graphics card.
"""

import argparse
import asyncio
import statistics
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from playwright.async_api import Page

from novacast.clock import SystemClock
from tests.e2e.browser import Windows, find_chromium
from tests.fakes.clock import FakeClock
from tests.tickets.box import open_box
from tests.tickets.seatmaps.houses import arena, house
from tests.tickets.serving import Served

PAN = """async ([what, seconds]) => {
    const map = document.querySelector("nova-seatmap").drawn;
    const { view, plan } = map;
    let step = (x, y) => { view.pan(x, y); map.move(); };
    if (what.startsWith("svg")) step = svg(plan, what.endsWith("near"));
    else if (what === "near") { view.zoom(0.4 / view.scale); map.move(); }
    else { view.whole(); view.zoom(1.6); map.move(); }
    await new Promise((resolve) => setTimeout(resolve, 500));
    const frames = [];
    const until = performance.now() + seconds * 1000;
    let last = 0, number = 0;
    await new Promise((resolve) => {
        const next = (now) => {
            if (last) frames.push(now - last);
            last = now;
            number += 1;
            const along = Math.floor(number / 40) % 4;
            step([7, 0, -7, 0][along], [0, 5, 0, -5][along]);
            if (now < until) requestAnimationFrame(next);
            else resolve();
        };
        requestAnimationFrame(next);
    });
    document.querySelector("#rival")?.remove();
    return frames;

    function svg(plan, near) {
        const NS = "http://www.w3.org/2000/svg";
        const picture = document.createElementNS(NS, "svg");
        picture.id = "rival";
        const box = map.canvas.getBoundingClientRect();
        picture.setAttribute("width", box.width);
        picture.setAttribute("height", box.height);
        const all = document.createElementNS(NS, "g");
        for (let seat = 0; seat < plan.count; seat += 1) {
            const circle = document.createElementNS(NS, "circle");
            circle.setAttribute("cx", plan.x[seat]);
            circle.setAttribute("cy", plan.y[seat]);
            circle.setAttribute("r", 22);
            circle.setAttribute("fill", ["#9c1a32", "#1f5fa8", "#1d6a3a"][plan.category[seat] % 3]);
            all.append(circle);
        }
        picture.append(all);
        map.canvas.before(picture);
        let x = 0, y = 0;
        const scale = near ? 0.4 : view.smallest * 1.6;
        return (dx, dy) => {
            [x, y] = [x + dx, y + dy];
            all.setAttribute("transform", `translate(${x} ${y}) scale(${scale})`);
        };
    }
}"""
HEARD = """() => {
    window.heard = new Map();
    document.querySelector("nova-seatmap").addEventListener("seatschanged", ({ detail }) => {
        for (const id of detail.ids) window.heard.set(id, performance.timeOrigin + performance.now());
    });
}"""


def percentile(ordered: Sequence[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def row(name: str, times: Sequence[float]) -> str:
    times, rate = sorted(times), 1000 / statistics.mean(times)
    late = sum(one > 33.4 for one in times) / len(times)
    return (
        f"| {name} | {rate:.0f} | {percentile(times, 0.5):.1f} | {percentile(times, 0.95):.1f} "
        f"| {percentile(times, 0.99):.1f} | {times[-1]:.0f} | {late:.1%} |"
    )


async def frames(page: Page, seconds: float) -> None:
    print("| 20,000 seats, panned | frames/s | median ms | p95 | p99 | longest | over 33 ms |")
    print("|---|---|---|---|---|---|---|")
    for what, name in (
        ("far", "canvas, most of the hall"),
        ("near", "canvas, near"),
        ("svg far", "SVG, most of the hall"),
        ("svg near", "SVG, near"),
    ):
        found = await page.evaluate(PAN, [what, seconds])
        print(row(name, found), flush=True)


async def baskets(page: Page, served: Served, count: int) -> None:
    await page.evaluate(HEARD)
    clock, took = SystemClock(), []
    for number in range(count):
        ids = [f"Block {number % 20 + 1}/{number // 20 + 1}/{seat}" for seat in (1, 2)]
        line: dict[str, Any] = {"item": served.box.seats.id, "seats": ids}
        begun = clock.now()
        answer = await served.ask("POST", f"/performances/{served.box.night.id}/holds", {"lines": [line]})
        assert answer.status == 201, answer.body
        await page.wait_for_function("(id) => window.heard.has(id)", arg=ids[0])
        took.append(await page.evaluate("(id) => window.heard.get(id)", ids[0]) - begun / 1000)
    took.sort()
    median, most = percentile(took, 0.5), percentile(took, 0.95)
    print(f"{count} baskets of another: seen after {median:.0f} ms, p95 {most:.0f}, {took[-1]:.0f} at most.\n")


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=6.0)
    parser.add_argument("--baskets", type=int, default=100)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="novacast-bench-") as folder:
        database, clock = Path(folder) / "box.db", FakeClock()
        async with (
            open_box(database, clock) as box,
            house(box, arena()) as served,
            Windows.start(find_chromium()) as all_,
        ):
            window = await all_.open(f"{served.url}/performances/{box.night.id}")
            await window.page.wait_for_selector("nova-seatmap[data-ready]")
            await baskets(window.page, served, given.baskets)
            await frames(window.page, given.seconds)


if __name__ == "__main__":
    asyncio.run(main())
