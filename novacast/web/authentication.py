"""Who asks: what a request brings to prove it, the port through which the accounts slice tells, who may go on."""

from dataclasses import replace
from typing import Protocol

from aiohttp import web

from novacast.errors import Forbidden, Malformed, Unauthenticated
from novacast.i18n import text
from novacast.identity import ANONYMOUS, SYSTEM, Principal
from novacast.records import dataclass
from novacast.web import sessions
from novacast.web.protection import Client
from novacast.web.routing import Route


@dataclass(frozen=True, slots=True)
class Credentials:
    """At most one of `session` (cookie of a browser) and `bearer` (token of a program) is set."""

    session: str | None
    bearer: str | None
    address: str
    user_agent: str


class Authenticator(Protocol):
    async def authenticate(self, credentials: Credentials) -> Principal:
        """The principal of credentials that hold a session or a bearer token. Raises Unauthenticated."""
        ...


def presented(request: web.Request, client: Client) -> Credentials | None:
    """What a request brings; a token counts before a cookie. Raises Malformed, Unauthenticated."""
    agent = request.headers.get("User-Agent", "")[:500]
    given = request.headers.getall("Authorization", [])
    if len(given) > 1:
        raise Malformed(text("Send one Authorization header."))
    if given:
        scheme, _, token = given[0].partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise Unauthenticated(text("Only `Authorization: Bearer <token>` is understood here."))
        return Credentials(None, token.strip(), client.address, agent)
    session = sessions.read(request, sessions.SESSION, secure=client.secure)
    return None if session is None else Credentials(session, None, client.address, agent)


async def principal(authenticator: Authenticator, credentials: Credentials | None, client: Client) -> Principal:
    """Raises Unauthenticated for a bad token. A cookie that has run out makes a stranger, as no cookie does."""
    if credentials is None:
        # Whoever may open the socket's file could open the database's as well.
        return replace(SYSTEM, name=client.user) if client.local else ANONYMOUS
    try:
        return await authenticator.authenticate(credentials)
    except Unauthenticated:
        if credentials.bearer is not None:
            raise
        return ANONYMOUS


def admit(route: Route, who: Principal) -> None:
    """Login is the default. Raises Unauthenticated, or Forbidden where a token's scopes don't reach."""
    if not (route.public or who.signed_in or who.system):
        raise Unauthenticated(text("Log in to go on."))
    if not who.has_scope(route.scope):
        raise Forbidden(text("This token lacks the scope '{scope}'. Make one that has it.", scope=route.scope))
