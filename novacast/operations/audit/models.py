"""A line of the book."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from novacast.records import dataclass


@dataclass(frozen=True, slots=True)
class Deed:
    n: int
    at: int
    actor: str
    """`user:NAME` of who was on this machine, `person:ID` of who came with a token."""
    name: str
    """As they were called then."""
    address: str
    action: str
    """Method and path of the request, as the API's documentation has it; or a command."""
    subject: Mapping[str, str]
    """What it was done to: the parameters of the path."""
    details: Mapping[str, Any]
    """What was asked for; secrets are masked."""
    request_id: str
    """Under which the log tells more."""
    status: int | None
    """What was answered; None: the server ended before that."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which deeds; None and empty: all."""

    actor: str = ""
    since: int | None = None
    until: int | None = None
    action: str = ""
    """A part of it."""


def chained(before: bytes, *parts: object) -> bytes:
    """The digest of a line behind another."""
    return hashlib.sha256(before + json.dumps(parts, ensure_ascii=True, separators=(",", ":")).encode()).digest()
