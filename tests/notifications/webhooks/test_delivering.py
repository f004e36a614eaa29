"""From a fact to the program that wanted to hear of it: once at least, with one id, whatever dies in between."""

import asyncio
from dataclasses import replace
from itertools import pairwise

import pytest
from aiohttp import web
from standardwebhooks import Webhook

from novacast import outbox
from novacast.clock import DAY, SECOND, iso
from novacast.database import Query
from novacast.live.channels import store as channels
from novacast.metrics import Metrics
from novacast.notifications.webhooks.deliveries.dispatching import EACH
from novacast.notifications.webhooks.models import JITTER, KEPT, WAITS, Progress, State
from novacast.notifications.webhooks.service import Draft
from novacast.notifications.webhooks.signing import Scheme
from tests.live.conftest import CHANNEL
from tests.notifications.webhooks.world import ORG, OTHER_ORG, OUTSIDER, OWNER, World
from tests.waiting import until


def failing(status: int = 500, **headers: str) -> web.Response:
    return web.Response(status=status, text="not today", headers=headers)


async def test_what_happened_arrives_thin_and_signed(here: World) -> None:
    made = await here.endpoint()
    event = await here.happens()
    assert await here.send() == 1
    (got,) = here.receiver.got
    assert Webhook(made.secret).verify(got.body, got.headers) == {
        "type": "order.paid.v1",
        "timestamp": iso(event.at),
        "data": {"id": "order1", "organization": ORG, "code": "ABCD"},
    }
    assert got.headers["content-type"] == "application/json"
    assert "." not in got.id
    assert await here.states() == [("delivered", 1)]
    assert await here.send() == 0


async def test_each_hears_what_it_chose_of_its_own_organization(here: World) -> None:
    await here.endpoint("/orders", ["order.paid.v1"])
    await here.endpoint("/programmes", ["programme.on_air.v1"])
    await here.endpoint("/others", ["order.paid.v1"], OUTSIDER, org=OTHER_ORG)
    await here.happens()
    await here.happens("order.placed", code="ABCD")
    await here.happens("stock.changed", state="held", seats=[], units=1)
    await here.happens("order.paid", audience=outbox.person("ada"))
    await here.happens("order.paid", audience=outbox.INTERNAL)
    await here.send()
    assert [(one.path, one.json["type"]) for one in here.receiver.got] == [("/orders", "order.paid.v1")]


async def test_of_a_public_programme_its_own_organization_hears(here: World) -> None:
    await here.endpoint("/mine", ["programme.on_air.v1"])
    await here.endpoint("/others", ["programme.on_air.v1"], OUTSIDER, org=OTHER_ORG)
    mine = replace(CHANNEL, org_id=ORG, owner_id=None)
    await here.db.write(lambda tx: channels.add(tx, mine))
    await here.happens("programme.on_air", "p1", outbox.PUBLIC, channel="channel1", state="on_air")
    await here.happens("programme.on_air", "p2", outbox.PUBLIC, channel="gone", state="on_air")
    await here.send()
    (got,) = here.receiver.got
    assert (got.path, got.json["data"]) == (
        "/mine",
        {"id": "p1", "organization": ORG, "channel": "channel1", "state": "on_air"},
    )


async def test_a_fact_that_is_heard_twice_is_one_message(here: World) -> None:
    await here.endpoint()
    event = await here.happens()
    await here.own.recorder.hear(event)
    assert await here.send() == 1
    assert len(await here.states()) == 1


async def test_a_server_that_dies_before_the_answer_sends_it_again_with_the_same_id(here: World) -> None:
    await here.endpoint("/hook")
    await here.happens()
    here.receiver.held = {"/hook"}
    await here.own.dispatcher.round()
    await here.receiver.arrived.wait()
    await here.own.close()  # cut off: what came of it is written nowhere
    assert await here.states() == [("pending", 0)]
    here.receiver.held.clear()
    here.own = here.again()
    assert await here.send() == 1
    first, second = here.receiver.got
    assert (first.id, first.body) == (second.id, second.body)
    assert await here.states() == [("delivered", 1)]


async def test_the_dispatcher_works_by_itself_and_in_its_own_time(here: World) -> None:
    await here.endpoint()
    here.own.dispatcher.start()
    await here.happens()
    await until(lambda: len(here.receiver.got) == 1)


