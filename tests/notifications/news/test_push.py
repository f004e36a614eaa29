"""Pushes: what a browser reads of them, who gets none any more, and where nothing is ever sent."""

import asyncio
import stat
from collections.abc import Mapping
from typing import Any

import pytest

from novacast import outbox
from novacast.clock import HOUR
from novacast.database import Query
from novacast.errors import InvalidInput, NotFound
from novacast.identity import Principal
from novacast.notifications.kinds import Kind, Way
from novacast.notifications.news.topics import TOPICS
from novacast.notifications.push.models import MOST, Message
from novacast.notifications.push.service import Pushes
from novacast.security.webpush import Vapid
from tests.notifications.news.world import World
from tests.tickets.box import ADA, BEN

WAITING = Query("SELECT count(*) FROM push_messages", (), lambda row: int(row[0]))


SIGNED_IN = Principal(person_id="ada", session_id="s-ada")


def signed_by(headers: Mapping[str, str]) -> str:
    """The public key of a signature."""
    return headers["Authorization"].partition("k=")[2].partition(",")[0].strip()


async def push_again(world: World) -> None:
    message = Message("Again", "", "/", "again", 3600)
    await world.write(lambda tx: world.own.pushes.tell(tx, "ada", message, "en"))
    await world.own.pusher.run()


async def on_air(world: World) -> None:
    await world.follow("ada")
    await world.on_air()
    await world.spread()
    await world.own.pusher.run()


async def test_a_browser_decrypts_what_it_is_told_and_the_service_knows_who_sends(world: World) -> None:
    browser = await world.allow("ada")
    await on_air(world)
    (taken,) = world.service.taken
    assert taken.browser is browser
    told = {name: taken.told[name] for name in ("title", "body", "path", "lang")}
    assert told == {"title": "First night is on air", "body": "House org1", "path": "/watch/programme1", "lang": "en"}
    assert (taken.headers["TTL"], taken.headers["Urgency"]) == ("7200", "normal")
    assert 1 <= len(taken.headers["Topic"]) <= 32
    assert 0 < world.service.expires - world.box.clock.now() // 1_000_000 <= 24 * 3600
    assert await world.box.db.one(WAITING) == 0


async def test_the_key_is_made_once_and_only_its_owner_may_read_it(world: World) -> None:
    key = world.own.browsers.key()
    assert Vapid(world.folder.keys).public == key
    (file,) = world.folder.keys.glob("vapid.pem")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


async def test_an_older_key_signs_on_until_a_browser_has_subscribed_anew(world: World) -> None:
    vapid, browsers = Vapid(world.folder.keys), world.own.browsers
    old = browsers.key()
    browser = await world.allow("ada")
    vapid.rotate()
    new = browsers.key()
    assert new not in ("", old), "who runs already sees it"
    await on_air(world)
    (taken,) = world.service.taken
    assert signed_by(taken.headers) == old
    assert taken.told["key"] == new, "with which it is to subscribe anew"
    await browsers.allow(SIGNED_IN, browser.endpoint, browser.p256dh, browser.auth, "Firefox", old)
    assert (await browsers.listed(ADA))[0].key != vapid.newest, "its page says that it has the old one"
    await browsers.allow(SIGNED_IN, browser.endpoint, browser.p256dh, browser.auth, "Firefox", new)
    await push_again(world)
    taken = world.service.taken[-1]
    assert signed_by(taken.headers) == new
    assert "key" not in taken.told


async def test_what_was_subscribed_with_a_retired_key_is_dropped(world: World) -> None:
    await world.allow("ada")
    vapid = Vapid(world.folder.keys)
    vapid.rotate()
    assert [path.name for path in sorted(world.folder.keys.glob("vapid*"))] == ["vapid.1.pem", "vapid.pem"]
    assert (vapid.retire(), vapid.retire()) == (1, 0)
    await on_air(world)
    assert world.service.asked == 0
    assert await world.own.browsers.listed(ADA) == []


@pytest.mark.parametrize("status", [404, 410])
async def test_a_browser_that_is_no_more_is_forgotten(world: World, status: int) -> None:
    await world.allow("ada")
    world.service.answers.append((status, {}))
    await on_air(world)
    assert await world.own.browsers.listed(ADA) == []
    assert await world.box.db.one(WAITING) == 0


async def test_a_service_that_is_busy_is_asked_again_when_it_says_and_not_for_ever(world: World) -> None:
    await world.allow("ada")
    world.service.answers += [(429, {"Retry-After": "60"}), (503, {}), (500, {})]
    await on_air(world)
    await world.own.pusher.run()
    assert world.service.asked == 1
    for _ in range(2):
        world.box.clock.advance(601)
        await world.own.pusher.run()
    assert world.service.asked == 3
    world.box.clock.advance(2 * HOUR / 1e6)
    await world.own.pusher.run()
    assert (world.service.asked, await world.box.db.one(WAITING)) == (3, 0)


async def test_a_refused_message_is_not_sent_again(world: World) -> None:
    await world.allow("ada")
    world.service.answers.append((400, {}))
    await on_air(world)
    assert await world.box.db.one(WAITING) == 0
    assert len(await world.own.browsers.listed(ADA)) == 1


