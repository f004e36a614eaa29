"""Rooms as those who are in them see them: who may, what is said, and what goes out to whom."""

import asyncio
from typing import Any

import aiohttp
import pytest

from tests.chat.world import ROOM, World


async def test_what_one_says_everybody_in_the_room_is_told_once_and_in_order(world: World) -> None:
    async with world.inside("anna") as anna, world.inside("ben") as ben, world.inside() as stranger:
        for number in range(3):
            done = await anna.does(type="send", text=f"say {number}")
            assert done["type"] == "done"
            assert done["message"]["text"] == f"say {number}"
        for line in (anna, ben, stranger):
            assert await line.texts(3) == ["say 0", "say 1", "say 2"]
        assert [one["message"]["seq"] for one in ben.events] == [1, 2, 3]


async def test_a_stranger_reads_and_does_not_write(world: World) -> None:
    async with world.inside() as stranger:
        refused = await stranger.does(type="send", text="hello")
        assert (refused["type"], refused["code"]) == ("refused", "unauthenticated")
    assert (await world.ask("", "POST", "ROOM/messages", {"text": "hello"}))[0] == 401


async def test_who_may_not_watch_may_not_read(world: World) -> None:
    world.show(public=False, shown_to=frozenset({"ben"}))
    for who, status in (("", 401), ("anna", 404)):
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            async with world.line(who):
                pass
        assert refused.value.status == status
        assert (await world.ask(who, "GET", "ROOM"))[0] == status
        assert (await world.ask(who, "GET", "ROOM/messages"))[0] == status
    async with world.inside("ben") as ben:
        assert (await ben.does(type="send", text="only me"))["type"] == "done"


async def test_a_room_that_is_closed_is_read_only(world: World) -> None:
    await world.say("anna", "before")
    world.show(open=False)
    async with world.inside("anna") as anna:
        assert anna.said() == ["before"]
        assert (await anna.does(type="send", text="after"))["code"] == "forbidden"


async def test_badges_tell_who_runs_the_room(world: World) -> None:
    async with world.inside() as stranger:
        for who in ("anna", "moderator", "producer"):
            await world.say(who, "hello")
        await stranger.texts(3)
        badges = [one["message"]["author"].get("badges") for one in stranger.events]
        assert badges == [None, [{"kind": "staff"}], [{"kind": "organizer"}]]


async def test_messages_belong_to_a_moment_of_the_programme_whatever_is_done_to_the_clock(world: World) -> None:
    clock: Any = world.clock
    assert (await world.say("anna", "first"))["at"] == 60
    clock.advance(5)
    clock.set_now(clock.now() - 3_600_000_000)
    assert (await world.say("ben", "second"))["at"] == 65
    clock.set_now(clock.now() + 7_200_000_000)
    assert (await world.say("moderator", "third"))["at"] == 65


async def test_messages_below_a_video_belong_to_where_their_author_was(world: World) -> None:
    world.show(kind="video", began_at=None)
    status, body = await world.ask("anna", "POST", "ROOM/messages", {"text": "what a goal", "at": 12.5})
    assert (status, body["at"]) == (201, 12.5)
    assert (await world.say("ben", "no moment"))["at"] is None


async def test_a_recording_replays_its_chat_in_the_order_of_the_media(world: World) -> None:
    world.show(kind="video", began_at=None)
    for at in (30.0, 10.0, 20.0, 10.0):
        await world.ask("moderator", "POST", "ROOM/messages", {"text": f"at {at}", "at": at})
    found: list[float] = []
    query = "ROOM/replay?begin=10&end=30&limit=1"
    _, page = await world.ask("", "GET", query)
    while True:
        found += [one["at"] for one in page["items"]]
        if page["next"] is None:
            break
        _, page = await world.ask("", "GET", f"{query}&cursor={page['next']}")
    assert found == [10, 10, 20]


async def test_history_is_read_page_by_page_from_the_latest(world: World) -> None:
    for number in range(5):
        await world.say("moderator", str(number))
    _, first = await world.ask("", "GET", "ROOM/messages?limit=3")
    _, rest = await world.ask("", "GET", f"ROOM/messages?limit=3&cursor={first['next']}")
    assert [one["text"] for one in first["items"] + rest["items"]] == ["4", "3", "2", "1", "0"]
    assert rest["next"] is None


