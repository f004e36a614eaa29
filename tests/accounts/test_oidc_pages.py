"""The pages of a log-in by a provider, without scripts."""

from collections.abc import AsyncIterator
from urllib.parse import urlencode

import pytest

from novacast.settings import Settings
from tests.accounts.house import PASSWORD, House
from tests.accounts.providing import with_provider
from tests.accounts.served import HTML, Page, Served, serving
from tests.fakes.provider import Provider


@pytest.fixture
async def there(house: House, settings: Settings, provider: Provider) -> AsyncIterator[Served]:
    async with (
        with_provider(house, settings, provider, accounts="anyone", name="The Guild") as own,
        serving(house, own, settings) as opened,
    ):
        yield opened


async def come_back(there: Served, provider: Provider, to: str = "/account") -> Page:
    """To the provider by a link of the log-in page, and back from there."""
    assert "Go on with The Guild" in (await there.get("/login")).text
    async with there.browser.get(f"{there.url}/login/oidc?next={to}", headers=HTML, allow_redirects=False) as answer:
        assert answer.status == 303
        brought = provider.log_in(answer.headers["Location"])
    return await there.get(f"/login/oidc/back?{urlencode(brought)}")


async def test_a_newcomer_comes_in_and_is_told_of_the_way_out(there: Served, provider: Provider) -> None:
    page = await come_back(there, provider)
    assert (page.status, page.url) == (200, "/account")
    assert "ada@example.org" in page.text
    left = await there.send(page, "/logout")
    assert left.url == "/login/oidc/left"
    assert f'href="{provider.issuer}/logout"' in left.text
    assert (await there.get("/account")).url == "/login"


async def test_whoever_has_an_account_joins_it_and_parts_it_again(there: Served, provider: Provider) -> None:
    await there.house.person()
    page = await come_back(there, provider)
    assert page.url == "/login"
    assert "ada@example.org" in page.text
    page = await there.send(page, "/login", email="ada@example.org", password=PASSWORD)
    assert page.url == "/account/provider"
    page = await there.send(page, "/account/provider/join")
    assert "Joined" in page.text
    there.browser.cookie_jar.clear()
    assert (await come_back(there, provider)).url == "/account"
    there.house.clock.advance(601)
    page = await there.send(await there.get("/account/provider"), "/account/provider/part")
    assert page.url == "/account/prove"
    page = await there.send(page, "/account/prove", password=PASSWORD)
    assert (page.status, page.url) == (200, "/account/provider")
    page = await there.send(page, "/account/provider/part")
    assert "any more" in page.text
    there.browser.cookie_jar.clear()
    assert (await come_back(there, provider)).url == "/login"


async def test_whatever_goes_wrong_there_leads_back_to_the_log_in(there: Served, provider: Provider) -> None:
    provider.down = True
    page = await there.get("/login/oidc")
    assert page.url == "/login"
    assert "be reached right now" in page.text
    provider.down = False
    for query in ("", "?error=access_denied&error_description=no", "?code=x&state=y", "?code=x&state=%00"):
        page = await there.get(f"/login/oidc/back{query}")
        assert page.url == "/login" or page.status == 422, query
    there.house.clock.advance(11)
    assert (await come_back(there, provider, "//evil.example/")).url == "/"
