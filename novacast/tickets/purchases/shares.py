"""The seam at which one payment is many. Whoever asks about a share is answered by what became of the whole, so orders
settle, close and refund by themselves and know nothing of each other."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

from novacast.database import Database
from novacast.i18n import text
from novacast.money import Begun, Demand, Outcome, PayForm, PaymentRefused, Provider, Repaid, Repayment
from novacast.tickets.purchases import store
from novacast.tickets.purchases.models import Joint

Lead = Callable[[str], Awaitable[str | None]]
"""To where a membership is begun with all that is bought beside it, by its id; None: nowhere any more. Raises
PaymentRefused, Unavailable."""


class Shared:
    """A provider, asked about shares of joint payments as about any other payment."""

    def __init__(self, db: Database, provider: Provider) -> None:
        self._db, self._provider = db, provider
        self.lead: Lead | None = None
        """Where this provider counts the periods of memberships too."""

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
        """With a membership, where that begins. Raises PaymentRefused, Unavailable."""
        if self.lead is None or await self._db.one(store.of_subscription(joint.key)) is None:
            return await self._provider.begin(joint.demand())
        if (url := await self.lead(joint.key)) is None:
            raise PaymentRefused(text("This payment was called off. Begin again."), "closed")
        return Begun(joint.key, url)

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
