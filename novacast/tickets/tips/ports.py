"""What tips need of the rooms that they are shown in. Chat fits without knowing; wiring joins them."""

from typing import Protocol

from novacast.identity import Principal


class Place(Protocol):
    @property
    def media_id(self) -> str: ...
    @property
    def org_id(self) -> str: ...
    @property
    def title(self) -> str: ...


class Gift(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def person_id(self) -> str | None: ...
    @property
    def name(self) -> str: ...
    @property
    def media_id(self) -> str: ...
    @property
    def words(self) -> str: ...
    @property
    def at(self) -> int | None:
        """Where its giver was in the media, microseconds."""
        ...


class Rooms(Protocol):
    async def welcome(self, principal: Principal, media_id: str, /) -> Place:
        """Where somebody may write now. Raises NotFound, Unauthenticated, Forbidden."""
        ...

    async def say(self, gift: Gift, mark: str, /) -> str | None:
        """Id of its message; the same one however often. None where it can't be said."""
        ...

    async def mark(self, message_id: str, mark: str, /) -> None:
        """It stands out again."""
        ...

    async def unmark(self, message_id: str, /) -> None: ...


class Account(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def email(self) -> str: ...


class Accounts(Protocol):
    async def me(self, principal: Principal) -> Account: ...


class Houses(Protocol):
    async def house(self, media_id: str, /) -> str | None:
        """Whose a thing is; None where there is none."""
        ...
