"""Who asks to be reminded of a programme gets one mail, whatever happens to the server meanwhile."""

from dataclasses import dataclass

import pytest

from novacast.accounts.people import store as people
from novacast.accounts.people.models import EmailAddress
from novacast.clock import HOUR, MINUTE
from novacast.database import Query
from novacast.folder import DataFolder
from novacast.i18n import Languages
from novacast.jobs import JobQueue, connect
from novacast.live.models import Programme, ProgrammeState
from novacast.live.programmes import store as programmes
from novacast.notifications.letters import Letters
from novacast.notifications.service import Delivery
from novacast.notifications.transport import Smtp
from novacast.settings import Jobs
from novacast.visibility import Visibility
from tests.live.conftest import GUEST, PRODUCER, Ask, House, hello
from tests.notifications.office import PostOffice, smtp

Mails = list[tuple[str, str, str]]
"""To whom, of what kind, and its context as JSON."""


@dataclass
class Post:
    """What was put into the house's post."""

    house: House

    async def sent(self) -> Mails:
        await self.house.own.reminders.sweep()
        sql = "SELECT to_address, template, context FROM mail ORDER BY rowid"
        return list(await self.house.db.all(Query(sql, (), lambda row: (row[0], row[1], row[2]))))

    async def person(self, name: str, language: str = "en") -> None:
        email = f"{name}@example.org"
        address = EmailAddress(email, email)
        await self.house.db.write(lambda tx: people.insert(tx, name, address, name, language, "hash"))


@pytest.fixture
async def post(house: House) -> Post:
    made = Post(house)
    for name in ("guest", "producer"):
        await made.person(name)
    return made


async def planned(house: House, **more: object) -> Programme:
    start = house.clock.now() + 2 * HOUR
    return await house.programme(await house.channel(), **{"planned_start": start, **more})


async def test_one_mail_comes_before_it_begins_and_never_a_second(house: House, post: Post) -> None:
    programme = await planned(house, title="The Tempest")
    for _ in range(2):
        await house.own.reminders.ask(GUEST, programme.id)
    house.clock.advance((2 * HOUR - 16 * MINUTE) / 1e6)
    assert await post.sent() == []
    house.clock.advance(2 * MINUTE / 1e6)
    ((to, template, context),) = await post.sent()
    assert (to, template) == ("guest@example.org", "reminder")
    assert "The Tempest" in context
    assert f"/watch/{programme.id}" in context
    house.clock.advance(60)
    assert len(await post.sent()) == 1
    assert not await house.own.reminders.wanted(GUEST, programme.id)


async def test_it_is_told_when_it_is_moved_and_when_it_is_cancelled(house: House, post: Post) -> None:
    programme = await planned(house)
    await house.own.reminders.ask(GUEST, programme.id)
    later = house.clock.now() + 5 * HOUR
    await house.db.write(lambda tx: programmes.change(tx, programme.id, {"planned_start": later}))
    for _ in range(2):
        assert [template for _, template, _ in await post.sent()] == ["reminder_moved"]
    await house.own.programmes.delete(PRODUCER, programme.id)
    for _ in range(2):
        assert [template for _, template, _ in await post.sent()] == ["reminder_moved", "reminder_cancelled"]


async def test_a_programme_that_begins_early_is_told_at_once(house: House, post: Post) -> None:
    channel = await house.channel()
    programme = await house.programme(channel, planned_start=house.clock.now() + 20 * MINUTE)
    await house.own.reminders.ask(GUEST, programme.id)
    assert await post.sent() == []
    await house.key(channel, "secret")
    admitted = await house.airing.admit(hello("secret"))
    assert (await house.airing.on_air(admitted.programme.id)).id == programme.id
    assert [template for _, template, _ in await post.sent()] == ["reminder"]


async def test_who_may_not_see_it_any_more_is_told_nothing(house: House, post: Post) -> None:
    programme = await planned(house)
    for who in (GUEST, PRODUCER):
        await house.own.reminders.ask(who, programme.id)
    hidden = {"visibility": Visibility.PRIVATE, "planned_start": house.clock.now() + 10 * MINUTE}
    await house.db.write(lambda tx: programmes.change(tx, programme.id, hidden))
    await house.db.write(lambda tx: tx.run("INSERT INTO organizations (id, name, slug, description, created_at, "
        "updated_at) VALUES ('org1', 'o', 'o', '', 0, 0)"))  # fmt: skip
    await house.db.write(lambda tx: tx.run("INSERT INTO memberships (org_id, person_id, role, created_at) "
        "VALUES ('org1', 'producer', 'producer', 0)"))  # fmt: skip
    assert [to for to, *_ in await post.sent()] == ["producer@example.org"]
    assert not await house.own.reminders.wanted(GUEST, programme.id)


