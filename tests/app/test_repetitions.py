"""Every POST that takes an Idempotency-Key repeats its answer under it, and its effect not."""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from openapi_schema_validator import OAS31Validator

from novacast.folder import DataFolder
from tests.app.test_first_path import upload
from tests.app.venue import PASSWORD, Venue, open_venue

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


def everything(venue: Venue) -> dict[str, int]:
    """How many rows each table has: facts, mails and answers tell of every effect."""
    tables = rows(venue, "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    return {name: rows(venue, f'SELECT count(*) FROM "{name}"')[0][0] for (name,) in tables}


def wishes(venue: Venue, video: str) -> Iterator[Wish]:
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
    # Without a worker it waits; cancelled, it can be tried again.
    for step in ("cancel", "retry"):
        path = f"{api}/videos/{{video_id}}/transcode/{step}"
        yield path, path.format(video_id=video), "producer", None


ELSEWHERE = {
    f"/api/v1/videos/{{video_id}}/{rest}"
    for rest in (
        "captions/{track_id}/shift",
        "captions/{track_id}/revisions/{number}/restore",
        "downloads",
        "pictures",
        "speech",
    )
}
"""Need a video with cues, pictures or sound, which takes a worker: their repetition is not walked here."""


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
    async with open_venue(tmp_path / "data", NOVACAST_JOBS_WORKER="no") as venue:
        document: dict[str, Any] = (await venue.ask("GET", "/api/openapi.json")).json
        tokens = {who: await venue.token(who) for who in ("owner", "producer", "door", "visitor")} | {"": ""}
        video = await upload(venue, tokens["producer"], film)
        seen = set()
        for number, (template, path, who, body) in enumerate(wishes(venue, video)):
            seen.add(template)
            key = {"Idempotency-Key": f"wish-{number}"}
            before = everything(venue)
            first = await venue.ask("POST", path, tokens[who], body, key)
            after = everything(venue)
            assert 200 <= first.status < 300, (path, first.body)
            assert first.headers["Idempotent-Replayed"] is None, path
            fits(document, document["paths"][template]["post"], first.status, first.body)
            assert after["web_answers"] == before["web_answers"] + 1, path
            assert after["outbox"] + after["mail"] > before["outbox"] + before["mail"], path

            again = await venue.ask("POST", path, tokens[who], body, key)
            assert (again.status, again.body) == (first.status, first.body), path
            assert again.headers["Idempotent-Replayed"] == "true", path
            assert everything(venue) == after, path

            other = await venue.ask("POST", path, tokens[who], {"another": "wish"}, key)
            assert (other.status, other.json["code"]) == (422, "idempotency_key_reused"), path
        assert seen == keyed(document) - ELSEWHERE
