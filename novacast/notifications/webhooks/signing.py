"""Signatures by which receivers know that a message is ours (Standard Webhooks 1.0.0, "Signature scheme").

`v1` is HMAC-SHA-256 under a secret that both sides have, `v1a` is Ed25519, whose public half alone the receiver has.
"""

import base64
import hmac
import secrets
from dataclasses import field
from enum import StrEnum
from typing import Self

from novacast.records import dataclass
from novacast.security.signing import SigningKey, new_signing_key

SECRET_BYTES = 32
"""The standard wants 24 to 64."""


class Scheme(StrEnum):
    V1 = "v1"
    V1A = "v1a"


@dataclass(frozen=True, slots=True)
class Secret:
    """One that messages are signed with. `text` is how the standard writes it: `whsec_…` or `whsk_…`."""

    scheme: Scheme
    text: str = field(repr=False)
    public: str = ""
    """`whpk_…`, by which a v1a signature is checked; empty for v1."""

    @classmethod
    def new(cls, scheme: Scheme) -> Self:
        if scheme is Scheme.V1:
            return cls(scheme, f"whsec_{_base64(secrets.token_bytes(SECRET_BYTES))}")
        secret, public = new_signing_key()
        return cls(scheme, f"whsk_{_base64(secret)}", f"whpk_{_base64(public)}")

    def sign(self, content: bytes) -> str:
        key = base64.b64decode(self.text.partition("_")[2], validate=True)
        if self.scheme is Scheme.V1:
            return f"v1,{_base64(hmac.digest(key, content, 'sha256'))}"
        return f"v1a,{_base64(SigningKey(key).sign(content))}"


def signatures(secrets_: list[Secret], message_id: str, seconds: int, body: bytes) -> str:
    """The header `webhook-signature` of an attempt at `seconds` since the epoch. The id has no dots."""
    content = f"{message_id}.{seconds}.".encode() + body
    return " ".join(secret.sign(content) for secret in secrets_)


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
