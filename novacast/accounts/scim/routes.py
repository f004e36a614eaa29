"""SCIM 2.0 over HTTP (RFC 7644), for identity providers with a token of the scope `scim` that an operator made.

Documents of RFC 7643 are read and written as they are: media type, query and errors are the RFC's, not this API's.
"""

import json
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Protocol

from aiohttp import web

from novacast.accounts.scim import discovery
from novacast.accounts.scim.bodies import (
    AttributesQuery,
    BindBody,
    BoundGroupBody,
    BoundGroupsBody,
    ResourcesQuery,
)
from novacast.accounts.scim.bulk import Bulk
from novacast.accounts.scim.documents import PATH, fits, listed, narrowed
from novacast.accounts.scim.groups import ProvisionedGroups
from novacast.accounts.scim.models import LARGEST, SEARCH, Document, Order, invalid
from novacast.accounts.scim.searching import Search
from novacast.accounts.scim.users import ProvisionedUsers
from novacast.errors import Conflict, Forbidden, InvalidInput, NotFound, NovaCastError, PreconditionFailed, TooLarge
from novacast.i18n import text, translated
from novacast.identity import Principal
from novacast.web import Call, delete, get, patch, post, provisioning, put
from novacast.web.problems import refusal
from novacast.web.provisioning import MEDIA_TYPE

BINDINGS = "/api/v1/admin/scim-groups"
_ALL = (Forbidden, NotFound, InvalidInput, Conflict, PreconditionFailed, TooLarge)
_get, _delete = partial(get, tag="scim", scope="scim"), partial(delete, tag="scim", scope="scim", status=204)
_post = partial(post, tag="scim", scope="scim", stream=True, idempotent=False, errors=_ALL)
_put = partial(put, tag="scim", scope="scim", stream=True, errors=_ALL)
_patch = partial(patch, tag="scim", scope="scim", stream=True, errors=_ALL)
_JSON: dict[str, Any] = {"content": {MEDIA_TYPE: {"schema": {"type": "object"}}}}
_TOLD = {"responses": {"200": {"description": "A document of RFC 7643.", **_JSON}}}
_MADE = {"requestBody": {"required": True, **_JSON}, "responses": {"201": {"description": "What was made.", **_JSON}}}
_SENT = {"requestBody": {"required": True, **_JSON}, **_TOLD}


class Resources(Protocol):
    """Users, or groups."""

    async def listed(
        self, principal: Principal, written: str, start: int, count: int, order: Order | None, /
    ) -> tuple[int, Sequence[Document]]: ...


class DiscoveryRoutes:
    def __init__(self, root: str) -> None:
        self._root = root

    @_get(f"{PATH}/ServiceProviderConfig", summary="What this server can", operation=_TOLD)
    async def configuration(self, call: Call) -> web.Response:
        return _answer(discovery.configuration(self._root))

    @_get(f"{PATH}/ResourceTypes", summary="Types of resources", operation=_TOLD)
    async def types(self, call: Call) -> web.Response:
        found = discovery.types(self._root)
        return _answer(listed(len(found), 1, found))

    @_get(f"{PATH}/ResourceTypes/{{name}}", summary="A type of resources", errors=(NotFound,), operation=_TOLD)
    async def type(self, call: Call, name: str) -> web.Response:
        return _answer(_named(discovery.types(self._root), name))

    @_get(f"{PATH}/Schemas", summary="Schemas", operation=_TOLD)
    async def schemas(self, call: Call) -> web.Response:
        found = discovery.schemas(self._root)
        return _answer(listed(len(found), 1, found))

    @_get(f"{PATH}/Schemas/{{name}}", summary="A schema", errors=(NotFound,), operation=_TOLD)
    async def schema(self, call: Call, name: str) -> web.Response:
        return _answer(_named(discovery.schemas(self._root), name))


class SearchRoutes:
    def __init__(self, search: Search) -> None:
        self._search = search

    @_post(f"{PATH}/.search", summary="Search people and groups at once", operation=_SENT)
    async def search(self, call: Call) -> web.Response:
        return await _page(call, self._search, _search(await _document(call)))