async def test_a_mail_is_written_in_the_readers_language(house: House, post: Post) -> None:
    programme = await planned(house)
    await house.db.write(lambda tx: people.set_profile(tx, "guest", "guest", "de"))
    await house.own.reminders.ask(GUEST, programme.id)
    house.clock.advance((2 * HOUR - 10 * MINUTE) / 1e6)
    ((_, _, context),) = await post.sent()
    languages = await house.db.all(Query("SELECT language FROM mail", (), lambda row: row[0]))
    assert languages == ["de"]
    assert " UTC" in context


async def test_it_leaves_by_smtp_once_in_the_readers_language_whatever_is_asked_twice(
    house: House, post: Post, folder: DataFolder
) -> None:
    programme = await planned(house, title="Der Sturm")
    await house.db.write(lambda tx: people.set_profile(tx, "guest", "guest", "de"))
    await house.own.reminders.ask(GUEST, programme.id)
    house.clock.advance((2 * HOUR - 10 * MINUTE) / 1e6)
    await post.sent()
    mails = await house.db.all(Query("SELECT id FROM mail", (), lambda row: str(row[0])))
    async with smtp(room := PostOffice()) as settings:
        letters = Letters(Languages(), "The Venue", "noreply@venue.example")
        queue = JobQueue(connect(Jobs(), folder.queue))
        for _ in range(2):  # as a worker does that was killed, and its follower
            delivery = Delivery(house.db, house.clock, queue, letters, Smtp(settings))
            for mail_id in mails:
                await delivery.send(mail_id)
        await queue.close()
    (message,) = room.taken
    assert room.recipients == ["guest@example.org"]
    assert str(message["Subject"]) == "Der Sturm beginnt"
    text = message.get_body(("plain",))
    assert text is not None
    assert f"/watch/{programme.id}" in text.get_content()


async def test_the_page_asks_and_stops_and_so_does_a_link_from_a_mail(house: House, post: Post, ask: Ask) -> None:
    programme = await planned(house)
    address = f"/api/v1/programmes/{programme.id}/reminder"
    assert (await ask("", "PUT", address))[0] == 401
    assert (await ask("guest", "GET", address))[1] == {"wanted": False}
    assert (await ask("guest", "PUT", address))[1] == {"wanted": True}
    assert (await ask("guest", "DELETE", address))[0] == 204
    assert (await ask("guest", "GET", address))[1] == {"wanted": False}
    await house.own.reminders.ask(GUEST, programme.id)
    later = house.clock.now() + 5 * HOUR
    await house.db.write(lambda tx: programmes.change(tx, programme.id, {"planned_start": later}))
    ((_, _, context),) = await post.sent()
    link = "/reminders/stop" + context.partition("/reminders/stop")[2].partition('"')[0]
    shown = (await ask("", "GET", link, Accept="text/html"))[1]
    assert programme.title in shown
    assert await house.own.reminders.wanted(GUEST, programme.id), "programs follow links in mails"
    await house.own.reminders.stop_by(link.partition("token=")[2])
    assert not await house.own.reminders.wanted(GUEST, programme.id)
    assert "nothing to stop" in (await ask("", "GET", link, Accept="text/html"))[1]
    altered = (await ask("", "GET", link[:-2] + "xx", Accept="text/html"))[1]
    assert programme.title not in altered


async def test_what_is_over_or_on_air_can_not_be_reminded_of(house: House, post: Post, ask: Ask) -> None:
    channel = await house.channel()
    over = await house.programme(channel, state=ProgrammeState.ENDED, started_at=1, ended_at=2)
    assert (await ask("guest", "PUT", f"/api/v1/programmes/{over.id}/reminder"))[0] == 409
    hidden = await planned(house, visibility=Visibility.PRIVATE)
    assert (await ask("guest", "PUT", f"/api/v1/programmes/{hidden.id}/reminder"))[0] == 404


async def test_a_person_who_goes_takes_their_reminders_along(house: House, post: Post) -> None:
    programme = await planned(house)
    await house.own.reminders.ask(GUEST, programme.id)

    class Subject:
        person_id = "guest"

    assert (await house.own.personal.export(Subject()))["reminders"][0]["programme"] == programme.id
    await house.db.write(lambda tx: house.own.personal.erase(tx, Subject()))
    assert not await house.own.reminders.wanted(GUEST, programme.id)
