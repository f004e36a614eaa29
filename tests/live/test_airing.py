"""What an encoder that comes with a key is let in to feed, and how a programme goes on air and off it."""

import asyncio

import pytest

from novacast import outbox
from novacast.clock import HOUR, MINUTE, SECOND
from novacast.errors import Conflict, Forbidden, NotFound, RateLimited, Unauthenticated
from novacast.identity import ANONYMOUS, Principal
from novacast.live import store
from novacast.live.airing import MOST_FEEDS
from novacast.live.keys import store as keys
from novacast.live.models import FeedRole, ProgrammeState
from novacast.live.programmes import store as programmes
from novacast.visibility import Visibility
from tests.live.conftest import House, hello


async def test_a_key_of_a_quiet_channel_begins_a_programme_named_after_channel_and_day(house: House) -> None:
    channel = await house.channel(name="Main hall", visibility=Visibility.UNLISTED)
    key = await house.key(channel, "secret")
    admitted = await house.airing.admit(hello("secret"))
    programme = admitted.programme
    assert (programme.title, programme.state) == ("Main hall 2025-06-15", ProgrammeState.STANDBY)
    assert (programme.owner_id, programme.visibility) == ("producer", Visibility.UNLISTED)
    assert (admitted.feed.key_id, admitted.feed.role, admitted.feed.software) == (key.id, FeedRole.MAIN, "OBS 31.0")
    assert admitted.channel.id == channel.id


async def test_the_backup_joins_the_programme_that_the_main_feed_began(house: House) -> None:
    channel = await house.channel()
    await house.key(channel, "one")
    await house.key(channel, "two", role=FeedRole.BACKUP)
    first, second = await asyncio.gather(house.airing.admit(hello("one")), house.airing.admit(hello("two")))
    assert first.programme.id == second.programme.id
    assert {first.feed.role, second.feed.role} == {FeedRole.MAIN, FeedRole.BACKUP}


async def test_a_planned_programme_takes_the_encoder_half_an_hour_early_and_no_earlier(house: House) -> None:
    channel = await house.channel()
    await house.key(channel, "secret")
    start = house.clock.now() + HOUR
    planned = await house.programme(channel, planned_start=start)
    early = await house.airing.admit(hello("secret"))
    assert early.programme.id != planned.id
    await house.airing.ended(early.programme.id)
    house.clock.advance(30 * 60)
    assert (await house.airing.admit(hello("secret"))).programme.id == planned.id


@pytest.mark.parametrize("wrong", ["", "secreT", "x" * 5000, "\udcff", "programme1"])
async def test_unknown_keys_are_refused_alike(house: House, wrong: str) -> None:
    await house.key(await house.channel(), "secret")
    with pytest.raises(Unauthenticated, match="not known"):
        await house.airing.admit(hello(wrong))


async def test_a_key_is_no_good_once_it_is_over_or_revoked(house: House) -> None:
    channel = await house.channel()
    await house.key(channel, "short", expires_at=house.clock.now() + MINUTE)
    lasting = await house.key(channel, "lasting")
    await house.airing.admit(hello("short"))
    house.clock.advance(60)
    with pytest.raises(Unauthenticated):
        await house.airing.admit(hello("short"))
    await house.db.write(lambda tx: keys.revoke(tx, lasting.id))
    with pytest.raises(Unauthenticated):
        await house.airing.admit(hello("lasting"))


async def test_wrong_keys_make_an_address_wait_and_nobody_else(house: House) -> None:
    await house.key(await house.channel(), "secret")
    for _ in range(10):
        with pytest.raises(Unauthenticated):
            await house.airing.admit(hello("guess", "2001:db8::1"))
    with pytest.raises(RateLimited) as refused:
        await house.airing.admit(hello("guess", "2001:db8::2"))
    assert refused.value.retry_after > 0
    with pytest.raises(Unauthenticated):
        await house.airing.admit(hello("guess", "192.0.2.1"))
    await house.airing.admit(hello("secret", "2001:db8::1"))


async def test_who_used_a_key_from_where_is_logged_and_the_secret_is_nowhere(house: House) -> None:
    channel = await house.channel()
    key = await house.key(channel, "very-secret")
    admitted = await house.airing.admit(hello("very-secret"))
    (entry, *_) = await house.db.all(store.logged(channel.id, 2**62, 10))
    assert (entry.action, entry.key_id, entry.person_id) == ("key.used", key.id, "producer")
    assert (entry.address, entry.detail, entry.programme_id) == ("192.0.2.1", "rtmp OBS 31.0", admitted.programme.id)
    assert (await house.db.one(keys.by_id(key.id))).used_at == house.clock.now()  # type: ignore[union-attr]  # it is there
    assert b"very-secret" not in house.db.path.read_bytes()


async def test_a_programme_goes_on_air_drops_comes_back_and_ends_each_told_once(house: House) -> None:
    channel = await house.channel()
    await house.key(channel, "secret")
    admitted = await house.airing.admit(hello("secret"))
    airing, programme_id = house.airing, admitted.programme.id
    began = house.clock.now()
    for step in (airing.on_air, airing.interrupted, airing.resumed, airing.ended):
        house.clock.advance(1)
        await step(programme_id)
        await step(programme_id)
    for topic in ("on_air", "interrupted", "resumed", "ended"):
        assert [fact.subject for fact in await house.facts(f"programme.{topic}")] == [programme_id], topic
    programme = await airing.programme(programme_id)
    assert programme.state is ProgrammeState.ENDED
    assert (programme.started_at, programme.ended_at) == (began + SECOND, began + 4 * SECOND)
    (feed,) = await house.db.all(store.feeds(programme_id, (2**62, ""), 10))
    assert (feed.ended_at, str(feed.reason)) == (began + 4 * SECOND, "The programme ended.")


