"""Paths for aiohttp's router, whose patterns and handlers are made when somebody comes.

The router itself compiles a regular expression for each path with a parameter, of which a house of this size has five
hundred, and looks at a handful of them for a request.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Any, NoReturn

from aiohttp import web
from yarl import URL

from novacast.web.endpoints import Endpoint
from novacast.web.routing import PARAMETER

Opening = Callable[[], Awaitable[Mapping[str, Endpoint]]]
"""Endpoints by method."""

Resolved = tuple[web.UrlMappingMatchInfo | None, set[str]]


class Address(web.AbstractResource):
    """One path and the methods that it takes."""

    def __init__(self, path: str, methods: frozenset[str], opening: Opening) -> None:
        super().__init__()
        self._path, self._methods, self._opening = path, methods, opening
        self._resource: web.Resource | None = None
        self._open = False

    @property
    def canonical(self) -> str:
        """As aiohttp writes it, by which its index finds it: parameters without their patterns."""
        return PARAMETER.sub(r"{\1}", self._path)

    async def resolve(self, request: web.Request) -> Resolved:
        if self._resource is None:
            self._resource = _resource(self._path, dict.fromkeys(self._methods))
        found, allowed = await self._resource.resolve(request)
        if found is None or self._open:
            return found, allowed
        endpoints = await self._opening()
        self._resource, self._open = _resource(self._path, endpoints), True
        return await self._resource.resolve(request)

    def add_prefix(self, prefix: str) -> None:
        raise NotImplementedError("the house is no part of another application")

    def url_for(self, **kwargs: str) -> URL:
        raise NotImplementedError("addresses are written where they are used")

    def get_info(self) -> Any:
        return {"path": self._path}

    def raw_match(self, path: str) -> bool:
        return path == self._path

    def __len__(self) -> int:
        return len(self._methods)

    def __iter__(self) -> Iterator[web.AbstractRoute]:
        return iter(self._resource or ())


def _resource(path: str, endpoints: Mapping[str, Endpoint | None]) -> web.Resource:
    made = web.DynamicResource(path) if "{" in path else web.PlainResource(path)
    for method, endpoint in endpoints.items():
        if endpoint is None:
            made.add_route(method, _closed)
        else:
            made.add_route(method, endpoint.handle, expect_handler=endpoint.expect)
    return made


async def _closed(request: web.Request) -> NoReturn:
    raise AssertionError(f"{request.method} {request.path} was let into a wing that is closed")
