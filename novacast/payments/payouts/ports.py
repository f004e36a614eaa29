"""What reconciling needs of others: the provider's side of the account, and the books."""

from collections.abc import AsyncIterator
from typing import Protocol

from novacast.database import Transaction
from novacast.money import Entry
from novacast.payments.payouts.models import Movement, Payout


class Statements(Protocol):
    """An account at a provider. All raise Unavailable."""

    @property
    def name(self) -> str: ...
    @property
    def live(self) -> bool: ...

    def movements(self, since: int, /) -> AsyncIterator[Movement]: ...
    def payouts(self, since: int, /) -> AsyncIterator[Payout]: ...

    def within(self, payout_id: str, /) -> AsyncIterator[Movement]:
        """What a payout is made of, without the payout itself."""
        ...


class Books(Protocol):
    def fee(self, tx: Transaction, entry: Entry, provider: str, amount: int) -> None:
        """What a provider kept for itself; below nothing: it gave that back."""
        ...

    def paid_out(self, tx: Transaction, entry: Entry, provider: str, total: int) -> None:
        """So much of this source has come to the bank; what is written down of that already is not again."""
        ...
