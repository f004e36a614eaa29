"""Secrets that must be readable again rest encrypted: a copy of the database alone gives none away."""

import secrets
from contextlib import suppress

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from novacast.errors import Unavailable
from novacast.i18n import text
from novacast.security.rings import Derived

_NONCE_BYTES = 12


class Seal:
    """ChaCha20-Poly1305 (RFC 8439) under a key bound to `purpose`."""

    def __init__(self, key: bytes, purpose: str) -> None:
        """`key`: a ring, whose older keys still open what they sealed, or a single key."""
        self._keys = Derived(key, purpose)

    def close(self, secret: bytes, owner: str) -> bytes:
        """Nonce and ciphertext; only opens for the same `owner`, so that rows can't be swapped."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + ChaCha20Poly1305(self._keys.current()).encrypt(nonce, secret, owner.encode())

    def open(self, sealed: bytes, owner: str) -> bytes:
        """Raises Unavailable if the key is not the one that sealed it."""
        secret = self._opened(sealed, owner)
        if secret is None and self._keys.refresh():
            secret = self._opened(sealed, owner)
        if secret is None:
            raise Unavailable(
                text(
                    "The server's keys are not those that this account's second factor was sealed with. "
                    "Restore the folder keys/ from the backup that belongs to this database."
                )
            )
        return secret

    def _opened(self, sealed: bytes, owner: str) -> bytes | None:
        for key in self._keys.opening():
            with suppress(InvalidTag, ValueError):
                return ChaCha20Poly1305(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], owner.encode())
        return None
