"""What Web Push needs of cryptography: the installation's own key, by which push services know it (VAPID, RFC 8292),
and messages that only the browser can read (RFC 8291).

The key is made at its first use and never changes: browsers are subscribed to it, and another would be another sender.
"""

import base64
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from novacast import durable
from novacast.clock import HOUR, SECOND
from novacast.errors import BadSettings

AUTH_BYTES = 16
"""Of the secret that a browser gives (RFC 8291, 3.2)."""
LASTS = 12 * HOUR
"""Of a signature: services take a day at most (RFC 8292, 2)."""
FILE = "vapid.pem"

# The library is imported where it is needed: it loads an HTTP client that nobody uses here, and most processes push
# nothing.


class Vapid:
    def __init__(self, folder: Path) -> None:
        """`folder`: of keys."""
        self._path = folder / FILE
        self._signed: dict[tuple[str, str], tuple[int, str]] = {}

    @cached_property
    def public(self) -> str:
        """The public key as browsers take it. Raises BadSettings."""
        key = load_pem_private_key(self._pem(), None)
        return _text(key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))

    def headers(self, endpoint: str, contact: str, now: int) -> Mapping[str, str]:
        """By which the service at `endpoint` knows who sends. One signature does for many messages."""
        parts = urlsplit(endpoint)
        audience = f"{parts.scheme}://{parts.netloc}"
        until, signed = self._signed.get((audience, contact), (0, ""))
        if not now + HOUR < until <= now + LASTS:
            until = now + LASTS
            signed = self._sign(audience, contact, until)
            self._signed[audience, contact] = until, signed
        return {"Authorization": signed}

    def _sign(self, audience: str, contact: str, until: int) -> str:
        from py_vapid import Vapid02

        key = Vapid02.from_pem(self._pem())
        return str(key.sign({"aud": audience, "exp": until // SECOND, "sub": contact})["Authorization"])

    def _pem(self) -> bytes:
        try:
            if not self._path.exists():
                _create(self._path)
            return self._path.read_bytes()
        except OSError as error:
            raise BadSettings(
                f"The key {self._path} can't be used: {error.strerror}. Mend its owner and permissions."
            ) from error


def encrypted(p256dh: str, auth: str, payload: bytes) -> bytes:
    """The body of a push (aes128gcm, RFC 8188). Raises ValueError for keys that are none."""
    from pywebpush import WebPusher, WebPushException

    try:
        made = WebPusher({"endpoint": "https://unused.invalid", "keys": {"p256dh": p256dh, "auth": auth}}).encode(
            payload, content_encoding="aes128gcm"
        )
    except (WebPushException, ValueError) as error:
        raise ValueError(str(error)) from error
    if made is None:
        raise ValueError("nothing to encrypt")
    return bytes(made["body"])


def is_point(data: bytes) -> bool:
    """Whether it is an uncompressed point of P-256, as browsers give their public key."""
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), data)
    except ValueError:
        return False
    return len(data) == 65


def _create(path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    durable.made_once(path, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
