"""Everything of tips that is reached over HTTP."""

from novacast.tickets.ports import Organizations
from novacast.tickets.services import TicketServices
from novacast.tickets.tips.pages import TipPages, TipStudioPages
from novacast.tickets.tips.ports import Accounts, Houses
from novacast.tickets.tips.routes import TipRoutes
from novacast.tickets.tips.service import Tips


def tip_routes(
    tips: Tips, own: TicketServices, accounts: Accounts, organizations: Organizations, houses: Houses
) -> list[object]:
    """API and pages."""
    return [
        TipRoutes(tips, own.orders, houses),
        TipPages(tips, own.orders, accounts, test=own.taking.test),
        TipStudioPages(tips, organizations),
    ]
