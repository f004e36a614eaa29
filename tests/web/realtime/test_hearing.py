"""Streams of facts: for whom each is, and until when."""

import pytest

from novacast import outbox
from novacast.clock import SECOND
from novacast.identity import Principal, Role
from novacast.topics import Topic
from novacast.web.realtime import RealtimeLimits
from novacast.web.realtime.rooms import doors
from tests.web.house import House, Open
from tests.web.realtime.listening import URL, listening


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


@pytest.mark.parametrize("audience", ["internal", "person:", "org:", "", "publicity", "people:tom"])
def test_what_is_for_nobody_outside_is_told_in_no_room(audience: str) -> None:
    assert doors(outbox.Event(1, 0, "a.b", "x", audience, {}), Topic(name="a.b", about="", viewers=True)) == ()


@pytest.mark.parametrize("audience", ["public", "org:house"])
def test_what_is_personal_is_told_to_a_person_or_to_nobody(audience: str) -> None:
    assert doors(outbox.Event(1, 0, "a.b", "x", audience, {}), Topic(name="a.b", about="", personal=True)) == ()


async def test_a_role_hears_what_it_may_do_something_about(house: House) -> None:
    house.known.people["tom"] = Principal("tom", "session-tom", roles={"house": Role.DOOR})
    house.known.people["ada"] = Principal("ada", "session-ada", roles={"house": Role.BOX_OFFICE})
    async with listening(house, "tom") as tom, listening(house, "ada") as ada:
        assert await tom.names(1) == await ada.names(1) == ["ready"]
        await house.emit("order.paid", "x", outbox.org("house"))
        await house.emit("a.house", "x", outbox.org("house"))
        assert await tom.names(1) == ["a.house"]
        assert await ada.names(2) == ["order.paid", "a.house"]


async def test_what_no_slice_declares_is_told_to_nobody(house: House) -> None:
    async with listening(house) as stream:
        await stream.next()
        await house.emit("secret.made", "x", outbox.PUBLIC)
        await house.emit("a.all", "x", outbox.PUBLIC)
        assert await stream.names(1) == ["a.all"]


async def test_who_may_look_at_a_thing_hears_of_it_by_its_id(house: House) -> None:
    house.known.lookers.add((None, "hall"))
    async with listening(house, None, "stage:hall,stage:attic") as stranger:
        assert await stranger.names(1) == ["ready"]
        await house.emit("stage.said", "attic", outbox.org("house"))
        await house.emit("stage.said", "hall", outbox.org("house"))
        event = await stranger.next()
        assert event is not None
        assert event.data["subject"] == "hall"
        house.known.lookers = {(None, "attic")}
        await house.emit("stage.moved", "hall", outbox.org("house"))
        await house.emit("stage.moved", "attic", outbox.org("house"))
        await house.emit("stage.said", "hall", outbox.org("house"))
        await house.emit("stage.said", "attic", outbox.org("house"))
        got = [await stranger.next() for _ in range(2)]
        assert [(one.name, one.data["subject"]) for one in got if one] == [
            ("stage.moved", "attic"),
            ("stage.said", "attic"),
        ]


async def test_topics_narrow_a_stream(house: House) -> None:
    async with listening(house, topics="video.ready, chat") as stream:
        await stream.next()
        for topic in ("a.all", "video.ready", "chatter.said", "chat.said", "video.ready.again"):
            await house.emit(topic, "x", outbox.PUBLIC)
        assert await stream.names(3) == ["video.ready", "chat.said", "video.ready.again"]


async def test_a_stream_may_be_of_one_thing(house: House) -> None:
    async with listening(house, topics="demo:hall") as stream:
        await stream.next()
        await house.emit("demo.made", "attic", outbox.PUBLIC)
        await house.emit("demo.made", "hall", outbox.PUBLIC)
        await house.emit("demo.more", "attic", outbox.PUBLIC, near="hall")
        assert await stream.names(2) == ["demo.made", "demo.more"]


async def test_too_many_topics_are_refused_and_not_some_of_them_forgotten(house: House) -> None:
    names = ",".join(f"a.{number}" for number in range(101))
    assert (await house.json("GET", f"{URL}?topics={names}"))[0] == 422


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


async def test_a_stream_ends_when_its_token_runs_out(open_house: Open) -> None:
    house = await open_house(limits=RealtimeLimits(heartbeat=0.05, renew=3600))
    until = house.clock.now() + SECOND
    house.known.people["reader"] = Principal("tom", "session-reader", until=until)
    async with listening(house, "reader") as stream:
        await stream.next()
        del house.known.people["reader"]
        house.clock.advance(1)
        assert await stream.next() is None


async def test_who_somebody_is_is_asked_again_now_and_then(open_house: Open) -> None:
    house = await open_house(limits=RealtimeLimits(heartbeat=0.05, renew=60))
    async with listening(house, "reader") as stream:
        await stream.next()
        del house.known.people["reader"]
        house.clock.advance(61)
        assert await stream.next() is None
