"""Who arranges and who sells, and for whom an event is there at all. Pure."""

from novacast.errors import Forbidden, NotFound
from novacast.i18n import text
from novacast.identity import Action, Principal
from novacast.tickets.events.models import Event, Performance
from novacast.tickets.models import PerformanceState, may_arrange, may_sell

NO_EVENT = text("There is no such event, or it is not for you to see.")
NO_PERFORMANCE = text("There is no such performance, or it is not for you to see.")


def arranges(principal: Principal, org_id: str) -> None:
    """Raises NotFound to strangers, Forbidden to members."""
    _member(principal, org_id)
    if not may_arrange(principal, org_id):
        raise Forbidden(text("Your part in this organization lets you arrange no events."))


def sells(principal: Principal, org_id: str) -> None:
    """Raises NotFound to strangers, Forbidden to members."""
    _member(principal, org_id)
    if not may_sell(principal, org_id):
        raise Forbidden(text("Your part in this organization lets you sell no tickets."))


def sees_orders(principal: Principal, org_id: str) -> None:
    _member(principal, org_id)
    if not principal.allows(Action.ORDER_VIEW, org_id):
        raise Forbidden(text("Your part in this organization shows you no orders."))


def checks_in(principal: Principal, org_id: str) -> None:
    _member(principal, org_id)
    if not principal.allows(Action.CHECK_IN, org_id):
        raise Forbidden(text("Your part in this organization lets nobody in."))


def works_there(principal: Principal, org_id: str) -> bool:
    """Whether they see what is not published."""
    return may_arrange(principal, org_id) or may_sell(principal, org_id)


def seen_event(principal: Principal, found: Event | None) -> Event:
    if found is None or not (found.published or works_there(principal, found.org_id)):
        raise NotFound(NO_EVENT)
    return found


def seen_performance(principal: Principal, event: Event | None, found: Performance | None) -> Performance:
    if found is None or event is None:
        raise NotFound(NO_PERFORMANCE)
    if works_there(principal, found.org_id) or (event.published and found.state is not PerformanceState.DRAFT):
        return found
    raise NotFound(NO_PERFORMANCE)


def arranged_event(principal: Principal, found: Event | None) -> Event:
    event = seen_event(principal, found)
    _known(principal, event.org_id)
    return event


def arranged(principal: Principal, found: Performance | None) -> Performance:
    """For those who arrange it. Raises NotFound, Forbidden."""
    if found is None or not (principal.system or found.org_id in principal.roles):
        raise NotFound(NO_PERFORMANCE)
    arranges(principal, found.org_id)
    return found


def _known(principal: Principal, org_id: str) -> None:
    if not may_arrange(principal, org_id):
        raise Forbidden(text("You may see this event, but not arrange it."))


def _member(principal: Principal, org_id: str) -> None:
    if not principal.allows(Action.ORG_VIEW, org_id):
        raise NotFound(text("There is no such organization, or you are not a member of it."))