async def test_joining_and_leaving_is_counted_and_not_told(world: World) -> None:
    async with world.inside() as first:
        async with world.inside("anna"), world.inside("ben"):
            await world.say("anna", "hello")
            frame = await first.until("events", lambda frame: frame["events"])
            assert frame["people"] == 3
        assert {one["type"] for one in first.events} == {"message"}


async def test_an_edit_reaches_those_who_are_there_and_keeps_what_was_said_in_the_log(world: World) -> None:
    async with world.inside("anna") as anna, world.inside("ben") as ben:
        said = (await anna.does(type="send", text="teh goal"))["message"]
        assert (await ben.does(type="edit", message=said["id"], text="mine now"))["code"] == "forbidden"
        assert (await anna.does(type="edit", message=said["id"], text="the goal"))["type"] == "done"
        told = await ben.event(fits=lambda one: "changed" in one["message"])
        assert (told["message"]["text"], told["message"]["seq"]) == ("the goal", said["seq"])
    _, log = await world.ask("moderator", "GET", "ROOM/log")
    assert [(one["action"], one["actor"], one["detail"]) for one in log["items"]] == [
        ("message.edited", "anna", {"before": "teh goal"})
    ]
    assert (await world.ask("anna", "GET", "ROOM/log"))[0] == 403


async def test_what_is_deleted_is_gone_for_everybody_but_the_log(world: World) -> None:
    async with world.inside("anna") as anna, world.inside("ben") as ben:
        own, others = [(await anna.does(type="send", text=text))["message"]["id"] for text in ("one", "two")]
        assert (await ben.does(type="delete", message=own))["code"] == "forbidden"
        assert (await anna.does(type="delete", message=own))["type"] == "done"
        assert (await ben.event("deleted"))["id"] == own
        assert (await world.ask("moderator", "DELETE", f"ROOM/messages/{others}"))[0] == 204
        assert (await ben.event("deleted"))["id"] == others
    _, page = await world.ask("", "GET", "ROOM/messages")
    assert page["items"] == []
    assert (await world.ask("ben", "GET", f"ROOM/messages/{own}"))[0] == 404
    _, kept = await world.ask("moderator", "GET", f"ROOM/messages/{own}")
    assert (kept["state"], kept["text"]) == ("deleted", "one")
    async with world.inside() as newcomer:
        assert newcomer.events == []


async def test_reactions_are_counted_once_a_person(world: World) -> None:
    async with world.inside("anna") as anna, world.inside("ben") as ben:
        said = (await anna.does(type="send", text="goal"))["message"]["id"]
        for line in (anna, ben, ben):
            assert (await line.does(type="react", message=said, reaction="🎉"))["type"] == "done"
        told = await anna.event("reactions", lambda one: one["reactions"] == {"🎉": 2})
        assert told["id"] == said
        await ben.does(type="react", message=said, reaction="🎉", on=False)
        await anna.event("reactions", lambda one: one["reactions"] == {"🎉": 1})
        refused = await ben.does(type="react", message=said, reaction="<b>")
        assert (refused["code"], refused["errors"][0]["field"]) == ("invalid_input", "reaction")
        family = "👨‍👩‍👧‍👦"
        assert (await ben.does(type="react", message=said, reaction=family))["message"]["reactions"][family] == 1


async def test_a_poll_counts_one_vote_a_person_which_may_move_until_it_is_closed(world: World) -> None:
    async with world.inside("anna") as anna, world.inside("moderator") as moderator:
        asked = await moderator.does(type="ask", question="Who wins?", options=["we", "they"])
        poll = asked["message"]["id"]
        assert (await anna.event("room"))["room"]["poll"]["id"] == poll
        await anna.does(type="vote", message=poll, choice=1)
        await anna.does(type="vote", message=poll, choice=0)
        voted = await anna.does(type="vote", message=poll, choice=0)
        assert [one["votes"] for one in voted["message"]["poll"]["options"]] == [1, 0]
        assert (await anna.does(type="vote", message=poll, choice=7))["code"] == "invalid_input"
        assert (await anna.does(type="close_poll"))["code"] == "forbidden"
        await moderator.does(type="close_poll")
        assert (await anna.does(type="vote", message=poll, choice=1))["code"] == "conflict"
        await anna.event("poll", lambda one: "closed_at" in one["poll"])
        await anna.event("room", lambda one: "poll" not in one["room"])


