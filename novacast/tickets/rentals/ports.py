"""What selling videos needs of its neighbours. They fit these shapes without knowing of it; wiring joins them."""

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Protocol

from novacast.identity import Principal


class Film(Protocol):
    @property
    def media_id(self) -> str: ...
    @property
    def org_id(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def description(self) -> str: ...
    @property
    def duration(self) -> int | None:
        """Microseconds."""
        ...

    @property
    def poster(self) -> Path | None: ...


class Films(Protocol):
    async def film(self, principal: Principal, media_id: str, /) -> Film:
        """A video that is ready to be watched, if `principal` sees it. Raises NotFound, Unauthenticated."""
        ...


class Passes(Protocol):
    """Who else opens things: tickets."""

    async def opens(self, principal: Principal, media_id: str) -> Collection[str]: ...
    async def devices(self, principal: Principal, media_id: str, plain: int) -> int | None: ...


class Membership(Protocol):
    """A tier that opens a thing, with what it costs, in words."""

    @property
    def name(self) -> str: ...
    @property
    def description(self) -> str: ...
    @property
    def prices(self) -> Sequence[str]: ...
    @property
    def plans(self) -> Sequence[str]:
        """Their ids."""
        ...

    @property
    def href(self) -> str:
        """Where one becomes a member."""
        ...


class Memberships(Protocol):
    async def opening(self, org_id: str, media_id: str, /) -> Sequence[Membership]:
        """What a house offers that opens it."""
        ...


class Trailers(Protocol):
    async def open(self, principal: Principal, org_id: str, limit: int, /) -> Sequence[tuple[str, str]]:
        """Id and title of videos of a house that everybody sees, the newest first."""
        ...


class Account(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def email(self) -> str: ...


class Accounts(Protocol):
    async def me(self, principal: Principal) -> Account: ...