async def test_a_failure_is_tried_again_by_the_clock_with_a_new_timestamp(here: World) -> None:
    made = await here.endpoint()
    here.receiver.answers = [failing(), failing(429, **{"Retry-After": "900"}), failing(302)]
    await here.happens()
    assert await here.send() == 1
    assert await here.send() == 0
    here.clock.advance(6)
    assert await here.send() == 1
    here.clock.advance(890)
    assert await here.send() == 0
    here.clock.advance(10)
    assert await here.send() == 1
    here.clock.advance(36 * 60)
    assert await here.send() == 1
    assert len({one.id for one in here.receiver.got}) == 1
    stamps = [int(one.headers["webhook-timestamp"]) for one in here.receiver.got]
    assert [later - earlier for earlier, later in pairwise(stamps)] == [6, 900, 2160]
    assert await here.states() == [("delivered", 4)]
    listed = await here.own.webhooks.show(OWNER, made.listed.endpoint.id)
    assert listed.endpoint.failing_since is None


async def test_a_clock_that_was_set_back_delays_nothing_for_longer_than_a_day(here: World) -> None:
    await here.endpoint()
    here.receiver.answers = [failing()]
    await here.happens()
    await here.send()
    here.clock.set_now(here.clock.now() - 400 * DAY)
    assert await here.send() == 1


async def test_three_days_of_failures_disable_an_endpoint_and_its_owners_are_told(here: World) -> None:
    made = await here.endpoint()
    here.receiver.always = 503
    await here.happens()
    for _ in WAITS[:-1]:
        await here.send()
        here.clock.advance(WAITS[-1] * (1 + JITTER) / SECOND)
    await here.happens(subject="order2")
    await here.send()
    here.clock.advance(WAITS[-1] * (1 + JITTER) / SECOND)
    await here.send()
    listed = await here.own.webhooks.show(OWNER, made.listed.endpoint.id)
    assert listed.endpoint.state is State.FAILING
    assert [state for state, _ in await here.states()] == ["failed", "skipped"]
    assert await here.mails() == [
        ("webhook_failing", "owner@venue.example"),
        ("webhook_failing", "second@venue.example"),
    ]
    (fact,) = await here.facts("webhook.disabled")
    assert (fact.audience, fact.payload) == (outbox.org(ORG), {"state": "failing"})

    await here.happens(subject="order3")
    assert await here.send() == 0
    here.receiver.always = 204
    await here.own.webhooks.edit(OWNER, made.listed.endpoint.id, Draft(enabled=True))
    done = await here.own.deliveries.replay_since(OWNER, made.listed.endpoint.id, 0)
    assert (done.deliveries, done.more) == (3, False)
    here.receiver.got.clear()
    await here.send()
    assert sorted(one.json["data"]["id"] for one in here.receiver.got) == ["order1", "order2", "order3"]
    assert {state for state, _ in await here.states()} == {"delivered"}


async def test_one_message_that_is_never_taken_disables_nobody(here: World) -> None:
    made = await here.endpoint()
    await here.happens()
    for _ in range(len(WAITS) + 1):
        here.receiver.answers = [failing()]
        await here.send()
        await here.happens(subject="good")
        await here.send()
        here.clock.advance(WAITS[-1] * (1 + JITTER) / SECOND)
    assert (await here.own.webhooks.show(OWNER, made.listed.endpoint.id)).endpoint.state is State.ENABLED
    assert (await here.states())[0] == ("failed", len(WAITS) + 1)
    assert await here.mails() == []


async def test_410_disables_at_once(here: World) -> None:
    made = await here.endpoint()
    here.receiver.answers = [failing(410)]
    for number in range(2):
        await here.happens(subject=f"order{number}")
    tasks = await here.own.dispatcher.round()
    await asyncio.gather(*tasks)
    assert (await here.own.webhooks.show(OWNER, made.listed.endpoint.id)).endpoint.state is State.GONE
    assert [template for template, _ in await here.mails()] == ["webhook_gone"] * 2
    here.clock.advance(4 * DAY / SECOND)
    assert await here.send() == 0


async def test_a_slow_one_keeps_nobody_waiting(here: World) -> None:
    here.receiver.held = {"/slow"}
    await here.endpoint("/slow")
    for number in range(20):
        await here.happens(subject=f"order{number}")
    slow = await here.own.dispatcher.round()
    assert len(slow) == EACH
    await here.endpoint("/fast")
    for number in range(3):
        await here.happens(subject=f"later{number}")
    fast = await here.own.dispatcher.round()
    await asyncio.gather(*fast)
    assert sorted(one.json["data"]["id"] for one in here.receiver.got if one.path == "/fast") == [
        "later0",
        "later1",
        "later2",
    ]
    here.receiver.let_go.set()
    await asyncio.gather(*slow)
    await here.send()
    assert {state for state, _ in await here.states()} == {"delivered"}


