"""Where a channel is sent on to: who sets it, which addresses it may have, and that its key never comes back out."""

import pytest

from novacast.errors import Forbidden, InvalidInput
from novacast.live.simulcast.addresses import look_up
from novacast.live.targets.models import Address, address_of, check_public
from novacast.security.addresses import public
from tests.live.conftest import Ask, House

SECRET = "live_1234567890_abcdefghij"
THERE = {"name": "Elsewhere", "url": "rtmps://ingest.example/app", "key": SECRET}


async def test_a_key_goes_in_sealed_and_never_comes_out(house: House, ask: Ask) -> None:
    channel = await house.channel()
    path = f"/api/v1/channels/{channel.id}/targets"
    status, made = await ask("producer", "POST", path, THERE)
    assert (status, made["has_key"], made["state"], made["enabled"]) == (201, True, "off", True)
    status, listed = await ask("manager", "GET", path)
    page = await ask("producer", "GET", f"/studio/live/channels/{channel.id}", Accept="text/html")
    assert listed["items"] == [made]
    assert SECRET not in f"{made} {listed} {page}"
    assert "Elsewhere" in page[1]
    assert SECRET.encode() not in house.db.path.read_bytes()
    assert (await house.own.targets.secrets(made["id"])).key == SECRET
    log = await ask("owner", "GET", f"/api/v1/channels/{channel.id}/log")
    assert "target.created" in str(log)
    assert SECRET not in str(log)


async def test_srt_takes_a_passphrase_that_never_comes_out_either(house: House, ask: Ask) -> None:
    channel = await house.channel()
    path = f"/api/v1/channels/{channel.id}/targets"
    there = {"url": "srt://ingest.example:9000", "key": "#!::r=show,m=publish", "passphrase": SECRET}
    status, made = await ask("producer", "POST", path, there)
    assert (status, made["has_key"], made["has_passphrase"]) == (201, True, True)
    assert SECRET not in f"{made} {await ask('producer', 'GET', path)}"
    assert SECRET.encode() not in house.db.path.read_bytes()
    secrets = await house.own.targets.secrets(made["id"])
    assert (secrets.key, secrets.passphrase) == ("#!::r=show,m=publish", SECRET)
    assert SECRET not in repr(secrets)
    other = {"url": "srt://thief.example:9000", "key": "x"}
    status, answer = await ask("producer", "PATCH", f"/api/v1/targets/{made['id']}", other)
    assert (status, answer["errors"][0]["field"]) == (422, "passphrase")
    for wrong in (
        {"passphrase": "short"},
        {"passphrase": "two\nlines of it"},
        {"url": "rtmp://ingest.example/app", "passphrase": SECRET},
        {"key": "é" * 300},
    ):
        assert (await ask("producer", "POST", path, there | wrong))[0] == 422, wrong


async def test_targets_are_for_those_who_produce(house: House, ask: Ask) -> None:
    channel = await house.channel()
    path = f"/api/v1/channels/{channel.id}/targets"
    _, made = await ask("owner", "POST", path, THERE)
    for who, status in (("moderator", 403), ("outsider", 403), ("guest", 403), ("", 401)):
        assert (await ask(who, "GET", path))[0] == status
        assert (await ask(who, "POST", path, THERE))[0] == status
    for who in ("moderator", "outsider", "guest"):
        assert (await ask(who, "PATCH", f"/api/v1/targets/{made['id']}", {"enabled": False}))[0] == 404
        assert (await ask(who, "DELETE", f"/api/v1/targets/{made['id']}"))[0] == 404
    assert (await ask("producer", "PATCH", f"/api/v1/targets/{made['id']}", {"enabled": False}))[1]["enabled"] is False
    assert (await ask("producer", "DELETE", f"/api/v1/targets/{made['id']}"))[0] == 204
    assert [fact.topic for fact in await house.facts("target.removed")] == ["target.removed"]


async def test_another_address_needs_its_key_anew(house: House, ask: Ask) -> None:
    channel = await house.channel()
    _, made = await ask("owner", "POST", f"/api/v1/channels/{channel.id}/targets", THERE)
    path = f"/api/v1/targets/{made['id']}"
    assert (await ask("producer", "PATCH", path, {"url": "rtmp://thief.example/app"}))[0] == 422
    assert (await ask("producer", "PATCH", path, {"url": "rtmp://other.example/app", "key": "new"}))[0] == 200
    assert (await house.own.targets.secrets(made["id"])).key == "new"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://host/app",
        "file:///etc/passwd",
        "srt://host",
        "srt://host:9000/path",
        "srt://host:9000?streamid=x",
        "srt://127.0.0.1:9000",
        "udp://host:9000",
        "rtmp://host",
        "rtmp:///app",
        "rtmp://user:word@host/app",
        "rtmp://host/app?key=1",
        "rtmp://host/app#1",
        "rtmp://host:99999/app",
        "rtmp://ho st/app",
        "rtmp://host/a\nb",
        "rtmp://127.0.0.1/app",
        "rtmp://[::1]/app",
        "rtmp://[::ffff:10.0.0.1]/app",
        "rtmp://10.1.2.3/app",
        "rtmp://169.254.169.254/app",
        "rtmp://localhost/app",
        "rtmp://some.localhost./app",
    ],
)
async def test_addresses_that_are_none_or_lead_inside_are_refused(house: House, ask: Ask, url: str) -> None:
    channel = await house.channel()
    status, answer = await ask("owner", "POST", f"/api/v1/channels/{channel.id}/targets", THERE | {"url": url})
    assert (status, answer["errors"][0]["field"]) == (422, "url")


def test_an_address_is_taken_apart_with_the_ports_that_are_usual() -> None:
    assert address_of("rtmp://a.example/live/x/") == Address("rtmp", "a.example", 1935, "live/x")
    assert address_of("rtmps://[2001:db8::1]:444/app") == Address("rtmps", "2001:db8::1", 444, "app")


@pytest.mark.parametrize(
    ("address", "is_public"),
    [
        ("8.8.8.8", True),
        ("2606:4700::1111", True),
        ("::ffff:8.8.8.8", True),
        ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("100.64.0.1", False),
        ("224.0.0.1", False),
        ("0.0.0.0", False),
    ],
)
def test_an_address_is_public_whatever_it_is_wrapped_in(address: str, is_public: bool) -> None:
    assert public(address) is is_public


async def test_a_name_that_leads_inside_is_refused_when_it_is_looked_up() -> None:
    with pytest.raises(InvalidInput):
        check_public("127.0.0.1")
    with pytest.raises(Forbidden):
        await look_up(Address("rtmp", "127.1", 1935, "app"), private=False)
    assert await look_up(Address("rtmp", "127.0.0.1", 1935, "app"), private=True) == "127.0.0.1"
