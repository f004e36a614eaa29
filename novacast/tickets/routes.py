"""Everything of the box office that is reached over the API."""

from novacast.clock import Clock
from novacast.tickets.admission.routes import DoorRoutes, TicketRoutes
from novacast.tickets.codes.routes import CodeRoutes
from novacast.tickets.events.routes import EventRoutes
from novacast.tickets.exports.routes import ExportRoutes
from novacast.tickets.holds.routes import HoldRoutes
from novacast.tickets.orders.routes import BoxOfficeRoutes, OrderRoutes
from novacast.tickets.posters.routes import PosterRoutes
from novacast.tickets.questions.routes import QuestionRoutes
from novacast.tickets.recurrences.routes import RecurrenceRoutes
from novacast.tickets.seatmaps.routes import SeatMapRoutes
from novacast.tickets.services import TicketServices
from novacast.tickets.waiting.routes import WaitingRoutes


def ticket_routes(own: TicketServices, clock: Clock) -> list[object]:
    return [
        EventRoutes(own.events, own.performances, own.trying),
        SeatMapRoutes(own.seat_maps, clock),
        CodeRoutes(own.codes),
        HoldRoutes(own.holds),
        OrderRoutes(own.orders, own.desk),
        BoxOfficeRoutes(own.orders),
        QuestionRoutes(own.questions),
        RecurrenceRoutes(own.recurrences),
        WaitingRoutes(own.waiting, own.holds),
        TicketRoutes(own.admission, own.orders, own.keyring),
        DoorRoutes(own.door),
        PosterRoutes(own.posters),
        ExportRoutes(own.exports, own.events),
    ]
