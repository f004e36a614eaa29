"""What people are told of behind the real web server, for people who bring their name as a token."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from novacast.errors import Unauthenticated
from novacast.identity import Principal
from novacast.limits import RateLimiter
from novacast.metrics import Metrics
from novacast.notifications.news.topics import TOPICS
from novacast.notifications.routes import news_routes
from novacast.outbox import Outbox
from novacast.settings import Settings, replace
from novacast.topics import Topics
from novacast.web.authentication import Credentials
from novacast.web.server import Parts, WebServer
from tests.compiled import static, templates
from tests.notifications.news.world import World


class ByName:
    """A token is a name, and so is a session."""

    async def authenticate(self, credentials: Credentials) -> Principal:
        name = credentials.bearer or credentials.session
        if name not in ("ada", "ben"):
            raise Unauthenticated("Nobody of this name is here.")
        return Principal(person_id=name, session_id=f"s-{name}", name=name)


@asynccontextmanager
async def serving(world: World) -> AsyncIterator[str]:
    """Its address."""
    topics, outbox = Topics(), Outbox(world.box.db)
    topics.declare(TOPICS)
    server = WebServer(
        Parts(
            settings=replace(replace(Settings(), "server.port", 0), "server.drain_seconds", 0.0),
            routes=list(news_routes(world.own)),
            authenticator=ByName(),
            db=world.box.db,
            outbox=outbox,
            cache=templates(),
            static=static(),
            clock=world.box.clock,
            limiter=RateLimiter(world.box.clock),
            metrics=Metrics(),
            key=bytes(32),
            rooms=lambda: ("notices",),
            topics=topics,
        )
    )
    await outbox.start()
    await server.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        await server.stop()
        await outbox.close()
