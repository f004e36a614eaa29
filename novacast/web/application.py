"""The aiohttp application: middlewares, routes, pages, static files."""

from collections.abc import Sequence

from aiohttp import web

from novacast.web import headers
from novacast.web.endpoints import Endpoint
from novacast.web.kit import Kit
from novacast.web.middlewares import Middlewares
from novacast.web.routing import Route
from novacast.web.static import PREFIX, StaticFiles


def application(kit: Kit, routes: Sequence[Route], static: StaticFiles) -> web.Application:
    app = web.Application(middlewares=Middlewares(kit).in_order(), client_max_size=kit.settings.server.max_body)
    app.on_response_prepare.append(headers.protection(kit.settings.server.hsts_days))
    kit.templates.install(app)
    app.router.add_get(PREFIX + "{path:.+}", static.serve)
    own_head = {route.path for route in routes if route.method == "HEAD"}
    for route in routes:
        endpoint = Endpoint(route, kit)
        methods = ["GET", "HEAD"] if route.method == "GET" and route.path not in own_head else [route.method]
        for method in methods:
            app.router.add_route(method, route.path, endpoint.handle, expect_handler=endpoint.expect)
    return app
