"""The slice behind a real server, and a browser without scripts: forms are sent as they stand on the page."""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import aiohttp

from novacast.accounts.pages import account_pages
from novacast.accounts.routes import account_routes
from novacast.accounts.services import AccountServices
from novacast.i18n import Languages
from novacast.metrics import Metrics
from novacast.outbox import Outbox
from novacast.settings import Settings, replace
from novacast.web.server import Parts, WebServer
from tests.accounts.house import House
from tests.compiled import static, templates

HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@dataclass
class Form:
    action: str
    fields: dict[str, Any] = field(default_factory=dict)


class Forms(HTMLParser):
    """The POST forms of a page, with what is filled in."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "form":
            self.forms.append(Form(found.get("action") or ""))
        elif tag in ("input", "select", "textarea") and self.forms and (name := found.get("name")):
            self.forms[-1].fields[name] = found.get("value") or ""


@dataclass
class Page:
    status: int
    url: str
    text: str

    def form(self, action: str) -> Form:
        parser = Forms()
        parser.feed(self.text)
        return next(form for form in parser.forms if form.action == action)


@dataclass
class Served:
    house: House
    url: str
    browser: aiohttp.ClientSession

    async def get(self, path: str) -> Page:
        async with self.browser.get(self.url + path, headers=HTML) as response:
            return Page(response.status, response.url.path, await response.text())

    async def send(self, page: Page, action: str, **filled: Any) -> Page:
        """Fill in a form of `page` and send it, as a browser does."""
        fields = {**page.form(action).fields, **filled}
        headers = {**HTML, "Origin": self.url, "Sec-Fetch-Site": "same-origin"}
        async with self.browser.post(self.url + action, data=fields, headers=headers) as response:
            return Page(response.status, response.url.path, await response.text())

    async def log_in(self, email: str, password: str) -> Page:
        return await self.send(await self.get("/login"), "/login", email=email, password=password)

    async def api(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        bearer: str | None = None,
        headers: Mapping[str, str] = {},
    ) -> tuple[int, Any]:
        """Without the browser's cookies."""
        sent = {**({"Authorization": f"Bearer {bearer}"} if bearer else {}), **headers}
        async with (
            aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as client,
            client.request(method, f"{self.url}/api/v1{path}", json=body, headers=sent) as response,
        ):
            return response.status, await response.json(content_type=None) if response.content_length else None

    def mailed(self, template: str) -> str:
        """The path of the link in the last mail of this kind."""
        found = re.fullmatch(r"https?://[^/]+(/.*)", self.house.letterbox.last(template).context["url"])
        assert found is not None
        return found[1]


@asynccontextmanager
async def serving(house: House, own: AccountServices, settings: Settings) -> AsyncIterator[Served]:
    events = Outbox(house.db)
    server = WebServer(
        Parts(
            settings=replace(replace(settings, "server.port", 0), "server.drain_seconds", 0.0),
            routes=(*account_routes(own), *account_pages(own, Languages())),
            authenticator=own.authenticator,
            db=house.db,
            outbox=events,
            cache=templates(),
            static=static(),
            clock=house.clock,
            limiter=house.limiter,
            metrics=Metrics(),
            key=bytes(32),
        )
    )
    await events.start()
    await server.start()
    browser = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))
    try:
        yield Served(house, f"http://127.0.0.1:{server.port}", browser)
    finally:
        await browser.close()
        await server.stop()
        await events.close()
