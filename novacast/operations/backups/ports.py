"""Where backups go to. A folder is one such place; a bucket elsewhere would be another."""

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from typing import BinaryIO, Protocol


class Target(Protocol):
    """Names are relative, with `/` between. What is put is there whole, or not at all."""

    @property
    def told(self) -> str:
        """How people call the place."""
        ...

    def has(self, name: str) -> bool: ...

    def put(self, name: str, parts: Iterable[bytes]) -> int:
        """Bytes written. It may be lost in a power cut until `settle`. Raises DiskFull, Unavailable."""
        ...

    def settle(self) -> None:
        """Whatever was put until now outlives a power cut from here on."""
        ...

    def open(self, name: str) -> BinaryIO:
        """To be read and closed. Raises NotFound, Unavailable."""
        ...

    def names(self, folder: str) -> Iterator[str]:
        """Of all that was put into it and below."""
        ...

    def size(self, name: str) -> int: ...

    def remove(self, name: str) -> None:
        """What is not there need not be removed."""
        ...

    def mine(self) -> AbstractContextManager[None]:
        """Nobody else changes it meanwhile. Raises Conflict where somebody does."""
        ...
