"""What following needs of those whose things are followed."""

from typing import Protocol

from novacast.identity import Principal


class Nameable(Protocol):
    """Channels, or organizations."""

    async def name(self, principal: Principal, thing_id: str, /) -> str:
        """Raises NotFound for what is gone, or not for these eyes; Unauthenticated where logging in would help."""
        ...

    def path(self, thing_id: str, /) -> str:
        """Of its page; empty: it has none."""
        ...
