"""Playback through the server that novacast starts: the API, and the way from an address to a picture."""

import asyncio
import json
import subprocess
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest

from novacast import outbox
from novacast.database import Database
from novacast.errors import Unauthenticated
from novacast.identity import ANONYMOUS, Principal
from novacast.limits import RateLimiter
from novacast.metrics import Metrics
from novacast.outbox import Outbox
from novacast.playback import schema
from novacast.playback.measures import measure
from novacast.playback.routes import PlaybackRoutes
from novacast.playback.services import PlaybackServices, playback_services
from novacast.settings import Settings
from novacast.web import Credentials, idempotency
from novacast.web.server import Parts, WebServer
from tests.compiled import static, templates
from tests.databases import migrated
from tests.fakes.clock import FakeClock
from tests.playback.world import FILM, Broadcast, Film, NoPasses, Venue, exchange
from tests.waiting import until

MIGRATIONS = [outbox.migrations, idempotency.migrations, schema.migrations]


class Tokens:
    """Bearer tokens are session ids."""

    def __init__(self, venue: Venue) -> None:
        self._venue = venue

    async def authenticate(self, credentials: Credentials) -> Principal:
        if credentials.bearer is None:
            return ANONYMOUS
        found = await self._venue.principal_of(credentials.bearer)
        if found is None:
            raise Unauthenticated("This token is not known.")
        return found


class Site:
    def __init__(self, server: WebServer, venue: Venue, own: PlaybackServices, metrics: Metrics) -> None:
        self.server, self.venue, self.own, self.metrics = server, venue, own, metrics

    async def ask(self, method: str, path: str, person: str | None = None) -> tuple[int, dict[str, object]]:
        url = f"http://127.0.0.1:{self.server.port}{path}"
        headers = {"Authorization": f"Bearer session-{person}"} if person else {}
        async with aiohttp.ClientSession() as client, client.request(method, url, headers=headers) as response:
            text = await response.text()
            return response.status, json.loads(text) if text else {}

    async def begin(self, person: str) -> str:
        _, stream = await self.ask("GET", f"/api/v1/streams/{FILM}", person)
        answer = await exchange(self.server.port, str(stream["url"]), "GET", {})
        return answer.headers["location"].removesuffix("/master.m3u8")


@pytest.fixture
async def site(tmp_path: Path, clock: FakeClock) -> AsyncIterator[Site]:
    folder, path = tmp_path / "film", tmp_path / "site.db"
    folder.mkdir()
    (folder / "master.m3u8").write_bytes(b"#EXTM3U\n")
    migrated(path, MIGRATIONS)
    db, limiter, metrics, settings = await Database.open(path, clock), RateLimiter(clock), Metrics(), Settings()
    settings = replace(settings, server=replace(settings.server, port=0, drain_seconds=1.0))
    facts, venue = Outbox(db), Venue({FILM: Film(folder)})
    own = playback_services(db, clock, settings, limiter, [venue], NoPasses(), venue, b"k" * 32)
    measure(metrics, own.cache, own.audience, own.delivery.waits)
    server = WebServer(
        Parts(
            settings=settings,
            routes=[PlaybackRoutes(own.playback)],
            authenticator=Tokens(venue),
            db=db,
            outbox=facts,
            cache=templates(),
            static=static(),
            clock=clock,
            limiter=limiter,
            metrics=metrics,
            key=bytes(32),
            media=own.delivery,
            leaving=own.delivery.drain,
        )
    )
    own.subscribe(facts)
    await facts.start()
    own.start()
    await server.start()
    yield Site(server, venue, own, metrics)
    await server.stop()
    await facts.close()
    await own.close()
    await db.close()


async def test_a_stream_names_everything_a_player_needs(site: Site) -> None:
    status, stream = await site.ask("GET", f"/api/v1/streams/{FILM}")
    assert status == 200
    assert stream["duration"] == 9660.0
    assert (stream["kind"], stream["title"]) == ("video", "Stalker")
    assert str(stream["url"]).startswith("/media/open/")
    assert str(stream["url"]).endswith("/master.m3u8")
    assert str(stream["poster"]).endswith("/poster.jpg")
    assert (stream["part"], stream["latency"]) == (None, None)


async def test_a_stream_of_what_is_on_air_says_how_close_to_it_a_player_can_be(site: Site) -> None:
    film = site.venue.films[FILM]
    site.venue.films[FILM] = replace(
        film, kind="live", duration=None, on_air=Broadcast(), part=200_000, latency=700_000
    )
    _, stream = await site.ask("GET", f"/api/v1/streams/{FILM}")
    assert (stream["kind"], stream["duration"], stream["part"], stream["latency"]) == ("live", None, 0.2, 0.7)


async def test_a_viewer_who_waits_for_what_is_on_air_holds_up_no_end_of_the_server(site: Site) -> None:
    site.venue.films[FILM] = replace(site.venue.films[FILM], on_air=Broadcast())
    site.venue.person("ada")
    base = await site.begin("ada")
    asking = asyncio.create_task(exchange(site.server.port, f"{base}/next/part_00001.m4s", "GET", {}))
    await until(lambda: len(site.own.delivery.waits) == 1)
    assert site.metrics.value("novacast_media_waiting") == 1
    await site.server.stop()
    assert (await asking).status == 503  # told, not cut off behind the time that others have to finish


