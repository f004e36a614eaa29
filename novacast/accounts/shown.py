"""How instants, roles, scopes and refusals are written on pages."""

from collections.abc import Sequence

from babel import Locale
from babel.dates import format_datetime

from novacast.clock import moment
from novacast.errors import FieldError, NovaCastError
from novacast.i18n import Languages
from novacast.i18n import gettext as _
from novacast.i18n import language as spoken
from novacast.identity import Role, Scope


def when(at: int) -> str:
    """An instant in the language being spoken."""
    return f"{format_datetime(moment(at), 'medium', locale=spoken().replace('-', '_'))} UTC"


def atop(error: NovaCastError) -> tuple[FieldError, ...]:
    """A refusal that belongs to no field, for the summary atop the form."""
    return (FieldError("", error.code, error.message),)


def of_form(form: str, errors: tuple[FieldError, ...]) -> tuple[FieldError, ...]:
    """Several forms of one page ask for the password: its errors go to the field of the one that was sent."""
    return tuple(
        FieldError(f"{form}.{error.field}" if error.field == "password" else error.field, error.code, error.message)
        for error in errors
    )


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
        ("scim", _("SCIM: keep people in step with another system, for operators")),
    )


def language_options(languages: Languages) -> list[tuple[str, str]]:
    """Each language by its own name."""
    return [(tag, Locale.parse(tag, sep="-").get_display_name() or tag) for tag in languages.tags]
