"""An authenticator in software: makes passkeys, and answers with them, as Web Authentication says (6.1, 6.5, 7)."""

import base64
import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

PRESENT, VERIFIED, BACKUP_ELIGIBLE, BACKED_UP, ATTESTED = 0x01, 0x04, 0x08, 0x10, 0x40


def text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def data(told: str) -> bytes:
    return base64.urlsafe_b64decode(told + "=" * (-len(told) % 4))


@dataclass
class Authenticator:
    """Holds one passkey. What a test wants to be wrong, it sets."""

    origin: str = "http://localhost"
    rp_id: str = "localhost"
    flags: int = PRESENT | VERIFIED
    counts: bool = True
    count: int = 0
    handle: bytes = b""
    id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def make(self, asked: Mapping[str, Any], **wrong: Any) -> dict[str, Any]:
        """A RegistrationResponseJSON. `wrong`: parts of the client's data that are to be others."""
        self.handle = data(asked["user"]["id"])
        numbers = self.key.public_key().public_numbers()
        cose = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        attested = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + cbor2.dumps(cose)
        told = {"fmt": "none", "attStmt": {}, "authData": self._data(ATTESTED) + attested}
        return {
            "id": text(self.id),
            "response": {
                "clientDataJSON": text(self._client("webauthn.create", asked["challenge"], wrong)),
                "attestationObject": text(cbor2.dumps(told)),
                "transports": ["internal"],
            },
        }

    def use(self, asked: Mapping[str, Any], **wrong: Any) -> dict[str, Any]:
        """An AuthenticationResponseJSON."""
        self.count += self.counts
        client, told = self._client("webauthn.get", asked["challenge"], wrong), self._data()
        signed = self.key.sign(told + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return {
            "id": text(self.id),
            "response": {
                "clientDataJSON": text(client),
                "authenticatorData": text(told),
                "signature": text(signed),
                "userHandle": text(self.handle),
            },
        }

    def _client(self, kind: str, challenge: str, wrong: Mapping[str, Any]) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin, **wrong}).encode()

    def _data(self, more: int = 0) -> bytes:
        return hashlib.sha256(self.rp_id.encode()).digest() + bytes([self.flags | more]) + self.count.to_bytes(4, "big")