async def test_strangers_are_told_to_sign_in_and_outsiders_nothing(site: Site) -> None:
    site.venue.visibility = "organization"
    site.venue.person("eve")
    assert (await site.ask("GET", f"/api/v1/streams/{FILM}"))[0] == 401
    assert (await site.ask("GET", f"/api/v1/streams/{FILM}", "eve"))[0] == 404
    assert (await site.ask("GET", "/api/v1/streams/nothing"))[0] == 404


async def test_refusals_of_media_are_in_the_language_of_the_player(site: Site) -> None:
    site.venue.person("ann")
    begun = await site.begin("ann")
    german = {"Accept-Language": "de"}
    answer = await exchange(site.server.port, f"{begun}/none.m3u8", "GET", german)
    problem = json.loads(answer.body)
    assert (answer.status, problem["code"], answer.headers["content-language"]) == (404, "not_found", "de")
    assert problem["detail"] == "Diese Datei gibt es hier nicht."
    # The same connection's task must not go on in German for others.
    answer = await exchange(site.server.port, f"{begun}/none.m3u8", "GET", {})
    assert json.loads(answer.body)["detail"] == "There is no such file here."


async def test_the_limit_of_devices_is_a_conflict_that_names_them_and_can_be_taken_over(site: Site) -> None:
    site.venue.person("ann")
    for _ in range(3):
        await site.begin("ann")
    status, problem = await site.ask("GET", f"/api/v1/streams/{FILM}", "ann")
    assert status == 409
    errors = problem["errors"]
    assert isinstance(errors, list)
    assert len(errors) == 3
    assert (await site.ask("GET", f"/api/v1/streams/{FILM}?take_over=true", "ann"))[0] == 200
    assert (await site.ask("GET", f"/api/v1/streams/{FILM}?take_over=perhaps", "ann"))[0] == 422


async def test_ones_devices_are_listed_and_stopped_over_the_api(site: Site) -> None:
    site.venue.person("ann")
    site.venue.person("bob")
    base = await site.begin("ann")
    assert (await exchange(site.server.port, f"{base}/master.m3u8", "GET", {})).status == 200
    _, listed = await site.ask("GET", "/api/v1/viewing-sessions", "ann")
    items = listed["items"]
    assert isinstance(items, list)
    assert [item["media_id"] for item in items] == [FILM]
    path = f"/api/v1/viewing-sessions/{items[0]['id']}"
    assert (await site.ask("DELETE", path, "bob"))[0] == 404
    assert (await site.ask("DELETE", path))[0] == 401
    assert (await site.ask("DELETE", path, "ann"))[0] == 204
    assert (await exchange(site.server.port, f"{base}/master.m3u8", "GET", {})).status == 410


async def test_no_other_address_of_the_server_leads_to_media(site: Site) -> None:
    files = ("master.m3u8", "film/master.m3u8", "../film/master.m3u8", f"{FILM}/master.m3u8")
    starts = (
        "/",
        "/static/",
        "/static/..%2f",
        "/media/",
        "/Media/",
        "/media/./",
        "//media/",
        "/api/v1/streams/",
        "/film/",
    )
    for start in starts:
        for name in files:
            answer = await exchange(site.server.port, f"{start}{name}", "GET", {})
            assert answer.status in (400, 401, 404), f"{start}{name}"
            assert b"#EXTM3U" not in answer.body


async def test_what_is_counted_can_be_read(site: Site) -> None:
    site.venue.person("ann")
    base = await site.begin("ann")
    for _ in range(3):
        await exchange(site.server.port, f"{base}/master.m3u8", "GET", {})
    assert site.metrics.value("novacast_media_cache_hits_total") == 2
    assert site.metrics.value("novacast_media_cache_misses_total") == 1
    assert site.metrics.value("novacast_viewing_sessions_held") == 1


async def test_ffmpeg_plays_from_the_address_alone(site: Site, tmp_path: Path) -> None:
    made = await asyncio.to_thread(_encode, tmp_path / "film")
    assert made.returncode == 0, made.stderr
    _, stream = await site.ask("GET", f"/api/v1/streams/{FILM}")
    url = f"http://127.0.0.1:{site.server.port}{stream['url']}"
    played = await asyncio.to_thread(_play, url)
    assert played.returncode == 0, played.stderr
    assert "frame=50" in played.stdout


def _encode(folder: Path) -> "subprocess.CompletedProcess[str]":
    argv = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc=size=128x72:rate=25:duration=2", "-c:v", "libx264"]
    argv += ["-g", "25", "-f", "hls", "-hls_time", "1", "-hls_playlist_type", "vod", "-hls_segment_type", "fmp4"]
    argv += ["-hls_segment_filename", "v72/seg%d.m4s", "v72/index.m3u8"]
    (folder / "v72").mkdir()
    (folder / "master.m3u8").write_text("#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=100000\nv72/index.m3u8\n")
    return subprocess.run(argv, check=False, capture_output=True, text=True, cwd=folder, timeout=60)


def _play(url: str) -> "subprocess.CompletedProcess[str]":
    argv = ["ffmpeg", "-v", "error", "-i", url, "-progress", "pipe:1", "-f", "null", "-"]
    return subprocess.run(argv, check=False, capture_output=True, text=True, timeout=60)
