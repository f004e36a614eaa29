"""Every key that does something is pressed, and does it in a running server."""

import logging
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from novacast import logs
from novacast.clock import SystemClock
from novacast.folder import DataFolder
from novacast.operations.backups.service import Backups as Archive
from novacast.settings import Settings
from novacast.settings.backups import Backups as BackupSettings
from novacast_admin.here import Here
from novacast_admin.tui.screens import ROOMS
from novacast_admin.tui.screens.backups import Backups
from novacast_admin.tui.screens.chat import HELD, QUIET, REPORTS, SAID, Chat
from novacast_admin.tui.screens.people import People
from novacast_admin.tui.screens.room import Room
from novacast_admin.tui.screens.storage import Storage
from novacast_admin.tui.screens.streams import Streams
from novacast_admin.tui.screens.system import System
from novacast_admin.tui.screens.tonight import TonightRoom
from novacast_admin.tui.screens.videos import Videos
from novacast_admin.tui.widgets.dialogs import Ask, Choose, Show
from tests.admin.tui.desk import Desk, at_the_console
from tests.admin.tui.proofs import API, proves, yes
from tests.admin.tui.proofs_of_imports import PROOFS
from tests.admin.tui.proofs_of_streams import KEYS as STREAMS
from tests.operations.admin.conftest import House


def _config(house: House) -> Path:
    return house.settings.data.parent / "novacast.toml"


_VIDEO = (
    "INSERT INTO videos (id, org_id, title, description, language, visibility, state, source_name, source_bytes, "
    "created_at, updated_at) VALUES ('{id}', '{org}', '{id}', '', '', 'public', '{state}', 'a.mp4', 1, 1, 1)"
)


def _sql(settings: Settings, *statements: str) -> None:
    with closing(sqlite3.connect(DataFolder(settings.data).database, timeout=30)) as raw, raw:
        for sql in statements:
            raw.execute(sql)


@proves(TonightRoom, "acknowledge")
async def _tonight(desk: Desk, house: House) -> None:
    _sql(
        house.settings,
        "INSERT INTO alarms (id, kind, subject, severity, message, raised_at, seen_at) "
        "VALUES ('a1', 'disk_low', '', 'critical', 'The disk is nearly full.', 1, 1)",
    )
    await desk.sees("The disk is nearly full.", "1 critical")
    await desk.press("k")

    async def known() -> bool:
        alarms = await house.operator.alarms(standing=False)
        return any(one.acknowledged_by for one in alarms if one.id == "a1")

    await desk.until(known)


@proves(Videos, "retry", "first", "last", "cancel")
async def _videos(desk: Desk, house: House) -> None:
    wait = "INSERT INTO transcodes (video_id, state, wake_at, queued_at) VALUES ('{}', 'queued', 9000000000000000, {})"
    for number, id_ in enumerate(("one", "two", "three")):
        _sql(house.settings, _VIDEO.format(id=id_, org=house.org, state="processing"), wait.format(id_, number + 10))

    async def order() -> list[str]:
        return [job.video for job in (await house.operator.jobs()).items]

    async def becomes(*ids: str) -> None:
        async def same() -> bool:
            return await order() == list(ids)

        await desk.until(same)

    await desk.on_row(lambda job: job.video == "three")
    await desk.press("f")
    await becomes("three", "one", "two")
    await desk.on_row(lambda job: job.video == "one")
    await desk.press("l")
    await becomes("three", "two", "one")
    await desk.on_row(lambda job: job.video == "two")
    await desk.press("c")
    await yes(desk)
    await becomes("three", "one")
    await desk.turn("cancelled")
    await desk.on_row(lambda job: job.video == "two")
    await desk.press("r")
    await becomes("three", "one", "two")


