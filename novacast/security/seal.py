"""Secrets that must be readable again rest encrypted: a copy of the database alone gives none away."""

import hmac
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from novacast.errors import Unavailable
from novacast.i18n import text

_NONCE_BYTES = 12


class Seal:
    """ChaCha20-Poly1305 (RFC 8439) under a key bound to `purpose`."""

    def __init__(self, key: bytes, purpose: str) -> None:
        self._cipher = ChaCha20Poly1305(hmac.digest(key, purpose.encode(), "sha256"))

    def close(self, secret: bytes, owner: str) -> bytes:
        """Nonce and ciphertext; only opens for the same `owner`, so that rows can't be swapped."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, secret, owner.encode())

    def open(self, sealed: bytes, owner: str) -> bytes:
        """Raises Unavailable if the key is not the one that sealed it."""
        try:
            return self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], owner.encode())
        except (InvalidTag, ValueError) as error:
            raise Unavailable(
                text(
                    "The server's keys are not those that this account's second factor was sealed with. "
                    "Restore the folder keys/ from the backup that belongs to this database."
                )
            ) from error
