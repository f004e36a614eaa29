"""Selling videos put together, once those are known who have videos."""

from novacast.database import Database
from novacast.records import dataclass
from novacast.tickets.ports import Books
from novacast.tickets.rentals.ports import Films, Memberships
from novacast.tickets.rentals.rights import Rights
from novacast.tickets.rentals.service import VideoSales
from novacast.tickets.rentals.withdrawing import Withdrawing, stands
from novacast.tickets.services import TicketServices


@dataclass(frozen=True, slots=True)
class RentalServices:
    sales: VideoSales
    rights: Rights
    withdrawing: Withdrawing
    """To be subscribed to the facts, durably."""
    films: Films
    memberships: Memberships


def rental_services(
    db: Database, own: TicketServices, books: Books, films: Films, memberships: Memberships
) -> RentalServices:
    own.late.stands = stands
    sales = VideoSales(db, own.taking, own.placing, films)
    return RentalServices(sales, Rights(db), Withdrawing(db, books), films, memberships)
