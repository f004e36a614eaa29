"""Routes as methods of classes: a decorator says how a method is reached, its signature says what it takes and gives.

    class VideoRoutes:
        @get("/api/v1/videos/{id}", tag="videos", public=True, summary="A video", errors=(NotFound,))
        async def show(self, call: Call, id: str) -> VideoBody: ...

Parameters named `body`, `query` and `form` are pydantic models of that part of the request; any other one is a
parameter of the path (`str` or `int`). The return annotation is the answer's shape: a model (JSON), None (204), Html,
Redirect, or aiohttp's StreamResponse (sent as it is).
"""

import inspect
import re
import types
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import field, fields
from typing import Any, Literal, TypedDict, TypeVar, Union, Unpack, get_args, get_origin, get_type_hints

from aiohttp import web
from pydantic import BaseModel

from novacast.errors import NovaCastError
from novacast.identity import Scope
from novacast.records import dataclass
from novacast.web.answers import Html, Redirect

Kind = Literal["api", "page", "form"]
Handler = Callable[..., Awaitable[Any]]
F = TypeVar("F", bound=Handler)

_MARKS = "__novacast_routes__"
PARAMETER = re.compile(r"\{(\w+)(?::[^{}]*(?:\{\d+(?:,\d*)?\}[^{}]*)*)?\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What a decorator says of a route."""

    method: str
    path: str
    kind: Kind = "api"
    tag: str = ""
    summary: str = ""
    public: bool = False
    """Whether strangers may come; else login is required."""
    scope: Scope = "read"
    """What a token must allow; browsers' sessions allow all."""
    status: int = 200
    errors: tuple[type[NovaCastError], ...] = ()
    """Refusals beyond those that the kit itself makes; for the documentation."""
    idempotent: bool = False
    """Whether an Idempotency-Key is honoured; then the handler must pass `call.remember(...)` on."""
    atomic: bool = False
    """Whether all that the handler does is undone with its transaction: then a key is looked up only where the answer
    can't be kept, or something was refused."""
    stream: bool = False
    """The handler reads the body itself, by `call.chunks`; the kit's limits on bodies don't hold."""
    keyed: bool = False
    """The Authorization header holds a key that the handler looks at, `call.key`: it logs nobody in, and no cookie is
    read."""
    operation: Mapping[str, Any] = field(default_factory=dict)
    """OpenAPI that can't be derived (headers, other answers); `responses` and `parameters` are added to ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route(Mark):
    """A mark and what the method's signature adds to it."""

    handler: Handler
    path_params: Mapping[str, type]
    body: type[BaseModel] | None
    query: type[BaseModel] | None
    form: type[BaseModel] | None
    answer: Any
    """The annotation of what is answered as JSON; None if nothing is."""
    empty: bool
    """Whether it may answer nothing (204)."""
    description: str

    @property
    def name(self) -> str:
        return self.handler.__qualname__


class Options(TypedDict, total=False):
    """Keywords of the decorators: the fields of Mark."""

    tag: str
    summary: str
    public: bool
    scope: Scope
    status: int
    errors: tuple[type[NovaCastError], ...]
    idempotent: bool
    atomic: bool
    stream: bool
    keyed: bool
    operation: Mapping[str, Any]


def route(method: str, path: str, kind: Kind = "api", **more: Unpack[Options]) -> Callable[[F], F]:
    """`scope` defaults to "read" for what changes nothing, else "write"; `idempotent` to true for the API's POSTs."""
    more.setdefault("scope", "read" if method in ("GET", "HEAD", "OPTIONS") else "write")
    more.setdefault("idempotent", method == "POST" and kind == "api" and not more.get("stream"))
    mark = Mark(method=method, path=path, kind=kind, **more)

    def attach(method: F) -> F:
        marks = getattr(method, _MARKS, ())
        setattr(method, _MARKS, (mark, *marks))
        return method

    return attach


def get(path: str, **more: Unpack[Options]) -> Callable[[F], F]:
    """Answers HEAD as well, unless there is a `head` of the same path."""
    return route("GET", path, **more)


def head(path: str, **more: Unpack[Options]) -> Callable[[F], F]:
    return route("HEAD", path, **more)


def options(path: str, **more: Unpack[Options]) -> Callable[[F], F]:
    return route("OPTIONS", path, **more)


def post(path: str, **more: Unpack[Options]) -> Callable[[F], F]:
    return route("POST", path, **more)


def put(path: str, **more: Unpack[Options]) -> Callable[[F], F]:
    return route("PUT", path, **more)


def patch(path: str, **more: Unpack[Options]) -> Callable[[F], F]:
    return route("PATCH", path, **more)


def delete(path: str, **more: Unpack[Options]) -> Callable[[F], F]:
    return route("DELETE", path, **more)


def page(path: str, **more: Unpack[Options]) -> Callable[[F], F]:
    """A page for browsers: a stranger is sent to log in, an error is a page too."""
    return route("GET", path, "page", **more)


def form(path: str, **more: Unpack[Options]) -> Callable[[F], F]:
    """Takes the POST of a page's form."""
    return route("POST", path, "form", **more)


def collect(*instances: object) -> list[Route]:
    """Every route of the given objects, in the order of their methods."""
    routes: list[Route] = []
    for instance in instances:
        seen: set[str] = set()
        for owner in type(instance).__mro__:
            for name, value in vars(owner).items():
                marks = getattr(value, _MARKS, ())
                if name not in seen:
                    routes += [_inspected(mark, getattr(instance, name)) for mark in marks]
                seen.add(name)
    return routes


def _inspected(mark: Mark, handler: Handler) -> Route:
    hints = get_type_hints(handler)
    wanted = set(PARAMETER.findall(mark.path))
    params: dict[str, type] = {}
    models: dict[str, type[BaseModel]] = {}
    for name in list(inspect.signature(handler).parameters)[1:]:
        kind = hints.get(name)
        if name in ("body", "query", "form") and name not in wanted:
            if not (isinstance(kind, type) and issubclass(kind, BaseModel)):
                raise TypeError(f"{handler.__qualname__}: {name} must be annotated with a pydantic model")
            models[name] = kind
        elif kind in (str, int):
            params[name] = kind
        else:
            raise TypeError(f"{handler.__qualname__}: parameter {name} of the path must be str or int")
    if set(params) != wanted:
        raise TypeError(f"{handler.__qualname__}: parameters {sorted(params)} don't match the path {mark.path}")
    if "return" not in hints:
        raise TypeError(f"{handler.__qualname__}: the return annotation, which documents the answer, is missing")
    return Route(
        **{item.name: getattr(mark, item.name) for item in fields(Mark)},
        handler=handler,
        path_params=params,
        body=models.get("body"),
        query=models.get("query"),
        form=models.get("form"),
        answer=_answer(hints["return"]),
        empty=types.NoneType in _parts(hints["return"]),
        description=inspect.getdoc(handler) or "",
    )


def _answer(annotation: Any) -> Any:
    """What of a return annotation is written as JSON: neither pages nor aiohttp's responses are."""
    parts = [part for part in _parts(annotation) if not _is_sent_as_it_is(part)]
    return Union[tuple(parts)] if parts else None  # noqa: UP007 - built at run time from a list


def _parts(annotation: Any) -> tuple[Any, ...]:
    union = get_origin(annotation) in (Union, types.UnionType)
    return get_args(annotation) if union else (annotation,)


def _is_sent_as_it_is(part: Any) -> bool:
    if part is types.NoneType:
        return True
    return isinstance(part, type) and issubclass(part, (Html, Redirect, web.StreamResponse))
