"""Passwords: Argon2id (RFC 9106) in a few threads of its own, and what a password must be.

The parameters are the settings' (OWASP's least by default); a hash made with weaker ones is renewed at sign-in.
"""

import asyncio
import base64
import re
import secrets
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from novacast.errors import InvalidInput, Overloaded
from novacast.i18n import text
from novacast.security.common_passwords import is_common

T = TypeVar("T")

SHORTEST, LONGEST = 10, 1000
_SALT_BYTES, _HASH_BYTES, _LANES = 16, 32, 1


_PHC = re.compile(r"\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,2})\$[A-Za-z0-9+/]{11,86}\$[A-Za-z0-9+/]{22,86}")
_MOST_MEMORY_KIB, _MOST_ITERATIONS, _MOST_LANES = 256 * 1024, 16, 8
"""Of hashes that were made elsewhere: each log-in pays for them."""


def is_taken_over(encoded: str) -> bool:
    """Whether a hash that another program made can be looked at here, at a price that anybody may ask us to pay."""
    found = _PHC.fullmatch(encoded)
    if found is None:
        return False
    memory, iterations, lanes = (int(one) for one in found.groups())
    bounded = memory <= _MOST_MEMORY_KIB and iterations <= _MOST_ITERATIONS and lanes <= _MOST_LANES
    return bounded and min(iterations, lanes) > 0 and memory >= 8 * lanes


def acceptable(password: str, *names: str, field: str = "password") -> str:
    """The password as it is hashed (NFKC). It may be none of the account's `names`, dressed with digits or not.

    Raises InvalidInput for `field`.
    """
    if len(password) <= LONGEST:
        password = _normal(password, field)
    if not SHORTEST <= len(password) <= LONGEST:
        raise InvalidInput.field(
            field,
            text(
                "A password has from {least} to {most} characters; this one has {length}.",
                least=SHORTEST,
                most=LONGEST,
                length=len(password),
            ),
            "length",
        )
    if is_common(password, names):
        raise InvalidInput.field(
            field, text("This password is one of the first that others would guess. Choose another."), "common"
        )
    return password


def _normal(password: str, field: str) -> str:
    if any(unicodedata.category(character) in ("Cs", "Cc") for character in password):
        raise InvalidInput.field(field, text("A password can't hold control characters."), "characters")
    return unicodedata.normalize("NFKC", password)


class Passwords:
    """Hashing off the event loop: `threads` at a time, `waiting` more in line, then Overloaded.

    Waiting takes next to no memory, and at some 20 ms for each the last of 512 is served before it would ask again.
    """

    def __init__(self, memory_kib: int, iterations: int, *, threads: int = 2, waiting: int = 512) -> None:
        self._memory, self._iterations = memory_kib, iterations
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="passwords")
        self._room = threads + waiting
        self._nobody = self._phc(secrets.token_bytes(_SALT_BYTES), secrets.token_bytes(_HASH_BYTES))

    async def hash(self, password: str) -> str:
        """PHC text of a password that `acceptable` let pass."""
        wanted = unicodedata.normalize("NFKC", password).encode()
        return await self._run(lambda: self._derive(wanted))

    async def verify(self, password: str, encoded: str | None) -> bool:
        """Whether `password` made `encoded`. None (no such account) takes the same work and is never right."""
        if len(password) > LONGEST:
            return False
        given = unicodedata.normalize("NFKC", password).encode(errors="surrogatepass")
        right = await self._run(lambda: _matches(given, encoded or self._nobody))
        return right and encoded is not None

    def unknown(self) -> str:
        """What an account has whose owner has not chosen a password: no password makes it, and to look at it costs as
        much as at any."""
        return self._phc(secrets.token_bytes(_SALT_BYTES), secrets.token_bytes(_HASH_BYTES))

    def outdated(self, encoded: str) -> bool:
        """Whether the parameters have risen since `encoded` was made."""
        return not encoded.startswith(self._prefix())

    def close(self) -> None:
        self._pool.shutdown(cancel_futures=True)

    def _derive(self, password: bytes) -> str:
        salt = secrets.token_bytes(_SALT_BYTES)
        kdf = Argon2id(
            salt=salt, length=_HASH_BYTES, iterations=self._iterations, lanes=_LANES, memory_cost=self._memory
        )
        return kdf.derive_phc_encoded(password)

    def _prefix(self) -> str:
        return f"$argon2id$v=19$m={self._memory},t={self._iterations},p={_LANES}$"

    def _phc(self, salt: bytes, hashed: bytes) -> str:
        return f"{self._prefix()}{_unpadded(salt)}${_unpadded(hashed)}"

    async def _run(self, work: Callable[[], T]) -> T:
        if self._room <= 0:
            raise Overloaded(text("Too many log-ins at once. Try again in a moment."))
        self._room -= 1
        future = asyncio.get_running_loop().run_in_executor(self._pool, work)
        future.add_done_callback(self._leave)
        return await future

    def _leave(self, _: object) -> None:
        self._room += 1


def _matches(password: bytes, encoded: str) -> bool:
    try:
        Argon2id.verify_phc_encoded(password, encoded)
    except (InvalidKey, ValueError):
        return False
    return True


def _unpadded(data: bytes) -> str:
    return base64.b64encode(data).decode().rstrip("=")
