"""Keys on disk, one file each, readable by their owner alone; and what is signed with them.

A signed text is `purpose`-bound: a signature made for one purpose is worth nothing for another.
"""

import base64
import binascii
import hashlib
import hmac
import os
import secrets
from functools import lru_cache
from pathlib import Path

from novacast import i18n
from novacast.errors import BadSettings, Unauthenticated
from novacast.security.rings import KEY_BYTES, Derived, Ring, kept

_rings: dict[tuple[Path, bytes], Ring] = {}
"""One of each key in a process: who looks for newer keys looks for all."""


def secret(folder: Path, name: str) -> Ring:
    """The key called `name`, made at its first use. Two processes that start together get the same one."""
    path = folder / f"{name}.key"
    try:
        if not path.exists():
            _create(path)
        key = path.read_bytes()
    except OSError as error:
        raise BadSettings(f"The key {path} can't be used: {error.strerror}. Mend its owner and permissions.") from error
    if len(key) != KEY_BYTES:
        raise BadSettings(f"The key {path} is damaged ({len(key)} bytes, not {KEY_BYTES}). Restore it from a backup.")
    ring = _rings.setdefault((path, key), Ring(key, folder / f"{name}.ring"))
    ring.refresh()
    return ring


def _create(path: Path) -> None:
    unfinished = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(handle, secrets.token_bytes(KEY_BYTES))
        os.fsync(handle)
    finally:
        os.close(handle)
    try:
        path.hardlink_to(unfinished)
    except FileExistsError:
        pass  # the other process was first: its key is the key
    finally:
        unfinished.unlink()
    kept(path.parent)


class Mac:
    """HMAC-SHA-256 with its key prepared once. `hmac.digest` lets other threads run each time, and waits for them."""

    def __init__(self, key: bytes) -> None:
        self._begun = hmac.new(key, digestmod="sha256")

    def digest(self, payload: bytes) -> bytes:
        mac = self._begun.copy()
        mac.update(payload)
        return mac.digest()


class Signer:
    """HMAC-SHA-256 over `purpose` and payload; the text is URL-safe."""

    def __init__(self, key: bytes, purpose: str) -> None:
        """`key`: a ring, whose older keys are still read, or a single key."""
        self._keys = Derived(key, purpose)

    def sign(self, payload: bytes) -> str:
        return f"{_text(payload)}.{_text(_mac(self._keys.current()).digest(payload))}"

    def verify(self, text: str) -> bytes:
        """The payload of a text that `sign` made. Raises Unauthenticated."""
        body, _, mark = text.partition(".")
        try:
            payload, signature = _bytes(body), _bytes(mark)
        except (ValueError, binascii.Error) as error:
            raise Unauthenticated(i18n.text("This address is not complete. Ask for a new one.")) from error
        if self._made(payload, signature) or (self._keys.refresh() and self._made(payload, signature)):
            return payload
        raise Unauthenticated(i18n.text("This address was not made here, or was altered. Ask for a new one."))

    def _made(self, payload: bytes, signature: bytes) -> bool:
        return any(hmac.compare_digest(signature, _mac(key).digest(payload)) for key in self._keys.reading())


@lru_cache(64)
def _mac(key: bytes) -> Mac:
    return Mac(key)


def new_token(size: int = 24) -> str:
    """A bearer secret of `size` random bytes, URL-safe."""
    return secrets.token_urlsafe(size)


def digest(token: str) -> bytes:
    """What is stored of a bearer secret: it has entropy enough to need no slow hash."""
    return hashlib.sha256(token.encode()).digest()


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def instance_of(key: bytes) -> str:
    """What outsiders call this installation, so that nobody else's payments count here. It tells nothing of the key."""
    return hmac.digest(key, b"tickets.instance", "sha256").hex()[:16]
