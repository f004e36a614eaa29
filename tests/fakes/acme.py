"""An ACME server (RFC 8555) that believes nothing: it checks signatures, nonces and addresses, and fetches tokens."""

import base64
import binascii
import hashlib
import json
import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
from aiohttp import web
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding

TERMS = "https://acme.example/terms"


class Refusal(Exception):
    """A problem document (RFC 8555, 6.7)."""

    def __init__(self, code: str, detail: str, status: int = 400, retry_after: int | None = None) -> None:
        super().__init__(detail)
        self.code, self.detail, self.status, self.retry_after = code, detail, status, retry_after

    @property
    def document(self) -> dict[str, Any]:
        return {"type": f"urn:ietf:params:acme:error:{self.code}", "detail": self.detail, "status": self.status}


@dataclass(slots=True)
class Request:
    """A verified POST. `payload` is None for POST-as-GET."""

    payload: dict[str, Any] | None
    key: dict[str, str]
    account: str | None


@dataclass(slots=True)
class Authorization:
    domain: str
    account: str
    token: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    status: str = "pending"
    error: dict[str, Any] | None = None


@dataclass(slots=True)
class Order:
    domains: list[str]
    account: str
    authorizations: list[int]
    status: str = "pending"
    chain: bytes = b""
    looks: int = 0


