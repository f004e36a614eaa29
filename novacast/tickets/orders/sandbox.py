"""A provider that moves no money, for the demo and for trying things out. It behaves like one outside: it knows demands
by their keys, keeps what became of them, and is asked.
"""

from novacast.database import Database, Then
from novacast.errors import NotFound
from novacast.i18n import text
from novacast.money import Begun, Demand, Outcome, PayForm, Repaid, Repayment
from novacast.tickets.orders import store
from novacast.tickets.orders.models import OPEN_ATTEMPTS, Receipt
from novacast.tickets.orders.service import Orders
from novacast.tickets.purchases import store as purchases


class Sandbox:
    name = "sandbox"
    live = False

    def __init__(self, db: Database) -> None:
        self._db = db

    async def begin(self, demand: Demand) -> Begun:
        await self._db.write(
            lambda tx: store.sandbox_begin(tx, demand.key, demand.amount, demand.currency, demand.instance)
        )
        return Begun(f"sandbox-{demand.key}", None)

    async def form(self, demand: Demand) -> PayForm | None:
        return None

    async def retrieve(self, demand: Demand) -> Outcome:
        found = await self._db.one(store.sandbox(demand.key))
        if found is None:  # it never heard of it, and nobody can have paid
            return Outcome("open", demand.amount, demand.currency, "test", demand.instance)
        state, amount, currency, instance = found
        match state:
            case "paid":
                return Outcome("paid", amount, currency, "test", instance, f"sandbox-{demand.key}")
            case "unpaid":
                return Outcome("unpaid", amount, currency, "test", instance)
        return Outcome("open", amount, currency, "test", instance)

    async def close(self, demand: Demand) -> Outcome:
        await self.begin(demand)  # a demand that it never heard of must not be begun later
        await self._db.write(lambda tx: store.sandbox_move(tx, demand.key, "unpaid"))
        return await self.retrieve(demand)

    async def repay(self, repayment: Repayment) -> Repaid:
        key, paid = repayment.key, repayment.demand.key
        await self._db.write(lambda tx: store.sandbox_repay(tx, key, paid, repayment.amount))
        told = await self.repayment(repayment)
        unknown = told.reference is None  # of a payment that it never heard of
        return Repaid("failed", repayment.amount, None, "payment_unknown") if unknown else told

    async def repayment(self, repayment: Repayment) -> Repaid:
        found = await self._db.one(store.sandbox_repayment(repayment.key))
        if found is None:
            return Repaid("pending", repayment.amount, None)
        state, amount = found
        reference = f"sandbox-{repayment.key}"
        if state == "failed":
            return Repaid("failed", amount, reference, "not_that_much_paid")
        return Repaid("succeeded", amount, reference)

    async def decide(self, key: str, *, paid: bool) -> None:
        """What the buyer does there, with a share: with the whole. Raises NotFound for what was never begun."""
        joint = await self._db.one(purchases.joint_of(key))
        key = key if joint is None else joint.key
        if await self._db.one(store.sandbox(key)) is None:
            raise NotFound(text("There is no payment to decide about."))
        await self._db.write(lambda tx: store.sandbox_move(tx, key, "paid" if paid else "unpaid"))


class SandboxDesk:
    """What a buyer does at a provider's page, in one step: go there, decide, and come back."""

    def __init__(self, orders: Orders, sandbox: Sandbox | None) -> None:
        self._orders, self._sandbox = orders, sandbox

    async def decide(self, token: str, *, paid: bool, then: Then[Receipt] | None = None) -> Receipt:
        """Raises NotFound, Unpayable."""
        receipt = await self._orders.pay(token)
        attempt = receipt.attempts[-1]
        if self._sandbox is None or attempt.state not in OPEN_ATTEMPTS:
            raise NotFound(text("There is no payment to decide about."))
        await self._sandbox.decide(attempt.key, paid=paid)
        return await self._orders.look_after(token, then)
