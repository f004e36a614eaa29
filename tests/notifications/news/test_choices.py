"""Switches, and the links in mails that turn one off: over a real server, as mail programs and people use them."""

from collections.abc import AsyncIterator
from email import message_from_bytes
from email.policy import default

import aiohttp
import pytest

from novacast.database import Query
from novacast.errors import InvalidInput, Unauthenticated
from novacast.notifications.kinds import RULES, Kind, Way
from novacast.security.keys import Signer, secret
from tests.notifications.news.serving import serving
from tests.notifications.news.world import World
from tests.tickets.box import ADA

ONE_CLICK = {"List-Unsubscribe": "One-Click"}
IDS = Query("SELECT id FROM mail WHERE patient = 0", (), lambda row: str(row["id"]))


@pytest.fixture
async def served(world: World) -> AsyncIterator[aiohttp.ClientSession]:
    async with serving(world) as address, aiohttp.ClientSession(address) as browser:
        yield browser


async def mail_to_ada(world: World) -> str:
    """The path of the link that turns such mails off."""
    await world.own.choices.choose(ADA, {(Kind.ON_AIR, Way.MAIL): True})
    await world.follow("ada")
    await world.on_air()
    await world.spread()
    (mail,) = await world.mailed()
    link = str(mail["List-Unsubscribe"])
    assert link.startswith("<https://venue.example/unsubscribe?token=")
    return link[1:-1].removeprefix("https://venue.example")


async def wanted(world: World) -> bool:
    kinds = {one.kind: one.on for one in await world.own.choices.show(ADA)}
    return Way.MAIL in kinds[Kind.ON_AIR]


async def test_a_mail_that_can_be_switched_off_says_how_and_another_does_not(world: World) -> None:
    await mail_to_ada(world)
    (mail,) = await world.mailed()
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["List-Id"] == "<on-air.venue.example>"
    assert (mail["Precedence"], mail["Auto-Submitted"]) == ("bulk", "auto-generated")
    for part in ("plain", "html"):
        body = mail.get_body((part,))
        assert body is not None
        assert "/unsubscribe?token=" in body.get_content()
        assert "https://venue.example/account/notifications" in body.get_content()
    context = {"name": "Ada", "url": "https://venue.example/x"}
    own = {"to": "ada@example.org", "language": "en", "context": context, "person_id": "ada"}
    await world.write(lambda tx: world.mail.mailbox.send(tx, template="password_changed", **own))
    for mail_id in await world.box.db.all(IDS):
        await world.mail.delivery.send(mail_id)
    _, other = await world.mailed()
    assert [other[name] for name in ("List-Unsubscribe", "List-Id", "Precedence")] == [None] * 3
    assert other["Auto-Submitted"] == "auto-generated"


async def test_the_headers_leave_whole_lines_that_every_server_takes(world: World) -> None:
    await mail_to_ada(world)
    (file,) = world.folder.mail.glob("*.eml")
    raw = file.read_bytes()
    head = raw.partition(b"\r\n\r\n")[0]
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998
    assert b"=?" not in head.partition(b"List-Unsubscribe:")[2].partition(b"\r\nList-Unsubscribe-Post")[0]
    again = message_from_bytes(raw, policy=default)
    assert str(again["List-Unsubscribe"]).count("\n") == 0


@pytest.mark.parametrize("multipart", [False, True])
async def test_one_click_of_a_mail_program_ends_it_without_a_log_in(
    world: World, served: aiohttp.ClientSession, multipart: bool
) -> None:
    link = await mail_to_ada(world)
    for _ in range(2):
        form = aiohttp.FormData(ONE_CLICK, default_to_multipart=multipart)
        async with served.post(link, data=form, allow_redirects=False) as answer:
            assert answer.status == 200
    assert not await wanted(world)


async def test_looking_at_the_link_ends_nothing_and_its_button_does(
    world: World, served: aiohttp.ClientSession
) -> None:
    link = await mail_to_ada(world)
    async with served.get(link) as answer:
        assert answer.status == 200
        assert "No more of these mails" in await answer.text()
    async with served.head(link) as answer:
        assert answer.status == 200
    assert await wanted(world)
    async with served.post(link, data={"x": "y"}) as answer:
        assert "You get no more of these mails." in await answer.text()
    assert not await wanted(world)
    async with served.post(link, data={"again": "true"}) as answer:
        assert answer.status == 200
    assert await wanted(world)


async def test_who_asks_to_be_reminded_again_is_although_they_had_switched_it_off(world: World) -> None:
    mailbox = world.mail.mailbox
    await world.own.choices.choose(ADA, {(Kind.REMINDER, Way.MAIL): False})
    context = {"title": "First night", "when": "today", "url": "https://venue.example/watch/1", "stop": ""}
    own = {"to": "ada@example.org", "template": "reminder", "language": "en", "context": context, "person_id": "ada"}
    await world.write(lambda tx: mailbox.send(tx, **own))
    assert await world.queued() == []
    await world.write(lambda tx: mailbox.want(tx, template="reminder", person_id="ada"))
    await world.write(lambda tx: mailbox.send(tx, **own))
    assert await world.queued() == [("ada@example.org", "reminder")]


