"""Requests that wait for what is not there yet (RFC 8216bis 6.2.5)."""

import asyncio
import re
from collections.abc import Callable

from novacast.errors import InvalidInput, NovaCastError, Unavailable
from novacast.i18n import text
from novacast.live.packaging.models import Aired
from novacast.records import dataclass

_NUMBER = re.compile(r"\d{1,12}")


@dataclass(frozen=True, slots=True)
class Directives:
    """Of a query. The playlist is wanted with this segment, with this part of it; None: as it is."""

    msn: int | None = None
    part: int | None = None
    skip: bool = False


NONE = Directives()


def directives(query: str) -> Directives:
    """Other parameters are no business of ours. Raises InvalidInput."""
    if "_HLS_" not in query:
        return NONE
    found: dict[str, str] = {}
    for pair in query.split("&"):
        name, _, value = pair.partition("=")
        if name.startswith("_HLS_") and found.setdefault(name, value) != value:
            raise InvalidInput(text("{name} is given twice.", name=name[:20]))
    msn, part = _number(found, "_HLS_msn"), _number(found, "_HLS_part")
    if part is not None and msn is None:
        raise InvalidInput(text("_HLS_part needs _HLS_msn."))
    skip = found.get("_HLS_skip", "")
    if skip not in {"", "YES", "v2"}:
        raise InvalidInput(text("_HLS_skip is YES or v2."))
    return Directives(msn, part, bool(skip))


def _number(found: dict[str, str], name: str) -> int | None:
    if name not in found:
        return None
    if not _NUMBER.fullmatch(found[name]):
        raise InvalidInput(text("{name} is a number.", name=name))
    return int(found[name])


class Waits:
    """One future for all who wait for the same thing. Whoever awaits one shields it: it belongs to the others too.

    `limit`: seconds after which those who wait are told that it takes too long.
    """

    def __init__(self, limit: float) -> None:
        self._limit = limit
        self._waiting: dict[Directives | str, asyncio.Future[Aired]] = {}

    def __len__(self) -> int:
        return len(self._waiting)

    def __contains__(self, what: Directives | str) -> bool:
        return what in self._waiting

    def wait(self, what: Directives | str) -> asyncio.Future[Aired]:
        if (there := self._waiting.get(what)) is not None and not there.done():
            return there
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Aired] = loop.create_future()
        future.add_done_callback(_seen)
        timer = loop.call_later(self._limit, self._give_up, what, future)
        future.add_done_callback(lambda _: timer.cancel())
        self._waiting[what] = future
        return future

    def answer(self, what: Directives | str, aired: Aired) -> None:
        future = self._waiting.pop(what, None)
        if future is not None and not future.done():
            future.set_result(aired)

    def refuse(self, what: Directives | str, error: NovaCastError) -> None:
        future = self._waiting.pop(what, None)
        if future is not None and not future.done():
            future.set_exception(error)

    def _give_up(self, what: Directives | str, future: "asyncio.Future[Aired]") -> None:
        if self._waiting.get(what) is future:
            self.refuse(what, Unavailable(text("The programme is held up. Try again.")))

    def answer_where(self, met: Callable[[Directives], bool], answer: Callable[[Directives], Aired]) -> None:
        """Playlists that can be given now."""
        for what in [one for one in self._waiting if isinstance(one, Directives) and met(one)]:
            self.answer(what, answer(what))

    def refuse_all(self, error: NovaCastError) -> None:
        for what in list(self._waiting):
            self.refuse(what, error)


def _seen(future: "asyncio.Future[Aired]") -> None:
    """Everybody who waited may have left by now; that nobody fetched the error is no mistake."""
    if not future.cancelled():
        future.exception()
