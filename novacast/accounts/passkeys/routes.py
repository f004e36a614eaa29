"""Passkeys over the API. Each ceremony has two steps: what the authenticator is asked, and its answer."""

from functools import partial

from novacast.accounts.passkeys.bodies import (
    AssertionBody,
    CeremonyBody,
    HalfDoneBody,
    NewPasskeyBody,
    PasskeyBody,
    PasskeyNameBody,
    PasskeysBody,
    SecondAssertionBody,
)
from novacast.accounts.passkeys.entering import PasskeyEntry
from novacast.accounts.passkeys.service import Passkeys
from novacast.accounts.sessions.bodies import SignedInBody
from novacast.accounts.sessions.routes import hand_over, origin
from novacast.errors import Conflict, Forbidden, NotFound, RateLimited, Unauthenticated
from novacast.security.keys import new_token
from novacast.web import Call, delete, get, patch, post
from novacast.web.sessions import read

BROWSER, BROWSER_SECONDS = "novacast_browser", 24 * 3600
"""Binds a challenge to the browser that asked for it, where nobody is logged in yet."""

_ERRORS = (Unauthenticated, RateLimited, Conflict)
_step = partial(post, tag="log-in", public=True, idempotent=False, errors=_ERRORS)
_own = partial(post, tag="account", scope="admin", idempotent=False, errors=(Forbidden, *_ERRORS))


class PasskeyRoutes:
    def __init__(self, passkeys: Passkeys) -> None:
        self._passkeys = passkeys

    @get("/api/v1/me/passkeys", tag="account", scope="admin", summary="My passkeys")
    async def listed(self, call: Call) -> PasskeysBody:
        return PasskeysBody.of(await self._passkeys.listed(call.principal), PasskeyBody.of)

    @_own("/api/v1/me/passkeys/begin", summary="Begin to add a passkey")
    async def begin(self, call: Call) -> CeremonyBody:
        """For a browser that has logged in within the last minutes; else `proof_needed` says to prove that again."""
        return CeremonyBody.of(await self._passkeys.begin(call.principal))

    @_own("/api/v1/me/passkeys", status=201, summary="Add a passkey")
    async def add(self, call: Call, body: NewPasskeyBody) -> PasskeyBody:
        made = await self._passkeys.add(call.principal, body.ticket, body.credential.answer(), body.name, origin(call))
        return PasskeyBody.of(made)

    @patch("/api/v1/me/passkeys/{id}", tag="account", scope="admin", summary="Name a passkey", errors=(NotFound,))
    async def rename(self, call: Call, id: str, body: PasskeyNameBody) -> PasskeyBody:
        return PasskeyBody.of(await self._passkeys.rename(call.principal, id, body.name, origin(call)))

    @delete(
        "/api/v1/me/passkeys/{id}",
        tag="account",
        scope="admin",
        status=204,
        summary="Remove a passkey",
        errors=(NotFound, Forbidden),
    )
    async def remove(self, call: Call, id: str) -> None:
        """What was logged in with it goes on."""
        await self._passkeys.remove(call.principal, id, origin(call))


class PasskeyEntryRoutes:
    def __init__(self, entry: PasskeyEntry) -> None:
        self._entry = entry

    @_step("/api/v1/session/passkey/begin", summary="Begin to log in with a passkey")
    async def begin(self, call: Call) -> CeremonyBody:
        browser = read(call.request, BROWSER, secure=call.secure) or new_token()
        call.set_cookie(BROWSER, browser, BROWSER_SECONDS)
        return CeremonyBody.of(await self._entry.begin(browser, call.address))

    @_step("/api/v1/session/passkey", summary="Log in with a passkey")
    async def sign_in(self, call: Call, body: AssertionBody) -> SignedInBody:
        """Sets the session cookie. The authenticator has made sure of its owner, so no one-time code is asked for."""
        browser = read(call.request, BROWSER, secure=call.secure) or ""
        signed_in = await self._entry.sign_in(browser, body.ticket, body.credential.answer(), origin(call))
        return SignedInBody.of(hand_over(call, signed_in))

    @_step("/api/v1/session/second-factor/passkey/begin", summary="Begin a second step by a passkey")
    async def begin_second_step(self, call: Call, body: HalfDoneBody) -> CeremonyBody:
        return CeremonyBody.of(await self._entry.begin_second_step(body.pending))

    @_step("/api/v1/session/second-factor/passkey", summary="Log in, second step by a passkey")
    async def second_step(self, call: Call, body: SecondAssertionBody) -> SignedInBody:
        signed_in = await self._entry.second_step(body.pending, body.ticket, body.credential.answer(), origin(call))
        return SignedInBody.of(hand_over(call, signed_in))