@pytest.mark.parametrize("token", ["", "x", "b25fYWlyCmFkYQ.AAAA", "%00", "é", "." * 300])
async def test_a_forged_link_ends_nothing(world: World, served: aiohttp.ClientSession, token: str) -> None:
    await mail_to_ada(world)
    for method in ("GET", "POST"):
        data = ONE_CLICK if method == "POST" else None
        async with served.request(method, "/unsubscribe", params={"token": token}, data=data) as answer:
            assert answer.status in (403, 422)
    assert await wanted(world)


async def test_a_link_for_one_kind_is_none_for_another(world: World, served: aiohttp.ClientSession) -> None:
    link = await mail_to_ada(world)
    await world.own.choices.choose(ADA, {(Kind.VIDEO, Way.MAIL): True})
    async with served.post(link, data=ONE_CLICK) as answer:
        assert answer.status == 200
    on = {one.kind: one.on for one in await world.own.choices.show(ADA)}
    assert Way.MAIL in on[Kind.VIDEO]
    assert Way.MAIL not in on[Kind.ON_AIR]


async def test_a_link_of_something_else_that_we_signed_is_none(world: World) -> None:
    other = Signer(secret(world.folder.keys, "installation"), "reminders").sign(b"on_air\nada")
    with pytest.raises(Unauthenticated):
        await world.own.choices.turn(other, on=False)
    fixed = Signer(secret(world.folder.keys, "installation"), "notifications.unsubscribe").sign(b"orders\nada")
    with pytest.raises(Unauthenticated):
        await world.own.choices.turn(fixed, on=False)


async def test_what_belongs_to_a_contract_cant_be_switched_off(world: World, served: aiohttp.ClientSession) -> None:
    with pytest.raises(InvalidInput):
        await world.own.choices.choose(ADA, {(Kind.VIDEO, Way.MAIL): True, (Kind.ORDERS, Way.MAIL): False})
    assert not await wanted(world)
    body = {"switches": [{"kind": "orders", "way": "mail", "on": False}]}
    async with served.patch("/api/v1/me/notifications", json=body, headers={"Authorization": "Bearer ada"}) as answer:
        assert answer.status == 422
    rule = RULES[Kind.ORDERS]
    assert rule.why
    assert not rule.switchable(Way.MAIL)


async def test_the_api_switches_what_the_page_shows(world: World, served: aiohttp.ClientSession) -> None:
    headers = {"Authorization": "Bearer ada"}
    body = {"switches": [{"kind": "video", "way": "mail", "on": True}, {"kind": "mention", "way": "push", "on": False}]}
    async with served.patch("/api/v1/me/notifications", json=body, headers=headers) as answer:
        kinds = {one["kind"]: one for one in (await answer.json())["items"]}
    assert {one["way"]: one["on"] for one in kinds["video"]["switches"]} == {"mail": True, "push": False, "page": True}
    assert {one["way"]: one["on"] for one in kinds["mention"]["switches"]}["push"] is False
    assert [one["fixed"] for one in kinds["orders"]["switches"]] == [True]
    async with served.get("/account/notifications", headers=headers) as answer:
        page = await answer.text()
    assert 'value="video.mail" checked' in page
    assert 'value="mention.push" aria' in page
    assert 'value="orders.mail"' not in page


async def test_the_page_saves_what_is_ticked_and_nothing_else(world: World, served: aiohttp.ClientSession) -> None:
    headers = {"Authorization": "Bearer ada"}
    form = aiohttp.FormData([("on", "video.mail"), ("on", "orders.mail"), ("on", "no.such")])
    async with served.post("/account/notifications", data=form, headers=headers, allow_redirects=False) as answer:
        assert answer.status == 303
    on = {one.kind: one.on for one in await world.own.choices.show(ADA)}
    assert on[Kind.VIDEO] == {Way.MAIL}
    assert on[Kind.MENTION] == set()
    assert on[Kind.ORDERS] == {Way.MAIL}


async def test_following_works_without_scripts(world: World, served: aiohttp.ClientSession) -> None:
    headers, place = {"Authorization": "Bearer ada"}, "/follow/channel/channel1"
    async with served.get(place, headers=headers, params={"next": "https://evil.example/"}) as answer:
        page = await answer.text()
    assert "Main hall" in page
    assert "evil" not in page.partition("<form")[2]
    async with served.post(
        place, data={"wanted": "true", "next": "//evil"}, headers=headers, allow_redirects=False
    ) as got:
        assert (got.status, got.headers["Location"]) == (303, "/channels/channel1")
    async with served.get("/api/v1/me/follows", headers=headers) as answer:
        (one,) = (await answer.json())["items"]
    assert (one["kind"], one["id"], one["name"]) == ("channel", "channel1", "Main hall")
    async with served.delete("/api/v1/me/follows/channels/channel1", headers=headers) as answer:
        assert answer.status == 204
    async with served.put("/api/v1/me/follows/channels/nowhere", headers=headers) as answer:
        assert answer.status == 404


async def test_export_and_erasure_cover_all_of_it(world: World) -> None:
    await mail_to_ada(world)
    await world.allow("ada")

    class Ada:
        person_id, email = "ada", "ada@example.org"

    held = await world.own.personal.export(Ada())
    assert held["switches"] == [{"kind": "on_air", "way": "mail", "on": True}]
    assert [one["kind"] for one in held["notices"]] == ["on_air"]
    assert (len(held["browsers"]), [one["id"] for one in held["follows"]]) == (1, ["org1"])
    assert "auth" not in str(held)
    await world.write(lambda tx: world.own.personal.erase(tx, Ada()))
    held = await world.own.personal.export(Ada())
    assert all(not part for part in held.values())
