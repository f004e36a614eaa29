"""Alarms of a house: raised as rows, told once by mail and to places outside, cleared when all is well."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from novacast import outbox
from novacast.clock import DAY, HOUR
from novacast.database import Database, Query, Transaction
from novacast.folder import DataFolder
from novacast.identity import SYSTEM
from novacast.operations.alarms import schema
from novacast.operations.alarms.outward import Outward
from novacast.operations.alarms.ports import Operators, Push
from novacast.operations.alarms.service import Alarms
from novacast.operations.alarms.watch import Watch, Watched
from novacast.overview import Programme, TargetNow, Work
from novacast.settings import Alarms as AlarmSettings
from novacast.settings import Settings
from tests.databases import migrated
from tests.fakes.clock import FakeClock

ON_AIR = Programme(
    id="night", title="Hamlet", channel_id="c", channel="Stage", org_id="o", state="on_air", test=False,
    started_at=None, interrupted_at=None, measured_at=None, on="main", wanted="auto", viewers=0, rungs=(), feeds=(),
    targets=(), bitrate=None, fps=None, keyframe_seconds=None, skew_ms=None, video="", audio="", lost=None, speed=None,
    behind_seconds=None, headroom=None, alarms=(), advice=(),
)  # fmt: skip


class Stage:
    """What is on air, and money that waits, as the test has it."""

    def __init__(self) -> None:
        self.programmes: list[Programme] = []
        self.waiting: tuple[Work, ...] = ()

    async def now(self) -> Sequence[Programme]:
        return self.programmes

    async def money_waits(self) -> Sequence[Any]:
        return ()


class Letterbox:
    def __init__(self) -> None:
        self.mails: list[tuple[str, str, Mapping[str, str]]] = []

    def send(
        self, tx: Transaction, *, to: str, template: str, language: str, context: Mapping[str, str],
        person_id: str | None = None,
    ) -> None:  # fmt: skip
        self.mails.append((to, language, context))


class Watchhouse:
    def __init__(self, alarms: Alarms, stage: Stage, letters: Letterbox, clock: FakeClock) -> None:
        self.alarms, self.stage, self.letters, self.clock = alarms, stage, letters, clock

    async def after(self, seconds: float) -> list[str]:
        """Look once a second for so long; what stands then."""
        for _ in range(int(seconds)):
            self.clock.advance(1)
            await self.alarms.sweep()
            await self.alarms.call()
        return [one.kind for one in await self.alarms.standing()]


@asynccontextmanager
async def _opened(
    tmp_path: Path,
    clock: FakeClock,
    operators: Operators = lambda tx: (),
    push: Push | None = None,
    outward: Outward | None = None,
    **own: Any,
) -> AsyncIterator[Watchhouse]:
    folder = DataFolder.at(tmp_path / "data")
    folder.prepare()
    migrated(folder.database, [outbox.migrations, schema.migrations])
    settings = Settings(data=folder.root, alarms=AlarmSettings(mails=("boss@venue.example",)))
    settings = replace(settings, alarms=replace(settings.alarms, **own))
    settings = replace(settings, uploads=replace(settings.uploads, reserve_bytes=0))
    db = await Database.open(folder.database, clock, readers=1)
    stage, letters = Stage(), Letterbox()
    nothing: Query[tuple[str, str]] = Query("SELECT '', '' LIMIT 0", (), lambda row: (row[0], row[1]))
    works = [lambda now: [Query("SELECT 1 WHERE 0", (), lambda row: row[0])]]
    watched = Watched(stage, stage, works, lambda since: nothing, outbox.behind)
    watch = Watch(db, settings, folder, watched)
    try:
        yield Watchhouse(Alarms(db, settings, watch, letters, operators, outward, push), stage, letters, clock)
    finally:
        await db.close()


@pytest.fixture
async def watchhouse(tmp_path: Path, clock: FakeClock) -> AsyncIterator[Watchhouse]:
    async with _opened(tmp_path, clock) as opened:
        yield opened


def _kinds(letters: Letterbox) -> list[tuple[str, str]]:
    return [(context["title"], context["over"]) for _, _, context in letters.mails]


async def test_a_lost_encoder_is_told_once_and_its_end_too(watchhouse: Watchhouse) -> None:
    house = watchhouse
    house.stage.programmes = [ON_AIR]
    assert "ingest_lost" not in await house.after(3)
    house.stage.programmes = [replace(ON_AIR, on="slate", state="interrupted")]
    assert "ingest_lost" not in await house.after(9)
    assert "ingest_lost" in await house.after(120)
    house.stage.programmes = [ON_AIR]
    assert "ingest_lost" in await house.after(25)
    assert "ingest_lost" not in await house.after(10)
    title = "Nothing comes from a programme's encoder"
    assert [one for one in _kinds(house.letters) if one[0] == title] == [(title, ""), (title, "so")]
    words = [context["message"] for _, _, context in house.letters.mails if context["title"] == title]
    assert words[0] == "Viewers of “Hamlet” see the slate: nothing comes from its encoder."


async def test_a_slate_that_somebody_wants_and_a_test_are_no_alarms(watchhouse: Watchhouse) -> None:
    slate = replace(ON_AIR, on="slate")
    watchhouse.stage.programmes = [replace(slate, wanted="slate"), replace(slate, id="test", test=True)]
    assert "ingest_lost" not in await watchhouse.after(60)


async def test_who_knows_is_told_no_more(tmp_path: Path, clock: FakeClock) -> None:
    async with _opened(tmp_path, clock, least="critical") as house:
        house.stage.programmes = [replace(ON_AIR, advice=("encoder_behind",), behind_seconds=3.0)]
        await house.after(12)
        found = {one.kind: one for one in await house.alarms.standing()}
        known = await house.alarms.acknowledge(replace(SYSTEM, name="root"), found["encoder_behind"].id)
        assert known.acknowledged_by == "user:root"
        assert len(house.letters.mails) == 1


async def test_in_quiet_hours_only_what_is_critical_is_told_and_the_rest_in_the_morning(
    tmp_path: Path, clock: FakeClock
) -> None:
    clock.set_now(clock.now() // DAY * DAY + 2 * HOUR)
    async with _opened(tmp_path, clock, quiet_from="00:00", quiet_until="08:00") as house:
        sent = replace(ON_AIR, advice=("encoder_slow",))
        house.stage.programmes = [replace(sent, targets=[TargetNow("t", "Elsewhere", "failed", "refused")])]
        await house.after(70)
        assert [title for title, _ in _kinds(house.letters)] == ["An encoder is behind real time"]
        clock.advance(6 * 3600)
        await house.after(1)
        assert "A programme can't be sent on" in [title for title, _ in _kinds(house.letters)]


async def test_places_outside_are_reached_by_apprise_and_tried_again(tmp_path: Path, clock: FakeClock) -> None:
    heard: list[dict[str, Any]] = []
    answers = [500, 200]

    async def take(request: web.Request) -> web.Response:
        heard.append(json.loads(await request.read()))
        return web.Response(status=answers.pop(0) if answers else 200)

    app = web.Application()
    app.router.add_post("/hook", take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    try:
        async with _opened(
            tmp_path, clock, targets=(f"json://127.0.0.1:{port}/hook",), mails=("a@b.example",)
        ) as house:
            house.stage.programmes = [replace(ON_AIR, on="slate")]
            await house.after(12)
            clock.advance(60)
            await house.after(1)
            wanted = "NovaCast: Nothing comes from a programme's encoder"
            assert [one["title"] for one in heard].count(wanted) == 2, "the first was refused"
            clock.advance(7200)
            await house.after(1)
            assert [one["title"] for one in heard].count(wanted) == 2, "what arrived is not told again"
    finally:
        await runner.cleanup()


async def test_a_place_that_hangs_keeps_neither_another_nor_the_next_look_waiting(
    tmp_path: Path, clock: FakeClock
) -> None:
    let_go, heard = asyncio.Event(), list[str]()

    async def hang(_: web.Request) -> web.Response:
        await let_go.wait()
        return web.Response()

    async def take(request: web.Request) -> web.Response:
        heard.append(json.loads(await request.read())["title"])
        return web.Response()

    app = web.Application()
    app.router.add_post("/hang", hang)
    app.router.add_post("/take", take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    place = f"json://127.0.0.1:{runner.addresses[0][1]}"
    try:
        assert await Outward((f"{place}/take",)).tell(0, "loaded", "x")
        outward = Outward((f"{place}/hang", f"{place}/take"), seconds=1.0)
        async with _opened(tmp_path, clock, outward=outward, mails=("a@b.example",)) as house:
            house.stage.programmes = [replace(ON_AIR, id=str(number), on="slate") for number in range(4)]
            await house.after(12)
            assert heard.count("NovaCast: Nothing comes from a programme's encoder") == 4
            assert not await outward.tell(0, "again", "while the first still hangs"), "one thread, and no more"
            assert [one.name for one in threading.enumerate()].count("alarm") == 1
            let_go.set()
    finally:
        let_go.set()
        await runner.cleanup()


async def test_a_storm_is_one_message_that_names_all(watchhouse: Watchhouse) -> None:
    house = watchhouse
    house.stage.programmes = [replace(ON_AIR, id=str(n), title=f"Show {n}", on="slate") for n in range(30)]
    await house.after(12)
    storm = [context for _, _, context in house.letters.mails if context["title"] == "30 alarms"]
    assert len(storm) == 1
    assert storm[0]["message"].count("\n") == 29
    assert "Nothing comes from a programme's encoder: Viewers of “Show 17” see the slate" in storm[0]["message"]
    assert len(house.letters.mails) <= 2, "and the disk of this machine, where it is nearly full"


class Pushed:
    def __init__(self) -> None:
        self.told: list[tuple[str, str]] = []

    def alarm(self, tx: Transaction, person_id: str, title: str, body: str, key: str, language: str) -> None:
        self.told.append((person_id, title))


async def test_browsers_of_operators_are_told_as_mails_are_once_and_not_in_quiet_hours(
    tmp_path: Path, clock: FakeClock
) -> None:
    pushed = Pushed()
    night = {"quiet_from": "00:00", "quiet_until": "23:59"}
    operators = [("olga@venue.example", "de", "olga")]
    async with _opened(tmp_path, clock, lambda tx: operators, pushed, **night) as house:
        house.stage.programmes = [replace(ON_AIR, on="slate", state="interrupted")]
        await house.after(60)
        house.stage.programmes = [ON_AIR]
        await house.after(60)
    assert pushed.told == [("olga", "NovaCast: Vom Encoder einer Sendung kommt nichts")]
