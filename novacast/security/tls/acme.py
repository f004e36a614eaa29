"""Certificates by ACME (RFC 8555), proven over HTTP-01, by the library `acme`.

The library's calls block, so each runs in a thread; waiting is done here, so that it can be cancelled.
"""

import asyncio
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from acme import crypto_util
from acme.messages import STATUS_PENDING, STATUS_PROCESSING, STATUS_VALID, AuthorizationResource
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from novacast.errors import Unavailable
from novacast.security.tls import certificates, files
from novacast.security.tls.acme_account import Account, Link
from novacast.security.tls.acme_refusals import challenge_failed, order_failed, refusals
from novacast.security.tls.certificates import Certificate
from novacast.security.tls.files import TlsFiles
from novacast.security.tls.orders import Answer, Order, Responder

T = TypeVar("T")

_UNDER_WAY = (STATUS_PENDING, STATUS_PROCESSING)


class AcmeClient:
    """`pace` is seconds between two looks when the server names none; `patience`, how long a step may take in all."""

    def __init__(self, folder: TlsFiles, *, pace: float = 1.0, patience: float = 90.0) -> None:
        self._files, self._pace, self._patience = folder, pace, patience

    async def obtain(self, order: Order, responder: Responder) -> Certificate:
        """A new certificate and key for the order's domains into `server.pem`, which stays as it was on any failure.

        Raises Unavailable, RateLimited, InvalidInput or Conflict with what to do.
        """
        self._files.prepare()
        account = await asyncio.to_thread(Account.open, self._account_file(order))
        link = Link(order.directory, account, order.trust)
        try:
            return await self._obtain(order, link, responder)
        finally:
            link.close()

    def _account_file(self, order: Order) -> Path:
        return self._files.account(hashlib.sha256(order.directory.encode()).hexdigest()[:12])

    async def _obtain(self, order: Order, link: Link, responder: Responder) -> Certificate:
        key = certificates.key_pem(certificates.new_key())
        request = crypto_util.make_csr(key, domains=list(order.domains))
        with refusals(order.directory, lambda: link.retry_after):
            await asyncio.to_thread(link.open, order.email, agreed=order.agreed)
            placed = await asyncio.to_thread(link.place, request)
        open_ones = [found for found in placed.authorizations if found.body.status != STATUS_VALID]
        answers = [link.answer(found) for found in open_ones]
        async with responder.publish([Answer(*answer) for answer in answers]):
            with refusals(order.directory, lambda: link.retry_after):
                for found in open_ones:
                    await asyncio.to_thread(link.ready, found)
                for found in open_ones:
                    await self._proven(found, link)
        with refusals(order.directory, lambda: link.retry_after):
            await asyncio.to_thread(link.finalize, placed)
            status = await self._settled(lambda: link.look_at_order(placed), lambda body: body.status, link)
            if status.status != STATUS_VALID or not status.certificate:
                raise order_failed(status.error)
            chain = await asyncio.to_thread(link.certificate, status.certificate)
        return await asyncio.to_thread(self._keep, order, chain, key)

    async def _proven(self, found: AuthorizationResource, link: Link) -> None:
        settled = await self._settled(lambda: link.look_at(found), lambda current: current.body.status, link)
        if settled.body.status != STATUS_VALID:
            raise challenge_failed(settled)

    async def _settled(self, look: Callable[[], T], status: Callable[[T], object], link: Link) -> T:
        try:
            async with asyncio.timeout(self._patience):
                seen = await asyncio.to_thread(look)
                while status(seen) in _UNDER_WAY:
                    await asyncio.sleep(link.retry_after or self._pace)
                    seen = await asyncio.to_thread(look)
                return seen
        except TimeoutError as error:
            raise Unavailable(
                f"The ACME server did not come to an end within {self._patience:.0f} s. Try again in a while."
            ) from error

    def _keep(self, order: Order, chain: bytes, key: bytes) -> Certificate:
        """Believe nothing unseen: the chain must be for our key and our domains before it replaces what works."""
        path = self._files.server
        certificate = certificates.parse(chain, path)
        public = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        ours = certificates.own_key(key, path).public_key()
        described = Certificate.of(certificate)
        if certificate.public_key().public_bytes(*public) != ours.public_bytes(*public) or not all(
            described.covers(domain) for domain in order.domains
        ):
            raise Unavailable(
                "The ACME server answered with a certificate for another key or other names. It was not taken."
            )
        files.replace(path, chain.rstrip() + b"\n" + key)
        return described
