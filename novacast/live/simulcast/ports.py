"""What sending on needs of the rows."""

from collections.abc import Sequence
from typing import Protocol

from novacast.live.targets.models import Secrets, Target, TargetState


class TargetRows(Protocol):
    async def wanted(self, channel_id: str, /) -> Sequence[Target]:
        """Those that are enabled."""
        ...

    async def secrets(self, target_id: str, /) -> Secrets:
        """Opened. Raises Unavailable where the server's keys are others than those they were sealed with."""
        ...

    async def silence(self) -> None:
        """Nothing is sent: what a server that is no more said otherwise."""
        ...

    async def told(self, target_id: str, state: TargetState, words: str = "", /) -> None:
        """How it goes, from now on. Repeatable."""
        ...
