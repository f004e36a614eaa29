"""Everything of carts that is reached over HTTP."""

from novacast.tickets.carts.checkout.pages import CartPages
from novacast.tickets.carts.checkout.service import Checkout
from novacast.tickets.carts.contents import Contents
from novacast.tickets.carts.pages import Collecting, CollectingPages
from novacast.tickets.carts.ports import Accounts, Organizations, PlanOffers
from novacast.tickets.carts.thanks.pages import PurchasePages
from novacast.tickets.holders.pages import MyTicketPages
from novacast.tickets.purchases.service import Purchases
from novacast.tickets.rentals.services import RentalServices
from novacast.tickets.services import TicketServices


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
