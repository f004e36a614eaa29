"""The pages of those who arrange and sell, put together; `pages` has those of the public."""

from novacast.clock import Clock
from novacast.tickets.arranging.pages import Choices, EventStudioPages, NewEventPages, NewNightPages
from novacast.tickets.counter.pages import CounterPages
from novacast.tickets.evening.pages import EveningPages
from novacast.tickets.office.pages import OfficePages
from novacast.tickets.ports import Organizations, Programmes
from novacast.tickets.refunds.pages import RefundPages
from novacast.tickets.reports.pages import ReportsPages
from novacast.tickets.sales.pages import OrdersPages
from novacast.tickets.services import TicketServices
from novacast.tickets.stock.pages import StockPages


def office_pages(
    own: TicketServices, clock: Clock, organizations: Organizations, programmes: Programmes
) -> list[object]:
    choices = Choices(own.seat_maps, programmes)
    return [
        OfficePages(own.events, own.reports, organizations, clock),
        NewEventPages(own.events, own.arranging, organizations, choices),
        EventStudioPages(own.events, own.arranging, own.performances, own.reports, own.posters, clock),
        NewNightPages(own.events, own.arranging, choices),
        EveningPages(own.performances, own.reports, choices, clock),
        StockPages(own.performances, own.arranging),
        CounterPages(own.performances, own.sales, own.orders, clock),
        OrdersPages(own.sales, organizations),
        ReportsPages(own.reports, own.events, organizations),
        RefundPages(own.refunds, own.bulk, own.orders, organizations),
    ]
