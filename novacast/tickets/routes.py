"""Everything of the box office that is reached over the API."""

from novacast.clock import Clock
from novacast.tickets.admission.routes import TicketRoutes
from novacast.tickets.door.devices.routes import DeviceRoutes, PostRoutes
from novacast.tickets.door.routes import DoorRoutes
from novacast.tickets.events.routes import EventRoutes
from novacast.tickets.holds.routes import HoldRoutes
from novacast.tickets.orders.routes import BoxOfficeRoutes, OrderRoutes
from novacast.tickets.seatmaps.routes import SeatMapRoutes
from novacast.tickets.services import TicketServices


def ticket_routes(own: TicketServices, clock: Clock) -> list[object]:
    return [
        EventRoutes(own.events, own.performances),
        SeatMapRoutes(own.seat_maps, clock),
        HoldRoutes(own.holds),
        OrderRoutes(own.orders, own.desk),
        BoxOfficeRoutes(own.orders),
        TicketRoutes(own.admission, own.orders, own.keyring),
        DoorRoutes(own.door.lists, own.door.scanning, own.door.notes),
        DeviceRoutes(own.door.devices, clock),
        PostRoutes(own.door.devices, own.door.pictures, own.door.scanning, clock),
    ]
