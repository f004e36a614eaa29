"""An order's story as the house reads it."""

import pytest

from novacast.i18n import Languages
from novacast.tickets.office.handling.story import detail
from novacast.tickets.store import Entry


@pytest.mark.parametrize(
    ("action", "written", "read"),
    [
        ("payment.captured", "cash 7900 EUR", "Cash, €79.00"),
        ("payment.captured", "stripe 500 JPY", "Stripe, ¥500"),
        ("order.placed", "card_terminal", "Card terminal"),
        ("order.added_to", "2 tickets, 5000 EUR, cash", "Cash, €50.00"),
        ("order.partly_cancelled", "1 tickets, 1500 of 2000 EUR back", "€15.00 of €20.00 goes back."),
        ("ticket.exchanged", "mbxq2 s1 > w7tzr", ""),
        ("ticket.traded", "34ZW-TFWH", "34ZW-TFWH"),
        ("order.noted", "", ""),
    ],
)
def test_amounts_and_ways_to_pay_are_words(action: str, written: str, read: str) -> None:
    with Languages().speaking("en"):
        assert detail(Entry(1, 0, action, "one", None, None, written)) == read