@dataclass(slots=True)
class AcmeServer:
    """`reach` maps a domain to host and port where its port 80 is; a domain without an entry does not resolve."""

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    reach: dict[str, tuple[str, int]] = field(default_factory=dict)
    days: int = 90
    refuse_orders: Refusal | None = None
    external_accounts: bool = False
    looks_before_issued: int = 0
    """How often a finalized order is still called `processing`."""
    bad_nonces: int = 0
    """How many good nonces are still going to be called bad."""
    wrong_key: bool = False
    """Whether certificates are issued for a key that nobody asked for."""
    base: str = ""
    nonces: set[str] = field(default_factory=set)
    accounts: dict[str, dict[str, str]] = field(default_factory=dict)
    contacts: dict[str, list[str]] = field(default_factory=dict)
    authorizations: list[Authorization] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)
    fetched: list[str] = field(default_factory=list)
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        app = web.Application(middlewares=[self._guard])
        app.router.add_get("/directory", self._directory)
        app.router.add_get("/nonce", self._nonce)
        app.router.add_post("/account", self._account)
        app.router.add_post("/order", self._new_order)
        app.router.add_post("/orders/{id}", self._order)
        app.router.add_post("/orders/{id}/finalize", self._finalize)
        app.router.add_post("/authz/{id}", self._authorization)
        app.router.add_post("/challenge/{id}", self._challenge)
        app.router.add_post("/certificates/{id}", self._certificate)
        runner = web.AppRunner(app)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            self.base = f"http://127.0.0.1:{runner.addresses[0][1]}"
            yield
        finally:
            await runner.cleanup()

    @property
    def directory(self) -> str:
        return f"{self.base}/directory"

    # -- 6: message transport

    @web.middleware
    async def _guard(self, request: web.Request, handler: Any) -> web.StreamResponse:
        try:
            response: web.StreamResponse = await handler(request)
        except Refusal as refusal:
            response = web.json_response(refusal.document, status=refusal.status)
            response.content_type = "application/problem+json"
            if refusal.retry_after is not None:
                response.headers["Retry-After"] = str(refusal.retry_after)
        response.headers["Replay-Nonce"] = nonce = secrets.token_urlsafe(16)
        self.nonces.add(nonce)
        return response

    async def _verified(self, request: web.Request, *, with_key: bool = False) -> Request:
        if request.content_type != "application/jose+json":
            raise Refusal("malformed", "POST bodies are application/jose+json", 415)
        try:
            jws = json.loads(await request.text())
            header = json.loads(_decoded(jws["protected"]))
            payload, signature = _decoded(jws["payload"]), _decoded(jws["signature"])
        except (ValueError, KeyError, binascii.Error) as error:
            raise Refusal("malformed", "no flattened JWS") from error
        self._check_header(header, request, with_key=with_key)
        account = header.get("kid")
        key = header["jwk"] if with_key else self.accounts.get(account)
        if key is None:
            raise Refusal("accountDoesNotExist", "no such account")
        try:
            signed = f"{jws['protected']}.{jws['payload']}".encode()
            _public(key).verify(_der(signature), signed, ec.ECDSA(hashes.SHA256()))
        except InvalidSignature as error:
            raise Refusal("unauthorized", "bad signature", 403) from error
        return Request(json.loads(payload) if payload else None, key, account)

    def _check_header(self, header: Mapping[str, Any], request: web.Request, *, with_key: bool) -> None:
        if header.get("alg") != "ES256":
            raise Refusal("badSignatureAlgorithm", "ES256 only")
        if ("jwk" in header) == ("kid" in header) or ("jwk" in header) != with_key:
            raise Refusal("malformed", "exactly one of jwk (newAccount) and kid (else)")
        if header.get("url") != f"{self.base}{request.path}":
            raise Refusal("unauthorized", "the url is not the one that was asked", 403)
        if header.get("nonce") not in self.nonces:
            raise Refusal("badNonce", "unknown or used nonce")
        self.nonces.remove(header["nonce"])
        if self.bad_nonces:
            self.bad_nonces -= 1
            raise Refusal("badNonce", "this one has aged")

    # -- 7: certificate management

    async def _directory(self, _: web.Request) -> web.Response:
        meta = {"termsOfService": TERMS, "externalAccountRequired": self.external_accounts}
        paths = {"newNonce": "/nonce", "newAccount": "/account", "newOrder": "/order"}
        return web.json_response({**{name: f"{self.base}{path}" for name, path in paths.items()}, "meta": meta})

    async def _nonce(self, _: web.Request) -> web.Response:
        return web.Response(headers={"Cache-Control": "no-store"})

    async def _account(self, request: web.Request) -> web.Response:
        asked = await self._verified(request, with_key=True)
        payload = asked.payload or {}
        known = next((uri for uri, key in self.accounts.items() if key == asked.key), None)
        if known is None and payload.get("termsOfServiceAgreed") is not True:
            raise Refusal("userActionRequired", "agree to the terms", 403)
        uri = known or f"{self.base}/accounts/{len(self.accounts)}"
        self.accounts[uri] = asked.key
        self.contacts.setdefault(uri, payload.get("contact", []))
        body = {"status": "valid", "contact": self.contacts[uri]}
        return web.json_response(body, status=200 if known else 201, headers={"Location": uri})

    async def _new_order(self, request: web.Request) -> web.Response:
        asked = await self._verified(request)
        if self.refuse_orders is not None:
            raise self.refuse_orders
        assert asked.payload is not None
        assert asked.account is not None
        domains = [item["value"] for item in asked.payload["identifiers"] if item["type"] == "dns"]
        first = len(self.authorizations)
        self.authorizations += [Authorization(domain, asked.account) for domain in domains]
        self.orders.append(Order(domains, asked.account, list(range(first, first + len(domains)))))
        number = len(self.orders) - 1
        return web.json_response(self._shown(number), status=201, headers={"Location": f"{self.base}/orders/{number}"})

    def _shown(self, number: int) -> dict[str, Any]:
        order = self.orders[number]
        states = {self.authorizations[at].status for at in order.authorizations}
        if order.status == "pending":
            order.status = "invalid" if "invalid" in states else "ready" if states == {"valid"} else "pending"
        shown = {
            "status": order.status,
            "identifiers": [{"type": "dns", "value": domain} for domain in order.domains],
            "authorizations": [f"{self.base}/authz/{at}" for at in order.authorizations],
            "finalize": f"{self.base}/orders/{number}/finalize",
        }
        return {**shown, "certificate": f"{self.base}/certificates/{number}"} if order.status == "valid" else shown

    async def _order(self, request: web.Request) -> web.Response:
        number = await self._owned(request, self.orders)
        order = self.orders[number]
        order.looks += 1
        if order.status == "processing" and order.looks > self.looks_before_issued:
            order.status = "valid"
        return web.json_response(self._shown(number))

    async def _owned(self, request: web.Request, things: list[Any]) -> int:
        asked = await self._verified(request)
        number = int(request.match_info["id"])
        if asked.payload is not None and "finalize" not in request.path and "challenge" not in request.path:
            raise Refusal("malformed", "reading is POST-as-GET")
        if things[number].account != asked.account:
            raise Refusal("unauthorized", "another account's", 403)
        return number

    async def _authorization(self, request: web.Request) -> web.Response:
        number = await self._owned(request, self.authorizations)
        found = self.authorizations[number]
        identifier = {"type": "dns", "value": found.domain}
        body = {"status": found.status, "identifier": identifier, "challenges": [self._shown_challenge(number)]}
        return web.json_response(body)

    def _shown_challenge(self, number: int) -> dict[str, Any]:
        found = self.authorizations[number]
        shown = {"type": "http-01", "url": f"{self.base}/challenge/{number}", "token": found.token}
        return {**shown, "status": found.status, **({"error": found.error} if found.error else {})}

    async def _challenge(self, request: web.Request) -> web.Response:
        number = await self._owned(request, self.authorizations)
        found = self.authorizations[number]
        if found.status == "pending":
            try:
                await self._fetch(found)
                found.status = "valid"
            except Refusal as refusal:
                found.status, found.error = "invalid", refusal.document
        up = f'<{self.base}/authz/{number}>;rel="up"'
        return web.json_response(self._shown_challenge(number), headers={"Link": up})

    async def _fetch(self, found: Authorization) -> None:
        """8.3: HTTP on port 80 of the domain, whose body is the key authorization."""
        if found.domain not in self.reach:
            raise Refusal("dns", f"no A or AAAA record for {found.domain}")
        host, port = self.reach[found.domain]
        address = f"http://{host}:{port}/.well-known/acme-challenge/{found.token}"
        self.fetched.append(address)
        try:
            async with aiohttp.ClientSession() as http, http.get(address, headers={"Host": found.domain}) as answer:
                text = (await answer.text()).rstrip()
        except aiohttp.ClientError as error:
            raise Refusal("connection", f"{host}: connection refused") from error
        key = self.accounts[found.account]
        # RFC 7638: the required members, in order, without spaces
        canonical = json.dumps({name: key[name] for name in ("crv", "kty", "x", "y")}, separators=(",", ":"))
        if answer.status != 200 or text != f"{found.token}.{_encoded(hashlib.sha256(canonical.encode()).digest())}":
            raise Refusal("unauthorized", f"invalid response from {address}: {answer.status}", 403)

    async def _finalize(self, request: web.Request) -> web.Response:
        asked_body = json.loads(await request.text())
        number = await self._owned(request, self.orders)
        order = self.orders[number]
        if self._shown(number)["status"] != "ready":
            raise Refusal("orderNotReady", "not ready", 403)
        csr = x509.load_der_x509_csr(_decoded(json.loads(_decoded(asked_body["payload"]))["csr"]))
        names = csr.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        if not csr.is_signature_valid or sorted(names.get_values_for_type(x509.DNSName)) != sorted(order.domains):
            raise Refusal("badCSR", "signature or names")
        order.chain, order.status = self._issued(csr, names), "processing"
        return web.json_response(self._shown(number))

    def _issued(self, csr: x509.CertificateSigningRequest, names: x509.SubjectAlternativeName) -> bytes:
        begin = self.now() - timedelta(hours=1)
        issuer = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Stand-in CA")])
        key = ec.generate_private_key(ec.SECP256R1()).public_key() if self.wrong_key else csr.public_key()
        builder = x509.CertificateBuilder().subject_name(x509.Name([])).issuer_name(issuer).public_key(key)
        builder = builder.not_valid_before(begin).not_valid_after(begin + timedelta(days=self.days))
        leaf = builder.serial_number(x509.random_serial_number()).add_extension(names, critical=True)
        return leaf.sign(self.key, hashes.SHA256()).public_bytes(Encoding.PEM)

    async def _certificate(self, request: web.Request) -> web.Response:
        order = self.orders[await self._owned(request, self.orders)]
        return web.Response(body=order.chain, content_type="application/pem-certificate-chain")


def _decoded(text: str) -> bytes:
    if "=" in text:
        raise ValueError("base64url without padding")
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _public(key: Mapping[str, str]) -> ec.EllipticCurvePublicKey:
    x, y = (int.from_bytes(_decoded(key[name])) for name in ("x", "y"))
    return ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()


def _der(signature: bytes) -> bytes:
    """JWS signatures are r and s in 32 bytes each (RFC 7518, 3.4)."""
    if len(signature) != 64:
        raise Refusal("malformed", "an ES256 signature has 64 bytes")
    return encode_dss_signature(int.from_bytes(signature[:32]), int.from_bytes(signature[32:]))
