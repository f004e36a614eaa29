"""All tables, slice by slice, and what only their own triggers may write."""

from collections.abc import Sequence

from novacast import outbox
from novacast.accounts import schema as accounts_schema
from novacast.chat import schema as chat_schema
from novacast.chat.emotes import schema as emotes_schema
from novacast.chat.moderation import schema as chat_moderation_schema
from novacast.database import Migrations
from novacast.live import schema as live_schema
from novacast.notifications import schema as notifications_schema
from novacast.notifications.news import tables as news_tables
from novacast.notifications.webhooks import schema as webhooks_schema
from novacast.operations import tables as operation_tables
from novacast.payments import tables as payment_tables
from novacast.playback import schema as playback_schema
from novacast.tickets import tables as ticket_tables
from novacast.vods import schema as vods_schema
from novacast.vods.captions import schema as captions_schema
from novacast.vods.chapters import schema as chapters_schema
from novacast.vods.collections import schema as collections_schema
from novacast.vods.downloads import schema as downloads_schema
from novacast.vods.health import schema as health_schema
from novacast.vods.imports import schema as imports_schema
from novacast.vods.overview import schema as vods_overview_schema
from novacast.vods.pictures import schema as pictures_schema
from novacast.vods.recordings import schema as recordings_schema
from novacast.vods.replacement import schema as replacement_schema
from novacast.vods.storage import schema as storage_schema
from novacast.vods.views import schema as views_schema
from novacast.web import idempotency

MIGRATIONS: Sequence[Migrations] = (
    outbox.migrations,
    idempotency.migrations,
    accounts_schema.migrations,
    notifications_schema.migrations,
    vods_schema.migrations,
    captions_schema.migrations,
    imports_schema.migrations,
    chapters_schema.migrations,
    pictures_schema.migrations,
    downloads_schema.migrations,
    replacement_schema.migrations,
    collections_schema.migrations,
    views_schema.migrations,
    health_schema.migrations,
    storage_schema.migrations,
    recordings_schema.migrations,
    live_schema.migrations,
    playback_schema.migrations,
    chat_schema.migrations,
    emotes_schema.migrations,
    chat_moderation_schema.migrations,
    *payment_tables.MIGRATIONS,
    *ticket_tables.MIGRATIONS,
    webhooks_schema.migrations,
    *news_tables.MIGRATIONS,
    vods_overview_schema.migrations,
    *operation_tables.MIGRATIONS,
)
"""In the order of their foreign keys."""

GUARDS = {**ticket_tables.GUARDED, **payment_tables.GUARDED}
"""What only the schema's own triggers may write."""
