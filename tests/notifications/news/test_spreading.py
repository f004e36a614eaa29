"""Who is told of what, by which way, and how often: once."""

import pytest

from novacast import outbox
from novacast.clock import DAY, HOUR, SECOND
from novacast.database import Query, Transaction
from novacast.folder import DataFolder
from novacast.identity import Principal
from novacast.live.models import ProgrammeState
from novacast.notifications.follows.models import Followed
from novacast.notifications.kinds import Kind, Way
from novacast.notifications.news import store
from novacast.notifications.news.spreading import BATCH
from novacast.tickets.events import store as events
from novacast.tickets.models import PerformanceState
from novacast.tickets.orders.models import buyer_of
from novacast.visibility import Visibility
from tests.fakes.clock import FakeClock
from tests.notifications.news.world import CHANNEL, VIDEO, World, add_person, open_world
from tests.tickets.box import ADA, BEN, ORG, OWNER, open_box

NOTICES = Query("SELECT reader, kind FROM news_notices ORDER BY reader", (), lambda row: (row[0], row[1]))


async def wants(world: World, person: str, kind: Kind, way: Way, *, on: bool = True) -> None:
    await world.own.choices.choose(Principal(person_id=person), {(kind, way): on})


async def test_followers_are_told_once_however_often_the_encoder_drops_and_returns(world: World) -> None:
    await world.follow("ada")
    await world.follow("ada", "ben", thing=CHANNEL.id, kind=Followed.CHANNEL)
    for one in ("ada", "ben"):
        await wants(world, one, Kind.ON_AIR, Way.MAIL)
    await world.on_air()
    await world.spread()
    for state in (ProgrammeState.INTERRUPTED, ProgrammeState.ON_AIR):
        await world.moves(state)
    await world.on_air()
    await world.spread()
    assert await world.queued() == [("ada@example.org", "on_air"), ("ben@example.org", "on_air")]
    assert await world.box.db.all(NOTICES) == [("ada", "on_air"), ("ben", "on_air")]
    subjects = [str(mail["Subject"]) for mail in await world.mailed()]
    assert subjects == ["First night is on air"] * 2


async def test_nobody_who_only_follows_is_mailed_unless_they_asked_for_it(world: World) -> None:
    await world.follow("ada")
    await world.on_air()
    await world.spread()
    assert await world.queued() == []
    (notice,) = (await world.own.notices.listed(Principal(person_id="ada"), None, 10)).items
    assert (notice.news.title, notice.news.path) == ("First night", "/watch/programme1")
    assert await world.own.notices.unread(Principal(person_id="ada")) == 1


@pytest.mark.parametrize(
    ("visibility", "told"),
    [
        (Visibility.PUBLIC, ["ada", "owner"]),
        (Visibility.SIGNED_IN, ["ada", "owner"]),
        (Visibility.ORGANIZATION, ["owner"]),
        (Visibility.UNLISTED, []),
        (Visibility.PRIVATE, []),
    ],
)
async def test_followers_learn_of_nothing_that_is_not_for_their_eyes(
    world: World, visibility: Visibility, told: list[str]
) -> None:
    await world.follow("ada", "owner")
    await world.on_air(visibility=visibility)
    await world.spread()
    assert [reader for reader, _ in await world.box.db.all(NOTICES)] == told


async def test_tests_and_what_is_over_are_told_to_nobody(world: World) -> None:
    await world.follow("ada")
    await world.on_air("test1", test=True)
    await world.moves(ProgrammeState.ENDED, "test1")
    await world.on_air("short1")
    await world.moves(ProgrammeState.ENDED, "short1")
    await world.spread()
    assert await world.box.db.all(NOTICES) == []


async def test_who_has_a_ticket_is_mailed_of_that_and_not_twice_as_a_follower(world: World) -> None:
    box = world.box
    await box.bought(await box.standing(who=ADA), who=ADA)
    await box.bought(await box.standing())  # by ada@example.org too, without an account
    other = buyer_of("Cy", "cy@example.org", "de")
    await box.decide(await box.order(await box.standing(), buyer=other))
    await world.write(lambda tx: ticketed(tx, box.night.id))
    await world.follow("ada", "ben")
    await world.on_air(visibility=Visibility.PRIVATE)
    await world.spread()
    assert await world.queued() == [("ada@example.org", "ticket_on_air"), ("cy@example.org", "ticket_on_air")]
    assert await box.db.all(NOTICES) == [("ada", "ticket_on_air"), ("cy@example.org", "ticket_on_air")]
    _, german = sorted(await world.mailed(), key=lambda mail: str(mail["To"]))
    assert (str(german["Subject"]), german["To"]) == ("First night ist auf Sendung", "cy@example.org")


def ticketed(tx: Transaction, perf_id: str) -> None:
    events.change_performance(tx, perf_id, {"programme_id": "programme1"})
    for item in tx.all(events.items(perf_id)):
        events.change_item(tx, item.id, {"opens_live": 1})


async def test_a_killed_worker_is_followed_by_one_that_goes_on_where_it_was(world: World) -> None:
    count = 2 * BATCH + 5
    await world.write(lambda tx: [add_person(tx, f"p{number:04}") for number in range(count)])
    for number in range(count):
        await world.follow(f"p{number:04}")
    await world.on_air()
    (occasion,) = [await world.box.db.one(store.occasion(one)) for one in await world.box.db.all(store.unfinished(9))]
    assert occasion is not None
    # Half of it is done, and what the dead worker had read is told again by another.
    spreading = world.own.spreading
    tickets = await spreading._some(occasion)
    await world.write(lambda tx: spreading._tell(occasion, tickets, tx))
    second = await world.box.db.one(store.occasion(occasion.id))
    assert second is not None
    some = await spreading._some(second)
    assert len(some) == BATCH
    for _ in range(2):
        await world.write(lambda tx: spreading._tell(second, some, tx))
    assert len(await world.box.db.all(NOTICES)) == BATCH
    await world.again().spreading.run(occasion.id)
    assert len(await world.box.db.all(NOTICES)) == count


