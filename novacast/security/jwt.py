"""Access tokens: JWTs of a few minutes (RFC 9068's type and claims), signed and read by this server alone (HS256)."""

from contextlib import suppress
from functools import lru_cache
from typing import Any

import jwt

from novacast.clock import SECOND
from novacast.errors import Unauthenticated
from novacast.i18n import text
from novacast.records import dataclass
from novacast.security.rings import Derived

_ALGORITHM = "HS256"
_TYPE = "at+jwt"
_AUDIENCE = "novacast"
_LONGEST = 2048
_REMEMBERED = 1024
_REFUSED = text("This access token is not valid any more. Refresh it, or log in again.")


@dataclass(frozen=True, slots=True)
class AccessClaims:
    person_id: str
    session_id: str
    """The session (token family) that this token lives and dies with."""
    expires_at: int


class AccessTokens:
    def __init__(self, key: bytes, issuer: str) -> None:
        self._keys = Derived(key, "access token")
        self._issuer = issuer
        # What a signature covers never changes, so checking it once per token is enough; the time is checked always.
        self._verified = lru_cache(maxsize=_REMEMBERED)(self._verify)

    def issue(self, claims: AccessClaims, now: int) -> str:
        payload = {
            "iss": self._issuer,
            "aud": _AUDIENCE,
            "sub": claims.person_id,
            "sid": claims.session_id,
            "iat": now // SECOND,
            "exp": claims.expires_at // SECOND,
        }
        return jwt.encode(payload, self._keys.current(), algorithm=_ALGORITHM, headers={"typ": _TYPE})

    def read(self, token: str, now: int) -> AccessClaims:
        """The claims of a token that `issue` made and that has not run out. Raises Unauthenticated."""
        claims = self._verified(token, self._keys.version())
        if claims.expires_at <= now:
            raise Unauthenticated(_REFUSED)
        return claims

    def _verify(self, token: str, version: int) -> AccessClaims:
        """`version`: of the keys, so that what one of them signed is not remembered for longer than that counts."""
        if len(token) > _LONGEST or not token.isascii():
            raise Unauthenticated(_REFUSED)
        whole = self._decoded(token)
        if whole is None and self._keys.refresh():
            whole = self._decoded(token)
        if whole is None:
            raise Unauthenticated(_REFUSED)
        payload = whole["payload"]
        person_id, session_id, expires = payload["sub"], payload["sid"], payload["exp"]
        fits = isinstance(person_id, str) and isinstance(session_id, str) and type(expires) is int
        if not fits or whole["header"].get("typ") != _TYPE:
            raise Unauthenticated(_REFUSED)
        return AccessClaims(person_id, session_id, expires * SECOND)

    def _decoded(self, token: str) -> dict[str, Any] | None:
        """By whichever key it was signed with; None where that is none of ours, or it is no such token."""
        for key in self._keys.reading():
            with suppress(jwt.InvalidTokenError):
                return self._by(key, token)
        return None

    def _by(self, key: bytes, token: str) -> dict[str, Any]:
        return jwt.decode_complete(
            token,
            key,
            algorithms=[_ALGORITHM],
            audience=_AUDIENCE,
            issuer=self._issuer,
            # The one clock is ours: PyJWT would ask the machine's.
            options={"require": ["exp", "iat", "sub", "sid"], "verify_exp": False, "verify_iat": False},
        )
