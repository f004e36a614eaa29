"""What is on air: found in memory, or waited for by many connections at once."""

import asyncio
from functools import partial
from hashlib import blake2b
from typing import Protocol

from novacast.errors import InvalidInput, Malformed, NotFound, NovaCastError, Unavailable
from novacast.i18n import text
from novacast.playback.delivery.heads import Heads
from novacast.playback.delivery.names import fits
from novacast.playback.ports import Aired, OnAir
from novacast.records import dataclass

Key = tuple[OnAir, str, str]
"""A broadcast, a name in it, and a query."""

AT_ONCE = 64
"""Waiters that are called in one turn of the loop; between turns it reads sockets, the publisher's among them."""


LEAVING = text("The server is stopping. Ask again in a moment.")


class NotYet(Unavailable):
    """Nothing that an operator must hear of from each who waited."""


class Waiter(Protocol):
    def called(self, wait: "Wait") -> None:
        """`wait` is over. May come after this waiter left."""
        ...


class Wait:
    """Everyone who waits for one thing. It ends once, with something or with an error."""

    __slots__ = ("_ended", "_waiters")

    def __init__(self) -> None:
        self._waiters: dict[Waiter, None] = {}
        self._ended: Aired | NovaCastError | None = None

    @property
    def number(self) -> int:
        """Of waiters."""
        return len(self._waiters)

    @property
    def aired(self) -> Aired | None:
        """None before its end, and after one with an error."""
        return None if isinstance(self._ended, NovaCastError) else self._ended

    def join(self, waiter: Waiter) -> None:
        self._waiters[waiter] = None

    def leave(self, waiter: Waiter) -> None:
        self._waiters.pop(waiter, None)

    def end(self, outcome: Aired | NovaCastError, at_once: int = AT_ONCE) -> None:
        """Repeatable: the first time counts."""
        if self._ended is None:
            self._ended = outcome
            waiters = list(self._waiters)
            self._waiters.clear()
            self._call(waiters, at_once)

    async def over(self) -> Aired:
        """Raises NotFound, NotYet."""
        if self._ended is None:
            turn = _Turn()
            self.join(turn)
            try:
                await turn.come
            finally:
                self.leave(turn)
        if isinstance(self._ended, NovaCastError):
            raise _again(self._ended)
        assert self._ended is not None
        return self._ended

    def _call(self, waiters: list[Waiter], at_once: int) -> None:
        loop = asyncio.get_running_loop()
        for waiter in waiters[:at_once]:
            loop.call_soon(waiter.called, self)
        if len(waiters) > at_once:
            loop.call_soon(self._call, waiters[at_once:], at_once)


class _Turn:
    """A waiter that is a task."""

    def __init__(self) -> None:
        self.come: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def called(self, wait: Wait) -> None:
        if not self.come.done():
            self.come.set_result(None)


class Waits:
    """What is waited for now."""

    def __init__(self) -> None:
        self._open: dict[Key, Wait] = {}
        self._draining = False

    def __len__(self) -> int:
        """How many requests wait."""
        return sum(wait.number for wait in self._open.values())

    def find(self, on_air: OnAir, name: str, query: str) -> Aired | Wait | None:
        """None: not in memory. Raises Malformed, NotFound, NotYet."""
        key = (on_air, name, query)
        if (known := self._open.get(key)) is not None:
            return known
        if not fits(name):
            raise NotFound(text("There is no such file here."))
        try:
            found = on_air.find(name, query)
            if not isinstance(found, asyncio.Future):
                return found
            if found.done():
                done: Aired = found.result()
                return done
        except InvalidInput as error:
            # Not the 422 of a form: RFC 8216bis section 6.2.5.2 wants 400.
            raise Malformed(error.message) from error
        except Unavailable as error:
            raise NotYet(error.message) from error
        if self._draining:
            raise NotYet(LEAVING)
        wait = self._open[key] = Wait()
        found.add_done_callback(partial(self._come, key, wait))
        return wait

    def drain(self) -> None:
        """End all waiting, and begin none: the server stops."""
        self._draining = True
        for wait in self._open.values():
            wait.end(NotYet(LEAVING), at_once=wait.number)
        self._open.clear()

    def _come(self, key: Key, wait: Wait, future: "asyncio.Future[Aired]") -> None:
        if self._open.get(key) is wait:
            del self._open[key]
        error = asyncio.CancelledError() if future.cancelled() else future.exception()
        if error is None:
            wait.end(future.result())
        else:
            wait.end(error if isinstance(error, NovaCastError) else NotYet(text("What was waited for did not come.")))


def _again(error: NovaCastError) -> NovaCastError:
    """Of its own for each who waited."""
    return NotYet(error.message) if isinstance(error, Unavailable) else type(error)(error.message)


@dataclass(frozen=True, slots=True)
class AiredFacts:
    size: int
    etag: str
    seconds: None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """Something aired, as an answer is made of it."""

    name: str
    aired: Aired
    heads: Heads

    @property
    def body(self) -> memoryview:
        return self.aired.body

    @property
    def facts(self) -> AiredFacts:
        body = self.aired.body
        return AiredFacts(len(body), f'"{blake2b(body, digest_size=12).hexdigest()}"')

    @property
    def head(self) -> bytes:
        return self.heads.described(self.name, self.facts, changes=self.aired.changes)

    @property
    def whole(self) -> bytes:
        """Made once for all."""
        head = self.aired.head
        if head is None:
            head = self.aired.head = b"%bContent-Length: %d\r\n" % (self.head, len(self.aired.body))
        return head
