"""What rooms need of a connection. Fits the web kit's wires without knowing of them."""

from collections.abc import Callable
from typing import Protocol


class Wire(Protocol):
    @property
    def framed(self) -> Callable[[bytes], bytes]:
        """One function for all wires of a kind: makes of a payload what `write` takes, for every one of them."""
        ...

    @property
    def write(self) -> Callable[[bytes], None]: ...

    def close(self, code: int, reason: str = "") -> None: ...
