"""Rules of an organization, and of a room where that has its own. Pure."""

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from novacast.chat.models import Links, Who
from novacast.errors import InvalidInput
from novacast.i18n import text
from novacast.records import dataclass

MOST_MINUTES = 30 * 24 * 60
WIDEST = 16
"""Bits of an IPv4 network that may be banned: no wider one, or half a country is silent."""
MOST_DAYS = 90


@dataclass(frozen=True, slots=True)
class Rules:
    who: Who = Who.EVERYONE
    links: Links = Links.ALLOWED
    min_account_minutes: int = 0
    """Age of an account before it may write."""
    verified_mail: bool = False
    address_bans: bool = False
    """Whether a ban is of the address too."""
    address_bits: int = 32
    """Of an IPv4 address, that count; of IPv6 it is always a /64."""
    address_days: int = 7
    """How long an address is banned, at most."""
    device_bans: bool = False
    """Whether browsers get a cookie by which they are known again, and a ban is of those too."""
    automatic: bool = False
    """Whether the machine looks at what is said, where the operator set one up."""


NAMES = tuple(one.name for one in fields(Rules))
_BOUNDS = {"min_account_minutes": (0, MOST_MINUTES), "address_bits": (WIDEST, 32), "address_days": (1, MOST_DAYS)}


def effective(*layers: Mapping[str, Any]) -> Rules:
    """Each layer is what was set there, the strongest last."""
    found: dict[str, Any] = {}
    for layer in layers:
        found |= layer
    return replace(Rules(), **{name: _typed(name, value) for name, value in found.items() if name in NAMES})


def cleaned(changes: Mapping[str, Any]) -> dict[str, Any]:
    """As they are kept; None takes a rule back. Raises InvalidInput."""
    kept: dict[str, Any] = {}
    for name, value in changes.items():
        low, high = _BOUNDS.get(name, (0, 0))
        if value is not None and name in _BOUNDS and not low <= int(value) <= high:
            message = text("{name} is between {low} and {high}.", name=name, low=low, high=high)
            raise InvalidInput.field(name, message, "out_of_range")
        kept[name] = None if value is None else str(value) if name in ("who", "links") else value
    return kept


def _typed(name: str, value: Any) -> Any:
    return Who(value) if name == "who" else Links(value) if name == "links" else value
