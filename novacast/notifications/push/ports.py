"""What pushing needs of others: whoever speaks HTTP."""

from collections.abc import Callable, Mapping
from typing import Protocol

from novacast.security.addresses import Reach


class Reply(Protocol):
    @property
    def status(self) -> int: ...
    @property
    def answer(self) -> str:
        """The beginning of its body, as text."""
        ...

    @property
    def retry_after(self) -> float | None:
        """Seconds that it asks for."""
        ...


class Sender(Protocol):
    async def post(self, url: str, headers: Mapping[str, str], body: bytes, most: int, /) -> Reply:
        """Raises Unavailable where nothing is answered, Forbidden where it would go where it may not."""
        ...

    async def close(self) -> None: ...


SenderOf = Callable[[Reach, int], Sender]
