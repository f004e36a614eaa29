"""Who asks, and what they may do: roles, actions, and the one table between them."""

import os
import threading
from base64 import b32encode
from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum
from types import MappingProxyType
from typing import Literal

from novacast.errors import Forbidden, Unauthenticated
from novacast.i18n import Text, text
from novacast.records import dataclass


class Role(StrEnum):
    """A person's part in an organization."""

    OWNER = "owner"
    MANAGER = "manager"
    PRODUCER = "producer"
    MODERATOR = "moderator"
    BOX_OFFICE = "box_office"
    DOOR = "door"


class Action(StrEnum):
    """What can be asked of an organization or of a thing that belongs to it."""

    ORG_VIEW = "org.view"
    ORG_EDIT = "org.edit"
    ORG_DELETE = "org.delete"
    MEMBER_VIEW = "member.view"
    MEMBER_MANAGE = "member.manage"
    OWNER_MANAGE = "owner.manage"
    VIDEO_VIEW = "video.view"
    VIDEO_UPLOAD = "video.upload"
    VIDEO_EDIT = "video.edit"
    VIDEO_DELETE = "video.delete"
    LIVE_MANAGE = "live.manage"
    """Make, set up and remove channels; see and revoke everybody's stream keys."""
    LIVE_PRODUCE = "live.produce"
    """Plan programmes, put them on air, steer and end them; have stream keys of one's own."""
    LIVE_MARK = "live.mark"
    """Set markers in what is on air."""
    CHAT_MODERATE = "chat.moderate"
    EVENT_MANAGE = "event.manage"
    """Make events, halls, performances and what is sold of them."""
    ORDER_VIEW = "order.view"
    ORDER_MANAGE = "order.manage"
    CHECK_IN = "check_in"
    WEBHOOK_MANAGE = "webhook.manage"
    """Choose which programs elsewhere hear of what happens."""


_EVERYONE = frozenset({Action.ORG_VIEW, Action.VIDEO_VIEW})
_MANAGER = frozenset(Action) - {Action.ORG_DELETE, Action.OWNER_MANAGE}

PERMISSIONS: Mapping[Role, frozenset[Action]] = MappingProxyType(
    {
        Role.OWNER: frozenset(Action),
        Role.MANAGER: _MANAGER,
        Role.PRODUCER: _EVERYONE
        | {
            Action.MEMBER_VIEW,
            Action.VIDEO_UPLOAD,
            Action.VIDEO_EDIT,
            Action.VIDEO_DELETE,
            Action.LIVE_PRODUCE,
            Action.LIVE_MARK,
            Action.CHAT_MODERATE,
        },
        Role.MODERATOR: _EVERYONE | {Action.MEMBER_VIEW, Action.LIVE_MARK, Action.CHAT_MODERATE},
        Role.BOX_OFFICE: _EVERYONE | {Action.ORDER_VIEW, Action.ORDER_MANAGE, Action.CHECK_IN},
        Role.DOOR: _EVERYONE | {Action.CHECK_IN},
    }
)

OWN_THINGS = frozenset({Action.VIDEO_VIEW, Action.VIDEO_EDIT, Action.VIDEO_DELETE})
"""Actions that whoever made a thing keeps on it, for as long as they are a member with any role."""

Scope = Literal["read", "write", "upload", "admin", "scim"]


@dataclass(frozen=True, slots=True)
class Principal:
    """The one who asks. Anonymous when `person_id` is None and `system` is false."""

    person_id: str | None = None
    session_id: str | None = None
    name: str = ""
    language: str = "en"
    roles: Mapping[str, Role] = field(default_factory=dict)
    scopes: frozenset[Scope] | None = None
    """None: no token stands between the person and their rights. A token's scopes only narrow."""
    system: bool = False
    passes: frozenset[tuple[str, str]] = frozenset()
    """Organizations and ids of what a ticket opens for them at this moment, where one was looked for."""
    device_id: str | None = None
    """A device that was given rights of its own, and that nobody is logged in on."""
    until: int | None = field(default=None, compare=False)
    """The instant from which on nobody is believed to be this one without being asked again; None: none is known."""

    @property
    def signed_in(self) -> bool:
        return self.person_id is not None

    def allows(self, action: Action, org_id: str, owner_id: str | None = None) -> bool:
        """Whether role or ownership permits `action` on a thing of `org_id` that `owner_id` made."""
        if self.system:
            return True
        role = self.roles.get(org_id)
        if role is None:
            return False
        if action in PERMISSIONS[role]:
            return True
        return action in OWN_THINGS and owner_id is not None and owner_id == self.person_id

    def has_scope(self, scope: Scope) -> bool:
        return self.scopes is None or scope in self.scopes or "admin" in self.scopes


ANONYMOUS = Principal()
SYSTEM = Principal(name="system", system=True)

_LOG_IN = text("Log in first.")


def person_of(principal: Principal, otherwise: Text = _LOG_IN) -> str:
    """Their id. Strangers, and the system, which has no account, get Unauthenticated, which says `otherwise`."""
    if principal.person_id is None:
        raise Unauthenticated(otherwise)
    return principal.person_id


def operates(principal: Principal) -> None:
    """For what is beyond every role. Raises Forbidden for all but those who run the server."""
    if not principal.system:
        raise Forbidden(_OPERATORS_ONLY)


_OPERATORS_ONLY = text(
    "Only operators of this server may do this: on its own machine, or with a token of theirs of the scope 'admin'."
)


def new_id() -> str:
    """A public id: 96 random bits in 20 lower-case letters and digits, so that nobody can count or guess."""
    return b32encode(_random(12)).decode().rstrip("=").lower()


def timely_id(at: int) -> str:
    """A public id whose first eight signs are the instant, to a millisecond, and the rest 60 random bits: rows that are
    made one after the other stand beside each other in every index, where random ones each touch a page of their own.
    It tells when a thing was made, and not how many there are.
    """
    number = (at // 1000 % 2**40) << 60 | int.from_bytes(_random(8)) >> 4
    return "".join([_PAIRS[number >> shift & 1023] for shift in range(90, -1, -10)])


def _random(count: int) -> bytes:
    """Of the system's own generator, which is asked for many at once: each time it lets other threads run, and whoever
    asked waits for them."""
    with _lock:
        if len(_drawn) < count:
            _drawn.extend(os.urandom(_DRAWN_AT_ONCE))
        taken = bytes(_drawn[-count:])
        del _drawn[-count:]
    return taken


def _forked() -> None:
    _drawn.clear()
    _lock.release()


_SORTED = "0123456789abcdefghijklmnopqrstuv"
_PAIRS = [first + second for first in _SORTED for second in _SORTED]
_DRAWN_AT_ONCE = 4096
_drawn = bytearray()
_lock = threading.Lock()
# Two processes must never draw the same.
os.register_at_fork(before=_lock.acquire, after_in_parent=_lock.release, after_in_child=_forked)
