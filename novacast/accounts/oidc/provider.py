"""The provider itself: what it says of itself and its keys, kept for an hour, and codes that it makes tokens of.

While it is down everybody else logs in as ever: it is asked by those alone who want to log in by it.
"""

import asyncio
import base64
import json
import logging
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from novacast.accounts.oidc.models import Metadata
from novacast.accounts.ports import Outward, Reply
from novacast.clock import HOUR, SECOND, Clock
from novacast.errors import Forbidden, Unauthenticated, Unavailable
from novacast.i18n import text
from novacast.security import idtokens
from novacast.security.idtokens import Identity, Keys, UnknownKey
from novacast.settings import Oidc
from novacast.texts import printable

log = logging.getLogger(__name__)

KEPT = HOUR
AGAIN = 10 * SECOND
"""Not asked more often than this for keys that it may have changed, nor after it did not answer."""
MOST = 256 * 1024
_DOWN = text("The log-in provider can't be reached right now. Log in in another way, or try again in a while.")
_REFUSED = text("The log-in provider did not accept this log-in. Begin it again.")


class Provider:
    def __init__(self, settings: Oidc, outward: Outward, clock: Clock, back: str) -> None:
        """`back`: the address that it sends people back to."""
        self._settings, self._outward, self._clock, self.back = settings, outward, clock, back
        self.issuer = settings.issuer
        self._metadata: tuple[int, Metadata] | None = None
        self._keys: tuple[int, Keys] | None = None
        self._failed_at: int | None = None
        self._asking = asyncio.Lock()

    async def metadata(self) -> Metadata:
        """Raises Unavailable."""
        async with self._asking:
            now = self._clock.now()
            if self._metadata is not None and now - self._metadata[0] < KEPT:
                return self._metadata[1]
            told = await self._told(f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
            try:
                found = Metadata.of(self.issuer, told)
            except ValueError as error:
                log.error("the log-in provider %s can't be used: %s", self.issuer, error)
                raise Unavailable(_DOWN) from error
            self._metadata = (now, found)
            return found

    async def address(self, state: str, nonce: str, verifier: str) -> str:
        """Where a browser goes to log in (OpenID Connect Core, 3.1.2.1)."""
        asked = {
            "response_type": "code",
            "client_id": self._settings.client_id,
            "redirect_uri": self.back,
            "scope": " ".join(self._settings.scopes),
            "state": state,
            "nonce": nonce,
            "code_challenge": idtokens.challenge_of(verifier),
            "code_challenge_method": "S256",
        }
        there = (await self.metadata()).authorization
        return f"{there}{'&' if '?' in there else '?'}{urlencode(asked)}"

    async def redeem(self, code: str, verifier: str, nonce: str) -> Identity:
        """Who logged in there. Raises Unauthenticated, Unavailable."""
        there = await self.metadata()
        tokens = await self._tokens(there, code, verifier)
        token = tokens.get("id_token")
        if not isinstance(token, str):
            log.warning("the log-in provider %s gave no ID token", self.issuer)
            raise Unauthenticated(_REFUSED)
        identity = await self._read(there, token, nonce)
        if identity.claims.get("email") is None and there.userinfo is not None:
            return await self._more(there.userinfo, tokens.get("access_token"), identity)
        return identity

    async def close(self) -> None:
        await self._outward.close()

    async def _read(self, there: Metadata, token: str, nonce: str) -> Identity:
        def read(keys: Keys) -> Identity:
            return idtokens.read(
                token,
                keys,
                issuer=self.issuer,
                client_id=self._settings.client_id,
                nonce=nonce,
                now=self._clock.now(),
            )

        try:
            return read(await self._current(there, KEPT))
        except UnknownKey:
            return read(await self._current(there, AGAIN))
        except Unauthenticated:
            log.warning("the log-in provider %s gave an ID token that is not good", self.issuer)
            raise

    async def _current(self, there: Metadata, age: int) -> Keys:
        """Its keys, no older than `age`."""
        async with self._asking:
            now = self._clock.now()
            if self._keys is None or now - self._keys[0] >= age:
                self._keys = (now, Keys(await self._told(there.keys)))
            return self._keys[1]

    async def _tokens(self, there: Metadata, code: str, verifier: str) -> Mapping[str, Any]:
        own = self._settings
        asked = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.back,
            "code_verifier": verifier,
        }
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        if own.client_secret and there.basic:
            # Both are form-encoded before (RFC 6749, 2.3.1).
            pair = f"{quote(own.client_id, safe='')}:{quote(own.client_secret, safe='')}"
            headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        else:
            asked["client_id"] = own.client_id
            if own.client_secret:
                asked["client_secret"] = own.client_secret
        reply = await self._sent(self._outward.post(there.token, headers, urlencode(asked).encode(), MOST))
        if reply.status in (400, 401):
            error = _object(reply.body).get("error")
            log.warning("the log-in provider %s refused a code: %s", self.issuer, printable(str(error)[:100]))
            raise Unauthenticated(_REFUSED)
        return self._good(reply)

    async def _more(self, url: str, access: Any, identity: Identity) -> Identity:
        """With what its userinfo tells beside the token (5.3); it must be of the same person."""
        if not isinstance(access, str) or not access.isascii() or not access.isprintable():
            return identity
        headers = {"Authorization": f"Bearer {access}", "Accept": "application/json"}
        told = self._good(await self._sent(self._outward.get(url, headers, MOST)))
        if told.get("sub") != identity.subject:
            raise Unauthenticated(_REFUSED)
        return Identity(identity.issuer, identity.subject, {**told, **identity.claims})

    async def _told(self, url: str) -> Mapping[str, Any]:
        now = self._clock.now()
        if self._failed_at is not None and now - self._failed_at < AGAIN:
            raise Unavailable(_DOWN)
        try:
            found = self._good(await self._sent(self._outward.get(url, {"Accept": "application/json"}, MOST)))
        except Unavailable:
            self._failed_at = self._clock.now()
            raise
        self._failed_at = None
        return found

    async def _sent(self, sending: Any) -> Reply:
        try:
            reply: Reply = await sending
        except (Unavailable, Forbidden) as error:
            log.warning("the log-in provider %s: %s", self.issuer, error)
            raise Unavailable(_DOWN) from error
        return reply

    def _good(self, reply: Reply) -> Mapping[str, Any]:
        found = _object(reply.body) if reply.status == 200 else {}
        if not found:
            log.warning("the log-in provider %s answered %d, and nothing that can be used", self.issuer, reply.status)
            raise Unavailable(_DOWN)
        return found


def _object(body: bytes) -> Mapping[str, Any]:
    """Empty for what is no JSON object."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