async def test_one_that_failed_last_has_a_single_place(here: World) -> None:
    here.receiver.answers = [failing()]
    await here.endpoint()
    await here.happens()
    await here.send()
    here.clock.advance(10)
    for number in range(5):
        await here.happens(subject=f"order{number}")
    begun = await here.own.dispatcher.round()
    assert len(begun) == 1
    await asyncio.gather(*begun)
    assert len(await here.own.dispatcher.round()) == EACH


async def test_while_a_secret_rotates_both_sign_and_then_the_new_one_alone(here: World) -> None:
    old = await here.endpoint()
    id_ = old.listed.endpoint.id
    new = await here.own.webhooks.rotate(OWNER, id_, keep_hours=1)
    await here.happens()
    await here.send()
    here.clock.advance(3601)
    await here.happens(subject="order2")
    await here.send()
    during, after = here.receiver.got
    for made in (old, new):
        assert Webhook(made.secret).verify(during.body, during.headers)
    assert len(after.headers["webhook-signature"].split(" ")) == 1
    third = await here.own.webhooks.rotate(OWNER, id_, Scheme.V1A, keep_hours=0)
    assert [one.scheme for one in third.listed.secrets] == [Scheme.V1A]
    await here.happens(subject="order3")
    await here.send()
    assert here.receiver.got[-1].headers["webhook-signature"].startswith("v1a,")


async def test_a_message_is_signed_with_three_secrets_at_most(here: World) -> None:
    id_ = (await here.endpoint()).listed.endpoint.id
    for _ in range(5):
        fresh = await here.own.webhooks.rotate(OWNER, id_)
        here.clock.advance(1)
    assert len(fresh.listed.secrets) == 3


async def test_what_is_told_of_a_deleted_organization_ends_with_it(here: World) -> None:
    await here.endpoint()
    await here.happens()
    await here.happens("organization.deleted", ORG, outbox.INTERNAL, org_id=ORG)
    assert await here.send() == 0
    assert await here.states() == []


async def test_old_messages_are_forgotten_with_their_log(here: World) -> None:
    await here.endpoint()
    await here.happens()
    await here.send()
    here.clock.advance((KEPT + 1) / SECOND)
    await here.happens(subject="order2")
    await here.own.dispatcher.sweep()
    assert len(await here.states()) == 1
    count = Query("SELECT count(*) FROM webhook_attempts", (), lambda row: int(row[0]))
    assert await here.db.one(count) == 0


async def test_an_address_inside_is_never_called(here: World) -> None:
    """What was good when it was set need not be so by now: it is judged at every attempt."""
    made = await here.endpoint()
    move = "UPDATE webhook_endpoints SET url = 'http://127.0.0.2:1/' WHERE id = ?"
    await here.db.write(lambda tx: tx.run(move, (made.listed.endpoint.id,)))
    await here.happens()
    await here.send()
    (delivery,) = (await here.own.deliveries.of_endpoint(OWNER, made.listed.endpoint.id, None, None, 10)).items
    assert delivery.state is Progress.PENDING
    assert "own network" in delivery.error
    assert here.receiver.got == []


@pytest.mark.parametrize("status", [200, 201, 299])
async def test_every_2xx_is_a_yes(here: World, status: int) -> None:
    await here.endpoint()
    here.receiver.always = status
    await here.happens()
    await here.send()
    assert await here.states() == [("delivered", 1)]


async def test_what_came_of_attempts_is_counted(here: World) -> None:
    metrics = Metrics()
    here.own.dispatcher.measure(metrics)
    await here.endpoint()
    here.receiver.answers = [failing(), failing(410)]
    await here.happens()
    await here.send()
    await here.own.dispatcher.sweep()
    assert metrics.value("novacast_webhooks_waiting") == 1
    here.clock.advance(10)
    await here.send()
    await here.own.dispatcher.sweep()
    outcomes = ("delivered", "retried", "gone")
    assert [metrics.value("novacast_webhooks_attempts_total", outcome=one) for one in outcomes] == [0, 1, 1]
    assert metrics.value("novacast_webhooks_waiting") == 0
    assert metrics.value("novacast_webhooks_in_flight") == 0
