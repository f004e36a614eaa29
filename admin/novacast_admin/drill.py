"""A restored copy put to the proof beside the running venue: it is opened, audited, served on a free port, logged in
to, and made to play. The copy tells nobody anything: no mail, no webhook, no payment, no broadcast.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from pathlib import Path
from urllib.parse import urljoin

import aiohttp

from novacast import app, tables
from novacast.clock import SystemClock
from novacast.folder import DataFolder
from novacast.identity import SYSTEM, Role, new_id
from novacast.operations import state
from novacast.operations.models import Finding, failed, ok
from novacast.records import dataclass
from novacast.settings import Mail, Settings, Stripe, Tls, Webhooks
from novacast.settings import replace as changed
from novacast.vods.models import VideoState
from novacast.wiring import Services

REDIRECTS, TRIES = 5, 20
ALL = 1000


@dataclass(frozen=True, slots=True)
class Film:
    id: str
    title: str


def quiet(settings: Settings, copy: Path) -> Settings:
    """The venue's settings for a copy of it, which listens to this machine alone and reaches nobody."""
    own = replace(settings, data=copy, tls=Tls(), mail=Mail(), stripe=Stripe(), webhooks=Webhooks(at_once=0))
    for key, value in {
        "server.host": "127.0.0.1",
        "server.port": 0,
        "server.public_url": "",
        "jobs.worker": False,
        "jobs.engine": "sqlite",
        "moderation.base_url": "",
        "speech.base_url": "",
    }.items():
        own = changed(own, key, value)
    return own


async def drill(settings: Settings) -> AsyncIterator[Finding]:
    """Of `quiet` settings. Findings as the doctor's; the first that failed may be the last."""
    folder = DataFolder.at(settings.data)
    yield await state.database(settings, folder, SystemClock(), tables.MIGRATIONS)
    try:
        async with app.showing(settings) as (own, server):
            yield await _books(own)
            address = f"http://127.0.0.1:{server.port}"
            async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(60)) as http:
                yield await _page(http, address)
                token = await _log_in(own, http, address)
                yield ok("log-in", "Somebody new could log in.")
                async for finding in _films(own, http, address, token):
                    yield finding
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what keeps this copy from serving
        yield failed("serve", f"The copy can't be served: {error}.", "Try an older backup.")


async def look(settings: Settings) -> AsyncIterator[Finding]:
    """The part of it that leaves the folder as it is: for a venue itself, while its server is stopped."""
    folder = DataFolder.at(settings.data)
    yield await state.database(settings, folder, SystemClock(), tables.MIGRATIONS)
    async with app.showing(settings) as (own, server), aiohttp.ClientSession() as http:
        yield await _books(own)
        yield await _page(http, f"http://127.0.0.1:{server.port}")


async def _books(own: Services) -> Finding:
    await own.tickets.accounting.fill()
    audit = await own.tickets.proof.audit()
    if not audit.clean:
        wrong = [f"{one.what} {one.subject}" for one in audit.broken] + list(audit.attacks)
        return failed("books", f"The books are not in order: {'; '.join(wrong[:5])}.", "Look with `novacast verify`.")
    shut, _ = await own.tickets.reopening.state()
    sales = "sales are shut" if shut is not None else "sales are open"
    return ok("books", f"{audit.claims} units and {audit.transfers} transfers are in order; {sales}.")


async def _page(http: aiohttp.ClientSession, address: str) -> Finding:
    async with http.get(address) as answer:
        content = await answer.text()
    if answer.status != 200 or "<html" not in content:
        return failed("pages", f"The first page answers {answer.status}.", "Try an older backup.")
    return ok("pages", "The first page is shown.")


async def _log_in(own: Services, http: aiohttp.ClientSession, address: str) -> str:
    """Of a person who is made in the copy, with a role in every house, and goes with it."""
    password = new_id() + new_id()
    accounts = own.accounts
    person = await accounts.administration.create_person(
        SYSTEM, f"drill-{new_id()}@localhost.example", "Drill", password
    )
    cursor = None
    while True:
        page = await accounts.administration.organizations(SYSTEM, cursor, ALL)
        for org in page.items:
            await accounts.administration.set_role(SYSTEM, org.id, person.id, Role.OWNER)
        if (cursor := page.next) is None:
            break
    body = {"email": person.email, "password": password}
    async with http.post(f"{address}/api/v1/tokens", json=body) as answer:
        answer.raise_for_status()
        return str((await answer.json())["access_token"])


async def _films(own: Services, http: aiohttp.ClientSession, address: str, token: str) -> AsyncIterator[Finding]:
    played, broken = 0, 0
    async for film in _ready(http, address, token, own):
        wrong = await _wrong(http, address, token, film)
        if wrong:
            broken += 1
            yield failed("videos", f"{film.title} ({film.id}) does not play: {wrong}.", "Look into an older backup.")
        else:
            played += 1
    if not broken:
        told = f"A segment of each video was played: {played}." if played else "There is no video that could be played."
        yield ok("videos", told)


async def _ready(http: aiohttp.ClientSession, address: str, token: str, own: Services) -> AsyncIterator[Film]:
    organizations = (await own.accounts.administration.organizations(SYSTEM, None, ALL)).items
    for org in organizations:
        cursor: str | None = None
        while True:
            query = {"limit": "100", "state": VideoState.READY.value, **({"cursor": cursor} if cursor else {})}
            path = f"{address}/api/v1/organizations/{org.id}/videos"
            async with http.get(path, params=query, headers=_headers(token)) as answer:
                answer.raise_for_status()
                page = await answer.json()
            for one in page["items"]:
                yield Film(one["id"], one["title"])
            if (cursor := page.get("next")) is None:
                break


async def _wrong(http: aiohttp.ClientSession, address: str, token: str, film: Film) -> str:
    """Why it does not play; empty where it does: its first segment came, and is one."""
    stream = await _asked(http, f"{address}/api/v1/streams/{film.id}", token)
    if isinstance(stream, int):
        return f"it answers {stream}"
    url = urljoin(address, stream["url"])
    status, url, content = await _fetched(http, url)
    for _ in range(2):  # the list of renditions, then that of segments
        names = [line for line in content.decode(errors="replace").splitlines() if line and not line.startswith("#")]
        if status != 200 or not names:
            return f"its playlist answers {status}"
        status, url, content = await _fetched(http, urljoin(url, names[0]))
    if status != 200 or content[4:8] not in (b"styp", b"moof", b"ftyp", b"sidx", b"emsg", b"prft"):
        return f"its first segment answers {status}"
    return ""


async def _asked(http: aiohttp.ClientSession, url: str, token: str) -> Mapping[str, str] | int:
    """The answer, or its status. Too often asked, it waits as long as it is told to."""
    for _ in range(TRIES):
        async with http.get(url, headers=_headers(token)) as answer:
            if answer.status == 429:
                await asyncio.sleep(min(60.0, float(answer.headers.get("Retry-After", "1"))))
                continue
            return dict(await answer.json()) if answer.status == 200 else answer.status
    return 429


async def _fetched(http: aiohttp.ClientSession, url: str) -> tuple[int, str, bytes]:
    async with http.get(url, max_redirects=REDIRECTS) as answer:
        return answer.status, str(answer.url), await answer.read()


def _headers(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}
