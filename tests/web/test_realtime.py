"""Event streams: in order, after a break, for whom they are, and never a burden."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from novacast import outbox
from novacast.identity import Principal, Role
from novacast.web.realtime import RealtimeLimits, visible
from tests.web.house import WITHIN, House, Open

URL = "/api/v1/realtime"


@dataclass
class Event:
    id: int
    name: str
    data: Any


class Stream:
    def __init__(self, response: Any) -> None:
        self.response = response

    async def next(self) -> Event | None:
        """The next event, heartbeats left out; None at the end."""
        fields: dict[str, str] = {}
        async with asyncio.timeout(WITHIN):
            while line := (await self.response.content.readline()).decode():
                if line == "\n" and "data" in fields:
                    return Event(int(fields["id"]), fields["event"], json.loads(fields["data"]))
                name, _, value = line.rstrip("\n").partition(": ")
                fields[name] = value
        return None

    async def names(self, count: int) -> list[str]:
        return [event.name for _ in range(count) if (event := await self.next()) is not None]


@asynccontextmanager
async def listening(
    house: House, token: str | None = "tom", topics: str = "", last: int | str | None = None
) -> AsyncIterator[Stream]:
    headers = {} if last is None else {"Last-Event-ID": str(last)}
    async with house.ask("GET", URL, token, params={"topics": topics} if topics else None, headers=headers) as response:
        assert response.status == 200, await response.text()
        assert response.content_type == "text/event-stream"
        yield Stream(response)


async def test_facts_arrive_in_order(house: House) -> None:
    async with listening(house) as stream:
        ready = await stream.next()
        assert ready is not None
        assert ready.name == "ready"
        seqs = [await house.emit("demo.made", f"s{n}", outbox.PUBLIC, n=n) for n in range(20)]
        got = [await stream.next() for _ in range(20)]
        assert [event.id for event in got if event] == seqs
        assert [event.data["payload"]["n"] for event in got if event] == list(range(20))
        assert got[3] is not None
        assert got[3].data["subject"] == "s3"
        assert got[3].data["at"].endswith("Z")


async def test_a_break_loses_nothing(house: House) -> None:
    async with listening(house) as stream:
        await stream.next()
        await house.emit("demo.made", "1", outbox.PUBLIC)
        seen = await stream.next()
    assert seen is not None
    for n in range(2, 400):
        await house.emit("demo.made", str(n), outbox.PUBLIC)
    async with listening(house, last=seen.id) as stream:
        got = [await stream.next() for _ in range(398)]
        assert [event.data["subject"] for event in got if event] == [str(n) for n in range(2, 400)]
        await house.emit("demo.made", "400", outbox.PUBLIC)
        event = await stream.next()
        assert event is not None
        assert event.data["subject"] == "400"


@pytest.mark.parametrize("last", [0, 10_000])
async def test_who_missed_too_much_is_told_to_start_anew(house: House, last: int) -> None:
    for n in range(5):
        await house.emit("demo.made", str(n), outbox.PUBLIC)
    await house.db.write(lambda tx: tx.run("DELETE FROM outbox WHERE seq < 3"))
    async with listening(house, last=last) as stream:
        event = await stream.next()
        assert event is not None
        assert (event.name, event.id) == ("reset", 5)
        await house.emit("demo.more", "x", outbox.PUBLIC)
        assert await stream.names(1) == ["demo.more"]
    async with listening(house, last=2) as stream:
        assert await stream.names(3) == ["demo.made"] * 3


async def test_everything_pruned_is_a_reset_but_nothing_missed_is_none(house: House) -> None:
    await house.emit("demo.made", "1", outbox.PUBLIC)
    await house.emit("demo.made", "2", outbox.PUBLIC)
    await house.db.write(lambda tx: tx.run("DELETE FROM outbox"))
    async with listening(house, last=1) as stream:
        assert await stream.names(1) == ["reset"]
    async with listening(house, last=2) as stream:
        await house.emit("demo.made", "3", outbox.PUBLIC)
        assert await stream.names(1) == ["demo.made"]


@pytest.mark.parametrize("last", ["abc", "-1", "1" * 30, "1e3"])
async def test_an_id_that_never_was_one_is_refused(house: House, last: str) -> None:
    status, problem = await house.json("GET", URL, headers={"Last-Event-ID": last})
    assert (status, problem["code"]) == (400, "malformed")


async def test_each_sees_what_is_for_them(house: House) -> None:
    house.known.people["tom"] = Principal("tom", "session-tom", roles={"house": Role.DOOR})
    async with listening(house, "tom") as tom, listening(house, "ada") as ada, listening(house, None) as stranger:
        for stream in (tom, ada, stranger):
            await stream.next()
        await house.emit("a.internal", "x", outbox.INTERNAL)
        await house.emit("a.tom", "x", outbox.person("tom"))
        await house.emit("a.house", "x", outbox.org("house"))
        await house.emit("a.ada", "x", outbox.person("ada"))
        await house.emit("a.all", "x", outbox.PUBLIC)
        assert await tom.names(3) == ["a.tom", "a.house", "a.all"]
        assert await ada.names(2) == ["a.ada", "a.all"]
        assert await stranger.names(1) == ["a.all"]


@pytest.mark.parametrize(
    ("audience", "sees"),
    [("public", True), ("internal", False), ("person:tom", True), ("person:ada", False), ("person:", False),
     ("org:house", True), ("org:other", False), ("org:", False), ("", False), ("publicity", False)],
)  # fmt: skip
def test_audiences_are_kept_apart(audience: str, sees: bool) -> None:
    assert visible(Principal("tom", roles={"house": Role.DOOR}), audience) is sees
    assert visible(Principal(), audience) is (audience == "public")


def test_of_what_is_not_listed_those_hear_who_know_its_id_and_its_makers() -> None:
    audience, tom = outbox.link("house", "secret"), Principal("tom", roles={"house": Role.DOOR})
    assert visible(tom, audience)
    assert visible(Principal(), audience, {"secret"})
    assert not visible(Principal(), audience, {"another", "house", ""})
    assert not visible(Principal(), outbox.link("house", ""), {""})
    assert not visible(Principal(roles={"secret": Role.OWNER}), audience)
    assert not visible(Principal(), outbox.org("house"), {"house", "secret"})


async def test_who_names_an_id_hears_of_it(house: House) -> None:
    params = {"topics": "programme", "about": "other, secret"}
    async with house.ask("GET", URL, None, params=params) as knowing, house.ask("GET", URL, None) as stranger:
        streams = Stream(knowing), Stream(stranger)
        assert [await one.names(1) for one in streams] == [["ready"], ["ready"]]
        await house.emit("programme.on_air", "secret", outbox.link("house", "secret"))
        await house.emit("programme.on_air", "all", outbox.PUBLIC)
        assert [event.data["subject"] for _ in range(2) if (event := await streams[0].next())] == ["secret", "all"]
        assert [event.data["subject"] for _ in range(1) if (event := await streams[1].next())] == ["all"]


async def test_topics_narrow_a_stream(house: House) -> None:
    async with listening(house, topics="video.ready, chat") as stream:
        await stream.next()
        for topic in ("video.progress", "video.ready", "chatter.said", "chat.said", "video.ready.again"):
            await house.emit(topic, "x", outbox.PUBLIC)
        assert await stream.names(3) == ["video.ready", "chat.said", "video.ready.again"]


async def test_a_stream_ends_with_its_session(house: House) -> None:
    async with listening(house, "tom") as tom, listening(house, "ada") as ada:
        await tom.next()
        await ada.next()
        await house.emit("session.revoked", "session-tom", outbox.INTERNAL)
        assert await tom.next() is None
        await house.emit("a.b", "x", outbox.PUBLIC)
        assert await ada.names(1) == ["a.b"]


async def test_who_loses_a_role_hears_nothing_more_of_its_house(house: House) -> None:
    house.known.people["tom"] = Principal("tom", "session-tom", roles={"house": Role.DOOR})
    async with listening(house, "tom") as tom:
        await tom.next()
        await house.emit("a.house", "before", outbox.org("house"))
        assert await tom.names(1) == ["a.house"]
        house.known.people["tom"] = Principal("tom", "session-tom")
        await house.emit("member.changed", "tom", outbox.org("house"), role=None)
        await house.emit("a.house", "after", outbox.org("house"))
        await house.emit("a.all", "x", outbox.PUBLIC)
        assert await tom.names(1) == ["a.all"]


async def test_who_gets_a_role_hears_of_its_house_at_once(house: House) -> None:
    async with listening(house, "tom", topics="a") as tom:
        await tom.next()
        house.known.people["tom"] = Principal("tom", "session-tom", roles={"house": Role.DOOR})
        await house.emit("member.changed", "tom", outbox.org("house"), role="door")
        await house.emit("a.house", "x", outbox.org("house"))
        assert await tom.names(1) == ["a.house"]


async def test_a_stream_ends_when_its_token_has_run_out(open_house: Open) -> None:
    house = await open_house(limits=RealtimeLimits(heartbeat=0.05, renew=60))
    async with listening(house, "reader") as stream:
        await stream.next()
        del house.known.people["reader"]
        house.clock.advance(61)
        assert await stream.next() is None


async def test_an_idle_stream_shows_signs_of_life(open_house: Open) -> None:
    house = await open_house(limits=RealtimeLimits(heartbeat=0.05))
    async with listening(house) as stream:
        await stream.next()
        async with asyncio.timeout(WITHIN):
            assert await stream.response.content.readline() == b":\n"


async def test_a_slow_reader_is_dropped_and_counted_and_holds_up_nobody(open_house: Open) -> None:
    house = await open_house(limits=RealtimeLimits(queue=8, write=0.3))
    request = f"GET {URL} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ada\r\n\r\n"
    reader, writer = await house.raw(request.encode())
    async with asyncio.timeout(WITHIN):
        await reader.readuntil(b"ready")
    writer.transport.pause_reading()  # type: ignore[attr-defined]  # a Transport for reading as well
    async with listening(house, "tom") as stream:
        await stream.next()
        for n in range(200):
            await house.emit("demo.big", str(n), outbox.PUBLIC, text="x" * 100_000)
            event = await stream.next()
            assert event is not None
            assert event.data["subject"] == str(n)
            if house.metrics.value("novacast_realtime_dropped_total"):
                break
    assert house.metrics.value("novacast_realtime_dropped_total") == 1


async def test_one_person_may_not_open_endless_streams(open_house: Open) -> None:
    house = await open_house(limits=RealtimeLimits(per_principal=2))
    async with listening(house) as one, listening(house) as two:
        await one.next()
        await two.next()
        status, problem = await house.json("GET", URL)
        assert (status, problem["code"]) == (429, "rate_limited")
        async with listening(house, "ada") as other:
            assert await other.names(1) == ["ready"]
        assert house.metrics.value("novacast_realtime_clients") >= 2


async def test_strangers_of_one_network_are_many_people(open_house: Open) -> None:
    house = await open_house(limits=RealtimeLimits(per_principal=1, per_network=2))
    async with listening(house, None) as one, listening(house, None) as two:
        assert await one.names(1) == await two.names(1) == ["ready"]
        async with house.ask("GET", URL, None) as third:
            assert third.status == 429


async def test_head_does_not_open_a_stream(house: House) -> None:
    async with house.ask("HEAD", URL) as response:
        assert response.status == 200
    assert house.metrics.value("novacast_realtime_clients") == 0
