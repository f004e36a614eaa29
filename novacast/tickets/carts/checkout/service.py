"""What is in a cart is ordered: one thing as it always was, several by one payment."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from novacast.database import Transaction
from novacast.errors import InvalidInput
from novacast.identity import Principal
from novacast.records import dataclass
from novacast.tickets.carts import store
from novacast.tickets.carts.contents import Full
from novacast.tickets.orders.models import Buyer, Method
from novacast.tickets.orders.service import Orders
from novacast.tickets.purchases.models import FilmWish, Purchased, PurchaseState, Wanted
from novacast.tickets.purchases.service import Purchases
from novacast.tickets.questions.models import Given, checked
from novacast.tickets.rentals.service import VideoSales

Answers = Mapping[str, Sequence[Given]]
"""By the id of the hold."""


@dataclass(frozen=True, slots=True)
class Placed:
    """The token of an order, or of a purchase of several."""

    token: str
    joint: bool


class Checkout:
    def __init__(self, orders: Orders, sales: VideoSales, purchases: Purchases) -> None:
        self._orders, self._sales, self._purchases = orders, sales, purchases

    def methods(self, full: Full, *, account: bool) -> Sequence[Method]:
        """How it may be paid. `account`: whether the house has one that transfers go to."""
        if len(full.good) == 1 and full.plan is None:
            return self._orders.methods(full.total, account=account)
        return self._purchases.methods(full.total, account=account, with_plan=full.plan is not None)

    async def place(self, principal: Principal, full: Full, buyer: Buyer, method: Method, answers: Answers) -> Placed:
        """Raises what placing an order of a hold, a video or a purchase raises; and InvalidInput with every answer at
        fault, each field beginning as `at` has it."""
        self._check(full, answers)
        lines = [one.line.id for one in full.good]
        if len(full.good) == 1 and full.held:
            held = full.held[0]
            given = answers.get(held.line.ref, ())
            receipt = await self._orders.place(principal, held.token, buyer, method, answers=given)
            return Placed(self._orders.token(receipt.order.id), joint=False)
        if len(full.good) == 1 and full.films:
            line = full.films[0].line
            receipt = await self._sales.order(
                principal, line.media_id or "", line.ref, buyer, method, lambda tx, _made: store.take_out(tx, lines)
            )
            return Placed(self._orders.token(receipt.order.id), joint=False)
        wanted = Wanted(
            [one.token for one in full.held],
            [FilmWish(one.line.media_id or "", one.line.ref) for one in full.films],
            None if full.plan is None else full.plan.line.ref,
        )

        def emptied(tx: Transaction, made: Purchased) -> None:
            store.take_out(tx, lines)
            store.bought(tx, full.cart.id, made.purchase.id)

        by_token = {one.token: answers.get(one.line.ref, ()) for one in full.held}
        made = await self._purchases.place(principal, wanted, buyer, method, by_token, emptied, shown=full.total)
        return Placed(self._purchases.token(made.purchase.id), joint=True)

    async def waiting(self, purchase_id: str | None) -> Purchased | None:
        """What was bought last out of a cart, while it still is to be paid."""
        if purchase_id is None:
            return None
        found = await self._purchases.show(self._purchases.token(purchase_id))
        return found if found.state is PurchaseState.OPEN else None

    def address(self, made: Purchased) -> str:
        return f"/purchase/{self._purchases.token(made.purchase.id)}"

    def _check(self, full: Full, answers: Answers) -> None:
        """All that is asked, of all performances, before anything is placed. Raises InvalidInput."""
        wrong = []
        for one in full.held:
            units = {line.claim.id: line.claim.item_id for line in one.basket.lines}
            try:
                checked(one.asked.questions, units, answers.get(one.line.ref, ()), public=True)
            except InvalidInput as error:
                wrong += [replace(each, field=at(one.line.ref, each.field)) for each in error.errors]
        if wrong:
            raise InvalidInput(wrong[0].message, errors=wrong)


def at(hold_id: str, name: str) -> str:
    """The field of an answer about one of several holds."""
    return f"at.{hold_id}.{name}"
