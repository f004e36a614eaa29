"""Who has an account here, what they may do, and where they are logged in."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from textual.binding import BindingType

from novacast.errors import NotFound
from novacast_admin.records import Person, Session
from novacast_admin.tui.deeds import Deed, bindings
from novacast_admin.tui.screens.book import Book, Row, View
from novacast_admin.tui.widgets.figures import moment

HEADS = ("name", "e-mail", "roles", "logins", "2fa", "seen", "standing")
ROLES = ("owner", "manager", "producer", "moderator", "box_office", "door")
NOBODY = "none"


class People(Book):
    KEY, NAME, LABEL = "6", "people", "People"
    ABOUT = "People: search, roles, sessions, suspension, a new password."
    VIEWS = (
        View("people", "Everybody", HEADS, "There is nobody yet.", searched_by_server=True),
        View("suspended", "Suspended", HEADS, "Nobody is suspended.", searched_by_server=True),
    )
    DEEDS = (
        Deed("s", "suspend", "Suspend", "Lock them out: sessions end, and nobody can log in as them."),
        Deed("u", "unsuspend", "Let back", "Let somebody back in who is suspended."),
        Deed("x", "end_sessions", "Log out", "End all their sessions and tokens."),
        Deed("p", "reset", "Password", "Send them a mail by which they set a new password."),
        Deed("r", "role", "Role", "Give them a role in an organization, or take it."),
        Deed("o", "operator", "Operator", "Let them run this server with a token, or no more."),
    )
    BINDINGS: ClassVar[list[BindingType]] = bindings(DEEDS)

    async def rows(self, view: str, words: str) -> Mapping[str, Row]:
        page = await self.client.people(words, suspended=view == "suspended")
        return {one.id: Row(_cells(one), one) for one in self.newest(page)}

    async def detail(self, record: Any) -> str:
        person: Person = record
        found = await self.client.person(person.id)
        lines = [_session(one) for one in found.sessions]
        if person.suspension is not None:
            lines.insert(0, f"suspended {moment(person.suspension.at)}: {person.suspension.reason}")
        return "\n".join(lines) or "nowhere logged in"

    async def do_suspend(self, person: Person) -> str | None:
        reason = await self.ask(f"Why is {person.name} suspended? They are not told.")
        if reason is None or not await self.sure(f"Lock {person.name} out?", "Suspend"):
            return None
        await self.client.suspend(person.id, reason)
        return f"{person.name} is suspended."

    async def do_unsuspend(self, person: Person) -> str:
        await self.client.unsuspend(person.id)
        return f"{person.name} may log in again."

    async def do_end_sessions(self, person: Person) -> str | None:
        if not await self.sure(f"End all sessions and tokens of {person.name}, on every device?", "Log out"):
            return None
        await self.client.end_sessions(person.id)
        return f"{person.name} is logged out everywhere."

    async def do_reset(self, person: Person) -> str | None:
        if not await self.sure(f"Send a mail to {person.email} that lets them set a new password?", "Send"):
            return None
        await self.client.send_reset(person.id)
        return f"The mail to {person.email} is on its way."

    async def do_role(self, person: Person) -> str | None:
        houses = {one.id: one.name for one in (await self.client.organizations()).items}
        if not houses:
            raise NotFound("There is no organization yet: novacast org add.")
        org = next(iter(houses)) if len(houses) == 1 else await self.choose("In which house?", list(houses.items()))
        if org is None:
            return None
        now = person.roles.get(org, NOBODY)
        choices = [(role, f"{role.replace('_', ' ')}{' (now)' * (role == now)}") for role in (*ROLES, NOBODY)]
        role = await self.choose(f"{person.name} at {houses[org]} is to be …", choices)
        if role is None or not await self.sure(f"{person.name} at {houses[org]}: {now} becomes {role}?", "Set it"):
            return None
        await self.client.set_role(person.id, org, None if role == NOBODY else role)
        return f"{person.name} at {houses[org]}: {role.replace('_', ' ')}."

    async def do_operator(self, person: Person) -> str | None:
        what = "May {0} run this server no more?" if person.operator else "May {0} run this server, all of it?"
        if not await self.sure(what.format(person.name), "Take it" if person.operator else "Give it"):
            return None
        if person.operator:
            await self.client.withdraw(person.id)
            return f"{person.name} is no operator any more."
        await self.client.grant(person.id)
        return f"{person.name} is an operator: a token of the scope admin that they make now counts."


def _cells(one: Person) -> Sequence[str]:
    standing = "SUSPENDED" if one.suspension is not None else "operator" if one.operator else ""
    roles = ", ".join(sorted({role.replace("_", " ") for role in one.roles.values()}))
    factor = "yes" if one.second_factor else "no"
    return one.name, one.email, roles, str(one.sessions), factor, moment(one.seen_at), standing


def _session(one: Session) -> str:
    where = one.name or one.device or "?"
    return f"{one.kind:<8} {where}, from {one.address or '–'}, last seen {moment(one.seen_at)}"
