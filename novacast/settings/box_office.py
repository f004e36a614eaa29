"""The settings of the box office."""

from novacast.records import dataclass
from novacast.settings.declaring import setting


@dataclass(frozen=True, slots=True)
class Tickets:
    """The box office: how long a basket lasts, and how orders are paid."""

    mode: str = setting(
        "live",
        "live, or test: then orders are paid at a sandbox that moves no money, and every page and ticket says so.",
        choices=("live", "test"),
    )
    hold_minutes: int = setting(10, "Minutes for which a basket is kept.", low=1, high=120)
    hold_limit_minutes: int = setting(
        30, "Minutes after which a basket is free again, however often it was extended.", low=1, high=240
    )
    holds_per_address: int = setting(
        60, "Baskets in ten minutes of one person, or of all guests behind one network address.", low=1
    )
    offer_minutes: int = setting(
        720, "Minutes for which something is kept for whoever is next on a waiting list.", low=5, high=20_160
    )
    transfer_days: int = setting(7, "Days that a bank transfer may take; the performance's start ends it too.", low=1)
    payment_minutes: int = setting(
        30, "Minutes that a payment may take after an order before it is called off.", low=5, high=1440
    )
