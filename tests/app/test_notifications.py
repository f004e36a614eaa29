"""Followers of a venue as an operator runs it, whose server is killed while they are told of something new."""

import signal
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from novacast import outbox
from novacast.clock import SystemClock
from novacast.database import Transaction
from novacast.folder import DataFolder
from novacast.settings import Server, Settings
from novacast.wiring import services
from tests.app.venue import Venue, open_venue
from tests.notifications.news.world import VIDEO, add_person
from tests.waiting import until

COUNT = 450


async def publish(venue: Venue, followers: int) -> None:
    """A new video of a house that so many follow who want mail of it, as its worker would write it down."""

    def unit(tx: Transaction) -> None:
        for number in range(followers):
            person = f"p{number:05}"
            add_person(tx, person)
            tx.insert("follows", person_id=person, kind="organization", thing_id=venue.org, since=0)
            tx.insert("notification_choices", reader=person, kind="video", way="mail", wanted=1, changed_at=0)
        tx.run(VIDEO, ("video1", venue.org, "public", tx.now))
        outbox.emit(tx, "video.published", "video1", outbox.org(venue.org), visibility="public")

    async with services(Settings(data=venue.folder, server=Server(port=0)), SystemClock(), readers=1) as own:
        await own.db.write(unit)


def count(venue: Venue, what: str) -> int:
    place = f"file:{DataFolder(venue.folder).database}?mode=ro"
    with closing(sqlite3.connect(place, uri=True)) as connection:
        return int(connection.execute(f"SELECT count(*) FROM {what}").fetchone()[0])


@pytest.mark.slow
async def test_each_follower_gets_one_mail_though_the_server_is_killed_in_between(tmp_path: Path) -> None:
    async with open_venue(tmp_path / "data", NOVACAST_NOTIFICATIONS_MAILS_PER_MINUTE="6000") as venue:
        await publish(venue, COUNT)
        await until(lambda: count(venue, "news_notices") >= 100)
        venue.end(signal.SIGKILL)
        await venue.start()
        mails = DataFolder(venue.folder).mail
        await until(lambda: len(list(mails.glob("*.eml"))) >= COUNT)
        await until(lambda: count(venue, "mail WHERE state <> 'sent'") == 0)
        assert count(venue, "(SELECT DISTINCT to_address FROM mail WHERE template = 'new_video')") == COUNT
        assert count(venue, "mail") == count(venue, "news_notices") == len(list(mails.glob("*.eml"))) == COUNT
