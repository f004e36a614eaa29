"""Things of another organization: no route of live shows them, changes them, or lets them be used."""

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from typing import Any

import pytest
from aiohttp import ClientSession

from novacast.clock import HOUR
from novacast.live.overview.service import LiveOverview
from novacast.live.pages import live_pages
from novacast.live.routes import live_routes
from novacast.settings import Settings
from novacast.visibility import Visibility
from novacast.web.routing import PARAMETER, Route, collect
from tests.live.conftest import ORG, OTHER_ORG, Ask, House
from tests.live.serving import Empty, Library, Names

HIDDEN = "The hidden rehearsal"
TABLES = ("channels", "programmes", "markers", "health", "stream_keys", "feeds", "live_log", "targets", "playouts")
MORE = ("reminders", "clips")
BODIES: Mapping[str, Mapping[str, Any]] = {
    "NewChannelBody": {"name": "Mine now"},
    "ChannelChangesBody": {"name": "Mine now", "visibility": "public"},
    "NewKeyBody": {"name": "Mine"},
    "NewProgrammeBody": {"title": "Mine"},
    "ProgrammeChangesBody": {"title": "Mine", "visibility": "public"},
    "CutBody": {"to": "slate"},
    "NewMarkerBody": {"title": "Mine"},
    "NewClipBody": {"start_seconds": 0, "end_seconds": 2, "title": "Mine"},
    "LatestClipBody": {"last_seconds": 2, "title": "Mine"},
    "NewTargetBody": {"name": "Mine", "url": "rtmp://thief.example/app", "key": "k"},
    "TargetChangesBody": {"url": "rtmp://thief.example/app", "key": "k"},
    "NewPlayoutBody": {"videos": ["film"]},
}
FORMS: Mapping[str, Mapping[str, str]] = {
    "NewChannelForm": {"org": ORG, "name": "Mine"},
    "SetupForm": {"name": "Mine", "visibility": "public"},
    "NewKeyForm": {"name": "Mine"},
    "NewTargetForm": {"target_name": "Mine", "url": "rtmp://thief.example/app", "key": "k"},
    "EnableForm": {"enabled": "1"},
    "ProgrammeForm": {"title": "Mine", "visibility": "public"},
    "CutForm": {"to": "slate"},
    "MarkForm": {"title": "Mine"},
    "UnmarkForm": {"marker": "MARKER"},
    "ClipForm": {"last": "2", "title": "Mine"},
    "PlayoutForm": {"videos": "film"},
    "WantForm": {"wanted": "1"},
}
TURNED_AWAY = {401, 403, 404}
SAID_ON_A_PAGE = {303}
"""Forms of one's own page that name a thing of others lead back there, with words."""


def routes(house: House) -> Sequence[Route]:
    pages = live_pages(house.own, house.db, Settings(), Names(), Names(), Library({}))
    return collect(*live_routes(house.own, Settings(), LiveOverview(house.db, Empty(), house.own.keys)), *pages)


async def things(house: House, ask: Ask, who: str, org: str) -> Mapping[str, str]:
    """A channel that only its makers see, and one of everything on it."""
    name = HIDDEN if org == ORG else "Mine"
    channel = await house.channel(org_id=org, visibility=Visibility.PRIVATE, name=name)
    now = await house.on_air(channel, f"secret of {who}")
    key = await house.key(channel, f"another of {who}")
    path = f"/api/v1/programmes/{now.id}/markers"
    status, marker = await ask(who, "POST", path, {"title": name})
    assert status == 201, marker
    there = {"name": name, "url": "rtmps://ingest.example/app", "key": "live_123"}
    status, target = await ask(who, "POST", f"/api/v1/channels/{channel.id}/targets", there)
    assert status == 201, target
    return {
        "org_id": org, "channel_id": channel.id, "programme_id": now.id, "key_id": key.id,
        "marker_id": marker["id"], "target_id": target["id"],
    }  # fmt: skip


def rows(house: House, ids: Mapping[str, str]) -> Sequence[str]:
    """Everything that is written of these things."""
    found: list[str] = []
    wanted = set(ids.values())
    with closing(sqlite3.connect(house.db.path)) as connection:
        for table in (*TABLES, *MORE):
            all_ = [repr(row) for row in connection.execute(f"SELECT * FROM {table}")]
            found += [row for row in all_ if any(f"'{one}'" in row for one in wanted)]
    return sorted(found)


async def asked(session: ClientSession, ask: Ask, route: Route, path: str, marker: str) -> tuple[int, str]:
    if route.stream:
        kind = "application/sdp" if path.endswith("/whep") else "image/png"
        async with session.request(route.method, path, data=b"v=0", headers={"Content-Type": kind}) as response:
            return response.status, await response.text()
    if route.kind == "api":
        body = BODIES.get(route.body.__name__) if route.body is not None else None
        status, answer = await ask("outsider", route.method, path, body)
        return status, str(answer)
    fields = dict(FORMS.get(route.form.__name__, {})) if route.form is not None else {}
    data = {name: value.replace("MARKER", marker) for name, value in fields.items()}
    headers = {"Accept": "text/html", "Origin": str(session._base_url).rstrip("/")}
    async with session.request(route.method, path, data=data, headers=headers, allow_redirects=False) as response:
        return response.status, await response.text()


@pytest.mark.parametrize("own", ["nothing", "channel_id", "programme_id"])
async def test_whoever_names_a_thing_of_another_organization_finds_nothing(
    house: House, ask: Ask, address: str, own: str
) -> None:
    """`own`: what of one's own is named in front of it."""
    theirs = await things(house, ask, "owner", ORG)
    mine = await things(house, ask, "outsider", OTHER_ORG)
    planned = await house.programme(
        await house.channel(visibility=Visibility.PRIVATE), title=HIDDEN, visibility=Visibility.PRIVATE,
        planned_start=house.clock.now() + HOUR,
    )  # fmt: skip
    before, looked_at = rows(house, theirs), 0
    async with ClientSession(address, headers={"Authorization": "Bearer outsider"}) as session:
        for route in routes(house):
            names = PARAMETER.findall(route.path)
            # Sessions of WebRTC are known by secrets, and belong to no organization.
            if (
                "whip" in route.path
                or "session" in names
                or (own != "nothing" and (own not in names or len(names) < 2))
            ):
                continue
            for programme in (theirs["programme_id"], planned.id):
                ids = {**theirs, "programme_id": programme} | ({own: mine[own]} if own in mine else {})
                path = PARAMETER.sub(lambda found, ids=ids: ids[found[1]], route.path)  # type: ignore[misc]  # bound at once
                status, text = await asked(session, ask, route, path, theirs["marker_id"])
                if names or route.method != "GET":
                    allowed = TURNED_AWAY | (SAID_ON_A_PAGE if route.kind == "form" else set())
                    open_ = "OPTIONS" in route.method or route.path.startswith("/reminders")
                    # What one wants oneself, of whatever: nothing, and it may be told so.
                    open_ |= route.path.endswith("/reminder") and route.method != "PUT"
                    assert open_ or status in allowed, (route.method, path, status, text[:300])
                assert HIDDEN not in text, (route.method, path)
                looked_at += 1
    assert looked_at >= (2 if own != "nothing" else 100)
    assert rows(house, theirs) == before
