"""ID tokens of an OpenID provider (OpenID Connect Core 1.0, 3.1.3.7), and what one is asked for with (PKCE, RFC 7636).

Only signatures by a public key of the provider count. Which algorithms may be is ours to say and not the token's:
neither `none`, nor one whose secret would be something public (RFC 8725, 2.1 and 3.1).
"""

import base64
import hashlib
import secrets
from collections.abc import Mapping, Sequence
from typing import Any

import jwt
from jwt.exceptions import InvalidKeyError, PyJWKError
from jwt.types import Options

from novacast.clock import MINUTE, SECOND
from novacast.errors import Unauthenticated
from novacast.i18n import text
from novacast.records import dataclass

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
LONGEST = 32 * 1024
SKEW = MINUTE
"""By which the provider's clock may differ from ours."""
OLDEST = 10 * MINUTE
"""Since when a token may have been issued: it was asked for a moment ago."""
_LONGEST_SUBJECT = 255
_MOST_KEYS = 100
_KINDS = {"RS": "RSA", "PS": "RSA", "ES": "EC", "Ed": "OKP"}
_SHORTEST_RSA = 2048
_REFUSED = text("What the log-in provider answered can't be accepted. Try again; if it stays so, tell the operator.")


class UnknownKey(Unauthenticated):
    """The token is signed with a key that is not among the provider's, which may have changed them."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who somebody is to the provider."""

    issuer: str
    subject: str
    claims: Mapping[str, Any]


class Keys:
    """A provider's JWKS (RFC 7517)."""

    def __init__(self, told: Any) -> None:
        """What is no key that we could use is left out: others may have been added for others."""
        listed = told.get("keys") if isinstance(told, Mapping) else None
        self._keys = [one for one in (listed if isinstance(listed, list) else [])[:_MOST_KEYS] if _signs(one)]

    def fitting(self, header: Mapping[str, Any]) -> list[jwt.PyJWK]:
        """Those that may have signed a token with this header."""
        kid, algorithm = header.get("kid"), str(header.get("alg"))
        named = [one for one in self._keys if kid is None or one.get("kid") in (None, kid)]
        return [key for one in named if (key := _key(one, algorithm)) is not None]


def read(token: str, keys: Keys, *, issuer: str, client_id: str, nonce: str, now: int) -> Identity:
    """Whose token it is. Raises UnknownKey, and Unauthenticated for anything else that is wrong with it."""
    claims = _signed(token, keys)
    audience = claims.get("aud")
    audiences: Sequence[Any] = audience if isinstance(audience, list) else [audience]
    party, told, subject = claims.get("azp"), claims.get("nonce"), claims.get("sub")
    fits = (
        claims.get("iss") == issuer
        and client_id in audiences
        and (party == client_id if party is not None else len(audiences) == 1)
        and isinstance(told, str)
        and secrets.compare_digest(told.encode(), nonce.encode())
        and isinstance(subject, str)
        and 0 < len(subject) <= _LONGEST_SUBJECT
        and _is_of_now(claims, now)
    )
    if not fits or not isinstance(subject, str):
        raise Unauthenticated(_REFUSED)
    return Identity(issuer, subject, claims)


def challenge_of(verifier: str) -> str:
    """S256 (RFC 7636, 4.2)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def _signed(token: str, keys: Keys) -> Mapping[str, Any]:
    if len(token) > LONGEST:
        raise Unauthenticated(_REFUSED)
    try:
        header = jwt.get_unverified_header(token)
    except (jwt.InvalidTokenError, ValueError, RecursionError) as error:
        raise Unauthenticated(_REFUSED) from error
    if header.get("alg") not in ALGORITHMS:
        raise Unauthenticated(_REFUSED)
    fitting = keys.fitting(header)
    if not fitting:
        raise UnknownKey(_REFUSED)
    for key in fitting:
        claims = _by(key, token)
        if claims is not None:
            return claims
    raise Unauthenticated(_REFUSED)


def _by(key: jwt.PyJWK, token: str) -> Mapping[str, Any] | None:
    # Claims are looked at by us, with our clock; the library would ask the machine's.
    unchecked: Options = {
        "verify_exp": False,
        "verify_nbf": False,
        "verify_iat": False,
        "verify_aud": False,
        "verify_iss": False,
        "verify_sub": False,
        "verify_jti": False,
    }
    try:
        return jwt.decode(token, key, algorithms=[key.algorithm_name], options=unchecked)
    except (jwt.InvalidTokenError, InvalidKeyError, ValueError, TypeError, RecursionError):
        return None


def _is_of_now(claims: Mapping[str, Any], now: int) -> bool:
    expires, issued, begins = _instant(claims.get("exp")), _instant(claims.get("iat")), _instant(claims.get("nbf", 0))
    if expires is None or issued is None or begins is None:
        return False
    return expires + SKEW > now and issued - SKEW <= now < issued + OLDEST and begins - SKEW <= now


def _instant(told: Any) -> int | None:
    """Of a NumericDate (RFC 7519, 2), in microseconds."""
    fits = isinstance(told, (int, float)) and not isinstance(told, bool) and abs(told) < 2**40
    return int(told * SECOND) if fits else None


def _signs(told: Any) -> bool:
    return isinstance(told, Mapping) and told.get("kty") in _KINDS.values() and told.get("use", "sig") == "sig"


def _key(told: Mapping[str, Any], algorithm: str) -> jwt.PyJWK | None:
    """The key for an algorithm of ours; None where it is for another, or is none that we could use."""
    if told.get("kty") != _KINDS[algorithm[:2]] or told.get("alg") not in (None, algorithm):
        return None
    try:
        key = jwt.PyJWK(dict(told), algorithm)
    except (PyJWKError, InvalidKeyError, jwt.InvalidTokenError, ValueError, TypeError, KeyError, AttributeError):
        return None
    return None if told.get("kty") == "RSA" and key.key.key_size < _SHORTEST_RSA else key
