"""The tables of all rooms where money is moved or written down."""

from collections.abc import Mapping, Sequence

from novacast.database import Migrations
from novacast.payments.inbox import schema as inbox_schema
from novacast.payments.incidents import schema as incidents_schema
from novacast.payments.inquiries import schema as inquiries_schema
from novacast.payments.invoices import schema as invoices_schema
from novacast.payments.ledger import schema as ledger_schema
from novacast.payments.memberships import schema as memberships_schema
from novacast.payments.memberships.disputes import schema as membership_disputes_schema
from novacast.payments.memberships.refunds import schema as membership_refunds_schema
from novacast.payments.payouts import schema as payouts_schema
from novacast.payments.payouts.parts import schema as payout_parts_schema
from novacast.payments.stripe import schema as stripe_schema
from novacast.payments.stripe.billing import schema as billing_schema

MIGRATIONS: Sequence[Migrations] = (
    ledger_schema.migrations,
    invoices_schema.migrations,
    stripe_schema.migrations,
    billing_schema.migrations,
    inbox_schema.migrations,
    memberships_schema.migrations,
    payouts_schema.migrations,
    incidents_schema.migrations,
    membership_disputes_schema.migrations,
    payout_parts_schema.migrations,
    inquiries_schema.migrations,
    membership_refunds_schema.migrations,
)
GUARDED: Mapping[str, frozenset[str]] = ledger_schema.GUARDED
"""What only triggers may write."""
