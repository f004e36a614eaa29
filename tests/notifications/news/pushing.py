"""A push service on loopback, as RFC 8030 has it: it verifies who sends (RFC 8292), and a browser's side of it decrypts
what was sent (RFC 8188 and 8291), written from the standards and not with what the house encrypts with."""

import base64
import json
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF, HKDFExpand
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

HEADER = 21
"""Salt, record size and the length of the key's id (RFC 8188, 2.1)."""


def unpadded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def padded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class Browser:
    endpoint: str
    key: ec.EllipticCurvePrivateKey
    secret: bytes

    @property
    def p256dh(self) -> str:
        return unpadded(self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))

    @property
    def auth(self) -> str:
        return unpadded(self.secret)

    def read(self, body: bytes) -> Any:
        """RFC 8291, 3.4: one record, whose last octet before the padding is 2."""
        salt, size, length = body[:16], int.from_bytes(body[16:20]), body[20]
        sender = body[HEADER : HEADER + length]
        sealed = body[HEADER + length :]
        assert len(sealed) <= size
        public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender)
        shared = self.key.exchange(ec.ECDH(), public)
        info = b"WebPush: info\0" + padded(self.p256dh) + sender
        material = HKDF(SHA256(), 32, self.secret, info).derive(shared)
        pseudo = HKDF.extract(SHA256(), salt, material)
        content = HKDFExpand(SHA256(), 16, b"Content-Encoding: aes128gcm\0").derive(pseudo)
        nonce = HKDFExpand(SHA256(), 12, b"Content-Encoding: nonce\0").derive(pseudo)
        plain = AESGCM(content).decrypt(nonce, sealed, None).rstrip(b"\0")
        assert plain[-1:] == b"\2"
        return json.loads(plain[:-1])


@dataclass
class Taken:
    browser: Browser
    headers: dict[str, str]
    told: Any


@dataclass
class PushService:
    url: str = ""
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    """What is answered next; then 201."""
    taken: list[Taken] = field(default_factory=list)
    asked: int = 0
    browsers: dict[str, Browser] = field(default_factory=dict)

    def subscribe(self) -> Browser:
        path = f"/push/{secrets.token_urlsafe(16)}"
        made = Browser(f"{self.url}{path}", ec.generate_private_key(ec.SECP256R1()), secrets.token_bytes(16))
        self.browsers[path] = made
        return made

    async def take(self, request: web.Request) -> web.Response:
        self.asked += 1
        body = await request.read()
        if self.answers:
            status, headers = self.answers.pop(0)
            return web.Response(status=status, headers=headers)
        browser = self.browsers.get(request.path)
        if browser is None:
            return web.Response(status=410)
        self.verify(request.headers["Authorization"])
        headers = dict(request.headers)
        assert headers["Content-Encoding"] == "aes128gcm"
        assert len(body) <= 4096
        self.taken.append(Taken(browser, headers, browser.read(body)))
        return web.Response(status=201)

    def verify(self, authorization: str) -> None:
        """RFC 8292, 2 and 3."""
        scheme, _, rest = authorization.partition(" ")
        assert scheme == "vapid"
        parts = dict(one.strip().split("=", 1) for one in rest.split(","))
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), padded(parts["k"]))
        audience = "{0.scheme}://{0.netloc}".format(urlsplit(self.url))
        # The house's clock is a stand-in: that it is at most a day is asked of the claim itself.
        claims = jwt.decode(parts["t"], key, algorithms=["ES256"], audience=audience, options={"verify_exp": False})
        assert claims["sub"].startswith(("mailto:", "https:"))
        self.expires = claims["exp"]

    expires: int = 0

    @classmethod
    @asynccontextmanager
    async def running(cls) -> "AsyncIterator[PushService]":
        made = cls()
        application = web.Application()
        application.router.add_post("/push/{id}", made.take)
        runner = web.AppRunner(application)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = runner.addresses[0][1]
        made.url = f"http://127.0.0.1:{port}"
        try:
            yield made
        finally:
            await runner.cleanup()
