"""The ledger: whatever is sold and given back in whatever pieces, nothing is left of what is given back whole."""

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from novacast.payments.ledger.models import Transfer, sold, unsold
from novacast.taxes import within

RATES = st.sampled_from([0, 700, 1000, 1900, 2000])
PARTS = st.dictionaries(RATES, st.integers(1, 10_000), min_size=1, max_size=3)


def balances(transfers: list[Transfer]) -> dict[str, int]:
    found: dict[str, int] = {}
    for one in transfers:
        assert one.amount > 0
        found[one.debit] = found.get(one.debit, 0) + one.amount
        found[one.credit] = found.get(one.credit, 0) - one.amount
    return {account: amount for account, amount in found.items() if amount}


@given(PARTS)
def test_what_is_sold_is_net_and_tax_of_each_rate(parts: Mapping[int, int]) -> None:
    found = balances(list(sold("cash", parts)))
    assert found["cash"] == sum(parts.values())
    for rate, gross in parts.items():
        assert found.get(f"tax:{rate}", 0) == -within(gross, rate)
        assert found.get(f"deferred:{rate}", 0) == within(gross, rate) - gross


@given(PARTS, st.data())
def test_given_back_in_pieces_the_tax_is_that_of_the_rest(parts: dict[int, int], data: st.DataObject) -> None:
    left, done = dict(parts), list(sold("cash", parts))
    while any(left.values()):
        piece = {rate: data.draw(st.integers(0, gross)) for rate, gross in left.items()}
        if not any(piece.values()):
            piece = dict(left)
        done += unsold(piece, left)
        left = {rate: gross - piece[rate] for rate, gross in left.items()}
        for rate, gross in left.items():
            assert balances(done).get(f"tax:{rate}", 0) == -within(gross, rate)
    total = sum(parts.values())
    assert balances(done) == {"cash": total, "refunds_owed": -total}


@given(PARTS, PARTS)
def test_what_is_owed_is_owed_whole_whatever_an_order_had(back: dict[int, int], left: dict[int, int]) -> None:
    """Of other rates where those are used up; beyond everything it is a loss."""
    found = balances(list(unsold(back, left)))
    assert found["refunds_owed"] == -sum(back.values())
    assert found.get("losses", 0) == max(0, sum(back.values()) - sum(left.values()))
