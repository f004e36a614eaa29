"""Certificates by ACME, from a stand-in that checks every signature and really fetches every token."""

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from aiohttp import web

from novacast.clock import DAY, moment
from novacast.errors import BadSettings, Conflict, InvalidInput, NovaCastError, RateLimited, Unavailable
from novacast.folder import DataFolder
from novacast.operations.challenges import PREFIX
from novacast.operations.tls import Https
from novacast.operations.tls_status import status
from novacast.security.tls import Answer, Order, load
from novacast.settings import Settings, Tls
from tests.fakes.acme import AcmeServer, Refusal
from tests.fakes.clock import FakeClock

DOMAIN, OTHER = "tickets.kino.example.org", "www.kino.example.org"


@pytest.fixture
async def acme(clock: FakeClock) -> AsyncIterator[AcmeServer]:
    server = AcmeServer(now=lambda: moment(clock.now()))
    async with server.running():
        yield server


@pytest.fixture
def port(acme: AcmeServer) -> int:
    """A free one, which the domains' port 80 leads to."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        found: int = probe.getsockname()[1]
    acme.reach = {DOMAIN: ("127.0.0.1", found), OTHER: ("127.0.0.1", found)}
    return found


@pytest.fixture
def tls(folder: DataFolder, clock: FakeClock) -> Https:
    return Https(Settings(data=folder.root), folder, clock, lambda: ["localhost"])


def ordered(acme: AcmeServer, *domains: str) -> Order:
    return Order(domains or (DOMAIN,), "box@kino.example.org", agreed=True, directory=acme.directory)


async def test_a_certificate_is_obtained_by_answering_on_port_80_ourselves(
    tls: Https, acme: AcmeServer, port: int, folder: DataFolder
) -> None:
    acme.looks_before_issued = 1
    obtained = await tls.acme(ordered(acme, DOMAIN, OTHER), http_port=port)
    assert obtained.fresh
    assert obtained.certificate.names == (DOMAIN, OTHER)
    assert load(tls.files.server, tls.files.server) == obtained.certificate
    assert list(acme.contacts.values()) == [["mailto:box@kino.example.org"]]
    assert len(acme.fetched) == 2
    assert tls.files.server.stat().st_mode & 0o077 == 0
    assert list((folder.cache / "acme").iterdir()) == []


async def test_the_same_order_again_asks_for_nothing_while_the_certificate_is_good(
    tls: Https, acme: AcmeServer, port: int
) -> None:
    first = await tls.acme(ordered(acme), http_port=port)
    second = await tls.acme(ordered(acme), http_port=port)
    assert not second.fresh
    assert second.certificate == first.certificate
    assert len(acme.orders) == 1
    assert (await tls.acme(ordered(acme, DOMAIN, OTHER), http_port=port)).fresh


async def test_renewal_asks_the_same_again_when_it_is_due_with_the_account_that_was_kept(
    tls: Https, acme: AcmeServer, port: int, clock: FakeClock
) -> None:
    first = await tls.acme(ordered(acme), http_port=port)
    assert await tls.renew() is None
    clock.set_now(first.certificate.not_after - 29 * DAY)
    renewed = await tls.renew()
    assert renewed is not None
    assert renewed.names == (DOMAIN,)
    assert renewed.not_after > first.certificate.not_after
    assert len(acme.accounts) == 1
    assert len(acme.orders) == 2


async def test_short_lived_certificates_are_renewed_in_the_last_third_of_their_life(
    tls: Https, acme: AcmeServer, port: int, clock: FakeClock
) -> None:
    acme.days = 6
    first = await tls.acme(ordered(acme), http_port=port)
    assert await tls.renew() is None
    clock.set_now(first.certificate.not_after - 2 * DAY + 1_000_000)
    assert await tls.renew() is not None


async def test_an_aged_nonce_and_a_forgotten_account_are_got_over(tls: Https, acme: AcmeServer, port: int) -> None:
    acme.bad_nonces = 1
    await tls.acme(ordered(acme), http_port=port)
    acme.accounts.clear()
    assert (await tls.acme(ordered(acme), http_port=port, again=True)).fresh
    assert len(acme.accounts) == 1


async def test_a_key_whose_account_was_lost_here_finds_it_again(tls: Https, acme: AcmeServer, port: int) -> None:
    """As after a kill between the server's answer and our note of it."""
    await tls.acme(ordered(acme), http_port=port)
    (file,) = tls.files.root.glob("account-*.json")
    file.write_text(json.dumps({**json.loads(file.read_text()), "uri": ""}))
    await tls.acme(ordered(acme), http_port=port, again=True)
    assert len(acme.accounts) == 1


