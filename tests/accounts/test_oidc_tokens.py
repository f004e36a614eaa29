"""ID tokens that are to let nobody in, over a whole log-in each."""

import hmac
import json
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import RSAAlgorithm

from novacast.errors import Unauthenticated
from novacast.settings import Settings
from tests.accounts.house import House
from tests.accounts.providing import come_back, let_in, with_provider
from tests.fakes.authenticator import text
from tests.fakes.provider import CLIENT, Provider, new_key


def unsigned(provider: Provider, claims: dict[str, Any]) -> str:
    return jwt.encode(claims, None, algorithm="none")


def by_public_key(provider: Provider, claims: dict[str, Any]) -> str:
    """HS256 with what everybody knows for its secret: the provider's public key."""
    secret = provider.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    parts = [{"alg": "HS256", "typ": "JWT", "kid": provider.kid}, claims]
    signed = ".".join(text(json.dumps(part).encode()) for part in parts)
    return f"{signed}.{text(hmac.digest(secret, signed.encode(), 'sha256'))}"


def by_listed_secret(provider: Provider, claims: dict[str, Any]) -> str:
    return jwt.encode(claims, b"\0\0\0" * 11, algorithm="HS256", headers={"kid": "secret"})


def by_stranger(provider: Provider, claims: dict[str, Any]) -> str:
    return jwt.encode(claims, new_key(), algorithm="RS256", headers={"kid": provider.kid})


def with_own_key(provider: Provider, claims: dict[str, Any]) -> str:
    key = new_key()
    headers = {"kid": "mine", "jwk": json.loads(RSAAlgorithm.to_jwk(key.public_key()))}
    return jwt.encode(claims, key, algorithm="RS256", headers=headers)


def altered(provider: Provider, claims: dict[str, Any]) -> str:
    head, _, mark = provider.signed(claims).split(".")
    return f"{head}.{text(json.dumps({**claims, 'sub': 'u-2'}).encode())}.{mark}"


@pytest.mark.parametrize("sign", [unsigned, by_public_key, by_listed_secret, by_stranger, with_own_key, altered])
async def test_a_token_that_the_provider_did_not_sign_lets_nobody_in(
    house: House, settings: Settings, provider: Provider, sign: Callable[[Provider, dict[str, Any]], str]
) -> None:
    provider.sign = sign
    async with with_provider(house, settings, provider, accounts="anyone") as own:
        with pytest.raises(Unauthenticated):
            await come_back(own, provider)


@pytest.mark.parametrize(
    "wrong",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"iss": "https://evil.example"},
        {"aud": "another"},
        {"aud": [CLIENT, "another"]},
        {"aud": [CLIENT, "another"], "azp": "another"},
        {"aud": None},
        {"azp": "another"},
        {"exp": 1},
        {"exp": None},
        {"exp": True},
        {"iat": 2**39},
        {"iat": 1},
        {"iat": None},
        {"nbf": 2**39},
        {"sub": None},
        {"sub": ""},
        {"sub": "x" * 256},
        {"sub": 7},
    ],
    ids=str,
)
async def test_a_token_for_another_time_place_or_log_in_lets_nobody_in(
    house: House, settings: Settings, provider: Provider, wrong: dict[str, Any]
) -> None:
    provider.claims = wrong
    async with with_provider(house, settings, provider, accounts="anyone") as own:
        with pytest.raises(Unauthenticated):
            await come_back(own, provider)


async def test_a_token_for_several_is_taken_where_it_was_made_for_us(
    house: House, settings: Settings, provider: Provider
) -> None:
    provider.claims = {"aud": [CLIENT, "another"], "azp": CLIENT}
    async with with_provider(house, settings, provider, accounts="anyone") as own:
        await let_in(house, own, provider)
