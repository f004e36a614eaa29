"""SQL of what is paid and not earned yet."""

from novacast.database import Query
from novacast.payments.memberships.models import Charge
from novacast.payments.memberships.rows import charge_of


def due(now: int, limit: int) -> Query[Charge]:
    """Of which a month is over."""
    return Query(
        "SELECT * FROM subscription_charges WHERE earn_at <= ? ORDER BY earn_at LIMIT ?", (now, limit), charge_of
    )


def over(charge_id: str) -> Query[bool]:
    """Whether all of it is earned."""
    return Query("SELECT 1 FROM subscription_charges WHERE id = ? AND earn_at IS NULL", (charge_id,), lambda row: True)
