"""Endpoints, messages and their deliveries, and the rules of when to try again. Pure."""

from collections.abc import Sequence
from enum import StrEnum
from urllib.parse import urlsplit

from novacast.clock import DAY, HOUR, MINUTE, SECOND
from novacast.errors import InvalidInput
from novacast.i18n import text
from novacast.notifications.webhooks.exports import EXPORTS
from novacast.notifications.webhooks.signing import Scheme
from novacast.records import dataclass
from novacast.security.addresses import Reach, literal
from novacast.texts import printable

MOST_ENDPOINTS = 20
"""Of one organization."""
MOST_SECRETS = 3
"""That messages to one endpoint are signed with at once."""
URL_LENGTH, DESCRIPTION_LENGTH = 500, 200
KEEP_HOURS, MOST_KEEP_HOURS = 24, 7 * 24
"""For how long a secret that is replaced goes on signing."""
EXCERPT_BYTES = 2048
"""Of an answer, that are kept in the log."""
MOST_REPLAYED = 1000
"""Deliveries by one call."""
KEPT = 30 * DAY
"""Messages, with the log of their deliveries."""

WAITS = (5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR)
"""Between attempts: the standard's own schedule, over a bit more than three days ("Deliverability and reliability")."""
JITTER = 0.2
"""Each wait is longer by up to this share, so that what failed together is not tried again together."""
FARTHEST = round(WAITS[-1] * (1 + JITTER))
"""No delivery waits longer: an instant beyond was written before someone set the clock back, and its time has come."""


class State(StrEnum):
    """Of an endpoint."""

    ENABLED = "enabled"
    PAUSED = "paused"
    """By one of those who look after it."""
    GONE = "gone"
    """It answered 410: it wants no more."""
    FAILING = "failing"
    """It took nothing for as long as a message is tried."""


class Progress(StrEnum):
    """Of a delivery."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"
    """Every attempt of the schedule was in vain."""
    SKIPPED = "skipped"
    """Its endpoint was not enabled."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where an organization wants to be told. Its secrets are apart, sealed."""

    id: str
    org_id: str
    url: str
    description: str
    topics: frozenset[str]
    """Names of exports, versions included."""
    state: State
    state_at: int
    failing_since: int | None
    """Of the first failure since the last success."""
    created_at: int
    changed_at: int


@dataclass(frozen=True, slots=True)
class KnownSecret:
    """What may be seen of one again."""

    id: str
    scheme: Scheme
    public: str
    """`whpk_…`; empty for v1."""
    created_at: int
    expires_at: int | None
    """It signs until then; None: until it is replaced."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message on its way to one endpoint."""

    id: str
    endpoint_id: str
    org_id: str
    message_id: str
    type: str
    state: Progress
    attempts: int
    """In this round: a replay begins another."""
    next_at: int
    begun_at: int | None
    """Of the first attempt of this round."""
    status: int | None
    """Of the last answer; None: there was none."""
    error: str
    created_at: int
    ended_at: int | None


@dataclass(frozen=True, slots=True)
class Attempt:
    """A line of the log."""

    at: int
    took: int
    """Microseconds."""
    url: str
    signature: str
    """The schemes it was signed with; what they said is of no use to anybody."""
    status: int | None
    error: str
    answer: str
    """The beginning of the body."""


@dataclass(frozen=True, slots=True)
class Story:
    """A delivery with all that is known of it."""

    delivery: Delivery
    body: str
    attempts: Sequence[Attempt]


def wait_after(attempts: int, chance: float, retry_after: float | None = None) -> int | None:
    """Microseconds to wait after `attempts` failures (1 or more); None: give up. `chance` from 0 to 1 makes the jitter;
    `retry_after`: seconds that the receiver asked for."""
    if attempts > len(WAITS):
        return None
    wait = round(WAITS[attempts - 1] * (1 + JITTER * chance))
    return wait if retry_after is None else min(max(wait, round(retry_after * SECOND)), FARTHEST)


def checked_url(url: str, reach: Reach) -> str:
    """An address that may be sent to; where its name leads is looked at again whenever it is called.
    Raises InvalidInput."""
    url = url.strip()
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        _ = parts.port
    except ValueError as error:
        raise _no_url() from error
    if len(url) > URL_LENGTH or not host or printable(url) != url or not url.isascii() or " " in url or "\\" in url:
        raise _no_url()
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise InvalidInput.field(
            "url", text("Leave names, passwords and what follows a # out of the address."), "secret"
        )
    if parts.scheme != "https" and not (parts.scheme == "http" and reach.named(host)):
        raise InvalidInput.field("url", text("The address begins with https://."), "scheme")
    inside = literal(host) and not reach.allows(host, host)
    if inside or (host.rstrip(".").split(".")[-1] == "localhost" and not reach.named(host)):
        raise InvalidInput.field("url", text("This address is inside the server's own network."), "private")
    return url


def checked_topics(names: Sequence[str]) -> frozenset[str]:
    """Raises InvalidInput."""
    unknown = sorted(set(names) - EXPORTS.keys())
    if unknown:
        raise InvalidInput.field("topics", text("There is no topic {name}.", name=unknown[0][:100]), "unknown")
    if not names:
        raise InvalidInput.field("topics", text("Choose at least one topic."), "required")
    return frozenset(names)


def checked_description(words: str) -> str:
    """Raises InvalidInput."""
    words = " ".join(printable(words).split())
    if len(words) > DESCRIPTION_LENGTH:
        message = text("A description has at most {most} characters.", most=DESCRIPTION_LENGTH)
        raise InvalidInput.field("description", message, "too_long")
    return words


def _no_url() -> InvalidInput:
    return InvalidInput.field("url", text("Write the address as https://host/path."), "pattern")
