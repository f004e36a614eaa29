"""What each screen of the console sees and does, on rows of a real house."""

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from novacast import logs
from novacast.errors import Conflict, Forbidden, NotFound
from novacast.folder import DataFolder
from novacast.overview import Tonight
from novacast_admin.client import Back, Client, Lost, News, Place
from novacast_admin.records import LogLine
from tests.operations.admin.conftest import House


async def _next(news: AsyncIterator[News], kind: type) -> News:
    async with asyncio.timeout(10):
        async for one in news:
            if isinstance(one, kind):
                return one
    raise AssertionError("the stream ended")


def _sql(house: House, *statements: str) -> None:
    with closing(sqlite3.connect(DataFolder(house.settings.data).database, timeout=30)) as raw, raw:
        for sql in statements:
            raw.execute(sql)


async def test_the_evening_comes_once_a_second_with_the_machine_and_the_log(house: House) -> None:
    news = house.operator.watch(log="info")
    assert isinstance(await _next(news, Back), Back)
    first, second = await _next(news, Tonight), await _next(news, Tonight)
    assert isinstance(first, Tonight)
    assert isinstance(second, Tonight)
    assert second.machine.cpu is not None
    assert second.machine.server_memory > 10_000_000
    assert {work.kind for work in second.work} == {
        "transcode",
        "speech",
        "download",
        "mail",
        "webhook",
        "payment_event",
    }
    log = logging.getLogger("novacast.tests")
    log.addHandler(logs.ring)
    log.warning("the hall is on fire")
    log.removeHandler(logs.ring)
    line = await _next(news, LogLine)
    assert isinstance(line, LogLine)
    assert (line.level, line.message) == ("warning", "the hall is on fire")
    await news.aclose()  # type: ignore[attr-defined]  # it is a generator


async def test_a_console_hears_that_the_server_is_gone_and_when_it_is_back(house: House) -> None:
    socket = DataFolder(house.settings.data).socket
    moved = socket.with_name("moved")
    async with Client(Place.local(house.settings.data)) as client:
        socket.rename(moved)
        news = client.watch()
        lost = await _next(news, Lost)
        assert isinstance(lost, Lost)
        assert "The server is down" in lost.why
        moved.rename(socket)
        await _next(news, Back)
        await news.aclose()  # type: ignore[attr-defined]  # it is a generator


async def test_a_channel_is_listed_with_the_next_programme_that_is_planned(house: House) -> None:
    """Whoever runs the evening puts it on standby from there."""
    send = house.operator.send
    channel = await send(
        "POST", f"/api/v1/organizations/{house.org}/channels", {"name": "Main", "visibility": "public"}
    )
    hours = (datetime.now(UTC) + timedelta(hours=more) for more in (30, 3, -1, -13))
    for title, start in zip(("later", "next", "late", "missed"), hours, strict=True):
        plan = {"title": title, "planned_start": start.isoformat()}
        await send("POST", f"/api/v1/channels/{channel['id']}/programmes", plan)
    (stream,) = (await house.operator.streams()).items
    assert [(one.title, one.state) for one in stream.programmes] == [("late", "planned")]
    await house.operator.standby(stream.programmes[0].id)
    (stream,) = (await house.operator.streams()).items
    assert {(one.title, one.state) for one in stream.programmes} == {("late", "standby"), ("next", "planned")}


async def test_a_stream_key_is_changed_for_another_of_the_same_person(house: House) -> None:
    producer = (await house.operator.people(q="producer@")).items[0]
    token = await house.token("producer", "read", "write")
    channel = await house.operator.send(
        "POST", f"/api/v1/organizations/{house.org}/channels", {"name": "Main stage", "visibility": "public"}
    )
    _status, key = await house.ask("POST", f"/channels/{channel['id']}/keys", token, {"name": "OBS"})
    fresh = await house.operator.rotate_key(key["id"])
    (stream,) = (await house.operator.streams(q="main")).items
    assert (stream.name, stream.keys, stream.programmes) == ("Main stage", 1, [])
    keys = {one["id"]: one for one in await house.operator.keys(channel["id"])}
    assert keys[key["id"]]["revoked_at"] is not None
    assert keys[fresh["id"]]["name"] == "OBS"
    assert keys[fresh["id"]]["person"] == producer.id
    with pytest.raises(Conflict):
        await house.operator.rotate_key(key["id"])
    with pytest.raises(NotFound):
        await house.operator.drop_rung("nothing")


async def test_a_transcode_that_waits_can_be_put_first(house: House) -> None:
    insert = (
        "INSERT INTO videos (id, org_id, title, description, language, visibility, state, source_name, source_bytes, "
        "created_at, updated_at) VALUES ('{id}', '{org}', '{id}', '', '', 'public', 'processing', 'a.mp4', 1, 1, 1)"
    )
    wait = "INSERT INTO transcodes (video_id, state, wake_at, queued_at) VALUES ('{}', 'queued', 9000000000000000, {})"
    for number, id_ in enumerate(("one", "two", "three")):
        _sql(house, insert.format(id=id_, org=house.org), wait.format(id_, number + 10))
    await house.operator.move("three", first=True)
    await house.operator.move("one", first=False)
    assert [job.video for job in (await house.operator.jobs()).items] == ["three", "two", "one"]
    await house.operator.cancel("two")
    assert [job.video for job in (await house.operator.jobs("cancelled")).items] == ["two"]
    with pytest.raises(Conflict):
        await house.operator.move("two", first=True)


async def test_settings_are_shown_without_secrets_and_the_examination_is_told(house: House) -> None:
    shown = {one.key: one for one in await house.operator.settings()}
    assert shown["server.port"].changed
    assert shown["stripe.secret_key"].value in ("", "********")
    findings = {one.check: one.state for one in await house.operator.doctor()}
    assert findings["database"] == "ok"
    proof = await house.operator.verify()
    assert (proof.clean, proof.attacks) == (True, [])
    sweep = await house.operator.sweep(mend=True)
    assert sweep.free > 0
    usage = await house.operator.set_quota(house.org, 5_000_000)
    assert (usage.quota, usage.used) == (5_000_000, 0)


async def test_a_stream_ends_when_its_reader_is_no_operator_any_more(house: House) -> None:
    visitor = (await house.operator.people(q="visitor@")).items[0]
    await house.operator.grant(visitor.id)
    async with Client(Place.remote(house.url, await house.token("visitor", "admin"))) as console:
        news = console.watch()
        await _next(news, Tonight)
        await house.operator.withdraw(visitor.id)
        with pytest.raises(Forbidden):
            await _next(news, str)
