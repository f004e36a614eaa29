"""What moderators and viewers do over the WebSocket, done."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from novacast.chat import shapes
from novacast.chat.models import Guest, Message
from novacast.chat.moderation import journal
from novacast.chat.moderation.authority import Chair
from novacast.chat.moderation.holds.service import Decision
from novacast.chat.moderation.reports.models import CaseState, shown
from novacast.chat.moderation.sanctions.bodies import SanctionBody
from novacast.chat.moderation.sanctions.models import Sanction, SanctionKind, Wish
from novacast.chat.moderation.services import ModerationServices
from novacast.chat.moderation.socket import bodies

Result = dict[str, Any]
Doing = Callable[[ModerationServices, Guest, Any], Awaitable[Result]]


async def _time_out(own: ModerationServices, guest: Guest, action: bodies.TimeOut) -> Result:
    everywhere = action.scope == "organization"
    wish = Wish(
        SanctionKind.TIMEOUT, action.seconds, everywhere=everywhere, reason=action.reason,
        delete_minutes=action.delete_minutes,
    )  # fmt: skip
    return await _imposed(own, guest, action.person, wish)


async def _ban(own: ModerationServices, guest: Guest, action: bodies.Ban) -> Result:
    everywhere = action.scope == "organization"
    wish = Wish(
        SanctionKind.BAN, action.seconds, action.effect, everywhere, action.reason, delete_minutes=action.delete_minutes
    )
    return await _imposed(own, guest, action.person, wish)


async def _imposed(own: ModerationServices, guest: Guest, person_id: str, wish: Wish) -> Result:
    made = await own.sanctions.impose(Chair.of(guest), person_id, wish)
    return await _told(own, made)


async def _lift(own: ModerationServices, guest: Guest, action: bodies.Lift) -> Result:
    return await _told(own, await own.sanctions.lift(Chair.of(guest), action.sanction))


async def _told(own: ModerationServices, made: Sanction) -> Result:
    names = await own.people.names(SanctionBody.people(made))
    return {"sanction": SanctionBody.of(made, names).model_dump(mode="json", exclude_none=True)}


def _decided(decision: Decision) -> Doing:
    async def decide(own: ModerationServices, guest: Guest, action: bodies.Approve) -> Result:
        one: Message = await own.holds.decide(Chair.of(guest), action.message, decision)
        return {"message": shapes.message(one, reveal=True)}

    return decide


async def _report(own: ModerationServices, guest: Guest, action: bodies.Report) -> Result:
    await own.reports.report(guest, action.message, action.reason, action.note)
    return {}


async def _resolve(own: ModerationServices, guest: Guest, action: bodies.Resolve) -> Result:
    return {"case": shown(await own.reports.settle(Chair.of(guest), action.message, CaseState.RESOLVED))}


async def _undo(own: ModerationServices, guest: Guest, action: bodies.Undo) -> Result:
    return {"entry": journal.shown(await own.undoing.undo(Chair.of(guest), action.entry))}


async def _mode(own: ModerationServices, guest: Guest, action: bodies.Mode) -> Result:
    await own.rules.change(Chair.of(guest), {"who": action.who})
    return {}


async def _links(own: ModerationServices, guest: Guest, action: bodies.SetLinks) -> Result:
    await own.rules.change(Chair.of(guest), {"links": action.links})
    return {}


DONE: Mapping[type[Any], Doing] = {
    bodies.TimeOut: _time_out,
    bodies.Ban: _ban,
    bodies.Lift: _lift,
    bodies.Approve: _decided(Decision.APPROVE),
    bodies.Reject: _decided(Decision.REJECT),
    bodies.Hold: _decided(Decision.HOLD),
    bodies.Report: _report,
    bodies.Resolve: _resolve,
    bodies.Undo: _undo,
    bodies.Mode: _mode,
    bodies.SetLinks: _links,
}
