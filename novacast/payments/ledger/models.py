"""Accounts, and the transfers between them by which each thing that can happen to money is written down. Pure.

Amounts are minor units. Prices include their tax, so that each gross amount becomes a net and a tax.
"""

from collections.abc import Mapping, Sequence

from novacast.records import dataclass
from novacast.taxes import within

CASH, BANK, CARD_TERMINAL = "cash", "bank", "card_terminal"
RECEIVABLE = "receivable"
"""Orders that wait for a transfer;"""
ORDERED = "ordered"
"""and what they are for, which is sold once it is paid."""
REFUNDS_OWED = "refunds_owed"
FEES = "fees"
DISPUTES = "disputes"
"""What a provider keeps back until a dispute is decided."""
LOSSES = "losses"
"""Disputes that were lost, and what was given back beyond all that was paid."""
_AT_HAND = {"cash": CASH, "transfer": BANK, "card_terminal": CARD_TERMINAL, "dispute": LOSSES}
"""What was owed back anyway, and a dispute took, is no loss."""


def place_of(provider: str) -> str:
    """The account where money is that came this way: in the till, at the bank, or still with whoever moved it."""
    return _AT_HAND.get(provider, f"clearing:{provider}")


def deferred(tax_bp: int) -> str:
    """Net, of what is paid and not played yet."""
    return f"deferred:{tax_bp}"


def revenue(tax_bp: int) -> str:
    return f"revenue:{tax_bp}"


def tax_owed(tax_bp: int) -> str:
    return f"tax:{tax_bp}"


@dataclass(frozen=True, slots=True)
class Transfer:
    debit: str
    credit: str
    amount: int


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the journal."""

    n: int
    at: int
    org_id: str
    currency: str
    test: bool
    source: str
    """Id of what made it true; with `kind`, of the posting."""
    kind: str
    line: int
    debit: str
    credit: str
    amount: int
    order_id: str
    about: str
    """Id of what was sold: its performance."""
    memo: str


@dataclass(frozen=True, slots=True)
class Balance:
    """Debits less credits: what is in the till is more than nothing, what is earned or owed is less."""

    currency: str
    account: str
    amount: int


def sold(money: str, parts: Mapping[int, int]) -> Sequence[Transfer]:
    """`parts`: gross by rate of tax, in basis points. `money`: the account that it came to, or was kept on."""
    made: list[Transfer] = []
    for rate, gross in sorted(parts.items()):
        tax = within(gross, rate)
        made += [Transfer(money, deferred(rate), gross - tax), Transfer(money, tax_owed(rate), tax)]
    return [one for one in made if one.amount]


def unsold(parts: Mapping[int, int], left: Mapping[int, int]) -> Sequence[Transfer]:
    """What is owed back. `left`: gross by rate that is still sold of the order; the tax is what that of the rest is
    less, so that an order given back in pieces comes to nothing exactly. What is more than the order has is lost.
    """
    made: list[Transfer] = []
    over = 0
    rest = dict(left)
    for rate, gross in sorted(parts.items()):
        taken = min(gross, rest.get(rate, 0))
        over += gross - taken
        made += _taken(rate, taken, rest)
    for rate in sorted(rest):
        taken = min(over, rest[rate])
        over -= taken
        made += _taken(rate, taken, rest)
    made.append(Transfer(LOSSES, REFUNDS_OWED, over))
    return [one for one in made if one.amount]


def _taken(rate: int, gross: int, rest: dict[int, int]) -> Sequence[Transfer]:
    before = rest.get(rate, 0)
    tax = within(before, rate) - within(before - gross, rate)
    if gross:
        rest[rate] = before - gross
    return [Transfer(deferred(rate), REFUNDS_OWED, gross - tax), Transfer(tax_owed(rate), REFUNDS_OWED, tax)]
