"""What accounts needs of its neighbours."""

from collections.abc import Mapping
from typing import Any, Protocol

from novacast.database import Transaction
from novacast.records import dataclass


class Mailer(Protocol):
    def send(
        self,
        tx: Transaction,
        *,
        to: str,
        template: str,
        language: str,
        context: Mapping[str, str],
        person_id: str | None = None,
    ) -> None:
        """Queue a mail that leaves once the transaction is on disk. `person_id`: whose data it is."""
        ...


@dataclass(frozen=True, slots=True)
class Subject:
    """The person whose data is asked for."""

    person_id: str
    email: str


class PersonalData(Protocol):
    """What another slice holds about people."""

    @property
    def section(self) -> str:
        """Its key in the export."""
        ...

    async def export(self, subject: Subject) -> Any:
        """Everything held, as JSON values; instants in ISO 8601."""
        ...

    def erase(self, tx: Transaction, subject: Subject) -> None:
        """Delete or anonymise it, all or nothing with the account itself."""
        ...


class Reply(Protocol):
    @property
    def status(self) -> int: ...
    @property
    def body(self) -> bytes:
        """Its beginning."""
        ...


class Outward(Protocol):
    """Whoever speaks HTTP to the outside, and judges where it may go."""

    async def get(self, url: str, headers: Mapping[str, str], most: int, /) -> Reply:
        """Keep at most `most` bytes of what is answered. Raises Unavailable where nothing is, Forbidden where it would
        go where it may not."""
        ...

    async def post(self, url: str, headers: Mapping[str, str], body: bytes, most: int, /) -> Reply: ...

    async def close(self) -> None: ...
