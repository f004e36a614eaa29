"""What forms of live answer to whatever somebody writes into a request by hand."""

import io
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

import pytest
from aiohttp import ClientSession, FormData

from novacast.clock import HOUR
from novacast.identity import new_id
from novacast.live.pages import live_pages
from novacast.settings import Settings
from novacast.web.routing import PARAMETER, Route, collect
from tests.live.conftest import House
from tests.live.serving import Library, Names

MARKUP = "<script>alert(1)</script>"
HOSTILE = (
    "", " ", "0", "-1", "9" * 400, "1e999", "NaN", "\0", "a\0b", "\u202e\u2066evil", "\r\nSet-Cookie: evil=1",
    "'; DROP TABLE programmes;--", MARKUP, "{{ 7 * 7 }}", "../../etc/passwd", "%s%n", "x" * 60_000, "\ud83d",
    "🎭" * 9_000,     "9999-12-31T23:59:59.999999-14:00", "0001-01-01T00:00+14:00", "2025-06-20T20:00:00+99:99",
    "rtmp://[::1", "rtmp://\0:1/x",
)  # fmt: skip
FIELDS = "name=a&name=b&title=a&title=b&to=slate&to=main&days=1&days=2&org=a&org=b&wanted=1&wanted=2&token=a&token=b"
ENDLESS = "&".join(f"f{number}=1" for number in range(5_000))
WHOLE: Sequence[tuple[str, bytes, set[int]]] = (
    ("given twice", f"{FIELDS}&videos=a&videos=b&marker=a&marker=b&enabled=1&enabled=0".encode(), set()),
    ("five thousand fields", ENDLESS.encode(), {400}),
    ("broken percent signs", b"name=%ff%fe&title=%zz&to=%", set()),
    ("no UTF-8", b"name=\xff\xfe&title=\xc3", {400}),
    ("two million bytes", b"title=" + b"x" * 2_000_000, {413}),
    ("nothing but separators", b"&&&===&&;;;", set()),
)
REFUSED = {303, 400, 403, 404, 409, 413, 415, 422, 429}


def encoded(fields: Mapping[str, str]) -> bytes:
    return urlencode({name: value.encode("utf-8", "surrogatepass") for name, value in fields.items()}).encode()


def forms(house: House) -> Sequence[Route]:
    pages = live_pages(house.own, house.db, Settings(), Names(), Names(), Library({}))
    return [route for route in collect(*pages) if route.kind == "form"]


@dataclass
class Victim:
    """Where a form is sent to, with a channel and a programme of its own: some of them remove theirs."""

    house: House
    session: ClientSession

    async def place(self, route: Route, number: int) -> str:
        channel = await self.house.channel()
        if number % 2:
            programme = await self.house.on_air(channel, new_id())
        else:
            programme = await self.house.programme(channel, planned_start=self.house.clock.now() + HOUR)
        known = {"channel_id": channel.id, "programme_id": programme.id}
        return PARAMETER.sub(lambda found: known.get(found[1], "abcdefghij0123456789"), route.path)

    async def sent(self, path: str, data: bytes | FormData) -> tuple[int, str, str]:
        origin = str(self.session._base_url).rstrip("/")
        headers = {"Accept": "text/html", "Origin": origin}
        if isinstance(data, bytes):
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        sent = io.BytesIO(data) if isinstance(data, bytes) else data
        async with self.session.post(path, data=sent, headers=headers, allow_redirects=False) as response:
            assert "evil" not in response.headers.get("Set-Cookie", "").partition("=")[0]
            return response.status, response.headers.get("Location", ""), await response.text(errors="replace")


@pytest.fixture
async def victim(house: House, address: str) -> AsyncIterator[Victim]:
    async with ClientSession(address, headers={"Authorization": "Bearer owner"}) as session:
        yield Victim(house, session)


def check(route: Route, what: str, found: tuple[int, str, str], statuses: Iterable[int] = ()) -> None:
    status, location, text = found
    assert status in (set(statuses) or {200, *REFUSED}), (route.path, what[:40], status, text[:500])
    assert location.startswith("/") or not location, (route.path, what[:40], location)
    assert MARKUP not in text, (route.path, what[:40])


async def test_nothing_that_is_written_into_a_field_breaks_a_form(house: House, victim: Victim) -> None:
    for route in forms(house):
        names = list(route.form.model_fields) if route.form is not None else ["any"]
        for number, value in enumerate(HOSTILE):
            written = encoded(dict.fromkeys(names, value))
            check(route, value, await victim.sent(await victim.place(route, number), written))


async def test_nothing_that_is_no_form_breaks_one(house: House, victim: Victim) -> None:
    for route in forms(house):
        if route.form is None:
            continue
        for number, (what, body, statuses) in enumerate(WHOLE):
            check(route, what, await victim.sent(await victim.place(route, number), body), statuses)
        brought = FormData()
        brought.add_field(next(iter(route.form.model_fields)), b"MZ", filename="a.exe", content_type="video/mp4")
        check(route, "a file", await victim.sent(await victim.place(route, 0), brought), {422})


@pytest.mark.slow
async def test_nothing_that_is_written_into_one_field_beside_good_ones_breaks_a_form(
    house: House, victim: Victim
) -> None:
    good = {
        "org": "org1", "name": "Stage", "title": "Night", "visibility": "public", "profile": "low", "heights": "360",
        "start": "2026-06-20T20:00", "end": "2026-06-20T22:00", "url": "rtmp://ingest.example/app", "key": "k",
        "to": "auto", "target_name": "There", "marker": "m", "days": "3", "return_seconds": "60",
        "last": "10", "before": "0",
    }  # fmt: skip
    for route in forms(house):
        names = list(route.form.model_fields) if route.form is not None else []
        for name in names:
            for number, value in enumerate(HOSTILE):
                given = {one: good[one] for one in names if one in good} | {name: value}
                found = await victim.sent(await victim.place(route, number), encoded(given))
                check(route, f"{name}: {value}", found)
