"""Carts put together, once those are known who have videos and memberships."""

from collections.abc import Awaitable, Callable

from novacast.identity import Principal
from novacast.tickets.carts.checkout.pages import CartPages
from novacast.tickets.carts.checkout.service import Checkout
from novacast.tickets.carts.contents import Contents
from novacast.tickets.carts.models import Badge
from novacast.tickets.carts.pages import Collecting, CollectingPages
from novacast.tickets.carts.ports import Accounts, Organizations, PlanOffers
from novacast.tickets.carts.thanks.pages import PurchasePages
from novacast.tickets.holders.pages import MyTicketPages
from novacast.tickets.purchases.service import Purchases
from novacast.tickets.rentals.services import RentalServices
from novacast.tickets.services import TicketServices


def collected(own: TicketServices) -> Callable[[Principal, str | None], Awaitable[Badge | None]]:
    """What every page shows of it. Fits the web kit's `Collected`."""
    return Collecting(own.carts, own.holds).badge


def cart_pages(
    own: TicketServices,
    shop: RentalServices,
    purchases: Purchases,
    plans: PlanOffers,
    organizations: Organizations,
    accounts: Accounts,
) -> list[object]:
    collecting = Collecting(own.carts, own.holds)
    contents = Contents(own.holds, own.performances, own.questions, shop.sales, shop.rights, plans)
    return [
        CollectingPages(collecting, own.carts, own.holds, shop.sales, plans),
        CartPages(
            own.carts,
            collecting,
            contents,
            Checkout(own.orders, shop.sales, purchases),
            own.holds,
            own.orders,
            purchases,
            own.cancelling,
            organizations,
            accounts,
            test=own.taking.test,
        ),
        MyTicketPages(own, accounts),
        PurchasePages(purchases, own.orders, own.papers, own.cancelling, own.clock),
    ]
