"""Tips put together, once the rooms are there."""

from novacast.database import Database
from novacast.i18n import Languages
from novacast.tickets.ports import Organizations
from novacast.tickets.services import TicketServices
from novacast.tickets.tips.pages import TipPages, TipStudioPages
from novacast.tickets.tips.ports import Accounts, Houses, Rooms
from novacast.tickets.tips.routes import TipRoutes
from novacast.tickets.tips.service import Tips


def tip_services(db: Database, own: TicketServices, rooms: Rooms, languages: Languages) -> Tips:
    return Tips(db, own.taking, own.placing, rooms, languages)


def tip_routes(
    tips: Tips, own: TicketServices, accounts: Accounts, organizations: Organizations, houses: Houses
) -> list[object]:
    """API and pages."""
    return [
        TipRoutes(tips, own.orders, houses),
        TipPages(tips, own.orders, accounts, test=own.taking.test),
        TipStudioPages(tips, organizations),
    ]
