"""A secret that rests under a passphrase: scrypt (RFC 7914), then AES-256-GCM with a commitment to the key."""

import base64
import hmac
import secrets
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from novacast.errors import InvalidInput, Unauthenticated, Unavailable

SHORTEST = 12
COST = 2**17
"""With blocks of 8 that is 128 MiB, and about half a second of a core, for each guess."""
COSTLIEST = 2**20
"""A file that asks for more was not made here, and is not allowed to take the machine's memory."""
_BLOCKS, _KEY = 8, 32


def locked(passphrase: str, secret: bytes, *, cost: int = COST) -> dict[str, Any]:
    """As values for JSON. Raises InvalidInput for a passphrase that is too short."""
    if len(passphrase) < SHORTEST:
        raise InvalidInput(
            f"The passphrase has {len(passphrase)} letters. Take {SHORTEST} or more: four words will do."
        )
    salt = secrets.token_bytes(16)
    key, commitment = _derived(passphrase, salt, cost)
    body = AESGCM(key).encrypt(bytes(12), secret, None)
    return {"scrypt": cost, "salt": _text(salt), "commitment": _text(commitment), "secret": _text(body)}


def unlocked(passphrase: str, values: Any) -> bytes:
    """What `locked` was given. Raises Unauthenticated for another passphrase, Unavailable for damaged values."""
    try:
        cost, salt = int(values["scrypt"]), base64.b64decode(values["salt"])
        commitment, body = base64.b64decode(values["commitment"]), base64.b64decode(values["secret"])
        if not 2 <= cost <= COSTLIEST or cost & (cost - 1):
            raise ValueError("not a cost")
    except (KeyError, TypeError, ValueError) as error:
        raise Unavailable("The key that rests under the passphrase is damaged.") from error
    key, expected = _derived(passphrase, salt, cost)
    if not hmac.compare_digest(commitment, expected):
        raise Unauthenticated("This is not the passphrase of these backups.")
    try:
        return AESGCM(key).decrypt(bytes(12), body, None)
    except InvalidTag as error:
        raise Unavailable("The key that rests under the passphrase is damaged.") from error


def _derived(passphrase: str, salt: bytes, cost: int) -> tuple[bytes, bytes]:
    both = Scrypt(salt, 2 * _KEY, cost, _BLOCKS, 1).derive(passphrase.encode())
    return both[:_KEY], both[_KEY:]


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()
