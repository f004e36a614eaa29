"""Shapes of signing in, sessions and tokens."""

from typing import Annotated, Literal

from pydantic import Field

from novacast.accounts.people.bodies import Email, Name, Password
from novacast.accounts.sessions.models import SecondFactorNeeded, Session, SignedIn, TokenPair
from novacast.accounts.sessions.tokens import LONGEST_DAYS
from novacast.clock import iso
from novacast.identity import Scope
from novacast.web import Body, ListBody


class SignInBody(Body):
    email: Email
    password: Password


class CodeBody(Body):
    pending: Annotated[str, Field(min_length=1, max_length=500, description="From the first step.")]
    code: Annotated[str, Field(min_length=1, max_length=40, description="Of the app, or a recovery code.")]


class PendingBody(Body):
    """The password was right; a one-time code is missing."""

    state: Literal["second_factor"] = "second_factor"
    pending: str
    expires_at: str

    @classmethod
    def of(cls, needed: SecondFactorNeeded) -> "PendingBody":
        return cls(pending=needed.pending, expires_at=iso(needed.expires_at))


class SignedInBody(Body):
    """The cookie that came along is the session."""

    state: Literal["signed_in"] = "signed_in"
    session_id: str
    person_id: str

    @classmethod
    def of(cls, signed_in: SignedIn) -> "SignedInBody":
        return cls(session_id=signed_in.session.id, person_id=signed_in.session.person_id)


class TokensBody(Body):
    """`access_token` goes into `Authorization: Bearer …`; `refresh_token` gets the next pair, once."""

    state: Literal["signed_in"] = "signed_in"
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - RFC 6750's name
    access_token: str
    access_expires_at: str
    refresh_token: str
    refresh_expires_at: str

    @classmethod
    def of(cls, pair: TokenPair) -> "TokensBody":
        return cls(
            access_token=pair.access,
            access_expires_at=iso(pair.access_expires_at),
            refresh_token=pair.refresh,
            refresh_expires_at=iso(pair.refresh_expires_at),
        )


class RefreshBody(Body):
    refresh_token: Annotated[str, Field(min_length=1, max_length=200)]


class SessionBody(Body):
    id: str
    kind: Annotated[str, Field(description="`browser` or `api`.")]
    device: str
    address: Annotated[str, Field(description="Network address last seen.")]
    current: bool
    created_at: str
    seen_at: Annotated[str, Field(description="Some minutes exact.")]
    expires_at: str

    @classmethod
    def of(cls, session: Session, current: str | None) -> "SessionBody":
        return cls(
            id=session.id,
            kind=session.kind,
            device=session.device,
            address=session.address,
            current=session.id == current,
            created_at=iso(session.created_at),
            seen_at=iso(session.seen_at),
            expires_at=iso(session.expires_at),
        )


class SessionsBody(ListBody[SessionBody]):
    pass


class NewApiTokenBody(Body):
    password: Password
    name: Name
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=5)]
    days: Annotated[int, Field(ge=1, le=LONGEST_DAYS)] = 90


class ApiTokenBody(Body):
    id: str
    name: str
    scopes: list[str]
    created_at: str
    seen_at: str
    address: Annotated[str, Field(description="Network address last seen.")]
    expires_at: str

    @classmethod
    def of(cls, token: Session) -> "ApiTokenBody":
        return cls(
            id=token.id,
            name=token.name,
            scopes=sorted(token.scopes or ()),
            created_at=iso(token.created_at),
            seen_at=iso(token.seen_at),
            address=token.address,
            expires_at=iso(token.expires_at),
        )


class ApiTokensBody(ListBody[ApiTokenBody]):
    pass


class FreshApiTokenBody(Body):
    token: ApiTokenBody
    secret: Annotated[str, Field(description="Shown this once.")]
