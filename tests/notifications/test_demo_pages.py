import aiohttp

from novacast.errors import Unauthenticated
from novacast.identity import Principal
from novacast.limits import RateLimiter
from novacast.metrics import Metrics
from novacast.notifications.folder import MailFolder
from novacast.notifications.pages import DemoMailPages
from novacast.outbox import Outbox
from novacast.settings import Settings, replace
from novacast.web.authentication import Credentials
from novacast.web.server import Parts, WebServer
from tests.compiled import static, templates
from tests.notifications.office import LINK, Office


class Nobody:
    async def authenticate(self, credentials: Credentials) -> Principal:
        raise Unauthenticated("There are no accounts here.")


async def test_the_demo_shows_its_mails_with_their_links(office: Office) -> None:
    await office.delivery(office.folder).send(await office.post(to="<ada>@example.org", template="sign_up"))
    events = Outbox(office.db)
    server = WebServer(
        Parts(
            settings=replace(replace(Settings(), "server.port", 0), "server.drain_seconds", 0.0),
            routes=[DemoMailPages(MailFolder(office.path))],
            authenticator=Nobody(),
            db=office.db,
            outbox=events,
            cache=templates(),
            static=static(),
            clock=office.clock,
            limiter=RateLimiter(office.clock),
            metrics=Metrics(),
            key=bytes(32),
        )
    )
    await server.start()
    try:
        async with aiohttp.ClientSession(f"http://127.0.0.1:{server.port}") as browser:
            async with browser.get("/demo/mail") as response:
                listing = await response.text()
            assert response.status == 200
            assert "<ada>" not in listing
            name = next(office.path.iterdir()).name
            async with browser.get(f"/demo/mail/{name}") as response:
                assert f'href="{LINK}"' in await response.text()
            async with browser.get("/demo/mail/..%2Fnovacast.db") as response:
                assert response.status == 404
    finally:
        await server.stop()
