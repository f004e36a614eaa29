"""Who is shown a thing of an organization: one rule for everything that can be watched."""

from enum import StrEnum
from typing import Protocol

from novacast.identity import Action, Principal


class Visibility(StrEnum):
    PUBLIC = "public"
    UNLISTED = "unlisted"
    SIGNED_IN = "signed_in"
    ORGANIZATION = "organization"
    PRIVATE = "private"


INVITING = frozenset({Visibility.SIGNED_IN, Visibility.ORGANIZATION})
"""Where logging in may help a stranger."""


ANNOUNCED = frozenset({Visibility.PUBLIC, *INVITING})
"""What may be told to people who did not ask for this very thing. An unlisted one is told by its makers."""


class Guarded(Protocol):
    """A thing that is shown as its visibility says: a video, a collection, a channel, a programme."""

    @property
    def id(self) -> str: ...
    @property
    def org_id(self) -> str: ...
    @property
    def owner_id(self) -> str | None: ...
    @property
    def visibility(self) -> Visibility: ...


def shown(principal: Principal, thing: Guarded) -> bool:
    """The rule of visibility, for those who have no part in making the thing. A ticket opens what it hides, of the
    house that sold it alone."""
    if (thing.org_id, thing.id) in principal.passes:
        return True
    match thing.visibility:
        case Visibility.PUBLIC | Visibility.UNLISTED:
            return True
        case Visibility.SIGNED_IN:
            return principal.signed_in
        case Visibility.ORGANIZATION:
            return principal.allows(Action.VIDEO_VIEW, thing.org_id, thing.owner_id)
        case Visibility.PRIVATE:
            return False


def announced(principal: Principal, thing: Guarded) -> bool:
    """Whether it is made known to them: meant to be found, and for their eyes."""
    return thing.visibility in ANNOUNCED and shown(principal, thing)
