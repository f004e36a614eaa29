"""One request as a handler sees it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextvars import copy_context
from dataclasses import field
from typing import Generic, TypeVar

from aiohttp import web
from pydantic import BaseModel

from novacast.database import Then, Transaction
from novacast.errors import Malformed, TooLarge
from novacast.i18n import text
from novacast.identity import Principal
from novacast.limits import Rate, RateLimiter, network
from novacast.records import dataclass
from novacast.web.authentication import Credentials
from novacast.web.idempotency import Ticket
from novacast.web.sessions import Cookie

T = TypeVar("T")
A = TypeVar("A", bound=BaseModel | None)

CHUNK = 256 * 1024


class Remembered(Generic[T, A]):
    """A `then` of use cases. `answer`: what was made of the result, once the use case has returned; in the language of
    whoever asked, which the writer's thread does not speak."""

    __slots__ = ("_context", "_of", "_ticket", "answer")
    answer: A

    def __init__(self, ticket: Ticket, of: Callable[[T], A]) -> None:
        self._ticket, self._of, self._context = ticket, of, copy_context()

    def __call__(self, tx: Transaction, result: T) -> None:
        self.answer = answer = self._context.run(self._of, result)
        self._ticket.keep(tx, None if answer is None else answer.model_dump_json(by_alias=True))


@dataclass(slots=True)
class Call:
    request: web.Request
    principal: Principal
    address: str
    """Of the client, behind however many trusted proxies."""
    user_agent: str
    language: str
    """BCP 47 tag that texts of the answer are in."""
    secure: bool
    """Whether the browser's side of the connection is https."""
    limiter: RateLimiter
    ticket: Ticket
    credentials: Credentials | None
    body_seconds: float
    cookies: list[Cookie] = field(default_factory=list)

    def remember(self, of: Callable[[T], BaseModel | None]) -> Then[T]:
        """What a use case is given as `then`: keeps the answer to this Idempotency-Key in the use case's transaction.

        `of` makes the answer of the result, None for 204. Without a key nothing is kept.
        """
        return Remembered(self.ticket, of)

    def remembered(self, of: Callable[[T], A]) -> "Remembered[T, A]":
        """The same, where the handler returns the very answer that was made."""
        return Remembered(self.ticket, of)

    def limit(self, rate: Rate, key: str | None = None) -> None:
        """Count one use. `key` defaults to the person, or the network of a stranger. Raises RateLimited."""
        self.limiter.check(rate, key or self.principal.person_id or network(self.address))

    def start_session(self, token: str, seconds: int) -> None:
        """Send the session cookie with the answer, whatever it is."""
        self.cookies.append(Cookie.session(token, seconds))

    def end_session(self) -> None:
        """Take the session cookie away with the answer."""
        self.cookies.append(Cookie.session("", 0))

    def set_cookie(self, name: str, value: str, seconds: int) -> None:
        self.cookies.append(Cookie(name, value, seconds))

    @property
    def key(self) -> str:
        """What a `keyed=True` route was given as `Authorization: Bearer`; empty if nothing."""
        scheme, _, key = self.request.headers.get("Authorization", "").partition(" ")
        return key.strip() if scheme.lower() == "bearer" else ""

    async def chunks(self, at_most: int) -> AsyncIterator[bytes]:
        """The body of a `stream=True` route, piece by piece. Raises TooLarge past `at_most` bytes.

        A client that sends nothing for `[server] body_seconds`, or goes away, ends it with Malformed.
        """
        seen = 0
        while True:
            try:
                async with asyncio.timeout(self.body_seconds):
                    chunk = await self.request.content.readany()
            except TimeoutError as error:
                raise Malformed(text("The body stopped coming. Send the rest in another request.")) from error
            except (web.RequestPayloadError, ConnectionError) as error:
                raise Malformed(text("The body ended before its announced end.")) from error
            if not chunk:
                return
            seen += len(chunk)
            if seen > at_most:
                raise TooLarge(text("The body is larger than the {most} bytes that fit here.", most=at_most))
            yield chunk
