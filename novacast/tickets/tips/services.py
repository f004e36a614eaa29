"""Tips put together, once the rooms are there."""

from novacast.database import Database
from novacast.i18n import Languages
from novacast.tickets.services import TicketServices
from novacast.tickets.tips.ports import Rooms
from novacast.tickets.tips.service import Tips


def tip_services(db: Database, own: TicketServices, rooms: Rooms, languages: Languages) -> Tips:
    return Tips(db, own.taking, own.placing, rooms, languages)
