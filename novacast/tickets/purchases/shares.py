"""The seam at which one payment is many. Whoever asks about a share is answered by what became of the whole, so orders
settle, close and refund by themselves and know nothing of each other."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

from novacast.database import Database
from novacast.money import Begun, Demand, Outcome, PayForm, Provider, Repaid, Repayment
from novacast.tickets.purchases import store
from novacast.tickets.purchases.models import Joint

Lead = Callable[[str], Awaitable[str | None]]
"""To where a membership is begun with all that is bought beside it, by its id; None: nowhere any more. Raises
PaymentRefused, Unavailable."""


class Shared:
    """A provider, asked about shares of joint payments as about any other payment."""

    def __init__(self, db: Database, provider: Provider) -> None:
        self._db, self._provider = db, provider
        self.leads: dict[str, Lead] = {}
        """By the provider that counts a membership's periods itself: it begins with the purchase's payment."""

    @property
    def name(self) -> str:
        return self._provider.name

    @property
    def live(self) -> bool:
        return self._provider.live

    async def begin(self, demand: Demand) -> Begun:
        joint = await self._joint(demand)
        return await self._provider.begin(demand) if joint is None else await self.begin_joint(joint)

    async def begin_joint(self, joint: Joint) -> Begun:
        """Raises PaymentRefused, Unavailable."""
        return await self._provider.begin(joint.demand())

    async def form(self, demand: Demand) -> PayForm | None:
        joint = await self._joint(demand)
        return await self._provider.form(demand if joint is None else joint.demand(demand.reference))

    async def retrieve(self, demand: Demand) -> Outcome:
        return await self._divided(demand, self._provider.retrieve)

    async def close(self, demand: Demand) -> Outcome:
        """Of one share: of all. Each order hears of it when it is asked about."""
        return await self._divided(demand, self._provider.close)

    async def repay(self, repayment: Repayment) -> Repaid:
        return await self._provider.repay(await self._whole(repayment))

    async def repayment(self, repayment: Repayment) -> Repaid:
        return await self._provider.repayment(await self._whole(repayment))

    async def _divided(self, demand: Demand, ask: Callable[[Demand], Awaitable[Outcome]]) -> Outcome:
        joint = await self._joint(demand)
        return await ask(demand) if joint is None else joint.share(await ask(joint.demand(demand.reference)), demand)

    async def _whole(self, repayment: Repayment) -> Repayment:
        joint = await self._joint(repayment.demand)
        return repayment if joint is None else replace(repayment, demand=joint.demand(repayment.demand.reference))

    async def _joint(self, demand: Demand) -> Joint | None:
        return await self._db.one(store.joint_of(demand.key))


def shared(db: Database, providers: Mapping[str, Provider]) -> dict[str, Shared]:
    return {name: Shared(db, one) for name, one in providers.items()}
