"""Many operations in one request (RFC 7644, section 3.7), each for itself: what went before a failure stays.

An operation may name what another of the request makes, as `bulkId:NAME`; it comes after that one.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from novacast.accounts.scim.documents import PATH
from novacast.accounts.scim.groups import ProvisionedGroups
from novacast.accounts.scim.models import BULK, BULK_ANSWER, MOST_OPERATIONS, Document, invalid
from novacast.accounts.scim.users import ProvisionedUsers
from novacast.errors import Conflict, NotFound, NovaCastError, TooLarge
from novacast.i18n import text
from novacast.identity import Principal, operates

MARK = "bulkId:"
DEEPEST = 20
Refuse = Callable[[NovaCastError], Document]
"""An error as section 3.12 tells of it."""


class Resources(Protocol):
    async def create(self, principal: Principal, document: Document, /) -> Document: ...

    async def replace(self, principal: Principal, id_: str, document: Document, match: str, /) -> Document: ...

    async def patch(self, principal: Principal, id_: str, body: Document, match: str, /) -> Document: ...

    async def remove(self, principal: Principal, id_: str, match: str, /) -> None: ...


class Bulk:
    def __init__(self, users: ProvisionedUsers, groups: ProvisionedGroups) -> None:
        self._of: Mapping[str, Resources] = {"users": users, "groups": groups}

    async def run(self, principal: Principal, request: Document, refuse: Refuse) -> Document:
        """Answers in the order of the request. Raises Forbidden, InvalidInput, TooLarge."""
        operates(principal)
        waiting, most = _operations(request), _most(request)
        known: dict[str, str] = {}
        answers: dict[int, Document] = {}
        wrong = 0
        while waiting and not (most and wrong >= most):
            number = next((one for one, given in waiting.items() if not _open(given, known, waiting)), None)
            if number is None:
                number = next(iter(waiting))  # they wait for each other
            answers[number] = await self._answer(principal, waiting.pop(number), known, refuse)
            wrong += int(answers[number]["status"]) >= 400
        return {"schemas": [BULK_ANSWER], "Operations": [answers[one] for one in sorted(answers)]}

    async def _answer(self, principal: Principal, given: Document, known: dict[str, str], refuse: Refuse) -> Document:
        method, name = str(given.get("method", "")).upper(), given.get("bulkId")
        told: dict[str, Any] = {"method": method} | ({"bulkId": name} if isinstance(name, str) else {})
        try:
            return {**told, **await self._done(principal, method, given, known)}
        except NovaCastError as error:
            refusal = refuse(error)
            return told | {"status": refusal["status"], "response": refusal}

    async def _done(self, principal: Principal, method: str, given: Document, known: dict[str, str]) -> Document:
        kind, id_ = _place(_resolved(given.get("path"), known))
        resources = self._of.get(kind.lower())
        if resources is None or (method == "POST") == bool(id_):
            raise NotFound(text("There is nothing here."))
        data, match = _resolved(given.get("data") or {}, known), given.get("version")
        if not isinstance(data, Mapping) or not isinstance(match or "", str):
            raise invalid("invalidSyntax", text("This must be an object."))
        if method == "DELETE":
            await resources.remove(principal, id_, match or "")
            return {"location": f"{PATH}/{kind}/{id_}", "status": "204"}
        if method == "POST":
            made = await resources.create(principal, data)
            if isinstance(given.get("bulkId"), str):
                known[given["bulkId"]] = made["id"]
        elif method in ("PUT", "PATCH"):
            change = resources.replace if method == "PUT" else resources.patch
            made = await change(principal, id_, data, match or "")
        else:
            raise invalid("invalidValue", text("An operation is POST, PUT, PATCH or DELETE."))
        meta = made["meta"]
        return {
            "location": meta["location"],
            "version": meta["version"],
            "status": "201" if method == "POST" else "200",
        }


def _operations(request: Document) -> dict[int, Document]:
    if BULK not in (request.get("schemas") or []):
        raise invalid("invalidSyntax", text("A bulk request has the schema {schema}.", schema=BULK))
    given = request.get("Operations")
    if not isinstance(given, list) or not all(isinstance(one, Mapping) for one in given):
        raise invalid("invalidSyntax", text("This must be a list of operations."))
    if len(given) > MOST_OPERATIONS:
        raise TooLarge(text("At most {most} operations fit into a request.", most=MOST_OPERATIONS))
    return dict(enumerate(given))


def _most(request: Document) -> int:
    """Failures after which it ends; 0: it goes on whatever fails."""
    most = request.get("failOnErrors")
    return most if isinstance(most, int) and not isinstance(most, bool) and most > 0 else 0


def _place(path: Any) -> tuple[str, str]:
    parts = str(path).strip("/").split("/")
    return parts[0], "/".join(parts[1:])


def _open(given: Document, known: Mapping[str, str], waiting: Mapping[int, Document]) -> bool:
    """Whether it names what another that waits will make."""
    to_come = {one.get("bulkId") for one in waiting.values() if one is not given} - known.keys()
    return any(name in to_come for name in _named([given.get("path"), given.get("data")]))


def _named(value: Any, deep: int = 0) -> Sequence[str]:
    if isinstance(value, str):
        return [part.removeprefix(MARK) for part in value.split("/") if part.startswith(MARK)]
    if deep > DEEPEST:
        return []
    inner = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    return [name for one in inner for name in _named(one, deep + 1)]


def _resolved(value: Any, known: Mapping[str, str], deep: int = 0) -> Any:
    """Raises Conflict for what no operation has made."""
    if isinstance(value, str):
        return "/".join(_id(part, known) for part in value.split("/")) if MARK in value else value
    if deep > DEEPEST:
        raise invalid("invalidSyntax", text("This is too deep."))
    if isinstance(value, Mapping):
        return {name: _resolved(one, known, deep + 1) for name, one in value.items()}
    return [_resolved(one, known, deep + 1) for one in value] if isinstance(value, list) else value


def _id(part: str, known: Mapping[str, str]) -> str:
    if not part.startswith(MARK):
        return part
    name = part.removeprefix(MARK)
    if name not in known:
        raise Conflict(text("No operation has made {name}.", name=name[:60]))
    return known[name]