async def test_who_switched_it_off_is_pushed_nothing(world: World) -> None:
    await world.allow("ada")
    await world.own.choices.choose(ADA, {(Kind.ON_AIR, Way.PUSH): False})
    await on_air(world)
    assert world.service.asked == 0


async def test_who_logs_out_is_told_nothing_there_any_more(world: World) -> None:
    await world.allow("ada")
    other = await world.allow("ben")
    revoked = {"person_id": "ada"}
    await world.write(lambda tx: outbox.emit(tx, "session.revoked", "s-ada", outbox.person("ada"), **revoked))
    await world.heard()
    assert await world.own.browsers.listed(ADA) == []
    assert [one.endpoint for one in await world.own.browsers.listed(BEN)] == [other.endpoint]


async def test_a_browser_belongs_to_whoever_allowed_it_last(world: World) -> None:
    browser = await world.allow("ada")
    allow = world.own.browsers.allow
    taken = await allow(BEN, browser.endpoint, browser.p256dh, browser.auth, "Firefox")
    assert await world.own.browsers.listed(ADA) == []
    assert [one.id for one in await world.own.browsers.listed(BEN)] == [taken.id]
    with pytest.raises(NotFound):
        await world.own.browsers.forbid(ADA, taken.id)


async def test_a_person_has_so_many_browsers_and_the_oldest_goes(world: World) -> None:
    first = await world.allow("ada")
    for _ in range(MOST):
        world.box.clock.advance(1)
        await world.allow("ada")
    found = await world.own.browsers.listed(ADA)
    assert len(found) == MOST
    assert first.endpoint not in {one.endpoint for one in found}


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://push.example/1",
        "ftp://push.example/1",
        "https://10.0.0.1/push",
        "https://[::1]/push",
        "https://[::ffff:127.0.0.2]/push",
        "https://169.254.169.254/latest/meta-data",
        "https://localhost/push",
        "https://router.local/push",
        "https://metadata.google.internal/push",
        "https://user:secret@push.example/1",
        "https://push.example/1#part",
        "https://push.example/" + "x" * 1000,
        "https://push.exa\tmple/1",
        "https://",
        "https://push.example:99999/1",
        "javascript:alert(1)",
        "",
    ],
)
async def test_an_endpoint_that_is_none_or_inside_is_refused(world: World, endpoint: str) -> None:
    browser = world.service.subscribe()
    with pytest.raises(InvalidInput):
        await world.own.browsers.allow(ADA, endpoint, browser.p256dh, browser.auth, "")


async def test_a_name_that_leads_inside_is_called_by_nobody(world: World) -> None:
    """What is found out only when it is looked up: the message is given up, and the server asked nothing."""
    browser = world.service.subscribe()
    inside = world.service.url.replace("http://127.0.0.1", "https://localtest.invalid")
    await world.own.browsers.allow(ADA, f"{inside}/push/1", browser.p256dh, browser.auth, "")
    await on_air(world)
    assert world.service.asked == 0
    assert await world.box.db.one(WAITING) == 1


@pytest.mark.parametrize(
    ("p256dh", "auth"),
    [("", "AAAAAAAAAAAAAAAAAAAAAA"), ("A" * 87, "AAAAAAAAAAAAAAAAAAAAAA"), (None, "AAAA"), (None, "é" * 22)],
)
async def test_keys_that_are_none_are_refused(world: World, p256dh: str | None, auth: str) -> None:
    browser = world.service.subscribe()
    with pytest.raises(InvalidInput):
        await world.own.browsers.allow(ADA, browser.endpoint, browser.p256dh if p256dh is None else p256dh, auth, "")


async def test_many_messages_at_once_take_their_turn_and_none_is_lost(world: World) -> None:
    browsers = [await world.allow("ada") for _ in range(12)]
    await on_air(world)
    assert {one.browser.endpoint for one in world.service.taken} == {one.endpoint for one in browsers}
    assert len(world.service.taken) == 12


async def test_two_workers_send_each_message_once(world: World) -> None:
    for _ in range(8):
        await world.allow("ada")
    await world.follow("ada")
    await world.on_air()
    await world.spread()
    await asyncio.gather(world.own.pusher.run(), world.again().pusher.run())
    assert len(world.service.taken) == 8


async def test_an_alarm_reaches_those_who_run_the_server_unless_they_switched_it_off(world: World) -> None:
    for name in ("ada", "ben"):
        await world.allow(name)
        run = "INSERT INTO operators (person_id, granted_by, granted_at) VALUES (?, 'user:test', 0)"
        await world.write(lambda tx, name=name, run=run: tx.run(run, (name,)))
    await world.own.choices.choose(BEN, {(Kind.SERVER, Way.PUSH): False})
    alarm: Any = Pushes.alarm
    for name in ("ada", "ben"):
        said = (name, "House: The disk is nearly full", "x" * 5000, "alarm:1", "en")
        await world.write(lambda tx, said=said: alarm(world.own.pushes, tx, *said))
    await world.own.pusher.run()
    (taken,) = world.service.taken
    assert taken.told["title"] == "House: The disk is nearly full"
    assert taken.headers["Urgency"] == "high"


async def test_the_switch_for_alarms_is_shown_to_nobody_else(world: World) -> None:
    assert Kind.SERVER not in {one.kind for one in await world.own.choices.show(Principal(person_id="ada"))}
    assert {topic.personal for topic in TOPICS} == {True}
