"""Sessions of browsers, of API clients, and named API tokens: one thing with three faces, revoked in one way."""

from collections.abc import Sequence
from enum import StrEnum

from novacast.identity import Scope
from novacast.records import dataclass

LONGEST_USER_AGENT = 512
SCOPES: tuple[Scope, ...] = ("read", "write", "upload", "admin", "scim")
TOKEN_PREFIX = "nct_"  # noqa: S105 - tells API tokens from JWTs, and lets scanners of public code find them


class Kind(StrEnum):
    BROWSER = "browser"
    API = "api"
    TOKEN = "token"  # noqa: S105 - a kind, no secret


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a request comes from."""

    address: str
    user_agent: str


@dataclass(frozen=True, slots=True)
class Session:
    id: str
    person_id: str
    kind: Kind
    name: str
    """Of an API token; else empty."""
    scopes: frozenset[Scope] | None
    device: str
    address: str
    """Network address last seen."""
    created_at: int
    seen_at: int
    expires_at: int


@dataclass(frozen=True, slots=True)
class TokenPair:
    access: str
    access_expires_at: int
    refresh: str
    refresh_expires_at: int


@dataclass(frozen=True, slots=True)
class SignedIn:
    """`secret`: the cookie of a browser; `tokens`: what an API client gets. One of the two."""

    session: Session
    secret: str | None = None
    tokens: TokenPair | None = None


@dataclass(frozen=True, slots=True)
class SecondFactorNeeded:
    """The password was right. `pending` is to come back with a code before `expires_at`."""

    pending: str
    expires_at: int


_PROGRAMS: Sequence[tuple[str, str]] = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Vivaldi/", "Vivaldi"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("HeadlessChrome/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("curl/", "curl"),
    ("python-requests/", "a Python program"),
    ("python-httpx/", "a Python program"),
    ("Python/", "a Python program"),
)
_SYSTEMS: Sequence[tuple[str, str]] = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Macintosh", "macOS"),
    ("Linux", "Linux"),
)


def device(user_agent: str) -> str:
    """A user agent in plain words: `Firefox on Linux`. Made to be recognised by its owner, not to be exact."""
    program = next((name for mark, name in _PROGRAMS if mark in user_agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "")
    if program and system:
        return f"{program} on {system}"
    if program or system:
        return program or system
    first = user_agent.split("/")[0].split(" ")[0][:40]
    return "".join(sign for sign in first if sign.isprintable()) or "unknown"
