"""The aiohttp application: middlewares, routes, pages, static files."""

from collections.abc import Mapping
from functools import partial

from aiohttp import web

from novacast.web import headers
from novacast.web.addresses import Address
from novacast.web.endpoints import Endpoint
from novacast.web.kit import Kit
from novacast.web.middlewares import Middlewares
from novacast.web.static import PREFIX, StaticFiles
from novacast.web.wings import Wings


def application(kit: Kit, wings: Wings, static: StaticFiles) -> web.Application:
    app = web.Application(middlewares=Middlewares(kit).in_order(), client_max_size=kit.settings.server.max_body)
    app.on_response_prepare.append(headers.protection(kit.settings.server.hsts_days))
    kit.templates.install(app)
    app.router.add_get(PREFIX + "{path:.+}", static.serve)
    for path, methods in wings.paths.items():
        opening = partial(_endpoints, kit, wings, path, methods)
        app.router.register_resource(Address(path, frozenset(_answered(methods)), opening))
    return app


def _answered(methods: Mapping[str, object]) -> set[str]:
    """A GET answers HEAD as well, unless there is one of its own."""
    return {*methods, "HEAD"} if "GET" in methods else {*methods}


async def _endpoints(kit: Kit, wings: Wings, path: str, methods: Mapping[str, str]) -> Mapping[str, Endpoint]:
    routes = [route for wing in dict.fromkeys(methods.values()) for route in await wings.open(wing)]
    made = {route.method: Endpoint(route, kit) for route in routes if route.path == path}
    return {method: made[method if method in made else "GET"] for method in _answered(made)}
