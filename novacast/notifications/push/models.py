"""A browser that may be told something, and a message on its way there. Pure."""

import base64
import binascii
import hashlib
import json
from enum import StrEnum
from urllib.parse import urlsplit

from novacast.clock import DAY, MINUTE, SECOND
from novacast.errors import InvalidInput
from novacast.i18n import text
from novacast.records import dataclass
from novacast.security.addresses import Reach, literal
from novacast.texts import printable

MOST = 20
"""Browsers of one person; a further one takes the place of the one that was heard of last the longest ago."""
URL_LENGTH, DEVICE_LENGTH = 1000, 200
MOST_PAYLOAD = 3000
"""Bytes before encryption: services take 4096 after it (RFC 8030, 7.2)."""
TITLE_LENGTH, BODY_LENGTH = 120, 300
WAITS = (30 * SECOND, 2 * MINUTE, 10 * MINUTE, 30 * MINUTE)
"""Between tries."""
_NONE = text("This is no address of a push service.")
FARTHEST = DAY
"""No message waits longer."""


class Urgency(StrEnum):
    """RFC 8030, 5.3."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"


@dataclass(frozen=True, slots=True)
class Browser:
    """A push subscription."""

    id: str
    person_id: str
    session_id: str | None
    """With which it was made: it ends with it."""
    endpoint: str
    p256dh: str
    auth: str
    device: str
    created_at: int
    heard_at: int
    """When its page last said that it is there."""
    key: str
    """Id of the installation's key that it is subscribed with; empty: the oldest."""


@dataclass(frozen=True, slots=True)
class Message:
    """What is told. `path`: where a click leads, on this site. `topic`: what is not delivered yet is replaced by a
    newer one about the same. `seconds`: for which it is worth telling."""

    title: str
    body: str
    path: str
    topic: str
    seconds: int
    urgency: Urgency = Urgency.NORMAL

    def payload(self, language: str) -> str:
        """What the service worker reads; never more than services take."""
        title, body = _short(self.title, TITLE_LENGTH), _short(self.body, BODY_LENGTH)
        parts = {"title": title, "body": body, "path": self.path, "tag": self.tag, "lang": language}
        made = json.dumps(parts, ensure_ascii=False)
        assert len(made.encode()) <= MOST_PAYLOAD, "four bytes a sign at most, and a path of ours"
        return made

    @property
    def tag(self) -> str:
        """At most 32 signs of base64url (RFC 8030, 5.4), which tell the push service nothing."""
        return base64.urlsafe_b64encode(hashlib.sha256(self.topic.encode()).digest()[:18]).decode()


@dataclass(frozen=True, slots=True)
class Sending:
    id: int
    browser: Browser
    payload: str
    topic: str
    urgency: Urgency
    expires_at: int
    attempts: int


def checked_endpoint(endpoint: str, reach: Reach) -> str:
    """An address that messages may be sent to; where its name leads is looked at again with each.
    Raises InvalidInput."""
    try:
        parts = urlsplit(endpoint)
        host = parts.hostname or ""
        _ = parts.port
    except ValueError as error:
        raise _bad(_NONE) from error
    plain = endpoint.isascii() and printable(endpoint) == endpoint and " " not in endpoint and "\\" not in endpoint
    if len(endpoint) > URL_LENGTH or not host or not plain:
        raise _bad(_NONE)
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise _bad(_NONE)
    if parts.scheme != "https" and not (parts.scheme == "http" and reach.named(host)):
        raise _bad(text("The address begins with https://."))
    inside = literal(host) and not reach.allows(host, host)
    if inside or (host.rstrip(".").split(".")[-1] in ("localhost", "local", "internal") and not reach.named(host)):
        raise _bad(text("This address is inside the server's own network."))
    return endpoint


def key_bytes(value: str) -> bytes | None:
    """Of base64url with or without its padding; None: it is none."""
    try:
        return base64.b64decode(value + "=" * (-len(value) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        return None


def wait_after(attempts: int, retry_after: float | None) -> int | None:
    """Microseconds after so many tries; None: give up."""
    if attempts > len(WAITS):
        return None
    wait = WAITS[attempts - 1]
    return wait if retry_after is None else min(max(wait, round(retry_after * SECOND)), FARTHEST)


def _bad(message: str) -> InvalidInput:
    return InvalidInput.field("endpoint", message, "endpoint")


def _short(words: str, most: int) -> str:
    words = " ".join(printable(words).split())
    return words if len(words) <= most else f"{words[: most - 1]}…"
