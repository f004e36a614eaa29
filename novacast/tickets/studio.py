"""The pages of those who arrange and sell, put together; `pages` has those of the public."""

from novacast.clock import Clock
from novacast.tickets.arranging.pages import Choices, EventStudioPages, NewEventPages, NewNightPages
from novacast.tickets.cancelling.pages import AccountPages, PolicyPages
from novacast.tickets.codes.studio.pages import CodePages
from novacast.tickets.disputes.pages import DisputePages
from novacast.tickets.editing.answers.pages import KnownAnswerPages
from novacast.tickets.editing.pages import ExchangePages
from novacast.tickets.office.counter.pages import CounterPages
from novacast.tickets.office.evening.pages import EveningPages
from novacast.tickets.office.handling.moving.pages import MovePages
from novacast.tickets.office.pages import OfficePages
from novacast.tickets.office.stock.pages import StockPages
from novacast.tickets.orders.models import Method
from novacast.tickets.ports import Organizations, Programmes
from novacast.tickets.questions.studio.pages import GivenAnswersPages, QuestionPages
from novacast.tickets.recurrences.pages import RecurrencePages
from novacast.tickets.refunds.pages import RefundPages
from novacast.tickets.reports.pages import ReportsPages
from novacast.tickets.sales.pages import OrdersPages
from novacast.tickets.services import TicketServices
from novacast.tickets.waiting.studio.pages import People, WaitersPages


def office_pages(
    own: TicketServices, clock: Clock, organizations: Organizations, programmes: Programmes, people: People
) -> list[object]:
    choices = Choices(own.seat_maps, programmes)
    otherwise = Method.TRANSFER not in own.orders.methods(1, account=False)
    return [
        OfficePages(own.events, own.reports, own.cancelling, organizations, clock, otherwise=otherwise),
        NewEventPages(own.events, own.arranging, organizations, choices),
        EventStudioPages(own.events, own.arranging, own.performances, own.reports, own.posters, clock),
        NewNightPages(own.events, own.arranging, choices),
        RecurrencePages(own.events, own.recurrences),
        CodePages(own.events, own.codes, clock),
        QuestionPages(own.events, own.questions),
        PolicyPages(own.events, own.cancelling),
        AccountPages(own.cancelling, organizations, otherwise=otherwise),
        EveningPages(own.performances, own.reports, choices, clock),
        StockPages(own.performances, own.arranging, own.members),
        GivenAnswersPages(own.performances, own.sheets),
        WaitersPages(own.performances, own.waiting, people),
        CounterPages(own.performances, own.sales, own.orders, clock),
        ExchangePages(own.editing, own.orders, own.performances, own.halls),
        KnownAnswerPages(own.orders, own.questions),
        MovePages(own.orders, own.performances, own.halls, own.moving),
        OrdersPages(own.sales, organizations),
        ReportsPages(own.reports, own.events, organizations),
        DisputePages(own.disputes, organizations, clock),
        RefundPages(own.refunds, own.bulk, own.orders, organizations),
    ]
