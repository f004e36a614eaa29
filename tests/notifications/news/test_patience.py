"""Many mails of one occasion: in lots, behind what somebody waits for, and none twice."""

from novacast.database import Query, Transaction
from novacast.notifications import store
from novacast.notifications.patience import PATIENCE, Post
from novacast.notifications.service import Delivery
from novacast.notifications.transport import Smtp
from novacast.settings import Mail
from tests.notifications.news.world import World
from tests.notifications.office import PostOffice, smtp

STATES = Query("SELECT state, count(*) FROM mail GROUP BY state", (), lambda row: (str(row[0]), int(row[1])))
TRIED = Query("SELECT count(*) FROM mail WHERE attempts > 0", (), lambda row: int(row[0]))
COUNT = 60


def post(world: World, settings: Mail, per_minute: int) -> Post:
    db, queue = world.box.db, world.mail.post._queue
    delivery = Delivery(db, world.box.clock, queue, world.mail.letters, Smtp(settings, step_seconds=0.5))
    return Post(db, queue, delivery, per_minute)


async def many(world: World) -> None:
    def unit(tx: Transaction) -> None:
        for number in range(COUNT):
            context = {"title": "Hamlet", "house": "The Playhouse", "url": "https://venue.example/watch/1"}
            to = f"p{number}@example.org"
            own = {"template": "ticket_on_air", "language": "en", "context": context}
            world.mail.mailbox.send(tx, to=to, patient=True, **own)

    await world.write(unit)


async def test_so_many_leave_in_a_minute_however_often_the_worker_is_woken(world: World) -> None:
    await many(world)
    async with smtp(room := PostOffice()) as settings:
        one = post(world, settings, per_minute=120)
        for _ in range(3):
            await one.run()
        assert len(room.taken) == 10
        world.box.clock.advance(5)
        await one.run()
        assert len(room.taken) == 20


async def test_two_workers_send_each_mail_once(world: World) -> None:
    await many(world)
    async with smtp(room := PostOffice()) as settings:
        one, other = post(world, settings, per_minute=600), post(world, settings, per_minute=600)
        for _ in range(2):
            await one.run()
            await other.run()
            world.box.clock.advance(5)
    assert len({str(mail["To"]) for mail in room.taken}) == len(room.taken) == COUNT


async def test_a_mail_server_that_is_away_is_not_asked_for_each_of_them(world: World, listener: int) -> None:
    await many(world)
    away = Mail(method="smtp", host="127.0.0.1", port=1, security="none")
    await post(world, away, per_minute=6000).run()
    assert await world.box.db.one(TRIED) in range(PATIENCE, COUNT // 2)
    assert dict(await world.box.db.all(STATES)) == {"queued": COUNT}


async def test_what_a_killed_worker_had_in_hand_is_sent_by_the_next(world: World) -> None:
    await many(world)
    async with smtp(room := PostOffice()) as settings:
        one = post(world, settings, per_minute=6000)
        lot = await world.write(one._claim)
        assert len(lot) == COUNT
        await one.run()
        assert room.taken == []
        world.box.clock.advance(301)
        await one.run()
    assert len(room.taken) == COUNT


async def test_the_plain_sweep_leaves_them_to_their_turn(world: World) -> None:
    await many(world)
    assert await world.mail.delivery.sweep() == 0
    assert len(await world.box.db.all(store.waiting(world.box.clock.now(), 100))) == COUNT
