"""The door's page, what makes it start without a network, and the organizer's page of doors with nothing but forms."""

import json
import re
import struct
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

import novacast.web
from tests.tickets.box import OWNER, Box
from tests.tickets.doors import door, scan, sold_code
from tests.tickets.serving import Served, serving

STATIC = Path(novacast.web.__file__).parent / "static"
IMPORTED = re.compile(r"""(?:from|import\()\s*["'](\.[^"']+)["']""")


@pytest.fixture
async def served(box: Box) -> AsyncIterator[Served]:
    async with serving(box) as opened:
        yield opened


async def test_the_page_asks_for_a_camera_alone_and_is_the_same_for_everybody(served: Served) -> None:
    async with served.client.get(f"{served.url}/door/") as response:
        text = await response.text()
        assert "camera=(self)" in response.headers["Permissions-Policy"]
        assert "script-src 'self'" in response.headers["Content-Security-Policy"]
        assert "Set-Cookie" not in response.headers
    assert "plain http" not in text
    async with served.client.get(f"{served.url}/door/", headers={"Host": "house.example"}) as response:
        assert "plain http" in await response.text()


async def test_the_service_worker_keeps_every_file_that_the_page_imports(served: Served) -> None:
    async with served.client.get(f"{served.url}/door/worker.js") as response:
        assert response.content_type == "text/javascript"
        kept = re.findall(r'"/static/[0-9a-f]{12}/([^"]+)"', await response.text())
    wanted = {"js/door/page.js"}
    while True:
        found = {
            str((STATIC / name).parent.joinpath(path).resolve().relative_to(STATIC))
            for name in wanted
            for path in IMPORTED.findall((STATIC / name).read_text(encoding="utf-8"))
        }
        if found <= wanted:
            break
        wanted |= found
    assert wanted <= set(kept)
    assert {"css/door.css", "css/novacast.css", "img/icons.svg"} <= set(kept)
    for name in kept:
        async with served.client.head(f"{served.url}/static/{name}") as response:
            assert response.status == 200, name


async def test_what_is_installed_reaches_no_further_than_the_door(served: Served) -> None:
    async with served.client.get(f"{served.url}/door/manifest.webmanifest") as response:
        manifest = json.loads(await response.text())
        assert response.content_type == "application/manifest+json"
    assert (manifest["scope"], manifest["start_url"], manifest["display"]) == ("/door/", "/door/", "standalone")
    drawn = [one for one in manifest["icons"] if one["type"] == "image/png"]
    assert {"192x192", "512x512"} <= {one["sizes"] for one in drawn}, "what phones put on their home screens"
    for one in drawn:
        async with served.client.get(served.url + one["src"]) as response:
            width, height = struct.unpack(">II", (await response.read())[16:24])
        assert f"{width}x{height}" == one["sizes"]


async def send(served: Served, place: str, status: int = 200, **fields: str) -> str:
    headers = {"Accept": "text/html", "Authorization": "Bearer owner"}
    async with served.client.post(served.url + place, data=fields, headers=headers) as response:
        assert response.status == status, await response.text()
        return await response.text()


async def test_an_organizer_makes_a_list_pairs_a_device_and_ends_it(served: Served) -> None:
    box, place = served.box, f"/studio/tickets/performances/{served.box.night.id}/door"
    hours = {"opens_at": "2025-07-01T19:00", "closes_at": "2025-07-01T18:00"}
    assert "closes after it has opened" in await send(served, f"{place}/lists", 422, name="Front", **hours)
    text = await send(served, f"{place}/lists", name="Front", gates="North\nSouth, West", exits="true")
    (front,) = await box.own.door.lists.of_performance(OWNER, box.night.id)
    assert front.rules.gates == ("North", "South", "West")
    await scan(box, front, await sold_code(box), gate="South")
    text = await send(served, f"{place}/devices", list=front.id, name="Ana's phone", gate="North")
    (code,) = re.findall(r"#pair=([2-9A-Z]{10})", text)
    assert "1 of 1 in" in text
    device, token = await box.own.door.devices.pair(code, "a phone", "192.0.2.1")
    await send(served, f"{place}/devices/{device.id}/revoke")
    answer = await served.ask("GET", "/door/picture", who=token)
    assert (answer.status, answer.json["code"]) == (401, "unauthenticated")


async def test_a_device_works_over_http_by_its_token_alone(served: Served) -> None:
    box, front = served.box, await door(served.box, gates=("North",))
    invited = await served.ask("POST", f"/checkin-lists/{front.id}/devices", {"name": "Phone"}, who="door")
    paired = (await served.ask("POST", "/door/pairing", {"code": invited.json["code"]})).json
    token, code = paired["token"], await sold_code(box)
    picture = (await served.ask("GET", "/door/picture", who=token)).json
    assert (picture["gate"], picture["expected"], len(picture["keys"][0]["public"])) == ("North", 1, 64)
    answers = [(await served.ask("POST", "/door/scans", {"code": code}, who=token)).json for _ in range(2)]
    assert [one["verdict"] for one in answers] == ["ok", "used"]
    assert answers[1]["before"]["gate"] == "North"
    found = await served.ask("GET", "/door/tickets?q=1", who=token)
    assert [one["inside"] for one in found.json["items"]] == [True]
    for path in (f"/checkin-lists/{front.id}/checkins", "/me", f"/performances/{box.night.id}/devices"):
        assert (await served.ask("GET", path, who=token)).status in (401, 404), path
    assert (await served.ask("POST", "/door/scans", {"code": code}, who="door")).status == 401
    assert (await served.ask("DELETE", "/door/pairing", who=token)).status == 204
    assert (await served.ask("POST", "/door/scans", {"code": code}, who=token)).status == 401
