"""What is collected, by whom. Pure."""

from collections.abc import Sequence
from enum import StrEnum
from urllib.parse import quote

from novacast.clock import DAY
from novacast.errors import Conflict
from novacast.records import dataclass

KEPT = 30 * DAY
"""A cart that nobody touched for so long is forgotten, as the browser forgets its cookie."""


class CartFull(Conflict):
    """There are as many things in the basket as one payment takes."""

    code = "cart_full"


class Kind(StrEnum):
    HOLD = "hold"
    """What is kept of one performance."""
    FILM = "film"
    PLAN = "plan"


@dataclass(frozen=True, slots=True)
class Owner:
    """Who collects: a browser by its cookie, an account, or both, until what the browser has is the account's."""

    browser: str | None = None
    person_id: str | None = None

    @property
    def nobody(self) -> bool:
        return self.browser is None and self.person_id is None


@dataclass(frozen=True, slots=True)
class Article:
    """A thing to be put in. `ref`: id of a hold, an offer or a plan; `price`: as it was told then; `media_id`: of a
    film."""

    kind: Kind
    ref: str
    org_id: str
    currency: str
    price: int
    media_id: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    id: str
    cart_id: str
    kind: Kind
    ref: str
    media_id: str | None
    price: int
    added_at: int


@dataclass(frozen=True, slots=True)
class Cart:
    """One payment takes all of it: one organization's, in one currency."""

    id: str
    org_id: str
    currency: str
    lines: Sequence[Line]
    purchase_id: str | None
    """What was bought last out of it."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """The purchase that an order belongs to."""

    id: str
    code: str
    token: str
    total: int
    currency: str

    @property
    def href(self) -> str:
        return f"/purchase/{quote(self.token)}"


@dataclass(frozen=True, slots=True)
class Badge:
    """What every page shows. `expires_at`: when the first of it is given back; None: nothing of it ends."""

    count: int
    expires_at: int | None