async def test_what_has_ended_does_not_go_on_air_again(house: House) -> None:
    channel = await house.channel()
    await house.key(channel, "secret")
    programme_id = (await house.airing.admit(hello("secret"))).programme.id
    await house.airing.on_air(programme_id)
    await house.airing.ended(programme_id)
    with pytest.raises(Conflict, match="ended"):
        await house.airing.resumed(programme_id)
    with pytest.raises(NotFound):
        await house.airing.on_air("nothing")
    await house.airing.ended("nothing")


@pytest.mark.parametrize("visibility", list(Visibility))
async def test_strangers_are_told_of_public_programmes_alone(house: House, visibility: Visibility) -> None:
    channel = await house.channel(visibility=visibility)
    await house.key(channel, "secret")
    programme_id = (await house.airing.admit(hello("secret"))).programme.id
    await house.airing.on_air(programme_id)
    (fact,) = await house.facts("programme.on_air")
    assert fact.audience == ("public" if visibility is Visibility.PUBLIC else outbox.org(channel.org_id))


async def test_an_encoder_that_was_not_stopped_begins_no_new_programme_behind_the_producers_back(house: House) -> None:
    channel = await house.channel()
    await house.key(channel, "secret")
    programme_id = (await house.airing.admit(hello("secret"))).programme.id
    await house.airing.on_air(programme_id)
    await house.db.write(lambda tx: programmes.change(tx, programme_id, {"wanted_end": True}))
    with pytest.raises(Forbidden, match="studio"):
        await house.airing.admit(hello("secret"))
    await house.airing.ended(programme_id)
    with pytest.raises(Forbidden, match="studio"):
        await house.airing.admit(hello("secret"))
    house.clock.advance(60)
    assert (await house.airing.admit(hello("secret"))).programme.id != programme_id


async def test_more_encoders_than_a_programme_can_use_are_refused(house: House) -> None:
    await house.key(await house.channel(), "secret")
    feeds = [(await house.airing.admit(hello("secret"))).feed for _ in range(MOST_FEEDS)]
    with pytest.raises(Forbidden, match="Too many encoders"):
        await house.airing.admit(hello("secret"))
    await house.airing.left(feeds[0].id, "It went.")
    await house.airing.admit(hello("secret"))


async def test_a_restart_finds_what_is_on_air_and_closes_the_connections_of_before(house: House) -> None:
    channel, other = await house.channel(), await house.channel()
    await house.key(channel, "secret")
    await house.key(other, "waiting")
    admitted = await house.airing.admit(hello("secret"))
    await house.airing.admit(hello("waiting"))
    await house.airing.on_air(admitted.programme.id)
    await house.airing.interrupted(admitted.programme.id)
    assert [one.id for one in await house.airing.open()] == [admitted.programme.id]
    assert await house.db.all(store.open_feeds()) == []
    assert len(await house.facts("feed.ended")) == 2


async def test_a_feeds_first_reason_stands_and_is_translatable(house: House) -> None:
    await house.key(await house.channel(), "secret")
    feed = (await house.airing.admit(hello("secret"))).feed
    await house.airing.left(feed.id, "The encoder closed the connection.")
    await house.airing.left(feed.id, "Something else.")
    await house.airing.left("nothing", "Nothing.")
    found = await house.db.one(store.feed_by_id(feed.id))
    assert found is not None
    assert found.reason == "The encoder closed the connection."


async def test_how_many_watch_is_mentioned_when_it_is_another_and_the_numbers_now_and_then(house: House) -> None:
    programme = await house.programme(await house.channel())
    for viewers in (3, 3, 4):
        await house.airing.measured(programme.id, {"viewers": viewers})
        house.clock.advance(1)
    told = [one for one in await house.db.all(outbox.after(0, 1000)) if not one.kept]
    assert [one.payload["viewers"] for one in told if one.topic == "programme.viewers"] == [3, 4]
    assert [one.payload["numbers"]["viewers"] for one in told if one.topic == "programme.measured"] == [3, 4]
    assert {one.audience for one in told if one.topic == "programme.measured"} == {outbox.org(programme.org_id)}


async def test_health_is_one_row_and_the_peak_only_grows(house: House) -> None:
    channel = await house.channel()
    programme = await house.programme(channel)
    for viewers in (3, 9, 5):
        await house.airing.measured(programme.id, {"viewers": viewers, "bitrate": 6_000_000})
    await house.airing.measured("gone", {"viewers": 1})
    health = await house.db.one(store.health(programme.id))
    assert health is not None
    assert health.numbers == {"viewers": 5, "bitrate": 6_000_000}
    assert (await house.airing.programme(programme.id)).peak_viewers == 9


async def test_who_may_look_at_a_programme_may_hear_of_it(house: House) -> None:
    programme = await house.programme(await house.channel(), visibility=Visibility.SIGNED_IN)
    assert await house.own.programmes.may_look(Principal("somebody"), programme.id)
    assert not await house.own.programmes.may_look(ANONYMOUS, programme.id)
    assert not await house.own.programmes.may_look(Principal("somebody"), "gone")
