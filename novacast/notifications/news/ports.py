"""What telling people needs of the slices in which things happen, and of whoever knows people."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from novacast.database import Transaction
from novacast.identity import Principal


class Thing(Protocol):
    """A programme on air, or a new video."""

    @property
    def title(self) -> str: ...
    @property
    def org_id(self) -> str: ...
    @property
    def followed(self) -> Sequence[str]:
        """Ids of what it may be followed by."""
        ...

    @property
    def path(self) -> str: ...
    @property
    def findable(self) -> bool:
        """Whether it is told of to anybody who did not ask for this very thing."""
        ...

    def shows(self, principal: Principal, /) -> bool: ...


class Things(Protocol):
    def thing(self, tx: Transaction, thing_id: str, /) -> Thing | None:
        """None for what is over, or no news."""
        ...


class Holder(Protocol):
    @property
    def key(self) -> str: ...
    @property
    def person_id(self) -> str | None: ...
    @property
    def email(self) -> str:
        """Of whoever has tickets without an account."""
        ...

    @property
    def language(self) -> str: ...
    @property
    def url(self) -> str: ...


class Night(Protocol):
    """A performance."""

    @property
    def id(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def venue(self) -> str: ...
    @property
    def starts_at(self) -> int: ...
    @property
    def timezone(self) -> str: ...
    @property
    def programme_id(self) -> str | None: ...


class BoxOffice(Protocol):
    async def of_performance(self, perf_id: str, after: str, limit: int, /) -> Sequence[Holder]: ...
    async def of_programme(self, programme_id: str, after: str, limit: int, /) -> Sequence[Holder]: ...
    async def beginning(self, after: int, until: int, limit: int, /) -> Sequence[Night]: ...
    def night(self, tx: Transaction, perf_id: str, /) -> Night | None: ...


class Addressee(Protocol):
    @property
    def email(self) -> str: ...
    @property
    def principal(self) -> Principal: ...


class People(Protocol):
    def addressee(self, tx: Transaction, person_id: str, /) -> Addressee | None: ...
    def at(self, tx: Transaction, email: str, /) -> Addressee | None:
        """Whose account has this address."""
        ...


class Houses(Protocol):
    def name(self, tx: Transaction, org_id: str, /) -> str: ...


class Mention(Protocol):
    @property
    def by(self) -> str: ...
    @property
    def title(self) -> str: ...


class Rooms(Protocol):
    def present(self, room_id: str, person_id: str, /) -> bool: ...
    async def seen(self, principal: Principal, message_id: str, room_id: str, /) -> Mention | None: ...


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
        patient: bool = False,
    ) -> None: ...
    def wake(self, tx: Transaction, /) -> None: ...