async def test_the_running_server_answers_where_the_port_is_its_own(tls: Https, acme: AcmeServer, port: int) -> None:
    """Port 80 is held by a server that passes the path on to the one whose folder has the tokens."""
    async with holding(port, tls) as asked:
        with pytest.raises(Unavailable, match=rf"Port {port} can't be opened here.*does not lead to this server"):
            await tls.acme(ordered(acme, "tickets.kino.invalid"), http_port=port)
        assert asked == []
        # The check beforehand goes to port 80 of the name itself, as the authority's will.
        answer = Answer(f"127.0.0.1:{port}", "token-1", "token-1.thumbprint")
        async with tls.challenges(port).publish([answer]):
            assert asked == ["token-1"]
        with pytest.raises(Unavailable, match="it answered 404"):
            async with tls.challenges(port).publish([Answer(f"127.0.0.1:{port}/elsewhere", "token-2", "x")]):
                pass


@contextlib.asynccontextmanager
async def holding(port: int, tls: Https) -> AsyncIterator[list[str]]:
    asked: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        asked.append(request.match_info["token"])
        found = tls.challenges().find(request.match_info["token"])
        return web.Response(text=found) if found is not None else web.Response(status=404)

    app = web.Application()
    app.router.add_get(PREFIX + "{token}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, None, port).start()
    try:
        yield asked
    finally:
        await runner.cleanup()


# -- refusals, each in words that say what to do


async def refused(tls: Https, order: Order, port: int) -> NovaCastError:
    before = tls.files.server.read_bytes() if tls.files.server.exists() else None
    with pytest.raises(NovaCastError) as caught:
        await tls.acme(order, http_port=port)
    assert (tls.files.server.read_bytes() if tls.files.server.exists() else None) == before
    return caught.value


async def test_a_domain_that_points_elsewhere_is_told_from_one_that_is_unknown_or_shut(
    tls: Https, acme: AcmeServer, port: int
) -> None:
    async with holding_elsewhere() as elsewhere:
        acme.reach[DOMAIN] = ("127.0.0.1", elsewhere)
        error = await refused(tls, ordered(acme), port)
    assert isinstance(error, Conflict)
    assert f"{DOMAIN} was not proven" in error.message
    assert "points to another machine" in error.message
    error = await refused(tls, ordered(acme), port)
    assert "Port 80" in error.message
    assert "firewall" in error.message
    del acme.reach[DOMAIN]
    assert "A or AAAA record" in (await refused(tls, ordered(acme), port)).message


@contextlib.asynccontextmanager
async def holding_elsewhere() -> AsyncIterator[int]:
    async def answer(_: web.BaseRequest) -> web.Response:
        return web.Response(text="somebody else's site")

    server = web.Server(answer)
    listener = await asyncio.get_running_loop().create_server(server, "127.0.0.1", 0)
    try:
        yield listener.sockets[0].getsockname()[1]
    finally:
        listener.close()
        await server.shutdown(0.01)


async def test_a_failed_order_leaves_the_certificate_that_works_and_its_renewal(
    tls: Https, acme: AcmeServer, port: int
) -> None:
    made = await asyncio.to_thread(tls.local)
    del acme.reach[DOMAIN]
    await refused(tls, ordered(acme), port)
    assert tls.authority.current() == made.certificate
    assert (plan := tls.plan()) is not None
    assert plan.order is None


async def test_a_rate_limit_says_when(tls: Https, acme: AcmeServer, port: int) -> None:
    acme.refuse_orders = Refusal("rateLimited", "too many certificates for kino.example.org", 429, retry_after=1234)
    error = await refused(tls, ordered(acme), port)
    assert isinstance(error, RateLimited)
    assert error.retry_after == 1234
    assert "too many certificates for kino.example.org" in error.message


@pytest.mark.parametrize(
    ("code", "kind", "text"),
    [
        ("rejectedIdentifier", InvalidInput, "issues nothing for this name"),
        ("caa", Conflict, "CAA record"),
        ("userActionRequired", Conflict, "new terms"),
        ("serverInternal", Unavailable, "fault of its own"),
        ("somethingNew", Unavailable, "refused"),
    ],
)
async def test_what_the_authority_says_is_passed_on(
    tls: Https, acme: AcmeServer, port: int, code: str, kind: type[NovaCastError], text: str
) -> None:
    acme.refuse_orders = Refusal(code, "because of this")
    error = await refused(tls, ordered(acme), port)
    assert isinstance(error, kind)
    assert text in error.message
    assert "because of this" in error.message


async def test_nobody_agrees_to_terms_by_accident(tls: Https, acme: AcmeServer, port: int) -> None:
    error = await refused(tls, Order((DOMAIN,), directory=acme.directory), port)
    assert "https://acme.example/terms" in error.message
    assert "--agree" in error.message
    assert acme.accounts == {}


async def test_an_authority_with_accounts_of_its_own_is_named_as_such(tls: Https, acme: AcmeServer, port: int) -> None:
    acme.external_accounts = True
    assert "external account binding" in (await refused(tls, ordered(acme), port)).message


async def test_a_certificate_for_another_key_is_not_taken(tls: Https, acme: AcmeServer, port: int) -> None:
    await tls.acme(ordered(acme), http_port=port)
    acme.wrong_key = True
    error = await refused(tls, ordered(acme, DOMAIN, OTHER), port)
    assert "another key or other names" in error.message


async def test_a_directory_that_is_not_there_is_named(tls: Https, port: int) -> None:
    error = await refused(tls, Order((DOMAIN,), agreed=True, directory="https://127.0.0.1:1/directory"), port)
    assert isinstance(error, Unavailable)
    assert "https://127.0.0.1:1/directory can't be reached (Connection refused)" in error.message


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"{}", b'{"newNonce": 7}', b"\xff" * 100])
async def test_an_address_that_is_no_directory_is_named(tls: Https, port: int, body: bytes) -> None:
    async def answer(_: web.BaseRequest) -> web.Response:
        return web.Response(body=body, content_type="application/json")

    server = web.Server(answer)
    listener = await asyncio.get_running_loop().create_server(server, "127.0.0.1", 0)
    address = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}/"
    error = await refused(tls, Order((DOMAIN,), agreed=True, directory=address), port)
    assert isinstance(error, Unavailable)
    assert "does not answer as an ACME server must" in error.message
    listener.close()
    await server.shutdown(0.01)


