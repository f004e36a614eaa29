"""Purchases as people use them: several things ordered at once, all or none, and paid by one payment."""

from collections.abc import Mapping, Sequence

from novacast.database import Database, Then
from novacast.identity import Principal
from novacast.money import PayForm
from novacast.tickets.orders.models import Buyer, Method
from novacast.tickets.purchases.models import Purchased, Wanted
from novacast.tickets.questions.models import Given


class Purchases:
    def __init__(self, db: Database) -> None:
        self._db = db

    def token(self, purchase_id: str) -> str:
        """What stands in the link to a purchase; made of its id, stored nowhere."""
        raise NotImplementedError

    def id_of(self, token: str) -> str:
        """Raises NotFound."""
        raise NotImplementedError

    def address(self, token: str) -> str:
        """Of its page: /purchase/{token}. Whoever moves the money sends the buyer back to /purchase/{token}/paid; on
        /purchase/{token}/card it is paid on a page of ours."""
        raise NotImplementedError

    def methods(self, total: int, *, account: bool, with_plan: bool = False) -> Sequence[Method]:
        """How the public is offered to pay so much at once. `account`: whether the house has one that transfers go to.
        `with_plan`: also a membership, which somebody has to be able to renew; then nothing is free."""
        raise NotImplementedError

    async def place(
        self,
        principal: Principal,
        wanted: Wanted,
        buyer: Buyer,
        method: Method,
        answers: Mapping[str, Sequence[Given]] | None = None,
        then: Then[Purchased] | None = None,
    ) -> Purchased:
        """An order of each basket and each video, and the beginning of a membership, all or nothing. The same wish is
        the same purchase, however often it is asked for. What costs nothing is paid at once. `answers`: by the token
        of the basket.

        Raises Unauthenticated for videos and memberships without a login, NotFound, HoldOver, NotTogether, NotOnSale,
        HadAlready, Unpayable, Conflict, InvalidInput for answers and for more than MOST_THINGS or nothing.
        """
        raise NotImplementedError

    async def pay(self, token: str, then: Then[Purchased] | None = None) -> Purchased:
        """Begin to pay at a provider, or go on: `url` says where. Raises NotFound, Unpayable, Unavailable."""
        raise NotImplementedError

    async def pay_anew(self, token: str) -> Purchased:
        """Call off how it was to be paid (a page of ours), and begin in another way (a page of the provider's). Raises
        NotFound, Unpayable, Unavailable."""
        raise NotImplementedError

    async def form(self, token: str) -> tuple[Purchased, PayForm | None]:
        """What a page of ours needs so that it is paid there; None: it is not. Raises NotFound, Unavailable."""
        raise NotImplementedError

    async def look_after(self, token: str, then: Then[Purchased] | None = None) -> Purchased:
        """Ask the provider what became of the payment, and make it true here. Raises NotFound, Unavailable."""
        raise NotImplementedError

    async def decide(self, token: str, *, paid: bool, then: Then[Purchased] | None = None) -> Purchased:
        """What a buyer does at the sandbox, in one step: go there, decide, and come back. Raises NotFound,
        Unpayable."""
        raise NotImplementedError

    async def show(self, token: str) -> Purchased:
        """Raises NotFound."""
        raise NotImplementedError

    async def give_up(self, token: str, then: Then[Purchased] | None = None) -> Purchased:
        """The buyer does not want what is not paid yet: all of it. Raises NotFound, Conflict, Unavailable."""
        raise NotImplementedError

    async def of_order(self, order_id: str) -> str | None:
        """Id of the purchase that an order belongs to."""
        raise NotImplementedError
