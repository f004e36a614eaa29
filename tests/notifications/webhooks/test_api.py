"""Webhooks over the API and on the studio's pages: who may, what is shown of a secret, and what was sent."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from typing import Any

import pytest
from aiohttp import ClientSession
from standardwebhooks import Webhook

from novacast.clock import iso
from novacast.errors import Unauthenticated
from novacast.identity import Principal
from novacast.limits import RateLimiter
from novacast.metrics import Metrics
from novacast.notifications.webhooks.exports import EXPORTS, TEST
from novacast.notifications.webhooks.models import MOST_ENDPOINTS
from novacast.notifications.webhooks.pages import DeliveryPages, WebhookPages
from novacast.notifications.webhooks.routes import DeliveryRoutes, WebhookRoutes
from novacast.outbox import Outbox
from novacast.settings import Server, Settings
from novacast.web import Credentials
from novacast.web.server import Parts, WebServer
from tests.compiled import static, templates
from tests.notifications.webhooks.world import GUEST, MANAGER, ORG, OUTSIDER, OWNER, PRODUCER, World, person

READER = Principal(person_id="reader", name="reader", roles=OWNER.roles, scopes=frozenset({"read", "write"}))
PEOPLE: Mapping[str, Principal] = {
    one.name: one for one in (OWNER, MANAGER, PRODUCER, GUEST, OUTSIDER, READER, person("member"))
}
Ask = Callable[..., Awaitable[tuple[int, Any]]]
OF_ORG = f"/api/v1/organizations/{ORG}/webhooks"
HTML = {"Accept": "text/html"}


class Tokens:
    async def authenticate(self, credentials: Credentials) -> Principal:
        try:
            return PEOPLE[credentials.bearer or credentials.session or ""]
        except KeyError as error:
            raise Unauthenticated("Nobody has this token.") from error


class Names:
    async def names(self, ids: Iterable[str]) -> Mapping[str, str]:
        return {one: f"House {one}" for one in ids}


@pytest.fixture
async def ask(here: World) -> AsyncIterator[Ask]:
    own = here.own
    parts = Parts(
        settings=Settings(server=Server(port=0)),
        routes=[
            WebhookRoutes(own.webhooks),
            DeliveryRoutes(own.deliveries),
            WebhookPages(own, Names(), here.clock),
            DeliveryPages(own.deliveries),
        ],
        authenticator=Tokens(),
        db=here.db,
        outbox=Outbox(here.db),
        clock=here.clock,
        limiter=RateLimiter(here.clock),
        metrics=Metrics(),
        cache=templates(),
        static=static(),
        key=b"k" * 32,
    )
    server = WebServer(parts)
    await server.start()
    async with ClientSession(f"http://127.0.0.1:{server.port}") as session:

        async def asked(who: str, method: str, path: str, body: Any = None, form: Any = None, **headers: str) -> Any:
            given = {"Authorization": f"Bearer {who}"} if who else {}
            call = session.request(method, path, json=body, data=form, headers=given | headers)
            async with call as response:
                text = await response.text()
                return response.status, json.loads(text) if text.startswith(("{", "[")) else text

        yield asked
    await server.stop()


def wanted(here: World, path: str = "/hook", **more: Any) -> dict[str, Any]:
    return {"url": here.receiver.url + path, "topics": ["order.paid.v1"]} | more


async def test_a_secret_is_shown_once_and_rests_sealed(here: World, ask: Ask) -> None:
    status, made = await ask("owner", "POST", OF_ORG, wanted(here, description="Mailing list"))
    secret = made.pop("secret")
    assert (status, made["state"], made["topics"]) == (201, "enabled", ["order.paid.v1"])
    assert made["secrets"][0]["scheme"] == "v1"
    assert secret.startswith("whsec_")
    assert (await ask("manager", "GET", f"/api/v1/webhooks/{made['id']}")) == (200, made)
    assert (await ask("manager", "GET", OF_ORG))[1]["items"] == [made]
    shown = await ask("owner", "GET", f"/studio/webhooks/{made['id']}", **HTML)
    assert shown[0] == 200
    everything = f"{shown} {here.db.path.read_bytes()!r}"
    wal = here.db.path.with_name(here.db.path.name + "-wal")
    assert secret.removeprefix("whsec_") not in everything + (repr(wal.read_bytes()) if wal.exists() else "")


async def test_of_v1a_the_public_half_is_always_shown(here: World, ask: Ask) -> None:
    _, made = await ask("owner", "POST", OF_ORG, wanted(here, scheme="v1a"))
    assert made["secret"].startswith("whpk_")
    assert made["secrets"][0]["public_key"] == made["secret"]
    _, rotated = await ask("owner", "POST", f"/api/v1/webhooks/{made['id']}/rotate", {"keep_hours": 2})
    assert [one["public_key"] for one in rotated["secrets"]] == [rotated["secret"], made["secret"]]
    assert rotated["secrets"][1]["expires_at"] is not None


async def test_webhooks_are_for_owners_and_managers(here: World, ask: Ask) -> None:
    _, made = await ask("manager", "POST", OF_ORG, wanted(here))
    one = f"/api/v1/webhooks/{made['id']}"
    _, delivery = await ask("owner", "POST", f"{one}/test")
    for who, status in (("producer", 403), ("guest", 404), ("outsider", 404), ("reader", 403), ("", 401)):
        for method, path, body in (
            ("GET", OF_ORG, None),
            ("POST", OF_ORG, wanted(here, "/more")),
            ("GET", one, None),
            ("PATCH", one, {"enabled": False}),
            ("DELETE", one, None),
            ("POST", f"{one}/rotate", {}),
            ("POST", f"{one}/test", None),
            ("POST", f"{one}/replay", {"since": iso(0)}),
            ("GET", f"{one}/deliveries", None),
            ("GET", f"/api/v1/webhook-deliveries/{delivery['id']}", None),
            ("POST", f"/api/v1/webhook-deliveries/{delivery['id']}/replay", None),
        ):
            assert (await ask(who, method, path, body))[0] == status, (who, method, path)
    assert (await ask("owner", "GET", "/api/v1/webhooks/none"))[0] == 404
    assert (await ask("owner", "GET", "/api/v1/webhook-deliveries/none"))[0] == 404


async def test_one_address_is_one_endpoint_and_there_are_so_many(here: World, ask: Ask) -> None:
    assert (await ask("owner", "POST", OF_ORG, wanted(here)))[0] == 201
    assert (await ask("owner", "POST", OF_ORG, wanted(here)))[0] == 409
    _, other = await ask("owner", "POST", OF_ORG, wanted(here, "/2"))
    assert (await ask("owner", "PATCH", f"/api/v1/webhooks/{other['id']}", {"url": wanted(here)["url"]}))[0] == 409
    for number in range(2, MOST_ENDPOINTS):
        assert (await ask("owner", "POST", OF_ORG, wanted(here, f"/of/{number}")))[0] == 201
    assert (await ask("owner", "POST", OF_ORG, wanted(here, "/one/too/many")))[0] == 409


async def test_topics_are_named_with_their_version(here: World, ask: Ask) -> None:
    for topics in ([], ["order.paid"], ["stock.changed.v1"], ["order.paid.v1", "x"]):
        status, answer = await ask("owner", "POST", OF_ORG, wanted(here) | {"topics": topics})
        assert (status, answer["errors"][0]["field"]) == (422, "topics")
    assert {one["name"] for one in (await ask("member", "GET", "/api/v1/webhook-topics"))[1]["items"]} == set(EXPORTS)


async def test_a_test_arrives_whatever_was_chosen_and_its_story_is_told(here: World, ask: Ask) -> None:
    _, made = await ask("owner", "POST", OF_ORG, wanted(here))
    status, delivery = await ask("owner", "POST", f"/api/v1/webhooks/{made['id']}/test", **{"Idempotency-Key": "one"})
    again = await ask("owner", "POST", f"/api/v1/webhooks/{made['id']}/test", **{"Idempotency-Key": "one"})
    assert (status, again) == (201, (201, delivery))
    here.receiver.always = 200
    assert await here.send() == 1
    (got,) = here.receiver.got
    assert Webhook(made["secret"]).verify(got.body, got.headers)["type"] == TEST
    _, story = await ask("owner", "GET", f"/api/v1/webhook-deliveries/{delivery['id']}")
    assert (story["state"], story["message"], story["status"]) == ("delivered", got.id, 200)
    assert story["body"].encode() == got.body
    (line,) = story["log"]
    assert (line["url"], line["status"], line["signed_with"]) == (wanted(here)["url"], 200, "v1")
    assert "v1," not in str(story)


async def test_what_was_sent_is_listed_in_pages_and_by_state(here: World, ask: Ask) -> None:
    _, made = await ask("owner", "POST", OF_ORG, wanted(here))
    for number in range(5):
        await here.happens(subject=f"order{number}")
        here.clock.advance(1)
        await here.send()
    await ask("owner", "PATCH", f"/api/v1/webhooks/{made['id']}", {"enabled": False})
    await here.happens(subject="unheard")
    path = f"/api/v1/webhooks/{made['id']}/deliveries"
    _, first = await ask("owner", "GET", f"{path}?limit=4")
    _, second = await ask("owner", "GET", f"{path}?limit=4&cursor={first['next']}")
    assert [one["state"] for one in first["items"] + second["items"]] == ["skipped"] + ["delivered"] * 5
    assert second["next"] is None
    assert len((await ask("owner", "GET", f"{path}?state=skipped"))[1]["items"]) == 1
    assert (await ask("owner", "POST", f"/api/v1/webhooks/{made['id']}/test"))[0] == 409


async def test_one_or_all_since_are_sent_again_with_their_ids(here: World, ask: Ask) -> None:
    _, made = await ask("owner", "POST", OF_ORG, wanted(here))
    one = f"/api/v1/webhooks/{made['id']}"
    for number in range(3):
        await here.happens(subject=f"order{number}")
        here.clock.advance(10)
    await here.send()
    _, listed = await ask("owner", "GET", f"{one}/deliveries")
    last = listed["items"][0]
    assert (await ask("owner", "POST", f"/api/v1/webhook-deliveries/{last['id']}/replay"))[1]["state"] == "pending"
    await here.send()
    assert [got.id for got in here.receiver.got[3:]] == [last["message"]]
    since = {"since": listed["items"][1]["created_at"]}
    assert (await ask("owner", "POST", f"{one}/replay", since))[1] == {"deliveries": 0, "more": False}
    assert (await ask("owner", "POST", f"{one}/replay", since | {"delivered": True}))[1]["deliveries"] == 2
    await here.send()
    assert sorted(got.json["data"]["id"] for got in here.receiver.got[4:]) == ["order1", "order2"]
    assert len({got.id for got in here.receiver.got}) == 3


async def test_the_studio_does_all_of_it_without_scripts(here: World, ask: Ask) -> None:
    url = wanted(here)["url"]
    status, page = await ask("owner", "GET", "/studio/webhooks", **HTML)
    assert status == 200
    assert "order.paid.v1" in page
    form = {"org": ORG, "url": url, "topics": "order.paid.v1", "description": "Partner", "scheme": "v1"}
    status, page = await ask("owner", "POST", "/studio/webhooks", form=form | {"url": "https://10.0.0.1/"}, **HTML)
    assert status == 422
    assert "https://10.0.0.1/" in page
    status, page = await ask("owner", "POST", "/studio/webhooks", form=form, **HTML)
    assert status == 200
    assert "whsec_" in page
    (made,) = await here.own.webhooks.of_org(OWNER, ORG)
    one = f"/studio/webhooks/{made.endpoint.id}"
    status, page = await ask("owner", "POST", f"{one}/test", **HTML)
    assert "webhook.test.v1" in page
    await here.send()
    page = (await ask("owner", "GET", one, **HTML))[1]
    assert "webhook.test.v1" in page
    assert "whsec_" not in page
    for action, fields in (
        ("rotate", {"scheme": "v1a", "keep_hours": "1"}),
        ("replay", {"hours": "24", "delivered": "true"}),
        ("enable", {"enabled": "false"}),
        ("test", {}),
        ("replay", {"hours": "24"}),
        ("enable", {"enabled": "true"}),
    ):
        assert (await ask("owner", "POST", f"{one}/{action}", form=fields, **HTML))[0] == 200, action
    changed = {"url": url, "topics": "programme.on_air.v1", "description": "Another"}
    assert "Another" in (await ask("owner", "POST", one, form=changed, **HTML))[1]
    assert (await ask("producer", "GET", one, **HTML))[0] == 403
    assert "No webhooks yet" in (await ask("owner", "POST", f"{one}/remove", **HTML))[1]
    assert "No webhooks to look after" in (await ask("producer", "GET", "/studio/webhooks", **HTML))[1]