async def test_what_is_pinned_and_slow_is_there_for_those_who_come(world: World) -> None:
    said = await world.say("anna", "read this")
    assert (await world.ask("anna", "PUT", "ROOM/pinned", {"message": said["id"]}))[0] == 403
    assert (await world.ask("moderator", "PUT", "ROOM/pinned", {"message": said["id"]}))[0] == 200
    assert (await world.ask("moderator", "PATCH", "ROOM", {"slow_seconds": 30}))[0] == 200
    async with world.line() as line:
        room = (await line.until("welcome"))["room"]
        assert (room["pinned"]["text"], room["slow_seconds"], room["kind"]) == ("read this", 30, "live")
    _, shown = await world.ask("", "GET", "ROOM")
    assert (shown["room"]["pinned"]["id"], shown["you"]["writes"]) == (said["id"], False)


async def test_commands_are_the_rooms_actions_typed(world: World) -> None:
    async with world.inside("anna") as anna, world.inside("moderator") as moderator:
        assert (await anna.does(type="send", text="/me waves"))["message"]["kind"] == "action"
        assert (await anna.does(type="send", text="//me is how it is typed"))["message"]["text"][0] == "/"
        assert (await anna.does(type="send", text="/slow 10"))["code"] == "invalid_input"
        assert (await moderator.does(type="send", text="/slow 10"))["type"] == "done"
        assert (await anna.event("room"))["room"]["slow_seconds"] == 10
        asked = await moderator.does(type="send", text="/poll Who? | we | they")
        assert [one["text"] for one in asked["message"]["poll"]["options"]] == ["we", "they"]
        assert (await moderator.does(type="send", text="/announce Back in five"))["message"]["kind"] == "announcement"
        assert (await anna.event(fits=lambda one: one["message"]["kind"] == "announcement"))["message"]["text"]
    _, named = await world.ask("anna", "GET", "ROOM/commands")
    assert [one["name"] for one in named["items"]] == ["me"]


async def test_who_is_mentioned_is_named_and_marked(world: World) -> None:
    async with world.inside("anna") as anna, world.inside("ben") as ben:
        said = (await anna.does(type="send", text="look @ben, **there**"))["message"]
        assert said["text"] == "look <@ben>, **there**"
        assert said["body"] == ["look ", ["m", "ben", "Ben"], ", ", ["b", ["there"]]]
        reply = (await ben.does(type="send", text="yes", reply_to=said["id"]))["message"]
        assert reply["reply_to"] == said["id"]
        assert (await ben.does(type="send", text="no", reply_to="nothing"))["code"] == "not_found"


async def test_a_key_says_a_thing_once(world: World) -> None:
    async with world.inside("anna") as anna:
        first = await anna.does(type="send", text="once", key="random-key-1")
        again = await anna.does(type="send", text="once", key="random-key-1")
        assert first["message"] == again["message"]
        await anna.does(type="send", text="twice")
        assert await anna.texts(2) == ["once", "twice"]
    posted = [
        await world.ask("ben", "POST", "ROOM/messages", {"text": "by post"}, **{"Idempotency-Key": "k"}) for _ in "ab"
    ]
    assert posted[0] == posted[1]
    _, page = await world.ask("", "GET", "ROOM/messages")
    assert len(page["items"]) == 3


async def test_events_are_the_same_frames_for_those_who_only_read(world: World) -> None:
    await world.say("anna", "before")
    url = f"{world.url}/api/v1/rooms/{ROOM}/events"
    async with world.client.get(url) as response, asyncio.timeout(10):
        assert (response.status, response.content_type) == (200, "text/event-stream")
        await world.say("ben", "after")
        text = b""
        while b"after" not in text:
            text += await response.content.readany()
    assert text.index(b'"type":"welcome"') < text.index(b"before") < text.index(b'"text":"after"')
    async with world.client.get(f"{url}?after=1") as response, asyncio.timeout(10):
        text = b""
        while b'"seq":2' not in text or b'"type":"events"' not in text:
            text += await response.content.readany()
    assert b"before" not in text
    assert text.count(b'"text":"after"') == 1


async def test_another_sites_page_opens_no_room_with_a_visitors_cookie(world: World) -> None:
    cookie = {"Cookie": "novacast_session=anna", "Origin": "https://evil.example"}
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        async with world.line(**cookie):
            pass
    assert refused.value.status == 403
    async with world.line(Cookie="novacast_session=anna", Origin=world.url) as line:
        await line.until("welcome")
