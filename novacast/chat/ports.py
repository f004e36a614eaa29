"""What chat needs of its neighbours. Slices fit these shapes without knowing of chat; wiring joins them."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from novacast.identity import Principal


class Place(Protocol):
    """Something that can be watched and talked about, as its slice describes it. Any frozen dataclass will do."""

    @property
    def media_id(self) -> str: ...

    @property
    def org_id(self) -> str: ...

    @property
    def kind(self) -> str:
        """`live` or `video`."""
        ...

    @property
    def title(self) -> str: ...

    @property
    def began_at(self) -> int | None:
        """When a programme's own time was 0, in microseconds UTC; None: not on air."""
        ...

    @property
    def open(self) -> bool:
        """Whether anything new may be said."""
        ...


class Places(Protocol):
    """A slice that has things to watch. Several are asked in order; the first that does not say NotFound answers."""

    async def place(self, principal: Principal, media_id: str) -> Place:
        """Raises NotFound, for what is not for these eyes too; Unauthenticated where logging in would help.

        Asked again after every fact that may change the answer, so it must read the rows.
        """
        ...

    async def known(self, media_id: str) -> bool:
        """Whether the thing is there for anybody; when no slice says so, its room goes."""
        ...


class Shown(Protocol):
    """A badge: see `models.Badge`."""

    @property
    def kind(self) -> str: ...

    @property
    def label(self) -> str: ...


class Badges(Protocol):
    """Who gives people badges: roles, tickets, memberships. All that are known are asked, when somebody comes and after
    each fact that `doorkeeper.touched` knows to be about them: whoever gives or takes a badge emits one, with the
    person's id in its payload."""

    async def badges(self, principal: Principal, place: Place) -> Sequence[Shown]: ...


class People(Protocol):
    async def names(self, ids: Sequence[str]) -> Mapping[str, str]:
        """Of those that exist; empty for the erased."""
        ...


class Subject(Protocol):
    """A person whose data is exported or erased."""

    @property
    def person_id(self) -> str: ...


class Organizations(Protocol):
    async def names(self, org_ids: Sequence[str], /) -> Mapping[str, str]:
        """Names of those that exist."""
        ...
