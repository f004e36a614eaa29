"""The machine, the log, the settings in force and the examination, for operators."""

from collections.abc import AsyncIterator, Callable, Sequence

from novacast.identity import Principal, operates
from novacast.logs import Line, Ring, Wanted
from novacast.operations.models import Finding
from novacast.settings import Settings
from novacast.settings.manual import Shown, shown

Examine = Callable[[bool], AsyncIterator[Finding]]
"""The whole examination; True: every encoder is tried anew."""


class System:
    def __init__(self, settings: Settings, ring: Ring, examine: Examine) -> None:
        self._settings, self._ring, self._examine = settings, ring, examine

    def settings(self, principal: Principal) -> Sequence[Shown]:
        """All in force; secrets are masked. Raises Forbidden."""
        operates(principal)
        return list(shown(self._settings))

    def lines(self, principal: Principal, wanted: Wanted, most: int) -> Sequence[Line]:
        """The last lines of the log that fit, in their order. Raises Forbidden."""
        operates(principal)
        return self._ring.lines(wanted, most)

    async def findings(self, principal: Principal, *, encoders: bool) -> Sequence[Finding]:
        """As `novacast doctor` tells it, which takes seconds. Raises Forbidden."""
        operates(principal)
        return [finding async for finding in self._examine(encoders)]
