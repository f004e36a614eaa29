"""What a provider says of itself and of people, and what comes of a log-in by it."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from novacast.accounts.people.models import EmailAddress, clean_language, clean_name
from novacast.accounts.sessions.models import SecondFactorNeeded, SignedIn
from novacast.errors import InvalidInput
from novacast.records import dataclass
from novacast.security.idtokens import Identity


@dataclass(frozen=True, slots=True)
class Metadata:
    """Of OpenID Connect Discovery 1.0, section 3, what is needed here."""

    authorization: str
    token: str
    keys: str
    userinfo: str | None
    end_session: str | None
    basic: bool
    """Whether the client's secret goes into the Authorization header; else into the body."""
    names_itself: bool
    """Whether what it sends people back with says whom it is from (RFC 9207)."""

    @classmethod
    def of(cls, issuer: str, told: Mapping[str, Any]) -> "Metadata":
        """Raises ValueError for what is no such document, or is another issuer's."""
        if told.get("issuer") != issuer:
            raise ValueError(f"it calls itself {str(told.get('issuer'))[:200]!r}")
        methods = told.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        return cls(
            authorization=_address(issuer, told, "authorization_endpoint"),
            token=_address(issuer, told, "token_endpoint"),
            keys=_address(issuer, told, "jwks_uri"),
            userinfo=_address(issuer, told, "userinfo_endpoint") if told.get("userinfo_endpoint") else None,
            end_session=_address(issuer, told, "end_session_endpoint") if told.get("end_session_endpoint") else None,
            basic=not isinstance(methods, list) or "client_secret_basic" in methods,
            names_itself=told.get("authorization_response_iss_parameter_supported") is True,
        )


@dataclass(frozen=True, slots=True)
class Linked:
    """Somebody's identity at the provider, which logs them in here."""

    issuer: str
    subject: str
    person_id: str
    email: str
    """As the provider told it last; the account's own may be another by now."""
    linked_at: int
    used_at: int


@dataclass(frozen=True, slots=True)
class Begun:
    """Where the browser goes, and what it keeps meanwhile."""

    url: str
    kept: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """There is an account with this address, whose owner must say that the two belong together."""

    email: str
    kept: str


@dataclass(frozen=True, slots=True)
class Outcome:
    result: SignedIn | SecondFactorNeeded | Waiting
    next: str


@dataclass(frozen=True, slots=True)
class Told:
    """What a provider tells of somebody, as far as it makes sense here."""

    email: EmailAddress | None
    verified: bool
    name: str
    language: str | None
    groups: frozenset[str]

    @classmethod
    def of(cls, identity: Identity, groups_claim: str, *, trust: bool) -> "Told":
        claims = identity.claims
        email = _email(claims.get("email"))
        groups = claims.get(groups_claim)
        listed = groups if isinstance(groups, list) else [groups] if isinstance(groups, str) else []
        return cls(
            email=email,
            verified=claims.get("email_verified", trust) is True,
            name=_name(claims.get("name"), claims.get("preferred_username"), email.text.split("@")[0] if email else ""),
            language=_language(claims.get("locale")),
            groups=frozenset(one for one in listed[:1000] if isinstance(one, str)),
        )


def _address(issuer: str, told: Mapping[str, Any], name: str) -> str:
    value = told.get(name)
    if not isinstance(value, str) or len(value) > 2000:
        raise ValueError(f"its {name} is missing")
    parts = urlsplit(value)
    safe = parts.scheme == "https" or parts.scheme == "http" == urlsplit(issuer).scheme
    if not safe or not parts.hostname or parts.username or parts.fragment:
        raise ValueError(f"its {name} is no address to go to")
    return value


def _email(told: Any) -> EmailAddress | None:
    try:
        return EmailAddress.parse(told) if isinstance(told, str) else None
    except InvalidInput:
        return None


def _name(*told: Any) -> str:
    for one in told:
        try:
            return clean_name(one[:100]) if isinstance(one, str) else clean_name("")
        except InvalidInput:
            continue
    return "?"


def _language(told: Any) -> str | None:
    try:
        return clean_language(told.replace("_", "-")) if isinstance(told, str) else None
    except InvalidInput:
        return None
