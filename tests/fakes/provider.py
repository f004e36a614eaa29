"""An OpenID provider on loopback: discovery, keys, codes with PKCE, tokens (OpenID Connect Core and Discovery 1.0).

What a test wants to be wrong, it sets in `claims`, `header` or `sign`.
"""

import base64
import hashlib
import json
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

CLIENT, SECRET = "venue", "s3cret: with/signs"


@dataclass
class Asked:
    """What a browser was sent with."""

    nonce: str
    challenge: str
    redirect: str


def new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


_KEY = new_key()
"""Of all providers: made once, as that takes a moment."""


@dataclass
class Provider:
    clock: Callable[[], int]
    """Seconds."""
    issuer: str = ""
    key: rsa.RSAPrivateKey = _KEY
    kid: str = "k1"
    known: bool = True
    """Whether the key is among those that it shows."""
    down: bool = False
    claims: dict[str, Any] = field(default_factory=dict)
    """Over those of the person; None takes one away."""
    person: dict[str, Any] = field(
        default_factory=lambda: {"sub": "u-1", "email": "ada@example.org", "email_verified": True, "name": "Ada Byron"}
    )
    in_token: bool = True
    """Whether the person's address stands in the ID token; else userinfo alone tells it."""
    sign: Callable[["Provider", dict[str, Any]], str] | None = None
    document: dict[str, Any] = field(default_factory=dict)
    """Over what it says of itself."""
    codes: dict[str, Asked] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    """Paths, in their order."""

    def log_in(self, url: str) -> dict[str, str]:
        """A person logs in at the address that a browser was sent to; what the browser brings back."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        assert query["response_type"] == "code"
        assert query["client_id"] == CLIENT
        assert query["code_challenge_method"] == "S256"
        assert "openid" in query["scope"].split()
        code = secrets.token_urlsafe(16)
        self.codes[code] = Asked(query["nonce"], query["code_challenge"], query["redirect_uri"])
        return {"code": code, "state": query["state"]}

    async def configuration(self, request: web.Request) -> web.Response:
        self._seen(request)
        told = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "end_session_endpoint": f"{self.issuer}/logout",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
        }
        # Pretty, with the line ends that some servers write.
        return web.Response(text=json.dumps(told | self.document, indent=1).replace("\n", "\r\n"))

    async def keys(self, request: web.Request) -> web.Response:
        self._seen(request)
        own = {**json.loads(RSAAlgorithm.to_jwk(self.key.public_key())), "kid": self.kid, "use": "sig"}
        other = {"kty": "oct", "k": "AAAA", "kid": "secret"}
        return web.json_response({"keys": [other, *([own] if self.known else [])]})

    async def token(self, request: web.Request) -> web.Response:
        self._seen(request)
        form = await request.post()
        pair = base64.b64decode(request.headers["Authorization"].removeprefix("Basic ")).decode()
        assert [unquote(part) for part in pair.split(":")] == [CLIENT, SECRET]
        known = self.codes.pop(str(form["code"]), None)
        verifier = str(form["code_verifier"]).encode()
        fits = base64.urlsafe_b64encode(hashlib.sha256(verifier).digest()).decode().rstrip("=")
        if known is None or known.redirect != form["redirect_uri"] or known.challenge != fits:
            return web.json_response({"error": "invalid_grant"}, status=400)
        now = self.clock()
        shown = self.person if self.in_token else {"sub": self.person["sub"]}
        claims = {"iss": self.issuer, "aud": CLIENT, "exp": now + 300, "iat": now, "nonce": known.nonce, **shown}
        claims = {name: value for name, value in (claims | self.claims).items() if value is not None}
        signed = self.sign(self, claims) if self.sign else self.signed(claims)
        return web.json_response({"access_token": "access", "token_type": "Bearer", "id_token": signed})

    def signed(self, claims: dict[str, Any]) -> str:
        return jwt.encode(claims, self.key, algorithm="RS256", headers={"kid": self.kid})

    async def userinfo(self, request: web.Request) -> web.Response:
        self._seen(request)
        assert request.headers["Authorization"] == "Bearer access"
        return web.json_response(self.person)

    def _seen(self, request: web.Request) -> None:
        self.asked.append(request.path)
        if self.down:
            raise web.HTTPServiceUnavailable


def back(url: str, brought: dict[str, str]) -> str:
    return f"{urlsplit(url).path}?{urlencode(brought)}"


@asynccontextmanager
async def open_provider(clock: Callable[[], int]) -> AsyncIterator[Provider]:
    provider = Provider(clock)
    app = web.Application()
    app.add_routes(
        [
            web.get("/.well-known/openid-configuration", provider.configuration),
            web.get("/keys", provider.keys),
            web.post("/token", provider.token),
            web.get("/userinfo", provider.userinfo),
        ]
    )
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    provider.issuer = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield provider
    finally:
        await runner.cleanup()
