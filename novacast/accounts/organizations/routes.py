"""Organizations, members and invitations over the API."""

from novacast.accounts.organizations.bodies import (
    AcceptAsNewBody,
    InvitationBody,
    InvitationsBody,
    MemberBody,
    MembersBody,
    MembershipBody,
    MembershipsBody,
    NewInvitationBody,
    NewOrganizationBody,
    OfferBody,
    OrganizationBody,
    OrganizationChangeBody,
    RoleBody,
)
from novacast.accounts.organizations.invitations import Invitations
from novacast.accounts.organizations.service import Organizations
from novacast.accounts.people.bodies import MailTokenBody, PersonBody
from novacast.errors import Conflict, Forbidden, Gone, NotFound, RateLimited
from novacast.web import Call, ListQuery, delete, get, patch, post, put

_OF_MEMBERS = (NotFound, Forbidden)
_CHANGES = (NotFound, Forbidden, Conflict)


class OrganizationRoutes:
    def __init__(self, organizations: Organizations) -> None:
        self._organizations = organizations

    @get("/api/v1/organizations", tag="organizations", summary="My organizations")
    async def mine(self, call: Call) -> MembershipsBody:
        return MembershipsBody.of(await self._organizations.mine(call.principal), MembershipBody.of)

    @post("/api/v1/organizations", tag="organizations", status=201, summary="Make an organization", errors=(Conflict,))
    async def create(self, call: Call, body: NewOrganizationBody) -> OrganizationBody:
        """Whoever makes it owns it."""
        made = await self._organizations.create(
            call.principal, body.name, body.slug, body.description, then=call.remember(OrganizationBody.of)
        )
        return OrganizationBody.of(made)

    @get("/api/v1/organizations/{id}", tag="organizations", summary="An organization of mine", errors=(NotFound,))
    async def show(self, call: Call, id: str) -> OrganizationBody:
        return OrganizationBody.of(await self._organizations.show(call.principal, id))

    @patch("/api/v1/organizations/{id}", tag="organizations", summary="Change an organization", errors=_CHANGES)
    async def edit(self, call: Call, id: str, body: OrganizationChangeBody) -> OrganizationBody:
        changed = await self._organizations.edit(
            call.principal, id, name=body.name, slug=body.slug, description=body.description
        )
        return OrganizationBody.of(changed)

    @delete(
        "/api/v1/organizations/{id}",
        tag="organizations",
        scope="admin",
        status=204,
        summary="Delete an organization",
        errors=_CHANGES,
    )
    async def dissolve(self, call: Call, id: str) -> None:
        await self._organizations.delete(call.principal, id)

    @get("/api/v1/organizations/{id}/members", tag="organizations", summary="Its members", errors=_OF_MEMBERS)
    async def members(self, call: Call, id: str, query: ListQuery) -> MembersBody:
        members = await self._organizations.members(call.principal, id, query.cursor, query.limit)
        return MembersBody.of(members, MemberBody.of)

    @put(
        "/api/v1/organizations/{id}/members/{person_id}",
        tag="organizations",
        summary="Change a member's role",
        errors=_CHANGES,
    )
    async def set_role(self, call: Call, id: str, person_id: str, body: RoleBody) -> MemberBody:
        return MemberBody.of(await self._organizations.set_role(call.principal, id, person_id, body.role))

    @delete(
        "/api/v1/organizations/{id}/members/{person_id}",
        tag="organizations",
        status=204,
        summary="Remove a member, or leave",
        errors=_CHANGES,
    )
    async def remove(self, call: Call, id: str, person_id: str) -> None:
        await self._organizations.remove(call.principal, id, person_id)


class InvitationRoutes:
    def __init__(self, invitations: Invitations) -> None:
        self._invitations = invitations

    @get("/api/v1/organizations/{id}/invitations", tag="organizations", summary="Open invitations", errors=_OF_MEMBERS)
    async def listed(self, call: Call, id: str, query: ListQuery) -> InvitationsBody:
        invitations = await self._invitations.listed(call.principal, id, query.cursor, query.limit)
        return InvitationsBody.of(invitations, InvitationBody.of)

    @post(
        "/api/v1/organizations/{id}/invitations",
        tag="organizations",
        status=201,
        summary="Invite someone by mail",
        errors=(*_CHANGES, RateLimited),
    )
    async def invite(self, call: Call, id: str, body: NewInvitationBody) -> InvitationBody:
        """Replaces an open invitation of the same address."""
        made = await self._invitations.invite(
            call.principal, id, body.email, body.role, then=call.remember(InvitationBody.of)
        )
        return InvitationBody.of(made)

    @delete(
        "/api/v1/organizations/{id}/invitations/{invitation_id}",
        tag="organizations",
        status=204,
        summary="Withdraw an invitation",
        errors=_OF_MEMBERS,
    )
    async def withdraw(self, call: Call, id: str, invitation_id: str) -> None:
        await self._invitations.withdraw(call.principal, id, invitation_id)

    @post(
        "/api/v1/invitations/show",
        tag="organizations",
        public=True,
        idempotent=False,
        summary="What an invitation offers",
        errors=(Gone, RateLimited),
    )
    async def offer(self, call: Call, body: MailTokenBody) -> OfferBody:
        return OfferBody.of(await self._invitations.offer(body.token, call.address))

    @post(
        "/api/v1/invitations/accept",
        tag="organizations",
        summary="Accept an invitation",
        errors=(Gone, Forbidden, Conflict),
    )
    async def accept(self, call: Call, body: MailTokenBody) -> MembershipBody:
        """With the account that has the invited address."""
        joined = await self._invitations.accept(call.principal, body.token, then=call.remember(MembershipBody.of))
        return MembershipBody.of(joined)

    @post(
        "/api/v1/invitations/sign-up",
        tag="organizations",
        public=True,
        status=201,
        summary="Accept an invitation by signing up",
        errors=(Gone, Conflict, RateLimited),
    )
    async def accept_as_new(self, call: Call, body: AcceptAsNewBody) -> PersonBody:
        person = await self._invitations.accept_as_new(
            body.token, body.name, body.language, body.password, call.address, then=call.remember(PersonBody.of)
        )
        return PersonBody.of(person)
