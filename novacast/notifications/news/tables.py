"""Tables of what people are told of, in the order of their foreign keys."""

from collections.abc import Sequence

from novacast.database import Migrations
from novacast.notifications.choices import schema as choices_schema
from novacast.notifications.follows import schema as follows_schema
from novacast.notifications.news import schema as news_schema
from novacast.notifications.push import schema as push_schema

MIGRATIONS: Sequence[Migrations] = (
    choices_schema.migrations,
    follows_schema.migrations,
    push_schema.migrations,
    news_schema.migrations,
)