async def test_holders_are_reminded_a_day_and_an_hour_before_by_the_venues_clocks(world: World) -> None:
    box = world.box
    await box.bought(await box.standing(who=ADA), who=ADA)
    await wants(world, "ada", Kind.EVENT_HOUR, Way.MAIL)
    box.clock.set_now(box.night.starts_at - 25 * HOUR)
    await world.own.hearing.sweep()
    await world.spread()
    assert await world.queued() == []
    box.clock.set_now(box.night.starts_at - 23 * HOUR)
    for _ in range(2):
        await world.own.hearing.sweep()
        await world.spread()
    assert await world.queued() == [("ada@example.org", "event_day")]
    box.clock.set_now(box.night.starts_at - HOUR + SECOND)
    await world.own.hearing.sweep()
    await world.spread()
    assert [template for _, template in await world.queued()] == ["event_day", "event_hour"]
    first, _ = await world.mailed()
    assert "(Vienna)" in str(first["Subject"])
    body = first.get_body(("plain",))
    assert body is not None
    assert "/account/tickets" in body.get_content()


async def test_what_is_called_off_or_moved_is_not_reminded_of_at_its_old_hour(world: World) -> None:
    box = world.box
    await box.bought(await box.standing(who=ADA), who=ADA)
    box.clock.set_now(box.night.starts_at - 23 * HOUR)
    await world.own.hearing.sweep()
    later = box.night.starts_at + 2 * HOUR
    await world.write(
        lambda tx: events.change_performance(tx, box.night.id, {"starts_at": later, "ends_at": later + HOUR})
    )
    await world.spread()
    assert await world.queued() == []
    await world.own.hearing.sweep()
    await box.own.performances.move(OWNER, box.night.id, PerformanceState.CANCELLED)
    await world.spread()
    assert await world.queued() == []


async def test_a_new_video_is_news_once_it_can_be_found_and_a_recording_is_none(world: World) -> None:
    await world.follow("ada")
    now = world.box.clock.now()
    for id_, visibility in (("video1", "private"), ("programme1", "public")):
        await world.write(lambda tx, id_=id_, visibility=visibility: tx.run(VIDEO, (id_, ORG, visibility, now)))
    await world.on_air()
    await published(world, "video1", "programme1")
    assert await world.box.db.all(NOTICES) == [("ada", "on_air")]
    await world.write(lambda tx: tx.run("UPDATE videos SET visibility = 'public' WHERE id = 'video1'"))
    await world.write(lambda tx: changed(tx, "video1"))
    await world.heard()
    await world.spread()
    assert await world.box.db.all(NOTICES) == [("ada", "on_air"), ("ada", "video")]


async def published(world: World, *ids: str) -> None:
    for id_ in ids:
        await world.write(lambda tx, id_=id_: told(tx, "video.published", id_))
    await world.heard()
    await world.spread()


def told(tx: Transaction, topic: str, id_: str, **payload: object) -> None:
    outbox.emit(tx, topic, id_, outbox.org(ORG), visibility="public", **payload)


def changed(tx: Transaction, id_: str) -> None:
    told(tx, "video.changed", id_, visibility_changed=True)


async def test_who_follows_much_gets_so_many_mails_a_day_and_the_rest_on_the_page(
    folder: DataFolder, clock: FakeClock
) -> None:
    async with open_box(folder.database, clock) as box, open_world(box, folder, daily=2) as world:
        await world.follow("ada")
        await wants(world, "ada", Kind.ON_AIR, Way.MAIL)
        for number in range(4):
            await world.on_air(f"programme{number}")
            await world.spread()
            await world.moves(ProgrammeState.ENDED, f"programme{number}")
        assert len(await world.queued()) == 2
        assert await world.own.notices.unread(ADA) == 4
        clock.advance(DAY / 1e6 + 1)
        await world.on_air("tomorrow")
        await world.spread()
        assert len(await world.queued()) == 3


async def test_who_is_named_while_away_is_told_and_who_is_there_is_not(world: World) -> None:
    await wants(world, "ben", Kind.MENTION, Way.MAIL)
    world.rooms.there.add(("room1", "ada"))
    for _ in range(2):
        await world.write(lambda tx: named(tx, "ada", "ben", "nobody"))
        await world.heard()
    assert await world.box.db.all(NOTICES) == [("ben", "mention")]
    assert await world.queued() == [("ben@example.org", "mentioned")]
    (notice,) = (await world.own.notices.listed(BEN, None, 10)).items
    assert (notice.news.name, notice.news.title) == ("Olga", "First night")


async def test_of_one_message_nobody_is_told_twice_however_late_it_is_let_through(world: World) -> None:
    """It was said, held after that, and let through an hour later."""
    said_at = world.box.clock.now()
    await world.write(lambda tx: named(tx, "ben", said_at=said_at))
    world.box.clock.advance(3600)
    await world.write(lambda tx: named(tx, "ben", said_at=said_at))
    await world.heard()
    assert await world.box.db.all(NOTICES) == [("ben", "mention")]


async def test_who_may_not_read_there_is_told_nothing(world: World) -> None:
    world.rooms.shown = False
    await world.write(lambda tx: named(tx, "ben"))
    await world.heard()
    assert await world.box.db.all(NOTICES) == []


def named(tx: Transaction, *people: str, **more: int) -> None:
    outbox.emit(tx, "chat.mentioned", "message1", outbox.INTERNAL, room="room1", people=list(people), **more)
