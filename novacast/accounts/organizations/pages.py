"""Pages of organizations, members and invitations."""

from typing import Annotated, Any

from pydantic import Field

from novacast.accounts.organizations.invitations import Invitations
from novacast.accounts.organizations.models import Offer
from novacast.accounts.organizations.service import Organizations
from novacast.accounts.people.service import People
from novacast.accounts.registration.pages import LinkForm, LinkQuery, Text
from novacast.accounts.sessions.routes import welcomed
from novacast.accounts.sessions.service import Sessions
from novacast.accounts.shown import atop, role_name, role_options, when
from novacast.errors import Conflict, FieldError, Forbidden, Gone, InvalidInput, NotFound
from novacast.i18n import gettext as _
from novacast.identity import Action, Role
from novacast.web import Body, Call, Html, ListQuery, Notice, Redirect, form, page

_REFUSED = (Conflict, Forbidden)


class OrganizationForm(Body):
    name: Text = ""
    slug: Text = ""
    description: Annotated[str, Field(max_length=5000)] = ""


class InviteForm(Body):
    email: Text = ""
    role: Role = Role.PRODUCER


class RoleForm(Body):
    role: Role


class AcceptForm(LinkForm):
    name: Text = ""
    password: Text = ""


class OrganizationPages:
    def __init__(self, organizations: Organizations, invitations: Invitations) -> None:
        self._organizations, self._invitations = organizations, invitations

    @page("/organizations")
    async def mine(self, call: Call) -> Html:
        return await self._list(call, OrganizationForm())

    @form("/organizations")
    async def create(self, call: Call, form: OrganizationForm) -> Html | Redirect:
        try:
            made = await self._organizations.create(call.principal, form.name, form.slug or None, form.description)
        except (InvalidInput, Conflict) as error:
            return await self._list(call, form, error.errors or atop(error))
        return Redirect(f"/organizations/{made.id}", notice=Notice("good", _("It is yours.")))

    @page("/organizations/{id}")
    async def show(self, call: Call, id: str, query: ListQuery) -> Html:
        return await self._one(call, id, query)

    @form("/organizations/{id}")
    async def edit(self, call: Call, id: str, form: OrganizationForm) -> Html | Redirect:
        try:
            await self._organizations.edit(
                call.principal, id, name=form.name, slug=form.slug, description=form.description
            )
        except (InvalidInput, Conflict) as error:
            return await self._one(call, id, ListQuery(), error.errors or atop(error), values=form)
        return Redirect(f"/organizations/{id}", notice=Notice("good", _("Saved.")))

    @form("/organizations/{id}/delete", scope="admin")
    async def delete(self, call: Call, id: str) -> Redirect:
        await self._organizations.delete(call.principal, id)
        return Redirect("/organizations", notice=Notice("good", _("The organization is deleted.")))

    @form("/organizations/{id}/members/{person_id}/role")
    async def set_role(self, call: Call, id: str, person_id: str, form: RoleForm) -> Redirect:
        here = f"/organizations/{id}"
        try:
            await self._organizations.set_role(call.principal, id, person_id, form.role)
        except _REFUSED as error:
            return Redirect(here, notice=Notice("bad", error.message))
        return Redirect(here, notice=Notice("good", _("Saved.")))

    @form("/organizations/{id}/members/{person_id}/remove")
    async def remove(self, call: Call, id: str, person_id: str) -> Redirect:
        here = f"/organizations/{id}"
        try:
            await self._organizations.remove(call.principal, id, person_id)
        except _REFUSED as error:
            return Redirect(here, notice=Notice("bad", error.message))
        if person_id == call.principal.person_id:
            return Redirect("/organizations", notice=Notice("good", _("You left the organization.")))
        return Redirect(here, notice=Notice("good", _("Removed.")))

    @form("/organizations/{id}/invitations")
    async def invite(self, call: Call, id: str, form: InviteForm) -> Html | Redirect:
        try:
            await self._invitations.invite(call.principal, id, form.email, form.role)
        except (InvalidInput, Conflict, Forbidden) as error:
            return await self._one(call, id, ListQuery(), error.errors or atop(error), invite=form)
        return Redirect(f"/organizations/{id}", notice=Notice("good", _("The invitation is on its way.")))

    @form("/organizations/{id}/invitations/{invitation_id}/withdraw")
    async def withdraw(self, call: Call, id: str, invitation_id: str) -> Redirect:
        here = f"/organizations/{id}"
        try:
            await self._invitations.withdraw(call.principal, id, invitation_id)
        except (NotFound, Forbidden) as error:
            return Redirect(here, notice=Notice("bad", error.message))
        return Redirect(here, notice=Notice("good", _("Withdrawn.")))

    async def _list(self, call: Call, values: OrganizationForm, errors: tuple[FieldError, ...] = ()) -> Html:
        memberships = await self._organizations.mine(call.principal)
        context = {"memberships": memberships, "values": values, "errors": errors, "role_name": role_name}
        return Html("accounts/organizations.html", context, 422 if errors else 200)

    async def _one(
        self, call: Call, org_id: str, query: ListQuery, errors: tuple[FieldError, ...] = (), **more: Any
    ) -> Html:
        me = call.principal
        organization = await self._organizations.show(me, org_id)
        may = {action.name.lower(): me.allows(action, org_id) for action in Action}
        context: dict[str, Any] = {
            "organization": organization,
            "may": may,
            "members": None,
            "invitations": None,
            "values": OrganizationForm(
                name=organization.name, slug=organization.slug, description=organization.description
            ),
            "invite": InviteForm(),
            "errors": errors,
            "roles": role_options() if may["owner_manage"] else role_options()[1:],
            "role_name": role_name,
            "when": when,
            **more,
        }
        if may["member_view"]:
            context["members"] = await self._organizations.members(me, org_id, query.cursor, query.limit)
        if may["member_manage"]:
            context["invitations"] = await self._invitations.listed(me, org_id, None, 100)
        return Html("accounts/organization.html", context, 422 if errors else 200)


class InvitationPages:
    def __init__(self, invitations: Invitations, people: People, sessions: Sessions) -> None:
        self._invitations, self._people, self._sessions = invitations, people, sessions

    @page("/invitation", public=True)
    async def show(self, call: Call, query: LinkQuery) -> Html:
        offer = await self._invitations.offer(query.token, call.address)
        return await self._shown(call, offer, AcceptForm(token=query.token))

    @form("/invitation", public=True)
    async def accept(self, call: Call, form: AcceptForm) -> Html | Redirect:
        """With the account that is logged in, or else by signing up."""
        if call.principal.signed_in:
            try:
                joined = await self._invitations.accept(call.principal, form.token)
            except (Gone, Conflict, Forbidden) as error:
                return Redirect("/organizations", notice=Notice("bad", error.message))
            return Redirect(f"/organizations/{joined.organization.id}", notice=Notice("good", _("Welcome.")))
        try:
            person = await self._invitations.accept_as_new(
                form.token, form.name, call.language, form.password, call.address
            )
        except InvalidInput as error:
            offer = await self._invitations.offer(form.token, call.address)
            return await self._shown(call, offer, form, error.errors)
        return await welcomed(call, self._sessions, person.email, form.password, "/organizations")

    async def _shown(self, call: Call, offer: Offer, values: AcceptForm, errors: tuple[FieldError, ...] = ()) -> Html:
        mine = (await self._people.me(call.principal)).email if call.principal.signed_in else None
        context = {"offer": offer, "values": values, "errors": errors, "mine": mine, "role_name": role_name}
        return Html("accounts/invitation.html", context, 422 if errors else 200)
