"""Followers of a venue as an operator runs it, whose server is killed while they are told that it is on air."""

import signal
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from novacast.clock import SystemClock
from novacast.database import Transaction
from novacast.folder import DataFolder
from novacast.live.channels import store as channels
from novacast.live.facts import tell
from novacast.live.models import ProgrammeState, on_standby
from novacast.live.programmes import store as programmes
from novacast.notifications.kinds import Kind, Way
from novacast.settings import Server, Settings
from novacast.visibility import Visibility
from novacast.wiring import services
from tests.app.venue import Venue, open_venue
from tests.notifications.news.world import CHANNEL, add_person
from tests.waiting import until

COUNT = 450


async def on_air(venue: Venue) -> None:
    """As its engine would write it down, with followers who want mail."""

    def unit(tx: Transaction) -> None:
        for number in range(COUNT):
            person = f"p{number:05}"
            add_person(tx, person)
            tx.insert("follows", person_id=person, kind="organization", thing_id=venue.org, since=0)
            own = {"kind": Kind.ON_AIR.value, "way": Way.MAIL.value, "wanted": 1, "changed_at": 0}
            tx.insert("notification_choices", reader=person, **own)
        channels.add(tx, replace(CHANNEL, org_id=venue.org))
        standby = on_standby(CHANNEL, "programme1", None, "First night", tx.now, visibility=Visibility.PUBLIC)
        made = replace(standby, org_id=venue.org, state=ProgrammeState.ON_AIR, started_at=tx.now)
        programmes.add(tx, made)
        tell(tx, "programme.on_air", made)

    async with services(Settings(data=venue.folder, server=Server(port=0)), SystemClock(), readers=1) as own:
        await own.db.write(unit)


def count(venue: Venue, what: str) -> int:
    place = f"file:{DataFolder(venue.folder).database}?mode=ro"
    with closing(sqlite3.connect(place, uri=True)) as connection:
        return int(connection.execute(f"SELECT count(*) FROM {what}").fetchone()[0])


@pytest.mark.slow
async def test_each_follower_gets_one_mail_though_the_server_is_killed_in_between(tmp_path: Path) -> None:
    own = {"NOVACAST_NOTIFICATIONS_MAILS_PER_MINUTE": "6000", "NOVACAST_NOTIFICATIONS_DAY_BEFORE_HOURS": "0"}
    async with open_venue(tmp_path / "data", **own) as venue:
        await on_air(venue)
        await until(lambda: count(venue, "news_notices") >= 100)
        venue.end(signal.SIGKILL)
        await venue.start()
        mails = DataFolder(venue.folder).mail
        await until(lambda: len(list(mails.glob("*.eml"))) >= COUNT)
        await until(lambda: count(venue, "mail WHERE state <> 'sent'") == 0)
        assert count(venue, "mail WHERE template = 'on_air'") == COUNT
        assert count(venue, "(SELECT DISTINCT to_address FROM mail WHERE template = 'on_air')") == COUNT
        assert count(venue, "news_notices") == COUNT
        assert len(list(mails.glob("*.eml"))) == COUNT
