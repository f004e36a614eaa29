"""Signing in and out, sessions and tokens over the API."""

from novacast.accounts.sessions.bodies import (
    ApiTokenBody,
    ApiTokensBody,
    CodeBody,
    FreshApiTokenBody,
    NewApiTokenBody,
    PendingBody,
    RefreshBody,
    SessionBody,
    SessionsBody,
    SignedInBody,
    SignInBody,
    TokensBody,
)
from novacast.accounts.sessions.models import Kind, Origin, SecondFactorNeeded, SignedIn
from novacast.accounts.sessions.service import Sessions
from novacast.accounts.sessions.tokens import Tokens
from novacast.errors import Conflict, NotFound, Overloaded, RateLimited, Unauthenticated
from novacast.i18n import gettext as _
from novacast.web import Call, Notice, Redirect, delete, get, post

COOKIE_SECONDS = 400 * 86_400
"""As long as browsers keep a cookie; the row behind it decides how long it opens anything."""

_TRIES = (Unauthenticated, RateLimited, Overloaded)


def origin(call: Call) -> Origin:
    return Origin(call.address, call.user_agent)


def hand_over(call: Call, signed_in: SignedIn) -> SignedIn:
    """Give a browser its cookie."""
    assert signed_in.secret is not None
    call.start_session(signed_in.secret, COOKIE_SECONDS)
    return signed_in


async def welcomed(call: Call, sessions: Sessions, email: str, password: str, to: str) -> Redirect:
    """Log in whose account a page made just now: what was typed a moment ago need not be typed again."""
    result = await sessions.sign_in(Kind.BROWSER, email, password, origin(call))
    if isinstance(result, SecondFactorNeeded):  # switched on in the moment between
        return Redirect("/login")
    hand_over(call, result)
    return Redirect(to, notice=Notice("good", _("Welcome.")))


class SessionRoutes:
    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    @post("/api/v1/session", tag="log-in", public=True, idempotent=False, summary="Log in a browser", errors=_TRIES)
    async def sign_in(self, call: Call, body: SignInBody) -> SignedInBody | PendingBody:
        """Sets the session cookie, or asks for the second step."""
        result = await self._sessions.sign_in(Kind.BROWSER, body.email, body.password, origin(call))
        if isinstance(result, SecondFactorNeeded):
            return PendingBody.of(result)
        return SignedInBody.of(hand_over(call, result))

    @post(
        "/api/v1/session/second-factor",
        tag="log-in",
        public=True,
        idempotent=False,
        summary="Log in a browser, second step",
        errors=_TRIES,
    )
    async def second_step(self, call: Call, body: CodeBody) -> SignedInBody:
        result = await self._sessions.sign_in_with_code(Kind.BROWSER, body.pending, body.code, origin(call))
        return SignedInBody.of(hand_over(call, result))

    @delete("/api/v1/session", tag="log-in", scope="read", status=204, summary="Log out")
    async def sign_out(self, call: Call) -> None:
        """Ends the session that asks, whether cookie or token carries it."""
        await self._sessions.sign_out(call.principal)
        call.end_session()

    @get("/api/v1/me/sessions", tag="account", scope="admin", summary="Where I am logged in")
    async def listed(self, call: Call) -> SessionsBody:
        sessions, current = await self._sessions.listed(call.principal), call.principal.session_id
        return SessionsBody.of(sessions, lambda session: SessionBody.of(session, current))

    @delete(
        "/api/v1/me/sessions/{id}",
        tag="account",
        scope="admin",
        status=204,
        summary="End a session",
        errors=(NotFound,),
    )
    async def revoke(self, call: Call, id: str) -> None:
        await self._sessions.revoke(call.principal, id)

    @delete("/api/v1/me/sessions", tag="account", scope="admin", status=204, summary="End all other sessions")
    async def revoke_others(self, call: Call) -> None:
        await self._sessions.revoke_others(call.principal)


class TokenRoutes:
    def __init__(self, sessions: Sessions, tokens: Tokens) -> None:
        self._sessions, self._tokens = sessions, tokens

    @post("/api/v1/tokens", tag="log-in", public=True, idempotent=False, summary="Log in a program", errors=_TRIES)
    async def sign_in(self, call: Call, body: SignInBody) -> TokensBody | PendingBody:
        """Gives an access and a refresh token, or asks for the second step."""
        result = await self._sessions.sign_in(Kind.API, body.email, body.password, origin(call))
        return PendingBody.of(result) if isinstance(result, SecondFactorNeeded) else _tokens(result)

    @post(
        "/api/v1/tokens/second-factor",
        tag="log-in",
        public=True,
        idempotent=False,
        summary="Log in a program, second step",
        errors=_TRIES,
    )
    async def second_step(self, call: Call, body: CodeBody) -> TokensBody:
        return _tokens(await self._sessions.sign_in_with_code(Kind.API, body.pending, body.code, origin(call)))

    @post(
        "/api/v1/tokens/refresh",
        tag="log-in",
        public=True,
        idempotent=False,
        summary="The next pair of tokens",
        errors=_TRIES,
    )
    async def refresh(self, call: Call, body: RefreshBody) -> TokensBody:
        """Each refresh token works once. One that comes twice was copied: everything that came of it ends."""
        return TokensBody.of(await self._tokens.refresh(body.refresh_token, origin(call)))

    @post(
        "/api/v1/tokens/revoke",
        tag="log-in",
        public=True,
        idempotent=False,
        status=204,
        summary="Give a refresh token back",
        errors=(RateLimited,),
    )
    async def give_back(self, call: Call, body: RefreshBody) -> None:
        await self._tokens.give_back(body.refresh_token, origin(call))

    @get("/api/v1/me/tokens", tag="account", scope="admin", summary="My API tokens")
    async def named(self, call: Call) -> ApiTokensBody:
        return ApiTokensBody.of(await self._tokens.named(call.principal), ApiTokenBody.of)

    @post(
        "/api/v1/me/tokens",
        tag="account",
        scope="admin",
        idempotent=False,
        status=201,
        summary="Make an API token",
        errors=(Conflict, RateLimited),
    )
    async def create(self, call: Call, body: NewApiTokenBody) -> FreshApiTokenBody:
        token, secret = await self._tokens.create(
            call.principal, body.password, body.name, body.scopes, body.days, origin(call)
        )
        return FreshApiTokenBody(token=ApiTokenBody.of(token), secret=secret)

    @delete(
        "/api/v1/me/tokens/{id}",
        tag="account",
        scope="admin",
        status=204,
        summary="Revoke an API token",
        errors=(NotFound,),
    )
    async def revoke(self, call: Call, id: str) -> None:
        await self._tokens.revoke(call.principal, id)


def _tokens(signed_in: SignedIn) -> TokensBody:
    assert signed_in.tokens is not None
    return TokensBody.of(signed_in.tokens)
