"""Everything of the box office that is reached over the API."""

from novacast.clock import Clock
from novacast.tickets.admission.routes import TicketRoutes
from novacast.tickets.billing.routes import BillingRoutes
from novacast.tickets.cancelling.routes import ReturnRoutes
from novacast.tickets.codes.routes import CodeRoutes
from novacast.tickets.disputes.routes import DisputeRoutes
from novacast.tickets.door.devices.routes import DeviceRoutes, PostRoutes
from novacast.tickets.door.routes import DoorRoutes
from novacast.tickets.editing.routes import EditingRoutes
from novacast.tickets.events.routes import EventRoutes
from novacast.tickets.exports.routes import ExportRoutes
from novacast.tickets.holders.routes import HolderRoutes
from novacast.tickets.holds.routes import HoldRoutes
from novacast.tickets.members.routes import MemberPriceRoutes
from novacast.tickets.orders.routes import BoxOfficeRoutes, OrderRoutes
from novacast.tickets.overview.routes import OverviewRoutes
from novacast.tickets.papers.routes import PaperRoutes
from novacast.tickets.passes.routes import PassRoutes
from novacast.tickets.posters.routes import PosterRoutes
from novacast.tickets.purchases.routes import PurchaseRoutes
from novacast.tickets.purchases.service import Purchases
from novacast.tickets.questions.routes import QuestionRoutes
from novacast.tickets.recurrences.routes import RecurrenceRoutes
from novacast.tickets.refunds.routes import RefundRoutes
from novacast.tickets.seatmaps.editor.routes import MapEditorRoutes
from novacast.tickets.seatmaps.hall.routes import HallRoutes
from novacast.tickets.seatmaps.routes import SeatMapRoutes
from novacast.tickets.services import TicketServices
from novacast.tickets.waiting.routes import WaitingRoutes


def ticket_routes(own: TicketServices, clock: Clock, purchases: Purchases | None = None) -> list[object]:
    """`purchases`: where things are bought together."""
    together = [] if purchases is None else [PurchaseRoutes(purchases, own.orders)]
    return [
        *together,
        EventRoutes(own.events, own.performances, own.trying),
        SeatMapRoutes(own.seat_maps, clock),
        HallRoutes(own.halls, own.trying),
        MapEditorRoutes(own.map_editor),
        CodeRoutes(own.codes),
        HoldRoutes(own.holds),
        OrderRoutes(own.orders, own.desk),
        BoxOfficeRoutes(own.orders, own.sales),
        QuestionRoutes(own.questions),
        RecurrenceRoutes(own.recurrences),
        WaitingRoutes(own.waiting, own.holds),
        TicketRoutes(own.admission, own.orders, own.keyring, own.passes, own.papers),
        PassRoutes(own.passes),
        MemberPriceRoutes(own.members),
        PaperRoutes(own.papers, own.orders),
        HolderRoutes(own.holders),
        ReturnRoutes(own.cancelling, own.moving, own.orders),
        EditingRoutes(own.editing, own.orders, own.holders, own.holds),
        BillingRoutes(own.billing),
        RefundRoutes(own.refunds, own.bulk, own.orders),
        DisputeRoutes(own.disputes),
        PosterRoutes(own.posters),
        ExportRoutes(own.exports, own.lists, own.events),
        DoorRoutes(own.door.lists, own.door.scanning, own.door.notes),
        DeviceRoutes(own.door.devices, clock),
        PostRoutes(own.door.devices, own.door.pictures, own.door.scanning, clock),
        OverviewRoutes(own.overview),
    ]
