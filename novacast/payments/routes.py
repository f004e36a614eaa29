"""Everything about money that is reached over HTTP, but for what tickets do with it."""

from collections.abc import Sequence
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
from novacast.payments.memberships.evidence.routes import EvidenceRoutes
from novacast.payments.memberships.members.pages import MemberPages
from novacast.payments.memberships.members.pages import Names as People
from novacast.payments.memberships.offers.pages import OfferPages
from novacast.payments.memberships.pages import MembershipPages
from novacast.payments.memberships.routes import ChargeRoutes, PlanRoutes, SubscriptionRoutes
from novacast.payments.memberships.services import MembershipServices
from novacast.payments.memberships.studio.opening.pages import OpeningPages
from novacast.payments.memberships.studio.pages import MembershipStudioPages
from novacast.payments.memberships.studio.ports import Shelf
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
        RevenuePages(journal, own.incidents, names, zones, clock),
        InvoiceRoutes(invoices),
        InvoicePages(invoices, names),
        PayoutRoutes(own.payouts),
        PayoutPages(own.payouts, names, zones),
        IncidentRoutes(own.incidents),
        IncidentPages(own.incidents, names, zones),
    ]


def membership_routes(
    own: MembershipServices, names: People, people: People, shelves: Sequence[Shelf], clock: Clock
) -> list[object]:
    """`shelves`: what tiers can open, the first with the titles that count."""
    return [
        PlanRoutes(own.plans),
        SubscriptionRoutes(own.memberships),
        ChargeRoutes(own.refunds, own.papers),
        EvidenceRoutes(own.evidence, shelves),
        OfferPages(own, names),
        MembershipPages(own, names, shelves),
        # Before the pages that take a tier's id where this has a name.
        MemberPages(own, names, people),
        OpeningPages(own.plans, shelves),
        MembershipStudioPages(own, names, people, clock),
    ]
