"""Buying together, put together: once those are known who have videos and memberships."""

from novacast.database import Database
from novacast.tickets.purchases.placing import PurchasePlacing
from novacast.tickets.purchases.ports import Plans
from novacast.tickets.purchases.service import Purchases
from novacast.tickets.rentals.service import VideoSales
from novacast.tickets.services import TicketServices


def purchase_services(
    db: Database, own: TicketServices, films: VideoSales, key: bytes, root: str, plans: Plans | None = None
) -> Purchases:
    """`root`: address of the house on the web."""
    placing = PurchasePlacing(own.holds, own.taking, own.placing, films, plans)
    return Purchases(db, own.holds, own.orders, own.desk, placing, films, key, root)
