"""What moving money needs of its neighbours. Wiring joins them."""

from typing import Literal, Protocol

from novacast.money import Disputed, Entry

Booked = Literal["payment", "refund", "dispute"]


class Settles(Protocol):
    """Who makes true here what a provider tells. Each is asked again and again, with what is known already too, and
    answers whether the thing is one of ours. They raise Unavailable."""

    async def attempt(self, provider: str, key: str) -> bool:
        """Something became of the payment with this key: whoever moves the money is to be asked about it."""
        ...

    async def repayment(self, provider: str, key: str) -> bool:
        """The same of money on its way back."""
        ...

    async def repaid_elsewhere(self, provider: str, key: str, reference: str, amount: int) -> bool:
        """Money of the payment with this key was given back, and not by us."""
        ...

    async def dispute(self, provider: str, dispute: Disputed) -> bool: ...

    async def subscription(self, provider: str, reference: str) -> bool:
        """Something became of a membership, which the provider knows by this."""
        ...

    async def booked(self, provider: str, kind: Booked, key: str) -> Entry | None:
        """Under which source the books have a payment or a repayment by its key, or a dispute by the provider's
        reference. None: it is not one of ours, or was not heard of yet."""
        ...
