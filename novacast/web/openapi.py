"""OpenAPI 3.1 from the routes: the models that validate are the models that are documented."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import JsonSchemaMode, JsonSchemaValue

from novacast import __version__, errors
from novacast.errors import NovaCastError
from novacast.web import provisioning
from novacast.web.idempotency import HEADER, REPLAYED
from novacast.web.problems import MEDIA_TYPE, Problem, status_of
from novacast.web.routing import PARAMETER, Route

JSON = "application/json"
_REF = "#/components/schemas/{model}"

SECURITY = {
    "session": {"type": "apiKey", "in": "cookie", "name": "novacast_session", "description": "A browser's session."},
    "bearer": {"type": "http", "scheme": "bearer", "description": "An access token or a scoped API token."},
}
_IDEMPOTENCY_KEY = {
    "name": HEADER,
    "in": "header",
    "description": "Any text of the caller's that names this one wish. A repetition with it within 24 hours gets the "
    f"first answer again, marked `{REPLAYED}: true`, and has no second effect.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
}
_RETRY_AFTER = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 1}}}


def document(routes: Iterable[Route], *, title: str, url: str) -> dict[str, Any]:
    """The whole document. Pages and their forms are no part of the API."""
    api = [route for route in routes if route.kind == "api"]
    schemas = _Schemas(api)
    paths: dict[str, dict[str, Any]] = {}
    names: set[str] = set()
    for route in api:
        operation = _operation(route, schemas)
        if operation["operationId"] in names:
            operation["operationId"] += f".{route.method.lower()}"
        names.add(operation["operationId"])
        paths.setdefault(PARAMETER.sub(r"{\1}", route.path), {})[route.method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {"title": f"{title} API", "version": __version__, "description": _INTRODUCTION},
        "servers": [{"url": url}],
        "tags": [{"name": tag} for tag in sorted({route.tag for route in api if route.tag})],
        "paths": paths,
        "components": {"schemas": schemas.definitions, "securitySchemes": SECURITY},
    }


_INTRODUCTION = (
    "Lists are answered page by page: `next` of one page is the `cursor` of the page behind it. Instants are ISO 8601 "
    "in UTC. Errors are problem documents (RFC 9457) whose `code` is stable. A POST that makes or moves something "
    f"takes an `{HEADER}`."
)


class _Schemas:
    """JSON Schema of every model in use, each under its name in `definitions`."""

    def __init__(self, routes: Sequence[Route]) -> None:
        wanted: list[tuple[str, JsonSchemaMode, TypeAdapter[Any]]] = [("", "serialization", TypeAdapter(Problem))]
        for route in routes:
            if route.answer is not None:
                wanted.append((_key(route), "serialization", TypeAdapter(route.answer)))
            if route.body is not None:
                wanted.append((_key(route), "validation", TypeAdapter(route.body)))
        made, rest = TypeAdapter.json_schemas(wanted, ref_template=_REF)
        self._made = made
        self.definitions: dict[str, Any] = rest.get("$defs", {})

    def answer(self, route: Route) -> JsonSchemaValue:
        return self._made[_key(route), "serialization"]

    def body(self, route: Route) -> JsonSchemaValue:
        return self._made[_key(route), "validation"]

    def query(self, model: type[BaseModel]) -> Iterator[dict[str, Any]]:
        """One parameter per field. Null can't be written in a query, so it is left out of the schemas."""
        schema = model.model_json_schema(ref_template=_REF)
        self.definitions.update(schema.get("$defs", {}))
        for name, field in schema.get("properties", {}).items():
            described = _without_null(field)
            parameter = {
                "name": name,
                "in": "query",
                "schema": described,
                "required": name in schema.get("required", ()),
            }
            if (words := described.pop("description", None)) is not None:
                parameter["description"] = words
            yield parameter


def _key(route: Route) -> str:
    return f"{route.method} {route.path}"


