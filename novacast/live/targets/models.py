"""What a target is, and which addresses it may have. Pure."""

import re
from dataclasses import field
from enum import StrEnum
from urllib.parse import urlsplit

from novacast.errors import InvalidInput
from novacast.i18n import text
from novacast.records import dataclass
from novacast.security.addresses import literal, public
from novacast.texts import printable

NAME_LENGTH, URL_LENGTH, KEY_LENGTH = 100, 500, 500
LEAST_PASSPHRASE, MOST_PASSPHRASE = 10, 79
"""Letters that SRT takes."""
STREAM_ID_BYTES = 512
MOST_TARGETS = 20
"""Of one channel."""
LONGEST_DELAY = 120
"""Seconds."""
PORTS = {"rtmp": 1935, "rtmps": 443, "srt": None}
"""Schemes that are spoken, and the ports that stand for them where one does."""

_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$")


class TargetState(StrEnum):
    OFF = "off"
    """Nothing of the channel is on air, or it is not enabled."""
    CONNECTING = "connecting"
    LIVE = "live"
    FAILED = "failed"
    """It is tried again."""


@dataclass(frozen=True, slots=True)
class Target:
    """Key and passphrase are apart, sealed: nothing that shows a target has them."""

    id: str
    channel_id: str
    org_id: str
    name: str
    url: str
    has_key: bool
    has_passphrase: bool
    enabled: bool
    delay_seconds: int
    state: TargetState
    state_at: int
    words: str
    """Why it failed last; empty while all is well."""
    created_at: int
    changed_at: int
    """When address, key, delay or name were changed last; how it goes is no change."""


@dataclass(frozen=True, slots=True)
class Secrets:
    """Of one target. The key is the stream's name by RTMP, the stream id by SRT."""

    key: str = field(default="", repr=False)
    passphrase: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Address:
    """A target's URL taken apart: `rtmp://host:port/app` or `srt://host:port`."""

    scheme: str
    host: str
    port: int
    path: str
    """Without the slash before it."""


def address_of(url: str) -> Address:
    """Raises InvalidInput for what is no address of a target."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise _bad_url() from error
    if parts.scheme not in PORTS:
        raise InvalidInput.field("url", text("The address begins with rtmp://, rtmps:// or srt://."), "scheme")
    if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        raise InvalidInput.field("url", _apart(parts.scheme), "secret")
    path, port = parts.path.strip("/"), port or PORTS[parts.scheme]
    if not (literal(host) or _HOST.match(host)) or port is None or printable(url) != url or " " in url:
        raise _bad_url()
    if bool(path) is (parts.scheme == "srt"):
        raise _bad_url()
    return Address(parts.scheme, host, port, path)


def check_secrets(scheme: str, key: str | None, passphrase: str | None) -> None:
    """None: it stays as it is. Raises InvalidInput."""
    if key is not None and (len(key) > KEY_LENGTH or not key.isprintable()):
        raise InvalidInput.field("key", text("This is no stream key."), "pattern")
    if scheme == "srt" and len((key or "").encode()) > STREAM_ID_BYTES:
        raise InvalidInput.field("key", text("A stream id has at most {most} bytes.", most=STREAM_ID_BYTES), "too_long")
    if passphrase and scheme != "srt":
        raise InvalidInput.field("passphrase", text("Only SRT has a passphrase."), "not_allowed")
    if passphrase and not (
        LEAST_PASSPHRASE <= len(passphrase.encode()) <= MOST_PASSPHRASE and passphrase.isprintable()
    ):
        message = text("A passphrase has {least} to {most} letters.", least=LEAST_PASSPHRASE, most=MOST_PASSPHRASE)
        raise InvalidInput.field("passphrase", message, "pattern")


def check_public(host: str) -> None:
    """Of an address that is written as a number, or names this machine. Raises InvalidInput."""
    if (literal(host) and not public(host)) or host.lower().rstrip(".").split(".")[-1] == "localhost":
        raise InvalidInput.field("url", inside(), "private")


def inside() -> str:
    return text("This address is inside the server's own network, where targets are not allowed.")


def _bad_url() -> InvalidInput:
    return InvalidInput.field("url", text("Write the address as rtmp://host/app or srt://host:port."), "pattern")


def _apart(scheme: str) -> str:
    if scheme == "srt":
        return text("Leave what follows the question mark out of the address: the stream id is the key.")
    return text("Leave names, passwords and what follows a question mark out of the address: put it in the key.")
