"""Permission inside the transaction that needs it: the role is read there, not taken from an earlier request."""

from dataclasses import replace

from novacast.accounts.organizations import store
from novacast.accounts.organizations.models import Organization
from novacast.database import Transaction
from novacast.errors import Conflict, Forbidden, NotFound
from novacast.i18n import text
from novacast.identity import Action, Principal, Role

MISSING = text("There is no such organization, or you don't belong to it.")


def demand(tx: Transaction, principal: Principal, action: Action, org_id: str) -> Organization:
    """The organization, if `principal` may do `action` there. Raises NotFound to strangers, Forbidden to members."""
    organization = tx.one(store.organization(org_id))
    if organization is None:
        raise NotFound(MISSING)
    role = tx.one(store.role(org_id, principal.person_id)) if principal.person_id else None
    if role is None and not principal.system:
        raise NotFound(MISSING)
    today = replace(principal, roles={} if role is None else {org_id: role})
    if not today.allows(action, org_id):
        raise Forbidden(
            text(
                "Your role in {organization} doesn't allow this ({action}).",
                organization=organization.name,
                action=action,
            )
        )
    return organization


def demand_for_role(tx: Transaction, principal: Principal, org_id: str, *roles: Role | None) -> Organization:
    """The organization, if `principal` may give and take all of `roles`: owners are the owners' business."""
    organization = demand(tx, principal, Action.MEMBER_MANAGE, org_id)
    if Role.OWNER in roles:
        demand(tx, principal, Action.OWNER_MANAGE, org_id)
    return organization


def keep_an_owner(tx: Transaction, org_id: str) -> None:
    """Called after a change; undoes it by raising Conflict if nobody owns the organization any more."""
    if not tx.one(store.owners(org_id)):
        raise Conflict(text("An organization needs an owner. Make someone else an owner first."))
