"""Shapes of organizations, members and invitations."""

from typing import Annotated

from pydantic import Field

from novacast.accounts.organizations.models import (
    LONGEST_DESCRIPTION,
    LONGEST_SLUG,
    Invitation,
    Member,
    Membership,
    Offer,
    Organization,
)
from novacast.accounts.people.bodies import Email, Language, MailToken, Name, NewPassword
from novacast.clock import iso
from novacast.identity import Role
from novacast.web import Body, ListBody, PageBody

Slug = Annotated[
    str,
    Field(min_length=1, max_length=LONGEST_SLUG, pattern=r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?$", examples=["the-stage"]),
]
Description = Annotated[str, Field(max_length=LONGEST_DESCRIPTION)]


class NewOrganizationBody(Body):
    name: Name
    slug: Annotated[Slug | None, Field(description="Short name; made of the name when left out.")] = None
    description: Description = ""


class OrganizationChangeBody(Body):
    name: Name | None = None
    slug: Slug | None = None
    description: Description | None = None


class OrganizationBody(Body):
    id: str
    name: str
    slug: str
    description: str
    created_at: str

    @classmethod
    def of(cls, organization: Organization) -> "OrganizationBody":
        return cls(
            id=organization.id,
            name=organization.name,
            slug=organization.slug,
            description=organization.description,
            created_at=iso(organization.created_at),
        )


class MembershipBody(Body):
    organization: OrganizationBody
    role: Role

    @classmethod
    def of(cls, membership: Membership) -> "MembershipBody":
        return cls(organization=OrganizationBody.of(membership.organization), role=membership.role)


class MembershipsBody(ListBody[MembershipBody]):
    pass


class MemberBody(Body):
    person_id: str
    name: str
    email: str
    role: Role
    joined_at: str

    @classmethod
    def of(cls, member: Member) -> "MemberBody":
        return cls(
            person_id=member.person_id,
            name=member.name,
            email=member.email,
            role=member.role,
            joined_at=iso(member.joined_at),
        )


class MembersBody(PageBody[MemberBody]):
    pass


class RoleBody(Body):
    role: Role


class NewInvitationBody(Body):
    email: Email
    role: Role


class InvitationBody(Body):
    id: str
    email: str
    role: Role
    created_at: str
    expires_at: str

    @classmethod
    def of(cls, invitation: Invitation) -> "InvitationBody":
        return cls(
            id=invitation.id,
            email=invitation.email,
            role=invitation.role,
            created_at=iso(invitation.created_at),
            expires_at=iso(invitation.expires_at),
        )


class InvitationsBody(PageBody[InvitationBody]):
    pass


class OfferBody(Body):
    organization: str
    email: str
    role: Role
    has_account: Annotated[bool, Field(description="Whether the invited logs in to accept, or signs up.")]

    @classmethod
    def of(cls, offer: Offer) -> "OfferBody":
        return cls(organization=offer.organization, email=offer.email, role=offer.role, has_account=offer.has_account)


class AcceptAsNewBody(Body):
    token: MailToken
    name: Name
    password: NewPassword
    language: Language = "en"
