"""Everything of sold videos that is reached over HTTP."""

from novacast.clock import Clock
from novacast.tickets.passes.pages import WatchDoor
from novacast.tickets.rentals.pages import SalesDoor, VideoShopPages
from novacast.tickets.rentals.ports import Accounts, Trailers
from novacast.tickets.rentals.routes import VideoSaleRoutes
from novacast.tickets.rentals.services import RentalServices
from novacast.tickets.rentals.studio.pages import VideoSalePages
from novacast.tickets.services import TicketServices


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
