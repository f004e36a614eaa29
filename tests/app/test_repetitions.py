"""Every POST that takes an Idempotency-Key repeats its answer under it, and its effect not."""

import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from fractions import Fraction
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from openapi_schema_validator import OAS31Validator

from novacast.folder import DataFolder
from novacast.live.packaging.models import Kept, Track
from novacast.live.recording.journal import Lines, of_init, of_segment, of_track
from tests.app.selling import sales
from tests.app.test_first_path import upload
from tests.app.venue import PASSWORD, Venue, open_venue
from tests.live.packaging.synthetic import fragment, picture_init
from tests.waiting import until

Wish = tuple[str, str, str, Any]
"""Path in the document, path, who asks (empty: a stranger), body."""


def rows(venue: Venue, sql: str, *params: str) -> list[tuple[Any, ...]]:
    place = f"file:{DataFolder(venue.folder).database}?mode=ro"
    connection = sqlite3.connect(place, uri=True)
    try:
        return connection.execute(sql, params).fetchall()
    finally:
        connection.close()


def mailed(venue: Venue, template: str, to: str) -> str:
    """The token of the newest link in a mail of this kind, which waits for a worker that there isn't."""
    found = rows(venue, "SELECT context FROM mail WHERE template = ? AND to_address = ? ORDER BY rowid", template, to)
    return parse_qs(urlsplit(json.loads(found[-1][0])["url"]).query)["token"][0]


async def everything(venue: Venue) -> dict[str, int]:
    """How many rows each table has: facts, mails and answers tell of every effect. What hears of a fact has acted, and
    whoever waits for something has their mail."""

    def heard() -> bool:
        behind = "SELECT count(*) FROM outbox_cursor WHERE seq < (SELECT max(seq) FROM outbox)"
        untold = "SELECT count(*) FROM waiting WHERE told = 0"
        return rows(venue, f"{behind} UNION ALL {untold}") == [(0,), (0,)]

    await until(heard)
    # An index of words shrinks when SQLite merges it.
    named = "name NOT LIKE 'sqlite_%' AND name NOT GLOB '*_search_*'"
    tables = rows(venue, f"SELECT name FROM sqlite_master WHERE type = 'table' AND {named}")
    counts = " UNION ALL ".join(f"SELECT '{name}', count(*) FROM \"{name}\"" for (name,) in tables)
    return dict(rows(venue, counts))


def make_ready(venue: Venue, video: str) -> None:
    """What a worker would have done, as far as the database tells."""
    with closing(sqlite3.connect(DataFolder(venue.folder).database, timeout=30)) as connection, connection:
        ready = "UPDATE videos SET state = 'ready', edition = 'e', duration = 9000000, width = 256, height = 144"
        connection.execute(f"{ready}, published_at = created_at WHERE id = ?", (video,))
        done = "UPDATE transcodes SET state = 'done', progress = 1000, ended_at = 1 WHERE video_id = ?"
        connection.execute(done, (video,))
        connection.execute("INSERT INTO rungs VALUES (?, '144p', 256, 144, 'published', 1000)", (video,))