def _without_null(schema: Mapping[str, Any]) -> dict[str, Any]:
    rest = {name: value for name, value in schema.items() if name != "title"}
    if rest.get("default", ...) is None:
        del rest["default"]
    kinds = [kind for kind in rest.get("anyOf", ()) if kind != {"type": "null"}]
    if len(kinds) == 1:
        del rest["anyOf"]
        rest.update(kinds[0])
    elif kinds:
        rest["anyOf"] = kinds
    return rest


def _operation(route: Route, schemas: _Schemas) -> dict[str, Any]:
    extra = dict(route.operation)
    operation: dict[str, Any] = {
        "operationId": route.name,
        "summary": route.summary or route.name,
        "security": [*([{}] if route.public else []), {"session": []}, {"bearer": [route.scope]}],
        "parameters": [*_parameters(route, schemas), *extra.pop("parameters", ())],
        "responses": {**_responses(route, schemas), **extra.pop("responses", {})},
    }
    if route.tag:
        operation["tags"] = [route.tag]
    if route.description:
        operation["description"] = route.description
    if route.body is not None:
        operation["requestBody"] = {"required": True, "content": {JSON: {"schema": schemas.body(route)}}}
    return {**operation, **extra}


def _parameters(route: Route, schemas: _Schemas) -> Iterator[dict[str, Any]]:
    for name, kind in route.path_params.items():
        schema = {"type": "string", "minLength": 1} if kind is str else {"type": "integer", "minimum": 0}
        yield {"name": name, "in": "path", "required": True, "schema": schema}
    if route.query is not None:
        yield from schemas.query(route.query)
    if route.idempotent:
        yield _IDEMPOTENCY_KEY


def _responses(route: Route, schemas: _Schemas) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if route.answer is not None:
        content = {JSON: {"schema": schemas.answer(route)}}
        found[str(route.status)] = {"description": HTTPStatus(route.status).phrase, "content": content}
    if route.empty:
        found["204"] = {"description": "Done; there is nothing to say."}
    if not found:
        # A route that makes its own response: `operation` may say more of it.
        found[str(route.status)] = {"description": HTTPStatus(route.status).phrase}
    if route.idempotent:
        for answer in found.values():
            answer["headers"] = {REPLAYED: {"description": "`true` for a repetition.", "schema": {"type": "string"}}}
    codes: dict[int, list[str]] = {431: ["head_too_large"]}
    for error in _refusals(route):
        codes.setdefault(status_of(error), []).append(error.code)
    if route.body is not None:
        codes[408] = ["request_timeout"]
    if route.path.startswith(provisioning.PREFIX):
        statuses = sorted({provisioning.status_of(one) for one in codes})
        return found | {str(status): provisioning.documented(status) for status in statuses}
    return found | {str(status): _problem(status, codes[status]) for status in sorted(codes)}


def _refusals(route: Route) -> list[type[NovaCastError]]:
    """What the route says of itself, and what the kit may answer before it is reached."""
    found: list[type[NovaCastError]] = [errors.Malformed, errors.Unauthenticated, *route.errors]
    if not route.public or route.method not in ("GET", "HEAD", "OPTIONS"):
        found.append(errors.Forbidden)
    if route.method not in ("GET", "HEAD", "OPTIONS"):
        found.append(errors.DiskFull)
    if route.path_params:
        found.append(errors.NotFound)
    if route.body is not None or route.query is not None:
        found.append(errors.InvalidInput)
    if route.body is not None:
        found += [errors.TooLarge, errors.UnsupportedMedia]
    if route.idempotent:
        found += [errors.InFlight, errors.KeyReused]
    found += [errors.Unavailable, errors.NovaCastError]
    return list(dict.fromkeys(found))


def _problem(status: int, codes: Sequence[str]) -> dict[str, Any]:
    names = ", ".join(f"`{'internal' if status == 500 else code}`" for code in codes)
    content = {MEDIA_TYPE: {"schema": {"$ref": _REF.format(model="Problem")}}}
    problem: dict[str, Any] = {"description": f"{HTTPStatus(status).phrase}: {names}", "content": content}
    if status in (409, 429, 503, 507):
        problem["headers"] = _RETRY_AFTER
    return problem
