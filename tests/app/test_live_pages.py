"""One watch address before a programme, while it is on air and after, as far as rows tell; the engine is not here."""

import sqlite3
from contextlib import closing

from novacast.folder import DataFolder
from tests.app.test_repetitions import put_on_air
from tests.app.venue import Venue

HTML = {"Accept": "text/html"}


def set_row(venue: Venue, sql: str, *params: str) -> None:
    with closing(sqlite3.connect(DataFolder(venue.folder).database, timeout=30)) as connection, connection:
        connection.execute(sql, params)


async def test_one_address_counts_down_then_plays_then_says_that_it_is_over(venue: Venue) -> None:
    owner = await venue.token("owner")
    made = await venue.ask("POST", f"/api/v1/organizations/{venue.org}/channels", owner, {"name": "Great hall"})
    assert made.status == 201, made.body
    channel = made.json["id"]
    plan = {"title": "Opening night", "planned_start": "2031-01-01T20:00:00Z", "description": "With guests."}
    planned = await venue.ask("POST", f"/api/v1/channels/{channel}/programmes", owner, plan)
    path, stream = planned.json["watch"], f"/api/v1/streams/{planned.json['id']}"

    page = await venue.ask("GET", path, headers=HTML)
    assert page.status == 200
    for words in ("Opening night", "With guests.", "2031-01-01T20:00:00.000Z", "nova-countdown", "/calendar"):
        assert words in page.body.decode()
    assert (await venue.ask("GET", stream)).status == 404
    calendar = await venue.ask("GET", f"/api/v1/programmes/{planned.json['id']}/calendar")
    assert calendar.headers["Content-Type"].startswith("text/calendar")

    put_on_air(venue, planned.json["id"])
    page = await venue.ask("GET", path, headers=HTML)
    assert f'video-id="{planned.json["id"]}"' in page.body.decode()
    found = await venue.ask("GET", stream)
    assert (found.status, found.json["kind"]) == (200, "live")

    ended = "UPDATE programmes SET state = 'ended', ended_at = 2 WHERE id = ?"
    set_row(venue, ended, planned.json["id"])
    page = await venue.ask("GET", path, headers=HTML)
    assert "This programme is over." in page.body.decode()
    assert (await venue.ask("GET", stream)).status == 404

    hidden = "UPDATE programmes SET visibility = 'organization' WHERE id = ?"
    set_row(venue, hidden, planned.json["id"])
    sent = await venue.ask("GET", path, headers=HTML)
    assert (sent.status, sent.headers["Location"].startswith("/login?next=")) == (303, True)