async def wishes(venue: Venue, token: str, video: str, film: Path) -> AsyncIterator[Wish]:
    """One good request for each route, in an order in which each finds what it needs."""
    api, organization = "/api/v1", f"/api/v1/organizations/{venue.org}"
    yield f"{api}/organizations", f"{api}/organizations", "owner", {"name": "The Annex"}
    invitations = f"{api}/organizations/{{id}}/invitations"
    for email in ("visitor@venue.example", "nora@venue.example"):
        yield invitations, f"{organization}/invitations", "owner", {"email": email, "role": "door"}
    invited = {"token": mailed(venue, "invitation", "visitor@venue.example")}
    yield f"{api}/invitations/accept", f"{api}/invitations/accept", "visitor", invited
    nora = {"token": mailed(venue, "invitation", "nora@venue.example"), "name": "Nora", "password": PASSWORD}
    yield f"{api}/invitations/sign-up", f"{api}/invitations/sign-up", "", nora
    ada = {"email": "ada@venue.example", "name": "Ada"}
    yield f"{api}/sign-ups", f"{api}/sign-ups", "", ada
    signed_up = {"token": mailed(venue, "sign_up", "ada@venue.example"), "password": PASSWORD}
    yield f"{api}/sign-ups/confirm", f"{api}/sign-ups/confirm", "", signed_up
    moved = {"email": "moved@venue.example", "password": PASSWORD}
    yield f"{api}/me/email", f"{api}/me/email", "door", moved
    confirmed = {"token": mailed(venue, "email_change", "moved@venue.example")}
    yield f"{api}/email-changes", f"{api}/email-changes", "", confirmed
    changed = {"password": PASSWORD, "new_password": "another stage with 9 lamps"}
    yield f"{api}/me/password", f"{api}/me/password", "visitor", changed
    collection = {"organization": venue.org, "title": "The season"}
    yield f"{api}/collections", f"{api}/collections", "owner", collection
    captions = f"{api}/videos/{{video_id}}/captions"
    yield captions, captions.format(video_id=video), "producer", {"language": "en"}
    ((track,),) = rows(venue, "SELECT id FROM caption_tracks WHERE video_id = ?", video)
    place, cue = f"{captions.format(video_id=video)}/{track}", {"start": 1, "end": 2, "text": "One"}
    put = await venue.ask("PUT", f"{place}/cues", token, {"based_on": 1, "cues": [cue]})
    assert put.status == 200, put.body
    one = f"{captions}/{{track_id}}"
    yield f"{one}/shift", f"{place}/shift", "producer", {"based_on": 2, "seconds": 1.5}
    yield f"{one}/revisions/{{number}}/restore", f"{place}/revisions/2/restore", "producer", {"based_on": 3}
    # Without a worker it waits; cancelled, it can be tried again.
    for step in ("cancel", "retry"):
        path = f"{api}/videos/{{video_id}}/transcode/{step}"
        yield path, path.format(video_id=video), "producer", None
    async for wish in broadcasts(venue):
        yield wish
    async for wish in sales(venue):
        yield wish
    watched = await upload(venue, token, film)
    make_ready(venue, watched)
    async for wish in sold_and_given(venue, watched):
        yield wish
    async for wish in memberships(venue):
        yield wish
    async for wish in incidents(venue):
        yield wish
    async for wish in webhooks(venue):
        yield wish
    jobs: dict[str, Any] = {"pictures": {"seconds": 1}, "downloads": {"name": "144p"}, "speech": {"language": "en"}}
    for name, body in jobs.items():
        path = f"{api}/videos/{{video_id}}/{name}"
        yield path, path.format(video_id=watched), "producer", body


async def sold_and_given(venue: Venue, video: str) -> AsyncIterator[Wish]:
    """A video that is sold, and a tip in its room."""
    api, owner = "/api/v1", await venue.token("owner")
    offers = await venue.ask("PUT", f"{api}/videos/{video}/offers", owner, {"currency": "EUR", "buy": {"price": 900}})
    assert offers.status == 200, offers.body
    buyer = {"name": "Ada", "email": "ada@venue.example", "method": "sandbox"}
    order = {"offer": offers.json["items"][0]["id"]} | buyer
    yield f"{api}/videos/{{video_id}}/orders", f"{api}/videos/{video}/orders", "owner", order
    rules = {"currency": "EUR", "least": 100, "most": 9000}
    decided = await venue.ask("PUT", f"{api}/organizations/{venue.org}/tips", owner, rules)
    assert decided.status == 200, decided.body
    yield f"{api}/rooms/{{room_id}}/tips", f"{api}/rooms/{video}/tips", "owner", {"amount": 500} | buyer


async def memberships(venue: Venue) -> AsyncIterator[Wish]:
    """In test mode the sandbox pays at once."""
    api, tiers = "/api/v1", "/api/v1/organizations/{org_id}/tiers"
    yield tiers, tiers.format(org_id=venue.org), "owner", {"name": "Friends"}
    ((tier,),) = rows(venue, "SELECT id FROM member_tiers")
    price = {"interval": "month", "price": 900, "currency": "EUR"}
    yield f"{api}/tiers/{{tier_id}}/plans", f"{api}/tiers/{tier}/plans", "owner", price
    gift = {"email": "producer@venue.example", "until": "2099-01-01T00:00:00Z"}
    yield f"{api}/tiers/{{tier_id}}/gifts", f"{api}/tiers/{tier}/gifts", "owner", gift
    ((plan,),) = rows(venue, "SELECT id FROM member_plans")
    yield f"{api}/subscriptions", f"{api}/subscriptions", "visitor", {"plan": plan, "way": "offline"}
    ((charge, mine),) = rows(venue, "SELECT id, subscription_id FROM subscription_charges")
    paid = f"{api}/subscription-charges"
    yield f"{paid}/{{charge_id}}/paid", f"{paid}/{charge}/paid", "owner", {"how": "transfer"}
    yield f"{paid}/{{charge_id}}/refunds", f"{paid}/{charge}/refunds", "owner", {"amount": 1}
    one = f"{api}/subscriptions/{{subscription_id}}"
    bodies: dict[str, Any] = {"pause": None, "resume": None, "keep": None, "cancel": {"now": True}}
    for name, body in bodies.items():
        yield f"{one}/{name}", f"{api}/subscriptions/{mine}/{name}", "visitor", body


