"""Who may have a console in a browser, for how long, and as whom it acts.

Somebody who proved once more that they are an operator gets a *start*: good once, for a minute, with the session that
they proved it in. It opens a *seat*: a console's process and the key by which that process speaks at the operator's
socket, for as long as its person's session lives and they are an operator. A browser's session alone opens nothing.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from novacast.clock import MINUTE, Clock
from novacast.errors import Conflict, Forbidden, Gone, NotFound, Unauthenticated
from novacast.i18n import text
from novacast.identity import Principal
from novacast.operations.console.ports import Operators, People, Presented
from novacast.records import dataclass
from novacast.security.keys import digest, new_token
from novacast.settings.watching import Console as Settings

PREFIX = "nvcon_"
"""Of a seat's key, so that nobody takes it for a token."""
LOCAL = "local"
"""Address of callers on the operator's socket."""
START_LASTS = MINUTE
MOST_STARTS = 20
"""That wait to be used at once; the oldest gives way."""


@dataclass(frozen=True, slots=True)
class Start:
    person_id: str
    session_id: str | None
    until: int


@dataclass(frozen=True, slots=True)
class Seat:
    key: str
    credentials: Presented
    """Of the browser's session."""


class WebConsole:
    def __init__(self, settings: Settings, operators: Operators, clock: Clock) -> None:
        self.settings = settings
        self._operators, self._clock = operators, clock
        self._starts: dict[bytes, Start] = {}
        self._ends: set[asyncio.Event] = set()
        self._seats: dict[bytes, Seat] = {}

    async def admitted(self, principal: Principal) -> bool:
        """Whether they may try: an operator, with a second factor where one is wanted. Raises NotFound where there is
        no console here for them."""
        if not self.settings.web or principal.person_id is None:
            raise NotFound(_NONE)
        if not await self._operators.operates(principal.person_id):
            raise NotFound(_NONE)
        return not self.settings.second_factor or await self._operators.has_second_factor(principal)

    async def start(self, principal: Principal, password: str, code: str) -> str:
        """The secret of a start. Raises NotFound, Forbidden, InvalidInput, RateLimited."""
        if not await self.admitted(principal):
            raise Forbidden(text("The console in a browser is for those who have a second factor."))
        await self._operators.prove(principal, password, code)
        secret, now = new_token(32), self._clock.now()
        assert principal.person_id is not None
        for old in [kept for kept, one in self._starts.items() if one.until <= now]:
            del self._starts[old]
        while len(self._starts) >= MOST_STARTS:
            del self._starts[next(iter(self._starts))]
        self._starts[digest(secret)] = Start(principal.person_id, principal.session_id, now + START_LASTS)
        return secret

    @contextmanager
    def seated(self, secret: str, principal: Principal, credentials: Presented) -> Iterator[Seat]:
        """For as long as the block lasts. Raises Gone for a start that is used, old or another's, Conflict where all
        seats are taken."""
        start = self._starts.pop(digest(secret), None)
        own = start is not None and (start.person_id, start.session_id) == (principal.person_id, principal.session_id)
        if start is None or not own or start.until <= self._clock.now():
            raise Gone(text("This start of the console was used, or is too old. Open the console again."))
        if len(self._seats) >= self.settings.sessions:
            raise Conflict(text("Every console in a browser is taken. Close another one first."))
        seat = Seat(PREFIX + new_token(32), credentials)
        self._seats[digest(seat.key)] = seat
        try:
            yield seat
        finally:
            del self._seats[digest(seat.key)]

    @contextmanager
    def ending(self, over: asyncio.Event) -> Iterator[None]:
        """What is set when the server leaves."""
        self._ends.add(over)
        try:
            yield
        finally:
            self._ends.discard(over)

    def close(self) -> None:
        for over in self._ends:
            over.set()

    async def asks_code(self, principal: Principal) -> bool:
        return await self._operators.has_second_factor(principal)

    def seat(self, key: str) -> Seat | None:
        return self._seats.get(digest(key))

    async def holds(self, people: People, seat: Seat) -> Principal | None:
        """Whose console it is; None once it is nobody's any more: logged out, suspended, no operator, or closed."""
        if digest(seat.key) not in self._seats:
            return None
        try:
            found = await people.authenticate(seat.credentials)
        except Unauthenticated:
            return None
        if found.person_id is None or not await self._operators.operates(found.person_id):
            return None
        return replace(found, system=True, scopes=None)


class ConsoleAuthenticator:
    """Who asks, where it is a console in a browser: its person, above every role as with a token of theirs. Its key is
    good at the operator's socket alone."""

    def __init__(self, people: People, console: WebConsole) -> None:
        self._people, self._console = people, console

    async def authenticate(self, credentials: Presented) -> Principal:
        """Raises Unauthenticated for what is wrong, old or revoked."""
        key = credentials.bearer
        if key is None or not key.startswith(PREFIX) or not key.isascii():
            return await self._people.authenticate(credentials)
        seat = self._console.seat(key) if credentials.address == LOCAL else None
        found = None if seat is None else await self._console.holds(self._people, seat)
        if found is None:
            raise Unauthenticated(text("This console is closed. Open it again."))
        return found


_NONE = text("There is no console here.")
