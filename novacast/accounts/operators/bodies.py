"""Shapes of people as operators see them."""

from collections.abc import Mapping, Sequence
from typing import Annotated

from pydantic import Field

from novacast.accounts.operators.models import Known, Operator, Suspension
from novacast.accounts.operators.service import LONGEST_REASON
from novacast.accounts.organizations.models import Organization
from novacast.accounts.sessions.models import Session
from novacast.clock import iso
from novacast.identity import Role
from novacast.web import Body, ListBody, ListQuery, PageBody


class OperatorBody(Body):
    person_id: str
    name: str
    email: str
    granted_by: Annotated[str, Field(description="`user:NAME` of the server's machine, or `person:ID`.")]
    granted_at: str

    @classmethod
    def of(cls, one: Operator) -> "OperatorBody":
        who = one.person
        return cls(
            person_id=who.id, name=who.name, email=who.email, granted_by=one.granted_by, granted_at=iso(one.granted_at)
        )


class OperatorsBody(ListBody[OperatorBody]):
    pass


class SuspensionBody(Body):
    reason: str
    by: str
    at: str

    @classmethod
    def of(cls, one: Suspension) -> "SuspensionBody":
        return cls(reason=one.reason, by=one.by, at=iso(one.at))


class KnownPersonBody(Body):
    id: str
    name: str
    email: str
    language: str
    created_at: str
    second_factor: bool
    roles: Annotated[Mapping[str, Role], Field(description="By the id of the organization.")]
    operator: bool
    suspension: Annotated[SuspensionBody | None, Field(description="null: the account is open.")]
    sessions: Annotated[int, Field(description="That are open, API tokens among them.")]
    seen_at: Annotated[str | None, Field(description="Some minutes exact.")]

    @classmethod
    def of(cls, one: Known) -> "KnownPersonBody":
        return cls(
            id=one.person.id,
            name=one.person.name,
            email=one.person.email,
            language=one.person.language,
            created_at=iso(one.person.created_at),
            second_factor=one.person.second_factor,
            roles=one.roles,
            operator=one.operator,
            suspension=None if one.suspension is None else SuspensionBody.of(one.suspension),
            sessions=one.sessions,
            seen_at=iso(one.seen_at),
        )


class KnownPeopleBody(PageBody[KnownPersonBody]):
    pass


class OpenSessionBody(Body):
    id: str
    kind: Annotated[str, Field(description="`browser`, `api` or `token`.")]
    name: Annotated[str, Field(description="Of a token.")]
    scopes: Annotated[Sequence[str], Field(description="Of a token.")]
    device: str
    address: str
    created_at: str
    seen_at: str
    expires_at: str

    @classmethod
    def of(cls, one: Session) -> "OpenSessionBody":
        return cls(
            id=one.id,
            kind=one.kind,
            name=one.name,
            scopes=sorted(one.scopes or ()),
            device=one.device,
            address=one.address,
            created_at=iso(one.created_at),
            seen_at=iso(one.seen_at),
            expires_at=iso(one.expires_at),
        )


class PersonDetailBody(Body):
    person: KnownPersonBody
    sessions: Sequence[OpenSessionBody]

    @classmethod
    def detailed(cls, known: Known, sessions: Sequence[Session]) -> "PersonDetailBody":
        return cls(person=KnownPersonBody.of(known), sessions=[OpenSessionBody.of(one) for one in sessions])


class PeopleQuery(ListQuery):
    q: Annotated[str, Field(max_length=200, description="A part of name or address, or an id.")] = ""
    suspended: Annotated[bool, Field(description="Only accounts that are shut.")] = False


class SuspendBody(Body):
    reason: Annotated[str, Field(max_length=LONGEST_REASON, description="For operators.")] = ""


class GivenRoleBody(Body):
    role: Annotated[Role | None, Field(description="null: none any more.")]


class AnyOrganizationBody(Body):
    id: str
    name: str
    slug: str
    created_at: str

    @classmethod
    def of(cls, one: Organization) -> "AnyOrganizationBody":
        return cls(id=one.id, name=one.name, slug=one.slug, created_at=iso(one.created_at))


class AnyOrganizationsBody(PageBody[AnyOrganizationBody]):
    pass
