"""A small server for the pages' building blocks: our templates, scripts and policy, and an API that does as told.

It stands in for the slices' API where a test of a script must choose what the server answers; whole paths through
NovaCast are tested with the real server.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from aiohttp import hdrs, web

import novacast.web
from novacast.errors import FieldError
from novacast.identity import ANONYMOUS, Principal
from novacast.web.headers import policy
from tests.compiled import static
from tests.e2e.growing import Growing
from tests.e2e.ladder import SECONDS

WEB = Path(novacast.web.__file__).parent
PLAYER_POLICY = {
    "style-src": "'self' 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='",
    "media-src": "'self' blob: data:",
}
LONG = "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichenverleihungszeremonie, dritter Akt"
NAMES = ("The Cherry Orchard", LONG, "Q&A <live>", "夜の演劇祭")
TYPES = {".m3u8": "application/vnd.apple.mpegurl", ".m4s": "video/iso.segment", ".mp4": "video/mp4", ".vtt": "text/vtt"}
TUS = {"Tus-Resumable": "1.0.0"}


@dataclass
class Stage:
    """`refuse` is the status that streams answer; `ended` sessions answer 410."""

    media: Path
    url: str = ""
    refuse: int = 0
    opened: int = 0
    ended: set[str] = field(default_factory=set)
    positions: list[float] = field(default_factory=list)
    uploads: dict[str, list[Any]] = field(default_factory=dict)
    """Upload -> bytes that arrived, announced length, metadata header."""
    flowing: asyncio.Event = field(default_factory=asyncio.Event)
    """While clear, uploads stop reading after their first piece."""
    facts: asyncio.Queue[str] = field(default_factory=asyncio.Queue)
    streams: list[tuple[str, str | None]] = field(default_factory=list)
    """Of each event stream that was asked for: its topics, and the last id."""
    cut: asyncio.Event = field(default_factory=asyncio.Event)
    """Set, it breaks the event stream off."""
    full: int = 0
    """So many event streams are refused, to be asked for again in a second."""
    growing: Growing | None = None
    """Where the ladder is still being made: how much of it is there."""
    running: bool = True
    """Whether the page with the progress bar still shows it."""
    ends_after_page: bool = False
    """What runs ends as soon as a page has shown it, and nothing tells of it."""

    @classmethod
    @asynccontextmanager
    async def open(cls, media: Path) -> AsyncIterator["Stage"]:
        stage = cls(media)
        stage.flowing.set()
        app = web.Application()
        app.add_routes(stage.routes())
        app.on_response_prepare.append(_protect)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        stage.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            yield stage
        finally:
            await runner.cleanup()

    def end_sessions(self) -> None:
        self.ended |= {str(number) for number in range(self.opened + 1)}

    def tell(self, topic: str, subject: str, *, seq: int | None = None, **payload: Any) -> None:
        data = json.dumps({"subject": subject, "payload": payload})
        id_ = "" if seq is None else f"id: {seq}\n"
        self.facts.put_nowait(f"{id_}event: {topic}\ndata: {data}\n\n")

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/static/{path:.+}", static().serve),
            web.get("/api/v1/streams/{id}", self.stream),
            web.get("/media/{session}/{name}", self.bytes),
            web.put("/api/v1/videos/{id}/position", self.position),
            web.post("/api/v1/uploads", self.begin),
            web.route(hdrs.METH_ANY, "/api/v1/uploads/{id}", self.upload),
            web.get("/api/v1/realtime", self.realtime),
            web.post("/done", self.done),
            web.get("/{name:\\w*}", self.page),
        ]

    async def page(self, request: web.Request) -> web.Response:
        name = request.match_info["name"] or "home"
        html = _environment().get_template(f"{name}.html").render(self.context(request))
        if self.ends_after_page:
            self.running = False
        response = web.Response(text=html, content_type="text/html", status=404 if name == "error" else 200)
        if name == "watch":
            response.headers["Content-Security-Policy"] = policy(PLAYER_POLICY)
        return response

    def context(self, request: web.Request) -> Mapping[str, Any]:
        asked = request.query
        me = ANONYMOUS if "stranger" in asked else Principal(person_id="p", name="Maximiliane Oldenburg-Schwarzenberg")
        cards = [] if "empty" in asked else [_card(number) for number in range(6)]
        return {
            "me": me,
            "venue": asked.get("venue", "Theater am Kanal"),
            "theme": request.cookies.get("novacast_theme", ""),
            "language": "en",
            "path": request.path,
            "notice": None,
            "latest": cards,
            "watching": [{**card, "seen": 0.4} for card in cards[:2]],
            "may_upload": me.signed_in,
            "status": 404,
            "title": "There is nothing here",
            "message": "Check the address, or go back to the front door.",
            "request_id": "q7xk2mzr4c5v6b7n8a9s",
            "errors": [
                FieldError("email", "taken", "This address has an account."),
                FieldError("", "x", "It expired."),
            ],
            "long": LONG,
            "running": self.running,
            "begins": "begin" in asked,
        }

    async def stream(self, request: web.Request) -> web.Response:
        known = request.query.get("session", "")
        if self.refuse and not (self.refuse == 409 and (known or "take_over" in request.query)):
            return web.json_response({"detail": "The server's own words."}, status=self.refuse)
        self.opened += 1
        base = f"/media/{self.opened}"
        addresses = {"url": "master.m3u8", "poster": "poster.jpg", "storyboard": "storyboard.vtt"}
        told = {"duration": SECONDS, "session": known or f"s{self.opened}"}
        return web.json_response({key: f"{base}/{name}" for key, name in addresses.items()} | told)

    async def bytes(self, request: web.Request) -> web.StreamResponse:
        if request.match_info["session"] in self.ended:
            return web.json_response({"code": "gone"}, status=410)
        path = self.media / Path(request.match_info["name"]).name
        if self.growing is not None and path.suffix == ".m3u8":
            text = self.growing.cut(path.name, path.read_text())
            return web.Response(text=text, content_type=TYPES[".m3u8"], headers={"Cache-Control": "no-cache"})
        return web.FileResponse(path, headers={"Content-Type": TYPES.get(path.suffix, "image/jpeg")})

    async def position(self, request: web.Request) -> web.Response:
        self.positions.append((await request.json())["seconds"])
        return web.json_response({})

    async def begin(self, request: web.Request) -> web.Response:
        if self.refuse:
            return web.json_response({"detail": "The server's own words."}, status=self.refuse)
        name = f"u{len(self.uploads)}"
        self.uploads[name] = [0, int(request.headers["Upload-Length"]), request.headers["Upload-Metadata"]]
        return web.Response(status=201, headers={"Location": f"/api/v1/uploads/{name}", **TUS})

    async def upload(self, request: web.Request) -> web.Response:
        known = self.uploads.get(request.match_info["id"])
        if known is None:
            return web.Response(status=404, headers=TUS)
        if request.method == "DELETE":
            del self.uploads[request.match_info["id"]]
        if request.method == "PATCH":
            assert int(request.headers["Upload-Offset"]) == known[0]
            async for piece in request.content.iter_chunked(64 * 1024):
                known[0] += len(piece)
                await self.flowing.wait()
        headers = {"Upload-Offset": str(known[0]), "Upload-Length": str(known[1]), **TUS}
        return web.Response(status=200 if request.method == "HEAD" else 204, headers=headers)

    async def realtime(self, request: web.Request) -> web.StreamResponse:
        self.streams.append((request.query["topics"], request.headers.get("Last-Event-ID")))
        if self.full:
            self.full -= 1
            return web.Response(status=429, headers={"Retry-After": "1"})
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        await response.write(b"retry: 50\nid: 1\nevent: ready\ndata: {}\n\n")
        cut = asyncio.ensure_future(self.cut.wait())
        while not cut.done():
            fact = asyncio.ensure_future(self.facts.get())
            done, _ = await asyncio.wait([cut, fact], return_when=asyncio.FIRST_COMPLETED)
            if fact in done:
                await response.write(fact.result().encode())
            else:
                fact.cancel()
        self.cut.clear()
        return response

    async def done(self, request: web.Request) -> web.Response:
        return web.Response(
            text=f"<title>Done</title>{sorted((await request.post()).items())}", content_type="text/html"
        )


@cache
def _environment() -> jinja2.Environment:
    env = jinja2.Environment(
        loader=jinja2.FileSystemLoader([WEB / "templates", Path(__file__).parent / "pages"]),
        autoescape=True,
        trim_blocks=True,
        extensions=["jinja2.ext.i18n", "jinja2.ext.loopcontrols"],
        undefined=jinja2.StrictUndefined,
    )
    env.install_null_translations(newstyle=True)  # type: ignore[attr-defined]  # comes with jinja2.ext.i18n
    env.globals["static"] = static().url
    return env


async def _protect(request: web.Request, response: web.StreamResponse) -> None:
    response.headers.setdefault("Content-Security-Policy", policy({}))


def _card(number: int) -> dict[str, Any]:
    poster = f"/media/0/{'poster' if number % 2 else 'storyboard'}.jpg" if number % 3 else ""
    meta = "Main stage · 3 days ago" if number % 2 else f"Kleines Haus · {LONG}"
    title = NAMES[number % len(NAMES)]
    return {
        "href": "/watch",
        "title": title,
        "poster": poster,
        "duration": "1:42:10",
        "meta": meta,
        "badge": "",
        "seen": None,
    }