async def incidents(venue: Venue) -> AsyncIterator[Wish]:
    """Of one that is there already, as if money had come too late."""
    with closing(sqlite3.connect(DataFolder(venue.folder).database, timeout=30)) as connection, connection:
        connection.execute(
            "INSERT INTO payment_incidents (id, org_id, kind, subject, code, detail, at) "
            "VALUES (1000000, ?, 'order.unfulfillable', 'o', 'CODE', '', 1)",
            (venue.org,),
        )
    path = "/api/v1/organizations/{org_id}/incidents"
    yield (
        f"{path}/{{incident_id}}/done",
        f"{path.format(org_id=venue.org)}/1000000/done",
        "owner",
        {"note": "seats found"},
    )


async def webhooks(venue: Venue) -> AsyncIterator[Wish]:
    """Nothing is sent here. Scope and secret keep keys from the POSTs that make one."""
    api, body = "/api/v1", {"url": "https://partner.example/", "topics": ["order.paid.v1"]}
    place = f"{api}/organizations/{venue.org}/webhooks"
    made = await venue.ask("POST", place, await venue.token("owner"), body)
    assert made.status == 201, made.body
    one = f"{api}/webhooks/{{webhook_id}}"
    yield f"{one}/test", f"{api}/webhooks/{made.json['id']}/test", "owner", None
    ((delivery,),) = rows(venue, "SELECT id FROM webhook_deliveries")
    since = {"since": "2026-01-01T00:00:00Z", "delivered": True}
    yield f"{one}/replay", f"{api}/webhooks/{made.json['id']}/replay", "owner", since
    of = f"{api}/webhook-deliveries"
    yield f"{of}/{{delivery_id}}/replay", f"{of}/{delivery}/replay", "owner", None


async def broadcasts(venue: Venue) -> AsyncIterator[Wish]:
    api = "/api/v1"
    of_org = f"{api}/organizations/{{org_id}}/channels"
    yield of_org, of_org.format(org_id=venue.org), "owner", {"name": "The great hall"}
    ((channel,),) = rows(venue, "SELECT id FROM channels WHERE org_id = ?", venue.org)
    of_channel = f"{api}/channels/{{channel_id}}/programmes"
    hour = {"title": "First night", "planned_start": "2026-12-31T20:00:00+01:00"}
    yield of_channel, of_channel.format(channel_id=channel), "producer", hour
    ((programme,),) = rows(venue, "SELECT id FROM programmes WHERE channel_id = ?", channel)
    path = f"{api}/programmes/{{programme_id}}"
    yield f"{path}/standby", f"{api}/programmes/{programme}/standby", "producer", None
    put_on_air(venue, programme)
    targets = f"{api}/channels/{{channel_id}}/targets"
    yield targets, targets.format(channel_id=channel), "owner", {"url": "rtmp://elsewhere.example/live", "key": "a key"}
    record(DataFolder(venue.folder).live / programme)
    span = {"start_seconds": 1, "end_seconds": 7}
    yield f"{path}/clips", f"{api}/programmes/{programme}/clips", "producer", span
    latest = {"last_seconds": 7}
    yield f"{path}/clips/latest", f"{api}/programmes/{programme}/clips/latest", "producer", latest
    poll = {"question": "Encore?", "options": ["Yes", "No"]}
    said: dict[str, Any] = {"messages": {"text": "Bravo"}, "announcements": {"text": "Ten minutes"}, "polls": poll}
    for name, body in said.items():
        yield f"{api}/rooms/{{room_id}}/{name}", f"{api}/rooms/{programme}/{name}", "producer", body
    async for wish in moderating(venue, programme):
        yield wish
    bodies: dict[str, Any] = {"cut": {"to": "slate"}, "markers": {"title": "Applause", "seconds": 0}, "end": None}
    for name, body in bodies.items():
        yield f"{path}/{name}", f"{api}/programmes/{programme}/{name}", "producer", body


