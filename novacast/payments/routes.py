"""Everything about money that is reached over HTTP, but for what tickets do with it."""

from pathlib import Path

from novacast.clock import Clock
from novacast.payments.incidents.pages import IncidentPages
from novacast.payments.incidents.routes import IncidentRoutes
from novacast.payments.invoices.pages import InvoicePages
from novacast.payments.invoices.routes import InvoiceRoutes
from novacast.payments.invoices.service import Invoices
from novacast.payments.ledger.pages import RevenuePages
from novacast.payments.ledger.reading import Journal
from novacast.payments.ledger.routes import LedgerRoutes
from novacast.payments.offices import Names, Zones
from novacast.payments.payouts.pages import PayoutPages
from novacast.payments.payouts.routes import PayoutRoutes
from novacast.payments.services import PaymentServices


def money_routes(
    own: PaymentServices,
    journal: Journal,
    invoices: Invoices,
    names: Names,
    zones: Zones,
    fonts: Path,
    clock: Clock,
) -> list[object]:
    return [
        LedgerRoutes(journal, names, fonts),
        RevenuePages(journal, names, zones, clock),
        InvoiceRoutes(invoices),
        InvoicePages(invoices, names),
        PayoutRoutes(own.payouts),
        PayoutPages(own.payouts, names, zones),
        IncidentRoutes(own.incidents),
        IncidentPages(own.incidents, names, zones),
    ]
