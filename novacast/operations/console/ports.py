"""What the console in a browser asks of those who know people."""

from typing import Protocol

from novacast.identity import Principal


class Operators(Protocol):
    async def operates(self, person_id: str) -> bool: ...

    async def has_second_factor(self, principal: Principal) -> bool: ...

    async def prove(self, principal: Principal, password: str, code: str) -> None:
        """Raises Forbidden for who is no operator, InvalidInput for what is wrong, RateLimited."""
        ...


class Presented(Protocol):
    """What a request brought to prove who asks (the web kit's `Credentials`)."""

    @property
    def session(self) -> str | None: ...
    @property
    def bearer(self) -> str | None: ...
    @property
    def address(self) -> str: ...


class People(Protocol):
    async def authenticate(self, credentials: Presented) -> Principal:
        """Raises Unauthenticated."""
        ...
