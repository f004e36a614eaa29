"""Settings: defaults, then a TOML file, then NOVACAST_* variables, then validation. Frozen once loaded."""

from novacast.settings.backups import Backups
from novacast.settings.box_office import Tickets
from novacast.settings.environment import as_environment
from novacast.settings.live import Live
from novacast.settings.load import config_path, entries, load, replace, variable
from novacast.settings.notifications import Notifications
from novacast.settings.oidc import Oidc
from novacast.settings.retention import Retention
from novacast.settings.sections import (
    Accounts,
    Chat,
    Database,
    Health,
    Jobs,
    Log,
    Mail,
    Moderation,
    Playback,
    Server,
    Settings,
    Speech,
    Storage,
    Tls,
    Transcode,
    Uploads,
)
from novacast.settings.stripe import Stripe
from novacast.settings.watching import Alarms, Console, Metrics
from novacast.settings.webhooks import Webhooks

__all__ = [
    "Accounts",
    "Alarms",
    "Backups",
    "Chat",
    "Console",
    "Database",
    "Health",
    "Jobs",
    "Live",
    "Log",
    "Mail",
    "Metrics",
    "Moderation",
    "Notifications",
    "Oidc",
    "Playback",
    "Retention",
    "Server",
    "Settings",
    "Speech",
    "Storage",
    "Stripe",
    "Tickets",
    "Tls",
    "Transcode",
    "Uploads",
    "Webhooks",
    "as_environment",
    "config_path",
    "entries",
    "load",
    "replace",
    "variable",
]