@pytest.mark.parametrize("address", ["http://acme.example/directory", "ftp://x/", "", "acme.example", "https://"])
def test_a_directory_is_read_over_https_only(address: str) -> None:
    with pytest.raises(InvalidInput, match="no https:// address"):
        Order((DOMAIN,), directory=address)


async def test_a_damaged_account_is_named(tls: Https, acme: AcmeServer, port: int) -> None:
    await tls.acme(ordered(acme), http_port=port)
    (file,) = tls.files.root.glob("account-*.json")
    for text in (b"", b"{}", b'{"uri": "", "key": 7}', b'{"uri": "", "key": "x"}'):
        file.write_bytes(text)
        with pytest.raises(BadSettings, match=r"account-\w+\.json"):
            await tls.acme(ordered(acme), http_port=port, again=True)


async def test_status_calls_it_by_its_source(
    tls: Https, acme: AcmeServer, port: int, folder: DataFolder, clock: FakeClock
) -> None:
    await tls.acme(ordered(acme), http_port=port)
    settings = Settings(data=folder.root, tls=Tls(**tls.lines()))
    found = status(settings, Https(settings, folder, clock), clock)
    assert found.source == "acme"
    assert found.certificate is not None
    assert found.certificate.issuer == "Stand-in CA"
    assert found.warnings == ()
    clock.set_now(found.certificate.not_after + timedelta(days=1) // timedelta(microseconds=1))
    assert "ran out" in status(settings, Https(settings, folder, clock), clock).warnings[0]