class BulkRoutes:
    def __init__(self, bulk: Bulk) -> None:
        self._bulk = bulk

    @_post(f"{PATH}/Bulk", summary="Many operations at once", operation=_SENT)
    async def run(self, call: Call) -> web.Response:
        """RFC 7644, section 3.7. Each is for itself: what went before a failure stays."""
        return _answer(await self._bulk.run(call.principal, await _document(call), _refused))


class UserRoutes:
    def __init__(self, users: ProvisionedUsers) -> None:
        self._users = users

    @_get(f"{PATH}/Users", summary="People", errors=(Forbidden, InvalidInput), operation=_TOLD)
    async def listed(self, call: Call, query: ResourcesQuery) -> web.Response:
        return await _page(call, self._users, query)

    @_post(f"{PATH}/Users/.search", summary="Search people", operation=_SENT)
    async def search(self, call: Call) -> web.Response:
        return await _page(call, self._users, _search(await _document(call)))

    @_post(f"{PATH}/Users", status=201, summary="Make somebody", operation=_MADE)
    async def create(self, call: Call, query: AttributesQuery) -> web.Response:
        return _made(await self._users.create(call.principal, await _document(call)), query)

    @_get(f"{PATH}/Users/{{person_id}}", summary="A person", errors=(Forbidden, NotFound), operation=_TOLD)
    async def show(self, call: Call, person_id: str, query: AttributesQuery) -> web.Response:
        return _known(call, await self._users.show(call.principal, person_id), query)

    @_put(f"{PATH}/Users/{{person_id}}", summary="Say anew who somebody is", operation=_SENT)
    async def replace(self, call: Call, person_id: str, query: AttributesQuery) -> web.Response:
        return _one(await self._users.replace(call.principal, person_id, await _document(call), _match(call)), query)

    @_patch(f"{PATH}/Users/{{person_id}}", summary="Change something of a person", operation=_SENT)
    async def patch(self, call: Call, person_id: str, query: AttributesQuery) -> web.Response:
        """`active` false ends all that they are logged in by, and shuts their account."""
        return _one(await self._users.patch(call.principal, person_id, await _document(call), _match(call)), query)

    @_delete(
        f"{PATH}/Users/{{person_id}}",
        summary="Shut somebody out",
        errors=(Forbidden, NotFound, Conflict, PreconditionFailed),
    )
    async def remove(self, call: Call, person_id: str) -> None:
        """Their account stays, and what they made; it comes back when they are made again."""
        await self._users.remove(call.principal, person_id, _match(call))


class GroupRoutes:
    def __init__(self, groups: ProvisionedGroups) -> None:
        self._groups = groups

    @_get(f"{PATH}/Groups", summary="Groups", errors=(Forbidden, InvalidInput), operation=_TOLD)
    async def listed(self, call: Call, query: ResourcesQuery) -> web.Response:
        return await _page(call, self._groups, query)

    @_post(f"{PATH}/Groups/.search", summary="Search groups", operation=_SENT)
    async def search(self, call: Call) -> web.Response:
        return await _page(call, self._groups, _search(await _document(call)))

    @_post(f"{PATH}/Groups", status=201, summary="Make a group", operation=_MADE)
    async def create(self, call: Call, query: AttributesQuery) -> web.Response:
        """One that is called `short-name:role` makes its members that in the organization."""
        return _made(await self._groups.create(call.principal, await _document(call)), query)

    @_get(f"{PATH}/Groups/{{group_id}}", summary="A group", errors=(Forbidden, NotFound), operation=_TOLD)
    async def show(self, call: Call, group_id: str, query: AttributesQuery) -> web.Response:
        return _known(call, await self._groups.show(call.principal, group_id), query)

    @_put(f"{PATH}/Groups/{{group_id}}", summary="Say anew what a group is", operation=_SENT)
    async def replace(self, call: Call, group_id: str, query: AttributesQuery) -> web.Response:
        return _one(await self._groups.replace(call.principal, group_id, await _document(call), _match(call)), query)

    @_patch(f"{PATH}/Groups/{{group_id}}", summary="Change something of a group", operation=_SENT)
    async def patch(self, call: Call, group_id: str, query: AttributesQuery) -> web.Response:
        return _one(await self._groups.patch(call.principal, group_id, await _document(call), _match(call)), query)

    @_delete(
        f"{PATH}/Groups/{{group_id}}",
        summary="Delete a group",
        errors=(Forbidden, NotFound, Conflict, PreconditionFailed),
    )
    async def remove(self, call: Call, group_id: str) -> None:
        """What it made of its members ends."""
        await self._groups.remove(call.principal, group_id, _match(call))

    @get(BINDINGS, tag="admin", scope="admin", summary="Groups, and what they make of people", errors=(Forbidden,))
    async def bindings(self, call: Call) -> BoundGroupsBody:
        return BoundGroupsBody.of(await self._groups.all(call.principal), BoundGroupBody.of)

    @put(
        f"{BINDINGS}/{{group_id}}",
        tag="admin",
        scope="admin",
        summary="Say what a group makes of its members",
        errors=(Forbidden, NotFound, Conflict, InvalidInput),
    )
    async def bind(self, call: Call, group_id: str, body: BindBody) -> BoundGroupBody:
        if (body.organization is None) != (body.role is None):
            raise InvalidInput.field("role", text("Say both, organization and role, or neither."))
        return BoundGroupBody.of(await self._groups.bind(call.principal, group_id, body.organization, body.role))


