"""What Web Push needs of cryptography: the installation's own key, by which push services know it (VAPID, RFC 8292),
and messages that only the browser can read (RFC 8291).

The key is made at its first use. A browser is subscribed with one key: for it another one is another sender, so that an
older key signs on until the browser has subscribed anew.
"""

import base64
import hashlib
import os
import re
from collections.abc import Mapping, Sequence
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
from novacast.records import dataclass

AUTH_BYTES = 16
"""Of the secret that a browser gives (RFC 8291, 3.2)."""
LASTS = 12 * HOUR
"""Of a signature: services take a day at most (RFC 8292, 2)."""
FILE = "vapid.pem"
_NUMBERED = re.compile(r"vapid\.(\d{1,6})\.pem")
_POINT = PublicFormat.UncompressedPoint

# The library is imported where it is needed: it loads an HTTP client that nobody uses here, and most processes push
# nothing.


@dataclass(frozen=True, slots=True)
class VapidKey:
    id: str
    public: str
    """As browsers take it."""
    pem: bytes


class Vapid:
    """`vapid.pem` is the key that browsers are subscribed with from now on; `vapid.N.pem` are older ones, which go on
    signing for those that were subscribed with them."""

    def __init__(self, folder: Path) -> None:
        """`folder`: of keys."""
        self._path = folder / FILE
        self._seen: tuple[int, int] | None = None
        self._keys: Sequence[VapidKey] = ()
        self._signed: dict[tuple[str, str, str], tuple[int, str]] = {}

    @property
    def public(self) -> str:
        """The public key as browsers take it. Raises BadSettings."""
        return self._known()[0].public

    @property
    def newest(self) -> str:
        """Id of that key."""
        return self._known()[0].id

    def id_of(self, public: str) -> str | None:
        """None: it is none of ours."""
        return next((one.id for one in self._known() if one.public == public.rstrip("=")), None)

    def knows(self, key: str) -> bool:
        """`key`: an id; empty: of a browser of which it was not written down, which means the oldest key."""
        return any(key in ("", one.id) for one in self._known())

    def is_older(self, key: str) -> bool:
        """Whether another is in its place by now."""
        keys = self._known()
        return key != keys[0].id and (key != "" or len(keys) > 1)

    def headers(self, endpoint: str, contact: str, now: int, key: str = "") -> Mapping[str, str]:
        """By which the service at `endpoint` knows who sends. `key`: as `knows` has it. One signature does for many
        messages."""
        parts = urlsplit(endpoint)
        audience = f"{parts.scheme}://{parts.netloc}"
        keys = self._known()
        own = next((one for one in keys if one.id == key), keys[-1])
        place = own.id, audience, contact
        until, signed = self._signed.get(place, (0, ""))
        if not now + HOUR < until <= now + LASTS:
            until = now + LASTS
            signed = _sign(own.pem, audience, contact, until)
            self._signed[place] = until, signed
        return {"Authorization": signed}

    def rotate(self) -> None:
        """Browsers are subscribed with a new key from now on. Raises BadSettings."""
        try:
            if self._path.exists():
                self._path.with_name(f"vapid.{self._last() + 1}.pem").hardlink_to(self._path)
            durable.replaced(self._path, _new())
        except OSError as error:
            raise self._refusal(error) from error
        self._seen = None

    def retire(self) -> int:
        """Forget older keys: nothing reaches browsers that are subscribed with one, until their page renews that. How
        many there were."""
        older = self._older()
        for _, path in older:
            path.unlink()
        if older:
            os.utime(self._path)  # whoever runs looks again
        self._seen = None
        return len(older)

    def _known(self) -> Sequence[VapidKey]:
        """The newest first."""
        try:
            if not self._path.exists():
                durable.made_once(self._path, _new())
            found = self._path.stat()
            if (found.st_ino, found.st_mtime_ns) != self._seen:
                files = [self._path, *(path for _, path in reversed(self._older()))]
                self._keys = [_key(path.read_bytes()) for path in files]
                self._seen = found.st_ino, found.st_mtime_ns
        except OSError as error:
            raise self._refusal(error) from error
        return self._keys

    def _older(self) -> list[tuple[int, Path]]:
        found = ((_NUMBERED.fullmatch(path.name), path) for path in self._path.parent.glob("vapid.*.pem"))
        return sorted((int(number[1]), path) for number, path in found if number is not None)

    def _last(self) -> int:
        return max((number for number, _ in self._older()), default=0)

    def _refusal(self, error: OSError) -> BadSettings:
        return BadSettings(f"The key {self._path} can't be used: {error.strerror}. Mend its owner and permissions.")


def _key(pem: bytes) -> VapidKey:
    public = _text(load_pem_private_key(pem, None).public_key().public_bytes(Encoding.X962, _POINT))
    return VapidKey(hashlib.sha256(public.encode()).hexdigest()[:16], public, pem)


def _sign(pem: bytes, audience: str, contact: str, until: int) -> str:
    from py_vapid import Vapid02

    key = Vapid02.from_pem(pem)
    return str(key.sign({"aud": audience, "exp": until // SECOND, "sub": contact})["Authorization"])


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


def _new() -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
