"""What is asked of an ACME server (RFC 8555), without the library that asks: that one is slow to load."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from novacast.errors import InvalidInput
from novacast.records import dataclass

LETS_ENCRYPT = "https://acme-v02.api.letsencrypt.org/directory"

_LOOPBACK = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True, slots=True)
class Answer:
    """What must be found at `http://{domain}/.well-known/acme-challenge/{token}` (RFC 8555, 8.3)."""

    domain: str
    token: str
    content: str


class Responder(Protocol):
    def publish(self, answers: Sequence[Answer]) -> AbstractAsyncContextManager[None]:
        """Have the answers be found while the context lasts. Raises Unavailable when they can't be."""
        ...


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked of whom. `domains` are as `names.public_domain` returns them."""

    domains: tuple[str, ...]
    email: str = ""
    agreed: bool = False
    """Whether the operator has agreed to the authority's terms of service."""
    directory: str = LETS_ENCRYPT
    trust: Path | None = None
    """Certificate (PEM) of an authority of one's own that the directory's address is checked against."""

    def __post_init__(self) -> None:
        if not self.domains:
            raise InvalidInput.field("domain", "Name at least one domain for the certificate.")
        parts = urlsplit(self.directory)
        if not (parts.hostname and (parts.scheme == "https" or self._on_this_machine)):
            raise InvalidInput.field(
                "directory",
                f"{self.directory!r} is no https:// address, as an ACME directory must have (RFC 8555, 6.1).",
            )

    @property
    def _on_this_machine(self) -> bool:
        parts = urlsplit(self.directory)
        return parts.scheme == "http" and parts.hostname in _LOOPBACK
