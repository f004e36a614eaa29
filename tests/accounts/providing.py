"""Accounts with a log-in provider beside them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace as changed
from typing import Any

from novacast.accounts.oidc.models import Outcome
from novacast.accounts.services import AccountServices, account_services
from novacast.accounts.sessions.models import SignedIn
from novacast.identity import Principal
from novacast.settings import Oidc, Settings
from novacast.web.courier import Courier
from tests.accounts.house import ORIGIN, House
from tests.fakes.provider import CLIENT, SECRET, Provider


@asynccontextmanager
async def with_provider(
    house: House, settings: Settings, provider: Provider, **more: Any
) -> AsyncIterator[AccountServices]:
    oidc = Oidc(issuer=provider.issuer, client_id=CLIENT, client_secret=SECRET, **more)
    own = account_services(
        house.db, house.clock, changed(settings, oidc=oidc), house.limiter, house.letterbox, b"k" * 32, (), Courier
    )
    try:
        yield own
    finally:
        own.close()
        await own.oidc.close()


async def come_back(own: AccountServices, provider: Provider, **other: str) -> Outcome:
    """A whole log-in. `other`: what the browser brings back in place of what it was given."""
    begun = await own.oidc.begin("/watch/1", ORIGIN.address)
    brought = provider.log_in(begun.url) | other
    return await own.oidc.finish(begun.kept, brought["state"], brought["code"], brought.get("iss"), "en", ORIGIN)


async def let_in(house: House, own: AccountServices, provider: Provider) -> Principal:
    result = (await come_back(own, provider)).result
    assert isinstance(result, SignedIn)
    return await house.principal(result)
