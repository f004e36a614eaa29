"""A newcomer tries Stripe's path in the demo without an account: pays, is disputed, and goes on after a restart."""

import json
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession
from playwright.async_api import expect

from novacast_admin.stripe_stand_in.money import SUCCESS
from tests.admin.test_demo import PATIENCE, rows, seen, start
from tests.e2e.browser import FLAGS, Windows, find_chromium
from tests.waiting import block_until

pytestmark = [pytest.mark.slow, pytest.mark.browser]


@contextmanager
def demo(home: Path) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    with start(home, "--stripe", "--no-live", "--port", "0", "--json") as process:
        assert process.stdout is not None
        told = ""
        while not told.rstrip().endswith("}") or told.count("{") != told.count("}"):
            line = process.stdout.readline()
            assert line, "it ended by itself"
            told += line
        try:
            yield process, json.loads(told)
        finally:
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=60)


async def ordered(address: str, database: Path) -> str:
    """A seat, and the page where it is paid."""
    ((performance, item),) = rows(database, "SELECT perf_id, id FROM items WHERE kind = 'seated' LIMIT 1")
    api = f"{address}/api/v1"
    async with ClientSession() as client:

        async def good(path: str, body: Any) -> Any:
            async with client.post(api + path, json=body) as answer:
                assert answer.status < 300, await answer.text()
                return await answer.json()

        hold = await good(f"/performances/{performance}/holds", {"lines": [{"item": item, "quantity": 1}]})
        buyer = {"name": "Nora", "email": "nora@visitor.example", "method": "card"}
        order = await good(f"/holds/{hold['token']}/order", buyer)
        paying = await good(f"/orders/{order['token']}/pay", None)
        return str(paying["attempts"][-1]["url"])


async def test_a_newcomer_pays_at_the_stand_in_and_sees_what_becomes_of_it(tmp_path: Path) -> None:
    database = tmp_path / ".local" / "state" / "novacast-demo" / "novacast.db"
    disputes = "SELECT state FROM disputes"
    async with Windows.start(find_chromium(), FLAGS) as windows:
        with demo(tmp_path) as (process, told):
            page = await ordered(told["address"], database)
            assert page.startswith(told["stripe"])
            window = await windows.open(page, phone=True, scheme="dark")
            await window.check_fits()
            await window.check_accessibility()
            await windows.picture(window, "stand-in-pay")
            await window.page.get_by_label("E-mail").fill("nora@visitor.example")
            await window.page.get_by_label("Card number or IBAN").fill(SUCCESS)
            await window.page.get_by_role("button", name="Pay", exact=True).click()
            await expect(window.page.get_by_role("link", name="Tickets as PDF")).to_be_visible()
            desk = (await windows.open(told["stripe"])).page
            await desk.get_by_role("button", name="A bank disputes it").first.click()
            block_until(partial(seen, process, lambda: rows(database, disputes) == [("open",)]), PATIENCE)
        with demo(tmp_path) as (process, told):
            window = await windows.open(told["stripe"])
            await expect(window.page.get_by_text(re.compile("disputed: needs response"))).to_be_visible()
            await windows.picture(window, "stand-in-desk")
            await window.page.get_by_role("button", name="The house wins").click()
            block_until(partial(seen, process, lambda: rows(database, disputes) == [("won",)]), PATIENCE)
            assert set(rows(database, "SELECT state FROM orders WHERE method = 'card'")) == {("paid",)}