async def moderating(venue: Venue, programme: str) -> AsyncIterator[Wish]:
    """In a room, and in all of them."""
    room, chat = "/api/v1/rooms/{room_id}", "/api/v1/organizations/{org_id}/chat"
    ((visitor,),) = rows(venue, "SELECT id FROM people WHERE email_key = 'visitor@venue.example'")
    ban, word = {"person": visitor, "kind": "ban"}, {"pattern": "scoundrel"}
    bodies: dict[str, Any] = {"sanctions": ban, "words": word}
    for name, body in bodies.items():
        yield f"{room}/{name}", f"/api/v1/rooms/{programme}/{name}", "producer", body
    for name, body in (bodies | {"ranges": {"range": "203.0.113.0/24"}}).items():
        yield f"{chat}/{name}", f"{chat.format(org_id=venue.org)}/{name}", "producer", body


def put_on_air(venue: Venue, programme: str) -> None:
    """What an encoder and the engine would have done, as far as the database tells."""
    with closing(sqlite3.connect(DataFolder(venue.folder).database, timeout=30)) as connection, connection:
        connection.execute("UPDATE programmes SET state = 'on_air', started_at = 1 WHERE id = ?", (programme,))


def record(folder: Path) -> None:
    """Eight seconds of a picture, as the engine would have kept them."""
    track = Track("144p", "video", 200_000, 256, 144, Fraction(30))
    lines, init = Lines(folder), picture_init(12, 256, 144)
    (folder / track.name).mkdir()
    (folder / track.name / "init_0.mp4").write_bytes(init.data)
    lines.add([of_track(track), of_init(track.name, 0, len(init.data))])
    for number in range(8):
        data = fragment(number * init.timescale, 30, 512, init.timescale).data
        (folder / track.name / f"seg_{number:05}.m4s").write_bytes(data)
        kept = Kept(number, Fraction(number), Fraction(1), number * 1_000_000, number == 0, 0)
        lines.add([of_segment(track.name, kept, len(data))])
    lines.close()


def fits(document: dict[str, Any], operation: dict[str, Any], status: int, body: bytes) -> None:
    response = operation["responses"][str(status)]
    if "content" not in response:
        assert body == b""
        return
    schema = response["content"]["application/json"]["schema"] | {"components": document["components"]}
    OAS31Validator(schema).validate(json.loads(body))


def keyed(document: dict[str, Any]) -> set[str]:
    """Paths of the POSTs that take a key. The document is made of the app's own list of routes."""
    return {
        path
        for path, methods in document["paths"].items()
        if any(one["name"] == "Idempotency-Key" for one in methods.get("post", {}).get("parameters", ()))
    }


async def test_every_route_with_a_key_repeats_its_answer_and_not_its_effect(tmp_path: Path) -> None:
    film = tmp_path / "film.mp4"
    film.write_bytes(b"not looked at before a worker comes")
    speech = "http://127.0.0.1:9/v1"  # nobody listens there, nor is it asked
    settings = {"NOVACAST_JOBS_WORKER": "no", "NOVACAST_SPEECH_BASE_URL": speech, "NOVACAST_TICKETS_MODE": "test"}
    settings["NOVACAST_WEBHOOKS_AT_ONCE"] = "0"
    async with open_venue(tmp_path / "data", **settings) as venue:
        document: dict[str, Any] = (await venue.ask("GET", "/api/openapi.json")).json
        tokens = {who: await venue.token(who) for who in ("owner", "producer", "door", "visitor")} | {"": ""}
        video = await upload(venue, tokens["producer"], film)
        seen, number = set[str](), 0
        async for template, path, who, body in wishes(venue, tokens["producer"], video, film):
            seen.add(template)
            number += 1
            key = {"Idempotency-Key": f"wish-{number}"}
            before = await everything(venue)
            first = await venue.ask("POST", path, tokens[who], body, key)
            after = await everything(venue)
            assert 200 <= first.status < 300, (path, first.body)
            assert first.headers["Idempotent-Replayed"] is None, path
            fits(document, document["paths"][template]["post"], first.status, first.body)
            assert after["web_answers"] == before["web_answers"] + 1, path
            assert sum(after.values()) > sum(before.values()) + 1, path

            again = await venue.ask("POST", path, tokens[who], body, key)
            assert (again.status, again.body) == (first.status, first.body), path
            assert again.headers["Idempotent-Replayed"] == "true", path
            assert await everything(venue) == after, path

            other = await venue.ask("POST", path, tokens[who], {"another": "wish"}, key)
            assert (other.status, other.json["code"]) == (422, "idempotency_key_reused"), path
        assert seen == keyed(document)
