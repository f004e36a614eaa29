"""Selling videos put together, once those are known who have videos."""

from dataclasses import dataclass

from novacast.clock import Clock
from novacast.database import Database
from novacast.tickets.passes.pages import WatchDoor
from novacast.tickets.ports import Books
from novacast.tickets.rentals.pages import SalesDoor, VideoShopPages
from novacast.tickets.rentals.ports import Accounts, Films, Memberships, Trailers
from novacast.tickets.rentals.rights import Rights
from novacast.tickets.rentals.routes import VideoSaleRoutes
from novacast.tickets.rentals.service import VideoSales
from novacast.tickets.rentals.studio.pages import VideoSalePages
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


def sales_door(shop: RentalServices, tickets: WatchDoor, clock: Clock) -> SalesDoor:
    return SalesDoor(tickets, shop.sales, shop.rights, shop.films, shop.memberships, clock)


def rental_routes(
    shop: RentalServices, own: TicketServices, accounts: Accounts, trailers: Trailers, clock: Clock
) -> list[object]:
    """API and pages."""
    return [
        VideoSaleRoutes(shop.sales, shop.rights, own.orders, shop.films, shop.memberships, clock),
        VideoShopPages(shop.sales, shop.rights, own.orders, own.cancelling, accounts, clock, test=own.taking.test),
        VideoSalePages(shop.sales, trailers),
    ]
