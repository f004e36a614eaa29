"""What the box office needs of whoever has members. It fits without knowing; wiring joins them."""

from collections.abc import Sequence
from typing import Protocol

from novacast.database import Transaction
from novacast.identity import Principal


class Tier(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def discount(self) -> int:
        """Off each price, in hundredths of a percent."""
        ...

    @property
    def presale_hours(self) -> int:
        """For so long before a sale begins members buy already."""
        ...


class Memberships(Protocol):
    def held(self, tx: Transaction, person_id: str, org_id: str, /) -> Sequence[Tier]:
        """Those that are somebody's in this house at this moment."""
        ...

    def offered(self, tx: Transaction, org_id: str, /) -> Sequence[Tier]:
        """All of a house."""
        ...

    async def tiers(self, principal: Principal, org_id: str, /) -> Sequence[Tier]:
        """As `held`, for whoever asks."""
        ...

    async def of_house(self, org_id: str, /) -> Sequence[Tier]:
        """As `offered`."""
        ...
