"""The admin API of accounts."""

from novacast.accounts.administration import Administration
from novacast.accounts.operators.bodies import (
    AnyOrganizationBody,
    AnyOrganizationsBody,
    GivenRoleBody,
    KnownPeopleBody,
    KnownPersonBody,
    OperatorBody,
    OperatorsBody,
    PeopleQuery,
    PersonDetailBody,
    SuspendBody,
)
from novacast.accounts.operators.service import Operators
from novacast.errors import Conflict, Forbidden, InvalidInput, NotFound, RateLimited
from novacast.web import Call, ListQuery, delete, get, post, put

PEOPLE = "/api/v1/admin/people"
PERSON = f"{PEOPLE}/{{person_id}}"
OPERATORS = "/api/v1/admin/operators"
_ONE = (Forbidden, NotFound)


class OperatorRoutes:
    def __init__(self, operators: Operators, administration: Administration) -> None:
        self._operators, self._administration = operators, administration

    @get(PEOPLE, tag="admin", scope="admin", summary="People, newest first", errors=(Forbidden, InvalidInput))
    async def people(self, call: Call, query: PeopleQuery) -> KnownPeopleBody:
        page = await self._operators.people(
            call.principal, query.q, suspended=query.suspended, cursor=query.cursor, limit=query.limit
        )
        return KnownPeopleBody.of(page, KnownPersonBody.of)

    @get(PERSON, tag="admin", scope="admin", summary="A person, and what is signed in", errors=_ONE)
    async def person(self, call: Call, person_id: str) -> PersonDetailBody:
        return PersonDetailBody.detailed(*await self._operators.show(call.principal, person_id))

    @delete(
        f"{PERSON}/sessions",
        tag="admin",
        scope="admin",
        status=204,
        summary="End all that somebody is logged in by, API tokens too",
        errors=_ONE,
    )
    async def end_sessions(self, call: Call, person_id: str) -> None:
        await self._operators.end_sessions(call.principal, person_id)

    @delete(
        f"{PERSON}/sessions/{{session_id}}",
        tag="admin",
        scope="admin",
        status=204,
        summary="End somebody's session or API token",
        errors=_ONE,
    )
    async def end_session(self, call: Call, person_id: str, session_id: str) -> None:
        await self._operators.end_sessions(call.principal, person_id, session_id)

    @put(
        f"{PERSON}/suspension",
        tag="admin",
        scope="admin",
        summary="Shut an account: all sessions end, nobody logs in",
        errors=(*_ONE, Conflict),
    )
    async def suspend(self, call: Call, person_id: str, body: SuspendBody) -> KnownPersonBody:
        return KnownPersonBody.of(await self._operators.suspend(call.principal, person_id, body.reason))

    @delete(
        f"{PERSON}/suspension", tag="admin", scope="admin", status=204, summary="Open an account again", errors=_ONE
    )
    async def release(self, call: Call, person_id: str) -> None:
        await self._operators.release(call.principal, person_id)

    @post(
        f"{PERSON}/password-reset",
        tag="admin",
        scope="admin",
        status=204,
        idempotent=False,
        summary="Mail a link to choose another password",
        errors=(*_ONE, RateLimited),
    )
    async def send_reset(self, call: Call, person_id: str) -> None:
        await self._operators.send_reset(call.principal, person_id)

    @put(
        f"{PERSON}/roles/{{org_id}}",
        tag="admin",
        scope="admin",
        status=204,
        summary="Give somebody a role in an organization, or take it away",
        errors=(*_ONE, Conflict),
    )
    async def set_role(self, call: Call, person_id: str, org_id: str, body: GivenRoleBody) -> None:
        await self._administration.set_role(call.principal, org_id, person_id, body.role)

    @get(OPERATORS, tag="admin", scope="admin", summary="Operators of this server", errors=(Forbidden,))
    async def operators(self, call: Call) -> OperatorsBody:
        """Those who may come with a token. Whoever may open the operator's socket needs none."""
        return OperatorsBody.of(await self._operators.listed(call.principal), OperatorBody.of)

    @put(
        f"{OPERATORS}/{{person_id}}",
        tag="admin",
        scope="admin",
        summary="Make somebody an operator",
        errors=(*_ONE, Conflict),
    )
    async def grant(self, call: Call, person_id: str) -> KnownPersonBody:
        """Tokens of the scope `admin` that they make from now on may do everything here."""
        return KnownPersonBody.of(await self._operators.grant(call.principal, person_id))

    @delete(
        f"{OPERATORS}/{{person_id}}",
        tag="admin",
        scope="admin",
        status=204,
        summary="Take that away again",
        errors=_ONE,
    )
    async def withdraw(self, call: Call, person_id: str) -> None:
        await self._operators.withdraw(call.principal, person_id)

    @get(
        "/api/v1/admin/organizations",
        tag="admin",
        scope="admin",
        summary="Organizations of this server, newest first",
        errors=(Forbidden, InvalidInput),
    )
    async def organizations(self, call: Call, query: ListQuery) -> AnyOrganizationsBody:
        page = await self._administration.organizations(call.principal, query.cursor, query.limit)
        return AnyOrganizationsBody.of(page, AnyOrganizationBody.of)
