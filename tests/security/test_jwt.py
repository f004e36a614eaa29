from typing import Any

import jwt
import pytest

from novacast.clock import MINUTE, SECOND
from novacast.errors import Unauthenticated
from novacast.security.jwt import AccessClaims, AccessTokens

NOW = 1_750_000_000 * SECOND
KEY = b"k" * 32


@pytest.fixture
def tokens() -> AccessTokens:
    return AccessTokens(KEY, "https://tickets.example.org")


@pytest.fixture
def claims() -> AccessClaims:
    return AccessClaims("person", "session", NOW + 10 * MINUTE)


def forged(
    tokens: AccessTokens, *, key: bytes | None = None, algorithm: str = "HS256", typ: str = "at+jwt", **changes: Any
) -> str:
    payload = {
        "iss": "https://tickets.example.org",
        "aud": "novacast",
        "sub": "person",
        "sid": "session",
        "iat": NOW // SECOND,
        "exp": NOW // SECOND + 600,
    }
    payload.update(changes)
    payload = {name: value for name, value in payload.items() if value is not None}
    signed_with: Any = (tokens._keys.current() if key is None else key) or None
    return jwt.encode(payload, signed_with, algorithm=algorithm, headers={"typ": typ})


def test_what_is_issued_is_read_until_it_runs_out(tokens: AccessTokens, claims: AccessClaims) -> None:
    token = tokens.issue(claims, NOW)
    assert tokens.read(token, NOW) == claims
    assert tokens.read(token, claims.expires_at - 1) == claims
    with pytest.raises(Unauthenticated):
        tokens.read(token, claims.expires_at)


def test_the_forger_of_these_tests_would_get_in_with_the_key(tokens: AccessTokens, claims: AccessClaims) -> None:
    assert tokens.read(forged(tokens), NOW) == claims


@pytest.mark.parametrize(
    "changes",
    [
        {"key": b"another key that is long enough...."},
        {"key": KEY},
        {"key": b"", "algorithm": "none"},
        {"algorithm": "HS384"},
        {"typ": "JWT"},
        {"iss": "https://evil.example"},
        {"aud": "another"},
        {"sub": None},
        {"sid": None},
        {"sid": 7},
        {"exp": None},
        {"exp": "tomorrow"},
        {"iat": None},
    ],
)
def test_forgeries_are_refused(tokens: AccessTokens, changes: dict[str, Any]) -> None:
    with pytest.raises(Unauthenticated):
        tokens.read(forged(tokens, **changes), NOW)


@pytest.mark.parametrize("token", ["", ".", "..", "a.b.c", "é", "x" * 5000, "eyJhbGciOiJub25lIn0.e30."])
def test_what_is_no_token_is_refused(tokens: AccessTokens, token: str) -> None:
    with pytest.raises(Unauthenticated):
        tokens.read(token, NOW)


def test_a_token_of_another_house_is_refused(tokens: AccessTokens, claims: AccessClaims) -> None:
    with pytest.raises(Unauthenticated):
        tokens.read(AccessTokens(b"x" * 32, "https://tickets.example.org").issue(claims, NOW), NOW)
