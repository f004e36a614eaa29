"""The API's documentation, from the routes themselves: the document for programs, pages for people. Works offline."""

import asyncio
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from aiohttp import web

from novacast import errors
from novacast.errors import NovaCastError
from novacast.records import dataclass
from novacast.web.answers import Html
from novacast.web.call import Call
from novacast.web.problems import HTTP_CODES, INSIDE, status_of, title
from novacast.web.routing import page


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation as the page shows it."""

    method: str
    path: str
    summary: str
    anchor: str
    details: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ErrorCode:
    code: str
    title: str
    status: int
    meaning: str


@dataclass(frozen=True, slots=True)
class Documents:
    """The API described to programs: its operations by OpenAPI, its channels by AsyncAPI."""

    operations: Mapping[str, Any]
    channels: Mapping[str, Any]


class ReferenceRoutes:
    def __init__(self, write: Callable[[], Documents]) -> None:
        """`write` is called in another thread when somebody asks: it takes long, and most servers are never asked."""
        self._write = write
        self._written: Documents | None = None

    @page("/api/openapi.json", public=True)
    async def openapi(self, call: Call) -> web.Response:
        return _json((await self._documents()).operations)

    @page("/api/asyncapi.json", public=True)
    async def asyncapi(self, call: Call) -> web.Response:
        return _json((await self._documents()).channels)

    @page("/api/docs", public=True)
    async def docs(self, call: Call) -> Html:
        document = (await self._documents()).operations
        schemas = sorted(document["components"]["schemas"].items())
        return Html("reference/api.html", {"tags": _by_tag(document), "schemas": schemas, "pretty": _pretty})

    @page("/docs/errors", public=True)
    async def errors(self, call: Call) -> Html:
        return Html("reference/errors.html", {"codes": error_codes()})

    async def _documents(self) -> Documents:
        # Two who ask at once may both do the work; they come to the same documents.
        if self._written is None:
            self._written = await asyncio.to_thread(self._write)
        return self._written


def error_codes() -> Sequence[ErrorCode]:
    """Every code that a problem document may carry."""
    found = [
        ErrorCode(cls.code, title(cls.code), status_of(cls), _meaning(cls))
        for cls in _tree()
        if cls is not NovaCastError
    ]
    found += [ErrorCode(code, title(code), status, words) for status, (code, words) in HTTP_CODES.items()]
    found.append(ErrorCode("internal", title("internal"), 500, INSIDE[500]))
    return sorted({item.code: item for item in reversed(found)}.values(), key=lambda item: (item.status, item.code))


def _tree(root: type[NovaCastError] = NovaCastError) -> Iterator[type[NovaCastError]]:
    yield root
    for below in root.__subclasses__():
        yield from _tree(below)


def _meaning(error: type[NovaCastError]) -> str:
    """The line of the tree that heads `novacast.errors`, or the class's own words."""
    if (own := vars(error).get("__doc__")) is not None:
        return str(own).splitlines()[0]
    for line in (errors.__doc__ or "").splitlines():
        words = line.strip("│├└─ ").split(maxsplit=1)
        if len(words) == 2 and words[0] == error.__name__:
            return words[1]
    return ""


def _json(document: Mapping[str, Any]) -> web.Response:
    body = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    return web.Response(body=body, content_type="application/json", headers={"Cache-Control": "no-cache"})


def _by_tag(document: Mapping[str, Any]) -> Sequence[tuple[str, Sequence[Operation]]]:
    found: dict[str, list[Operation]] = {}
    for path, methods in document["paths"].items():
        for method, details in methods.items():
            anchor = details["operationId"].replace(".", "-").lower()
            operation = Operation(method.upper(), path, details["summary"], anchor, details)
            found.setdefault((details.get("tags") or ["other"])[0], []).append(operation)
    return sorted(found.items())


def _pretty(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)
