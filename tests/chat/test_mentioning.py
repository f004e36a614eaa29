"""Whom a message names: told to the rest of the house, of whom is away, and of what they may read."""

from collections.abc import Sequence
from dataclasses import replace

from novacast import outbox
from novacast.chat import store
from novacast.chat.mentioning.service import MENTIONED, Mentions
from novacast.outbox import Event
from tests.chat.moderation.test_queues import word
from tests.chat.world import ANNA, BEN, ROOM, World, person


async def facts(world: World) -> Sequence[Event]:
    return [one for one in await world.db.all(outbox.after(0, 1000)) if one.topic == MENTIONED]


async def test_a_message_that_names_people_is_told_once_and_not_of_its_author(world: World) -> None:
    async with world.inside("anna") as anna:
        await anna.does(type="send", text="nobody is named here")
        said = (await anna.does(type="send", text="<@ben>, <@anna> and <@ben> again"))["message"]
    (fact,) = await facts(world)
    assert (fact.subject, fact.audience) == (said["id"], outbox.INTERNAL)
    message = await world.db.one(store.message(said["id"]))
    assert message is not None
    assert fact.payload == {"room": ROOM, "people": ["ben"], "said_at": message.sent_at}


async def test_who_is_in_the_room_is_there_and_who_left_is_not(world: World) -> None:
    mentions = Mentions(world.db, world.chat.lobby, world.chat.entrance)
    async with world.inside("ben"):
        assert mentions.present(ROOM, "ben")
        assert not mentions.present(ROOM, "anna")
        assert not mentions.present("another", "ben")


async def test_what_is_gone_or_not_for_their_eyes_is_not_seen(world: World) -> None:
    mentions = Mentions(world.db, world.chat.lobby, world.chat.entrance)
    async with world.inside("anna") as anna:
        said = (await anna.does(type="send", text="<@ben>, look"))["message"]
        found = await mentions.seen(BEN, said["id"], ROOM)
        assert found is not None
        assert (found.by, found.title) == ("Anna", "First night")
        place = world.places.places[ROOM]
        world.places.places[ROOM] = replace(place, public=False, shown_to=frozenset({"anna"}))
        assert await mentions.seen(BEN, said["id"], ROOM) is None
        assert await mentions.seen(person("stranger"), said["id"], ROOM) is None
        assert await mentions.seen(ANNA, said["id"], ROOM) is not None
        await anna.does(type="delete", message=said["id"])
        assert await mentions.seen(ANNA, said["id"], ROOM) is None


async def test_what_is_held_names_people_only_once_a_moderator_lets_it_through(world: World) -> None:
    await word(world, "scoundrel", "hold")
    async with world.inside("anna") as anna, world.inside("moderator") as moderator:
        held = (await anna.does(type="send", text="<@ben>, you scoundrel"))["message"]
        assert await facts(world) == []
        await moderator.does(type="approve", message=held["id"])
    (fact,) = await facts(world)
    assert (fact.subject, fact.payload["people"]) == (held["id"], ["ben"])