@proves(People, "suspend", "unsuspend", "end_sessions", "reset", "role", "operator")
async def _people(desk: Desk, house: House) -> None:
    email = "producer@venue.example"
    await house.token("producer", "read")

    async def person() -> Any:
        return (await house.operator.people(q=email)).items[0]

    async def becomes(holds: Callable[[Any], bool]) -> None:
        async def is_so() -> bool:
            return holds(await person())

        await desk.until(is_so)

    async def press(*keys: str) -> None:
        await desk.on_row(lambda one: one.email == email)
        await desk.press(*keys)

    assert (await person()).sessions
    await press("x")
    await yes(desk)
    await becomes(lambda one: one.sessions == 0)
    await press("p")
    await yes(desk)
    await desk.hears("is on its way")
    assert (await house.operator.audit()).items[0].action.endswith("/password-reset")
    await press("r")
    await desk.asked(Choose)
    await desk.press("down", "enter")
    await yes(desk)
    await becomes(lambda one: one.roles[house.org] == "manager")
    await press("o")
    await yes(desk)
    await becomes(lambda one: one.operator)
    await press("o")
    await yes(desk)
    await becomes(lambda one: not one.operator)
    await press("s")
    await desk.asked(Ask)
    await desk.types("Sold scripts.")
    await desk.press("enter")
    await yes(desk)
    await becomes(lambda one: one.suspension is not None and one.suspension.reason == "Sold scripts.")
    await desk.turn("suspended")
    await press("u")
    await becomes(lambda one: one.suspension is None)


@proves(Storage, "sweep", "mend", "quota", "forecast")
async def _storage(desk: Desk, house: House) -> None:
    await desk.on_row(lambda one: one.org.id == house.org)
    await desk.press("u")
    await desk.asked(Ask)
    await desk.types("5")
    await desk.press("enter")

    async def limited() -> bool:
        return (await house.operator.usage(house.org)).quota == 5_000_000_000

    await desk.until(limited)
    await desk.on_row(lambda one: one.org.id == house.org)
    await desk.press("f")
    await desk.asked(Ask)
    await desk.types("6")
    await desk.press("enter")
    await desk.asked(Show)
    await desk.sees("original    6.0 GB", "It would be refused")
    await desk.press("escape")
    columns = "video_id, state, reason, wake_at, queued_at"
    ended = f"INSERT INTO transcodes ({columns}) VALUES ('lost', 'failed', 'cut', 1, 1)"
    _sql(house.settings, _VIDEO.format(id="lost", org=house.org, state="failed"), ended)  # rows, and no file
    await desk.press("s")
    await desk.sees("no original", "lost")
    assert (await house.operator.sweep()).items
    await desk.press("m")
    await yes(desk)

    async def mended() -> bool:
        return not (await house.operator.sweep()).items

    await desk.until(mended)


@proves(Backups, "create", "prove", "drill", "schedule")
async def _backups(desk: Desk, house: House) -> None:
    folder = house.settings.data.parent / "copies"
    folder.mkdir(exist_ok=True)
    settings = replace(house.settings, backups=BackupSettings(folder=str(folder)))
    own = Archive(settings, SystemClock())
    own.begin("lamp in the hall")
    await desk.press("e")
    await desk.asked(Choose)
    await desk.press("down", "down", "enter")
    await desk.hears("Backups are made daily")
    assert 'every = "daily"' in _config(house).read_text()
    await desk.sees("made daily, last never")
    await desk.press("n")
    await desk.hears("files")
    (made,) = own.listed()
    await desk.on_row(lambda one: one.id == made.id)  # type: ignore[union-attr]  # it is whole
    await desk.press("p")
    await desk.hears("Every backup is whole.")
    await desk.press("d")
    await desk.asked(Ask)
    await desk.types("lamp in the hall")
    await desk.press("enter")
    await desk.asked(Show)
    await desk.sees("Restore drill", "ok        books", "ok        log-in")
    await desk.press("escape")
    await desk.hears("The venue comes back whole.")
    (file,) = list(folder.glob("backups/*.list"))
    file.write_bytes(b"another thing")
    await desk.press("p")
    await desk.sees("What is wrong with backups")


@proves(System, "examine", "log", "warnings", "settings", "audit")
async def _system(desk: Desk, house: House) -> None:
    await house.operator.set_quota(house.org, 7)
    log = logging.getLogger("novacast.tests")
    log.addHandler(logs.ring)
    log.warning("the hall is on fire")
    log.removeHandler(logs.ring)
    for key, words in (("a", "quota"), ("s", "server.port"), ("x", "database"), ("w", "on fire"), ("l", "weight")):
        await desk.press(key)
        await desk.sees(words)
    assert desk.room.view == "log"


