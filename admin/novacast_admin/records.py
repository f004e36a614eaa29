"""What the admin API answers, as the tools use it. Fields that a newer server has beside these are let pass.

Instants are texts as the API writes them: ISO 8601 in UTC. What goes on at this moment is `novacast.overview.Tonight`.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Generic, TypeVar

from novacast.records import dataclass

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    items: Sequence[T]
    next: str | None = None
    """The cursor of the page behind it."""


@dataclass(frozen=True, slots=True)
class Suspension:
    reason: str
    by: str
    at: str


@dataclass(frozen=True, slots=True)
class Person:
    id: str
    name: str
    email: str
    language: str
    created_at: str
    second_factor: bool
    roles: Mapping[str, str]
    """By the id of the organization."""
    operator: bool
    suspension: Suspension | None
    sessions: int
    seen_at: str | None


@dataclass(frozen=True, slots=True)
class Session:
    id: str
    kind: str
    name: str
    scopes: Sequence[str]
    device: str
    address: str
    created_at: str
    seen_at: str
    expires_at: str


@dataclass(frozen=True, slots=True)
class PersonDetail:
    person: Person
    sessions: Sequence[Session]


@dataclass(frozen=True, slots=True)
class Operator:
    person_id: str
    name: str
    email: str
    granted_by: str
    granted_at: str


@dataclass(frozen=True, slots=True)
class Organization:
    id: str
    name: str
    slug: str
    created_at: str


@dataclass(frozen=True, slots=True)
class Standing:
    id: str
    title: str
    state: str
    test: bool
    wanted: str


@dataclass(frozen=True, slots=True)
class Stream:
    """A channel with what is on it."""

    id: str
    org_id: str
    name: str
    profile: str
    heights: Sequence[int]
    record: bool
    created_at: str
    programmes: Sequence[Standing]
    next_at: str | None
    feeds: int
    targets: int
    failing: int
    keys: int


@dataclass(frozen=True, slots=True)
class Job:
    kind: str
    video: str
    title: str
    org_id: str
    state: str
    step: str
    progress: float | None
    speed: float | None
    attempts: int
    reason: str | None
    queued_at: str
    started_at: str | None
    ended_at: str | None


@dataclass(frozen=True, slots=True)
class Basket:
    id: str
    state: str
    org_id: str
    person_id: str | None
    units: int
    amount: int
    created_at: str
    expires_at: str


@dataclass(frozen=True, slots=True)
class Order:
    id: str
    code: str
    org_id: str
    performance: str
    event: str
    starts_at: str
    name: str
    email: str
    units: int
    total: int
    currency: str
    method: str
    state: str
    test: bool
    created_at: str


@dataclass(frozen=True, slots=True)
class Attempt:
    id: str
    order_id: str
    org_id: str
    code: str
    name: str
    order_state: str
    provider: str
    mode: str
    state: str
    amount: int
    captured: int
    refunded: int
    currency: str
    reference: str | None
    mismatch: str | None
    created_at: str
    changed_at: str


@dataclass(frozen=True, slots=True)
class Oddity:
    what: str
    subject: str
    detail: str


@dataclass(frozen=True, slots=True)
class Proof:
    clean: bool
    quotas: int
    units: int
    moves: int
    transfers: int
    wrong: Sequence[Oddity]
    waiting: Sequence[Oddity]
    attacks: Sequence[str]


@dataclass(frozen=True, slots=True)
class Usage:
    """Bytes."""

    originals: int
    renditions: int
    downloads: int
    pictures: int
    captions: int
    arriving: int
    used: int
    quota: int | None


@dataclass(frozen=True, slots=True)
class Stray:
    kind: str
    path: str
    bytes: int
    video: str | None
    mend: str
    mendable: bool
    done: bool


@dataclass(frozen=True, slots=True)
class Sweep:
    items: Sequence[Stray]
    young: int
    free: int


@dataclass(frozen=True, slots=True)
class LogLine:
    n: int
    at: str
    level: str
    logger: str
    message: str
    context: str


@dataclass(frozen=True, slots=True)
class Setting:
    key: str
    value: Any
    changed: bool
    about: str


@dataclass(frozen=True, slots=True)
class Finding:
    check: str
    state: str
    message: str
    mend: str


@dataclass(frozen=True, slots=True)
class Deed:
    """A line of the book of what operators did."""

    n: int
    at: str
    actor: str
    name: str
    address: str
    action: str
    subject: Mapping[str, str]
    details: Mapping[str, Any]
    status: int | None
    request_id: str


@dataclass(frozen=True, slots=True)
class Fact:
    """What the stream of facts told."""

    topic: str
    subject: str
    at: str
    payload: Mapping[str, Any]
