"""One account at one ACME server: its key on disk, and the requests it signs."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from acme import challenges
from acme.client import ClientNetwork, ClientV2
from acme.errors import ConflictError
from acme.messages import (
    AuthorizationResource,
    ChallengeBody,
    Error,
    NewRegistration,
    Order,
    OrderResource,
    Registration,
    RegistrationResource,
)
from josepy.jwa import ES256
from josepy.jwk import JWKEC

from novacast import __version__
from novacast.errors import BadSettings, Conflict, Unavailable
from novacast.records import dataclass
from novacast.security.tls import certificates, files

_TIMEOUT_SECONDS = 20
_LONGEST_WAIT = 3600.0


@dataclass(frozen=True, slots=True)
class Account:
    """`uri` is empty until the server has named it."""

    file: Path
    key: bytes
    uri: str = ""

    @classmethod
    def open(cls, file: Path) -> "Account":
        """The account kept in `file`; a new key is kept before it is used, so that none is ever lost."""
        text = files.read(file)
        if text is None:
            return cls(file, certificates.key_pem(certificates.new_key())).kept()
        try:
            kept = json.loads(text)
            return cls(file, kept["key"].encode("ascii"), str(kept["uri"]))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise BadSettings(
                f"{file} is damaged. Restore it from a backup, or delete it: a new one is made."
            ) from error

    def named(self, uri: str) -> "Account":
        return self if uri == self.uri else replace(self, uri=uri).kept()

    def kept(self) -> "Account":
        files.replace(self.file, json.dumps({"uri": self.uri, "key": self.key.decode("ascii")}).encode())
        return self

    @property
    def jwk(self) -> JWKEC:
        return JWKEC(key=certificates.own_key(self.key, self.file))


class Link:
    """Blocking; raises what the library raises, which `acme_refusals` puts into words."""

    def __init__(self, directory: str, account: Account, trust: Path | None) -> None:
        self._directory, self._account = directory, account
        self._jwk = account.jwk
        self._net = ClientNetwork(self._jwk, alg=ES256, user_agent=f"NovaCast/{__version__}", timeout=_TIMEOUT_SECONDS)
        if trust is not None:
            self._net.verify_ssl = str(trust)  # type: ignore[assignment]  # requests takes a path in the place of True
        self._net.session.hooks["response"].append(self._note)
        self._client: ClientV2 | None = None
        self.retry_after: float | None = None
        """Seconds that the last answer asked us to wait (RFC 8555, 6.6 and 7.5.1), bounded."""

    def close(self) -> None:
        self._net.session.close()

    @property
    def client(self) -> ClientV2:
        assert self._client is not None
        return self._client

    def open(self, email: str, *, agreed: bool) -> None:
        """Read the directory and sign in with the account; make it where there is none. Raises Conflict."""
        self._client = ClientV2(ClientV2.get_directory(self._directory, self._net), self._net)
        terms = self.client.directory.meta.terms_of_service
        if terms and not agreed:
            raise Conflict(f"The authority's terms of service are at {terms}. If you agree to them, add --agree.")
        if self.client.external_account_required():
            raise Conflict(
                f"{self._directory} only serves accounts made on its web site (external account binding), which "
                "NovaCast does not speak. Choose another --directory."
            )
        if self._account.uri:
            self._net.account = RegistrationResource(uri=self._account.uri, body=Registration())
        else:
            self._register(email, agreed=agreed)

    def place(self, request: bytes) -> OrderResource:
        """Order a certificate for the names of a signing request (PEM)."""
        try:
            return self.client.new_order(request)
        except Error as error:
            if error.code != "accountDoesNotExist":
                raise
        # The server has forgotten us, as test servers do: our key is good for another account.
        self._net.account = None
        self._register("", agreed=True)
        return self.client.new_order(request)

    def answer(self, found: AuthorizationResource) -> tuple[str, str, str]:
        """Domain, token and content of the HTTP-01 answer."""
        challenge = _http_01(found).chall
        return found.body.identifier.value, challenge.encode("token"), challenge.validation(self._jwk)

    def ready(self, found: AuthorizationResource) -> None:
        """Tell the server that the answer can be fetched."""
        challenge = _http_01(found)
        self.client.answer_challenge(challenge, challenge.chall.response(self._jwk))

    def look_at(self, found: AuthorizationResource) -> AuthorizationResource:
        return self.client.poll(found)[0]

    def finalize(self, order: OrderResource) -> None:
        self.client.begin_finalization(order)

    def look_at_order(self, order: OrderResource) -> Order:
        body: Order = Order.from_json(self._fetch(order.uri).json())
        return body

    def certificate(self, address: str) -> bytes:
        """The chain, leaf first (PEM)."""
        content: bytes = self._fetch(address).content
        return content

    def _register(self, email: str, *, agreed: bool) -> None:
        wanted = NewRegistration.from_data(email=email or None, terms_of_service_agreed=agreed)
        try:
            uri = self.client.new_account(wanted).uri
        except ConflictError as error:
            # RFC 8555, 7.3.1: the key already has an account, whose address is told.
            uri = error.location
            self._net.account = RegistrationResource(uri=uri, body=Registration())
        self._account = self._account.named(uri)

    def _fetch(self, address: str) -> Any:
        """POST-as-GET (RFC 8555, 6.3)."""
        return self._net.post(address, None, new_nonce_url=self.client.directory["newNonce"])

    def _note(self, response: Any, *_: Any, **__: Any) -> None:
        text = response.headers.get("Retry-After", "")
        self.retry_after = min(float(text), _LONGEST_WAIT) if text.isascii() and text.isdigit() else None


def _http_01(found: AuthorizationResource) -> ChallengeBody:
    for challenge in found.body.challenges:
        if isinstance(challenge.chall, challenges.HTTP01):
            return challenge
    raise Unavailable(f"The ACME server offers no HTTP-01 challenge for {found.body.identifier.value}.")
