"""The video slice behind the real web server. Also a process of its own, made to be killed:
`python -m tests.vods.serving DATA` prints its port and serves until then."""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from novacast import outbox
from novacast.clock import Clock, SystemClock
from novacast.errors import Unauthenticated
from novacast.folder import DataFolder
from novacast.identity import Principal
from novacast.limits import RateLimiter
from novacast.media.ffmpeg import find_ffmpeg
from novacast.metrics import Metrics
from novacast.settings import Server, Settings
from novacast.topics import Topics
from novacast.vods.captions.pages import CaptionPages
from novacast.vods.captions.routes import CaptionRoutes
from novacast.vods.chapters.pages import ChapterPages
from novacast.vods.chapters.routes import ChapterRoutes
from novacast.vods.collections.pages import CollectionPages, CollectionStudioPages
from novacast.vods.collections.routes import CollectionRoutes
from novacast.vods.downloads.pages import DownloadPages
from novacast.vods.downloads.routes import DownloadRoutes
from novacast.vods.health.pages import AudiencePages
from novacast.vods.health.routes import HealthRoutes
from novacast.vods.health.summary import Audience
from novacast.vods.pages import VideoPages
from novacast.vods.pictures.pages import PicturePages
from novacast.vods.pictures.routes import PictureRoutes
from novacast.vods.replacement.pages import ReplacementPages
from novacast.vods.replacement.routes import ReplacementRoutes
from novacast.vods.routes import VideoRoutes
from novacast.vods.source import VideoSource
from novacast.vods.storage.forecast import Forecasts
from novacast.vods.storage.outlook import Outlooks
from novacast.vods.storage.routes import StorageRoutes
from novacast.vods.studio.pages import StudioPages
from novacast.vods.topics import TOPICS
from novacast.vods.uploads.routes import UploadRoutes
from novacast.vods.views.routes import ViewRoutes
from novacast.web import Credentials
from novacast.web.server import Parts, WebServer
from tests.compiled import static, templates
from tests.vods.conftest import DOOR, ORG, OTHER_ORG, OUTSIDER, OWNER, PRODUCER, QUICK, SMALL, House

GERMAN = replace(OWNER, name="Besitzerin", language="de")
BUYER = Principal(person_id="buyer", session_id="s-buyer", name="buyer")
PEOPLE: Mapping[str, Principal] = {who.name: who for who in (PRODUCER, OWNER, DOOR, OUTSIDER, GERMAN, BUYER)}


class Tokens:
    """Whoever brings a person's name as a token or session is that person."""

    async def authenticate(self, credentials: Credentials) -> Principal:
        try:
            return PEOPLE[credentials.bearer or credentials.session or ""]
        except KeyError as error:
            raise Unauthenticated("Nobody has this token.") from error


class Bought:
    """The buyer has bought everything of a house."""

    async def admitted(self, principal: Principal, media_id: str) -> Principal:
        return replace(principal, passes=frozenset({(ORG, media_id)})) if principal.name == "buyer" else principal


class Names:
    async def names(self, org_ids: Sequence[str]) -> Mapping[str, str]:
        known = {ORG: "The Playhouse", OTHER_ORG: "The Other House"}
        return {org_id: known[org_id] for org_id in org_ids if org_id in known}


def outlooks(house: House, settings: Settings | None = None) -> Outlooks:
    """Of files that are announced to a house."""
    forecasts = Forecasts(house.db, house.folders, house.quotas, 0)
    return Outlooks(
        house.db, house.folders, house.quotas, forecasts, settings or Settings(transcode=QUICK, uploads=SMALL)
    )


@contextlib.asynccontextmanager
async def serving(house: House, clock: Clock) -> AsyncIterator[str]:
    """The address of a server over `house`."""
    facts = outbox.Outbox(house.db)
    source = VideoSource(house.db, house.folders)
    routes = (
        VideoRoutes(house.videos, house.positions, house.transcoding, source, Bought()),
        UploadRoutes(house.uploads),
        StorageRoutes(house.quotas, outlooks(house)),
        VideoPages(
            house.videos,
            house.positions,
            Names(),
            house.chapters,
            house.downloads,
            house.collections,
            house.views,
            frames=("https://friend.example",),
        ),
        ViewRoutes(house.views),
        HealthRoutes(house.health),
        AudiencePages(house.videos, house.views, house.health),
        CollectionRoutes(house.collections),
        CollectionPages(house.collections, Names()),
        CollectionStudioPages(house.collections, house.videos, Names()),
        CaptionRoutes(house.captions.captions, house.captions.speech),
        CaptionPages(house.captions.captions, house.captions.speech),
        ChapterRoutes(house.chapters),
        ChapterPages(house.videos, house.chapters),
        PictureRoutes(house.pictures),
        PicturePages(house.pictures),
        DownloadRoutes(house.downloads),
        ReplacementRoutes(house.replacements),
        ReplacementPages(house.replacements, house.uploads),
        DownloadPages(house.videos, house.downloads),
        StudioPages(
            house.videos,
            house.transcoding,
            house.uploads,
            Names(),
            house.views,
            house.quotas,
            Audience(house.views, house.health),
        ),
    )
    topics = Topics()
    topics.declare(TOPICS, house.videos.may_look)
    parts = Parts(
        settings=Settings(server=Server(port=0, drain_seconds=0.5)),
        routes=routes,
        authenticator=Tokens(),
        db=house.db,
        outbox=facts,
        cache=templates(),
        static=static(),
        clock=clock,
        limiter=RateLimiter(clock),
        metrics=Metrics(),
        topics=topics,
        key=bytes(32),
    )
    server = WebServer(parts)
    await facts.start()
    await server.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        await server.stop()
        await facts.close()


async def main(data: DataFolder) -> None:
    clock = SystemClock()
    house = await House.open(data, clock, lambda: find_ffmpeg(data.cache))
    async with serving(house, clock) as address:
        print(address, flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(DataFolder.at(Path(sys.argv[1]))))