@proves(Chat, "room", "delete", "approve", "reject", "resolve", "time_out", "ban", "lift", "slow")
async def _chat(desk: Desk, house: House) -> None:
    _sql(
        house.settings,
        "INSERT INTO videos (id, org_id, title, description, language, visibility, state, source_name, source_bytes, "
        "created_at, updated_at, edition, published_at) "
        f"VALUES ('film', '{house.org}', 'F', '', '', 'public', 'ready', 'a.mp4', 1, 1, 1, 'e1', 1)",
    )
    path, tokens = "/rooms/film", {who: await house.token(who, "read", "write") for who in ("visitor", "producer")}

    async def say(words: str) -> str:
        status, made = await house.ask("POST", f"{path}/messages", tokens["visitor"], {"text": words})
        assert status == 201, made
        return str(made["id"])

    async def states() -> dict[str, str]:
        found = await house.operator.get(f"{API}{path}/messages")
        return {one["id"]: one.get("state") or "shown" for one in found["items"]}

    async def quiet() -> list[str]:
        found = await house.operator.get(f"{API}{path}/sanctions", active=True)
        return [one["kind"] for one in found["items"]]

    async def becomes(ask: Callable[[], Awaitable[Any]], holds: Callable[[Any], bool]) -> None:
        async def is_so() -> bool:
            return holds(await ask())

        await desk.until(is_so)

    first = await say("first")
    await desk.press("o")
    await desk.asked(Choose)
    await desk.press("enter")
    await desk.asked(Ask)
    await desk.types("film")
    await desk.press("enter")
    await desk.on_row(lambda one: one.id == first)
    await desk.press("d")
    await yes(desk)
    await becomes(states, lambda found: found.get(first) != "shown")
    held = [await say("is this held"), await say("and this")]
    for one in held:
        await house.operator.send("PUT", f"{API}{path}/messages/{one}/decision", {"decision": "hold"})
    await desk.turn(HELD)
    await desk.on_row(lambda one: one.id == held[0])
    await desk.press("a")
    await becomes(states, lambda found: found.get(held[0]) == "shown")
    await desk.on_row(lambda one: one.id == held[1])
    await desk.press("x")
    await yes(desk)
    await becomes(states, lambda found: found.get(held[1]) != "held")
    status, _ = await house.ask("PUT", f"{path}/messages/{held[0]}/report", tokens["producer"], {"reason": "spam"})
    assert status == 204
    await desk.turn(REPORTS)
    await desk.on_row(lambda one: one.id == held[0])
    await desk.press("r")

    async def open_ones() -> Any:
        return (await house.operator.get(f"{API}{path}/reports", state="open"))["items"]

    await becomes(open_ones, lambda found: found == [])
    await desk.turn(SAID)
    await desk.on_row(lambda one: one.id == held[0])
    await desk.press("t")
    await desk.asked(Choose)
    await desk.press("enter")
    await becomes(quiet, lambda found: found == ["timeout"])
    await desk.turn(QUIET)
    await desk.on_row(lambda one: True)
    await desk.press("l")
    await becomes(quiet, lambda found: found == [])
    await desk.turn(SAID)
    await desk.on_row(lambda one: one.id == held[0])
    await desk.press("b")
    await desk.asked(Ask)
    await desk.types("rude")
    await desk.press("enter")
    await yes(desk)
    await becomes(quiet, lambda found: found == ["ban"])
    await desk.press("s")
    await desk.asked(Choose)
    await desk.press("down", "enter")

    async def pace() -> Any:
        return (await house.operator.get(f"{API}{path}"))["room"]["slow_seconds"]

    await becomes(pace, lambda found: found == 5)


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.NAME)
def test_no_key_is_without_a_proof(room: type[Room]) -> None:
    proved = STREAMS if room is Streams else PROOFS[room][0]
    assert {deed.name for deed in room.DEEDS} == proved


@pytest.mark.slow
@pytest.mark.parametrize("room", list(PROOFS), ids=lambda room: room.NAME)
async def test_its_keys_change_the_server(room: type[Room], house: House) -> None:
    settings = replace(house.settings, backups=BackupSettings(folder=str(house.settings.data.parent / "copies")))
    async with at_the_console(house.settings.data, Here(settings, _config(house))) as desk:
        await desk.go(room)
        await PROOFS[room][1](desk, house)
