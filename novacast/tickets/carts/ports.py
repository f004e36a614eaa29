"""What carts need of their neighbours. They fit these shapes without knowing of it; wiring joins them."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from novacast.identity import Principal


class PlanOffer(Protocol):
    """A membership at a price, as whoever looks may have it."""

    @property
    def id(self) -> str: ...
    @property
    def org_id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def price(self) -> int:
        """Of a period."""
        ...

    @property
    def currency(self) -> str: ...
    @property
    def words(self) -> str:
        """The price with its period, in words."""
        ...

    @property
    def trial_days(self) -> int:
        """For which it costs them nothing."""
        ...

    @property
    def offered(self) -> bool: ...
    @property
    def had(self) -> bool:
        """Whether they have one that it excludes."""
        ...


class PlanOffers(Protocol):
    async def plan(self, principal: Principal, plan_id: str, /) -> PlanOffer | None: ...


class Organizations(Protocol):
    async def names(self, ids: Sequence[str], /) -> Mapping[str, str]:
        """Names of those that exist."""
        ...


class Account(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def email(self) -> str: ...


class Accounts(Protocol):
    async def me(self, principal: Principal) -> Account: ...
