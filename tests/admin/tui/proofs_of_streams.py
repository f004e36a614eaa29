"""Proofs of the keys by which programmes are steered, with encoders that feed and without."""

import subprocess
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from textual.widgets import Static

from novacast.overview import Programme
from novacast_admin.client import Client
from novacast_admin.tui.widgets.dialogs import Ask, Choose, Show
from tests.admin.tui.desk import Desk
from tests.admin.tui.proofs import API, yes
from tests.app.broadcasting import Show as Broadcast

KEYS = frozenset({"standby", "slate", "main", "backup", "auto", "drop", "rotate", "targets", "end", "log"})
"""That `walk` presses."""
TITLE = "Hamlet"


async def stands_by(desk: Desk, operator: Client, channel: str) -> None:
    """A programme that nobody has planned."""
    await desk.on_row(lambda line: line.stream.id == channel)
    await desk.press("b")
    await desk.asked(Ask)
    await desk.types(TITLE)
    await desk.press("enter")

    async def there() -> bool:
        return [one.state for one in (await operator.streams()).items[0].programmes] == ["standby"]

    await desk.until(there)


async def read_key(desk: Desk) -> str:
    """The secret of the key that takes the place of the newest one."""
    await desk.press("o")
    await desk.asked(Choose)
    await desk.press("enter")
    await yes(desk)
    await desk.asked(Show)
    secret = str(desk.app.screen.query_one("VerticalScroll > Static", Static).content).split("\n", 1)[0]
    await desk.press("escape")
    await desk.hears("The old key lets nobody in")
    return secret


async def switch_target(desk: Desk, operator: Client, channel: str, holds: Callable[[Mapping[str, Any]], bool]) -> None:
    """The channel's only one, until that holds of it."""
    await desk.press("t")
    await desk.asked(Choose)
    await desk.press("enter")

    async def is_so() -> bool:
        (target,) = await operator.targets(channel)
        return holds(target)

    await desk.until(is_so)


async def walk(desk: Desk, show: Broadcast, operator: Client) -> None:
    """A whole evening by the console's keys: `show` has a main key, its targets may be on this machine."""
    spare, elsewhere = await _prepare(show)

    async def airs(holds: Callable[[Programme], bool]) -> None:
        async def is_so() -> bool:
            return any(holds(one.programme) for one in (await operator.overview()).programmes if _ours(one.programme))

        await desk.until(is_so)

    def _ours(one: Programme) -> bool:
        return one.channel_id == show.channel

    async def programme(state: str) -> None:
        async def is_so() -> bool:
            streams = {one.id: one for one in (await operator.streams()).items}
            return [one.state for one in streams[show.channel].programmes] == [state]

        await desk.until(is_so)

    await desk.on_row(lambda line: line.programme is not None and line.programme.title == TITLE)
    await desk.press("b")
    await programme("standby")
    show.feed()
    await airs(lambda one: one.on == "main" and len(one.rungs) == 2)
    replaced = replace(show, address=f"{show.address.rpartition('/')[0]}/{spare}").feed()
    await airs(lambda one: {feed.role for feed in one.feeds if feed.connected} == {"main", "backup"})
    for key, shown in (("s", "slate"), ("k", "backup"), ("m", "main")):
        await desk.press(key)
        await airs(lambda one, shown=shown: one.on == one.wanted == shown)  # type: ignore[misc]  # bound in time
    await desk.press("a")
    await airs(lambda one: (one.wanted, one.on) == ("auto", "main"))
    await desk.press("d")
    await yes(desk)
    await airs(lambda one: [rung.name for rung in one.rungs] == ["144p"])
    await switch_target(desk, operator, show.channel, lambda one: one["state"] == "live")
    await _goes_on_air(desk, operator, elsewhere)
    await switch_target(desk, operator, show.channel, lambda one: not one["enabled"] and one["state"] == "off")
    fresh = await read_key(desk)
    await airs(lambda one: [feed.role for feed in one.feeds if feed.connected] == ["main"])
    assert await _ends(desk, replaced)
    replace(show, address=f"{show.address.rpartition('/')[0]}/{fresh}").feed()
    await airs(lambda one: {feed.role for feed in one.feeds if feed.connected} == {"main", "backup"})
    await desk.sees("programme.cut main", "Spare [backup]", "Elsewhere: off")
    await desk.press("l")
    await desk.asked(Show)
    await desk.sees("programme.standby", "programme.cut slate", "target.changed")
    await desk.press("escape", "e")
    await yes(desk)
    await desk.until(_nothing_on(operator, show.channel))


async def _prepare(show: Broadcast) -> tuple[str, str]:
    """A planned programme, a backup's key and a target, which is another channel here: the key, that channel."""

    async def made(path: str, body: Any) -> Any:
        answer = await show.venue.ask("POST", path, show.token, body)
        assert answer.status == 201, answer.body
        return answer.json

    channel = f"{API}/channels/{show.channel}"
    start = (datetime.now(UTC) + timedelta(hours=3)).isoformat()
    await made(f"{channel}/programmes", {"title": TITLE, "planned_start": start})
    spare = (await made(f"{channel}/keys", {"name": "Spare", "role": "backup"}))["secret"]
    setup = {"name": "Elsewhere", "profile": "ultra", "heights": [144], "visibility": "public", "record": False}
    other = (await made(f"{API}/organizations/{show.venue.org}/channels", setup))["id"]
    key = (await made(f"{API}/channels/{other}/keys", {"name": "From the main stage"}))["secret"]
    there = {"name": "Elsewhere", "url": show.address.rpartition("/")[0], "key": key, "enabled": False}
    await made(f"{channel}/targets", there)
    return spare, other


async def _goes_on_air(desk: Desk, operator: Client, channel: str) -> None:
    async def is_on() -> bool:
        return any(one.programme.channel_id == channel for one in (await operator.overview()).programmes)

    await desk.until(is_on)


async def _ends(desk: Desk, encoder: subprocess.Popen[bytes]) -> bool:
    await desk.until(lambda: encoder.poll() is not None)
    return True


def _nothing_on(operator: Client, channel: str) -> Callable[[], Awaitable[bool]]:
    async def is_so() -> bool:
        return all(one.programme.channel_id != channel for one in (await operator.overview()).programmes)

    return is_so
