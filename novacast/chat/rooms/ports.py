"""What rooms need of a connection. Fits the web kit's wires without knowing of them."""

from collections.abc import Callable
from typing import Any, Protocol


class Fanout(Protocol):
    """Wires of one kind, who are told the same."""

    def __len__(self) -> int: ...

    def add(self, line: Any, /) -> None: ...

    def discard(self, line: Any, /) -> None:
        """Nothing, where it is gone already."""
        ...

    def write(self, frame: bytes, /) -> None:
        """To all of them. Who has ended meanwhile is passed over."""
        ...


class Wire(Protocol):
    @property
    def together(self) -> Callable[[], Fanout]: ...

    @property
    def framed(self) -> Callable[[bytes], bytes]:
        """One function for all wires of a kind: makes of a payload what `write` takes, for every one of them."""
        ...

    @property
    def write(self) -> Callable[[bytes], None]: ...

    def close(self, code: int, reason: str = "") -> None: ...
