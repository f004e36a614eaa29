"""How instants, roles and scopes are written on pages."""

from collections.abc import Sequence

from babel import Locale
from babel.dates import format_datetime

from novacast.clock import moment
from novacast.i18n import Languages
from novacast.i18n import gettext as _
from novacast.i18n import language as spoken
from novacast.identity import Role, Scope


def when(at: int) -> str:
    """An instant in the language being spoken."""
    return f"{format_datetime(moment(at), 'medium', locale=spoken().replace('-', '_'))} UTC"


def role_name(role: Role) -> str:
    return {
        Role.OWNER: _("Owner"),
        Role.MANAGER: _("Manager"),
        Role.PRODUCER: _("Producer"),
        Role.MODERATOR: _("Moderator"),
        Role.BOX_OFFICE: _("Box office"),
        Role.DOOR: _("Door"),
    }[role]


def role_options() -> list[tuple[str, str]]:
    return [(role.value, role_name(role)) for role in Role]


def scope_options() -> Sequence[tuple[Scope, str]]:
    return (
        ("read", _("Read: see what you see")),
        ("write", _("Write: change what you may change")),
        ("upload", _("Upload: send videos")),
        ("admin", _("Admin: all of it, and this account")),
    )


def language_options(languages: Languages) -> list[tuple[str, str]]:
    """Each language by its own name."""
    return [(tag, Locale.parse(tag, sep="-").get_display_name() or tag) for tag in languages.tags]
