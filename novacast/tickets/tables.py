"""The tables of all rooms of the box office, in the order of their foreign keys."""

from collections.abc import Sequence

from novacast.database import Migrations
from novacast.tickets import schema as tickets_schema
from novacast.tickets.admission import schema as admission_schema
from novacast.tickets.cancelling import schema as cancelling_schema
from novacast.tickets.carts import schema as carts_schema
from novacast.tickets.codes import schema as codes_schema
from novacast.tickets.disputes import schema as disputes_schema
from novacast.tickets.door import schema as door_schema
from novacast.tickets.editing import schema as editing_schema
from novacast.tickets.events import schema as items_schema
from novacast.tickets.holders import schema as holders_schema
from novacast.tickets.holds import schema as holds_schema
from novacast.tickets.imports import schema as imports_schema
from novacast.tickets.members import schema as members_schema
from novacast.tickets.orders import schema as orders_schema
from novacast.tickets.overview import schema as overview_schema
from novacast.tickets.passes import schema as passes_schema
from novacast.tickets.post import schema as post_schema
from novacast.tickets.posters import schema as posters_schema
from novacast.tickets.purchases import schema as purchases_schema
from novacast.tickets.questions import schema as questions_schema
from novacast.tickets.refunds import schema as refunds_schema
from novacast.tickets.rentals import schema as rentals_schema
from novacast.tickets.reopening import schema as reopening_schema
from novacast.tickets.sales import schema as sales_schema
from novacast.tickets.seatmaps import schema as seatmaps_schema
from novacast.tickets.shelves import schema as shelves_schema
from novacast.tickets.tips import schema as tips_schema
from novacast.tickets.waiting import schema as waiting_schema

MIGRATIONS: Sequence[Migrations] = (
    tickets_schema.migrations,
    holds_schema.migrations,
    orders_schema.migrations,
    admission_schema.migrations,
    sales_schema.migrations,
    posters_schema.migrations,
    items_schema.migrations,
    codes_schema.migrations,
    questions_schema.migrations,
    passes_schema.migrations,
    holders_schema.migrations,
    cancelling_schema.migrations,
    refunds_schema.migrations,
    disputes_schema.migrations,
    post_schema.migrations,
    seatmaps_schema.migrations,
    door_schema.migrations,
    waiting_schema.migrations,
    overview_schema.migrations,
    shelves_schema.migrations,
    rentals_schema.migrations,
    tips_schema.migrations,
    members_schema.migrations,
    reopening_schema.migrations,
    editing_schema.migrations,
    imports_schema.migrations,
    purchases_schema.migrations,
    carts_schema.migrations,
)
GUARDED = tickets_schema.GUARDED
"""What only triggers may write."""
