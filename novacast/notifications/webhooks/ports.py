"""What webhooks need of others: whoever knows owners, and whoever speaks HTTP."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Protocol

from novacast.database import Transaction
from novacast.identity import Principal
from novacast.outbox import Event


class Addressee(Protocol):
    @property
    def email(self) -> str: ...
    @property
    def principal(self) -> Principal: ...


class Owners(Protocol):
    def owners(self, tx: Transaction, org_id: str, /) -> Sequence[Addressee]: ...
    def name(self, tx: Transaction, org_id: str, /) -> str:
        """Of the organization; empty where it is gone."""
        ...


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
        """Keep at most `most` bytes of what is answered. Raises Unavailable where nothing is, Forbidden where it would
        go where it may not."""
        ...

    async def close(self) -> None: ...


OrgOf = Callable[[Event], Awaitable[str | None]]
"""Whose a fact is that is told to everyone."""