async def _document(call: Call) -> Document:
    """Raises InvalidInput, TooLarge."""
    raw = b"".join([chunk async for chunk in call.chunks(LARGEST)])
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise invalid("invalidSyntax", text("The body is no valid JSON.")) from error
    if not isinstance(found, Mapping):
        raise invalid("invalidSyntax", text("This must be an object."))
    return found


_ASKED = ("filter", "startIndex", "count", "sortBy", "sortOrder")


def _search(document: Document) -> ResourcesQuery:
    """Raises InvalidInput."""
    schemas = document.get("schemas") or [SEARCH]
    if not isinstance(schemas, list) or SEARCH not in schemas:
        raise invalid("invalidSyntax", text("A search has the schema {schema}.", schema=SEARCH))
    given = {name: document[name] for name in _ASKED if document.get(name) is not None}
    try:
        lists = {name: ",".join(document[name]) for name in ("attributes", "excludedAttributes") if document.get(name)}
        return ResourcesQuery.model_validate({**given, **lists})
    except (TypeError, ValueError) as error:
        raise invalid("invalidSyntax", text("This search can't be read.")) from error


async def _page(call: Call, resources: Resources, query: ResourcesQuery) -> web.Response:
    start, count = query.page()
    total, found = await resources.listed(call.principal, query.filter, start, count, query.order())
    return _answer(listed(total, start, [narrowed(one, *query.asked()) for one in found]))


def _refused(error: NovaCastError) -> Document:
    found = refusal(error)
    return provisioning.told(found, translated(found.detail))


def _match(call: Call) -> str:
    return call.request.headers.get("If-Match", "")


def _known(call: Call, document: Document, query: AttributesQuery) -> web.Response:
    """Not once more where whoever asks has it."""
    if fits(call.request.headers.get("If-None-Match", ""), document):
        return web.Response(status=304, headers={"ETag": document["meta"]["version"]})
    return _one(document, query)


def _one(document: Document, query: AttributesQuery) -> web.Response:
    answer = _answer(narrowed(document, *query.asked()))
    answer.headers["ETag"] = document["meta"]["version"]
    return answer


def _made(document: Document, query: AttributesQuery) -> web.Response:
    answer = _answer(narrowed(document, *query.asked()), 201)
    answer.headers["Location"] = document["meta"]["location"]
    answer.headers["ETag"] = document["meta"]["version"]
    return answer


def _answer(document: Document, status: int = 200) -> web.Response:
    body = json.dumps(document, ensure_ascii=False).encode()
    return web.Response(body=body, status=status, content_type=MEDIA_TYPE)


def _named(found: Sequence[Document], name: str) -> Document:
    one: Document | None = next((each for each in found if each["id"] == name), None)
    if one is None:
        raise NotFound(text("There is nothing here."))
    return one
