"""What happens to a request before its handler and to an answer after it, as one list read from the top."""

import asyncio
import logging
from urllib.parse import quote

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from novacast import logs
from novacast.errors import NovaCastError
from novacast.identity import Principal
from novacast.limits import network
from novacast.web import trail
from novacast.web.authentication import admit, presented, principal
from novacast.web.endpoints import Endpoint, answer
from novacast.web.idempotency import HEADER, REPLAYED, Answer, Claim, Ticket, owner_of
from novacast.web.kit import Kit
from novacast.web.problems import Refusal, document, refusal, status_of
from novacast.web.protection import Client
from novacast.web.routing import Route
from novacast.web.state import STATE, State
from novacast.web.static import PREFIX as STATIC

log = logging.getLogger(__name__)
access = logging.getLogger("novacast.access")

SECRET_PARAMS = frozenset({"token", "secret", "key", "code", "grant", "session", "signature"})
"""Parameters of paths whose values never reach the log; of queries none does."""
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Seconds; what streams for longer is beyond them all."""
GONE = 499
"""What the log says where a client left before its answer (nginx's number)."""


class Middlewares:
    def __init__(self, kit: Kit) -> None:
        self._kit = kit
        self._requests = kit.metrics.counter("http_requests", "Requests answered.", "method", "route", "status")
        self._seconds = kit.metrics.histogram(
            "http_request_duration_seconds", "From a request's head to its answer.", "method", buckets=BUCKETS
        )
        self._forgotten = kit.metrics.counter("answers_not_remembered", "POSTs that no Idempotency-Key protects.")

    def in_order(self) -> list[Middleware]:
        return [
            self.identify,  # request id, client address, access log
            self.refuse,  # errors become answers
            self.limit,  # what a body's announcement already tells
            self.same_origin,  # no other site speaks for a browser
            self.authenticate,  # session or token -> principal
            self.speak,  # the answer's language
            self.admit,  # login unless public; a token's scopes
            self.write_down,  # what operators do
            self.repeat,  # Idempotency-Key
        ]

    @web.middleware
    async def identify(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        clock = self._kit.clock
        state = request[STATE] = State(self._kit.edge.client(request), _route(request))
        logs.context.set(state.request_id)
        began, status = clock.monotonic(), 500
        try:
            response = await handler(request)
            status = response.status
        except (asyncio.CancelledError, ConnectionError):
            status = GONE
            raise
        finally:
            self._requests.labels(_method(request), _template(state.route), str(status)).inc()
            self._seconds.labels(_method(request)).observe(clock.monotonic() - began)
            access.info(
                "%s %s %d %.1f ms %s %s",
                request.method,
                shown_path(request, state.route),
                status,
                (clock.monotonic() - began) * 1000,
                state.client.address,
                state.principal.person_id or "-",
            )
        return response

    @web.middleware
    async def refuse(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except Exception as error:
            if _is_gone(request) or request.writer.output_size > 0:
                # Nobody is left to answer, or an answer is half sent: all that can be told is the broken connection.
                raise ConnectionResetError from error
            found = refusal(error)
        state = request[STATE]
        state.language = state.language or self._kit.languages.speak(request.headers.get("Accept-Language", ""))
        if found.status == 401:
            if (page := _to_login(request, state.route)) is not None:
                return page
            found = _challenge(found, state)
        problem = found.problem(request, state.request_id)
        if not _wants_page(request, state.route):
            return document(problem, found.headers)
        try:
            return self._kit.templates.error(request, problem, found.headers)
        except Exception:
            log.exception("the page of an error failed")
            return document(problem, found.headers)

    @web.middleware
    async def limit(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        route = request[STATE].route
        if route is None or not route.stream:
            self._kit.bodies.refuse_early(request)
        return await handler(request)

    @web.middleware
    async def same_origin(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        state = request[STATE]
        keyed = state.route is not None and state.route.keyed
        state.credentials = None if keyed else presented(request, state.client)
        cookie = state.credentials is not None and state.credentials.session is not None
        bearer = keyed or (state.credentials is not None and state.credentials.bearer is not None)
        if state.route is not None:
            self._kit.edge.check_origin(request, state.client, cookie=cookie, bearer=bearer)
        return await handler(request)

    @web.middleware
    async def authenticate(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        state = request[STATE]
        if not request.path.startswith(STATIC):
            state.principal = await principal(self._kit.authenticator, state.credentials, state.client)
        return await handler(request)

    @web.middleware
    async def speak(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        state = request[STATE]
        wishes = [request.headers.get("Accept-Language", "")]
        if state.principal.signed_in:
            wishes.insert(0, state.principal.language)
        state.language = self._kit.languages.speak(*wishes)
        return await handler(request)

    @web.middleware
    async def admit(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        state = request[STATE]
        if state.route is not None:
            admit(state.route, state.principal)
        return await handler(request)

    @web.middleware
    async def write_down(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        state, book = request[STATE], self._kit.trail
        if book is None or state.route is None or not trail.is_deed(state.route, state.principal, request.method):
            return await handler(request)
        number = await book.begun(
            actor=trail.actor(state),
            name=state.principal.name,
            address=state.client.address,
            action=f"{request.method} {state.route.path}",
            subject=trail.subject(request),
            details={} if state.route.stream else trail.details(await self._kit.bodies.read(request)),
            request_id=state.request_id,
        )
        status = 500
        try:
            response = await handler(request)
            status = response.status
        except NovaCastError as error:
            status = status_of(type(error))
            raise
        finally:
            await asyncio.shield(book.ended(number, status))
        return response

    @web.middleware
    async def repeat(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        state = request[STATE]
        if state.route is None or not state.route.idempotent:
            return await handler(request)
        state.ticket = Ticket(status=state.route.status)
        if HEADER not in request.headers:
            return await self._first(request, handler, state)
        mark = await self._claim(request, state)
        answers = self._kit.answers
        with answers.working(mark):
            if not state.route.atomic and (known := await answers.known(mark)) is not None:
                return _again(known)
            state.ticket.claim = mark
            try:
                return await self._first(request, handler, state)
            except Exception:
                if state.route.atomic and (known := await answers.known(mark)) is not None:
                    return _again(known)
                raise

    async def _claim(self, request: web.Request, state: State) -> Claim:
        body = await self._kit.bodies.read(request)
        owner = _owner(state.principal, state.client)
        return self._kit.answers.claim(owner, request.headers[HEADER], request.method, request.path, body)

    async def _first(self, request: web.Request, handler: Handler, state: State) -> web.StreamResponse:
        response = await handler(request)
        if 200 <= response.status < 300 and not state.ticket.kept:
            # Too late to undo the effect: a refusal now would make the caller do it again.
            self._forgotten.inc()
            log.error("%s %s did something without call.remember()", request.method, _template(state.route))
        return response


def _again(known: Answer) -> web.Response:
    response = answer(known.status, known.body)
    response.headers[REPLAYED] = "true"
    return response


def _is_gone(request: web.Request) -> bool:
    return request.transport is None or request.transport.is_closing()


def _route(request: web.Request) -> Route | None:
    endpoint = getattr(request.match_info.handler, "__self__", None)
    return endpoint.route if isinstance(endpoint, Endpoint) else None


def _method(request: web.Request) -> str:
    """Of a few, so that nobody can fill the registry with inventions."""
    return request.method if request.method in METHODS else "other"


def _template(route: Route | None) -> str:
    return "" if route is None else route.path


def shown_path(request: web.Request, route: Route | None) -> str:
    """The path as the log may show it: without secrets, line breaks or endless tails."""
    if route is None:
        parts = request.rel_url.raw_path[:200].split("/")
        return "/".join("***" if len(part) > 24 else part for part in parts)
    path = route.path
    for name, value in request.match_info.items():
        shown = "***" if name in SECRET_PARAMS else quote(value[:100], safe="")
        start = path.find("{" + name)
        end = path.find("}", start)
        path = path[:start] + shown + path[end + 1 :] if start >= 0 else path
    return path


def _owner(who: Principal, client: Client) -> str:
    if who.system and who.person_id is None:
        return "system"
    return owner_of(who.person_id) if who.person_id else f"network:{network(client.address)}"


def _wants_page(request: web.Request, route: Route | None) -> bool:
    if "text/html" not in request.headers.get("Accept", ""):
        return False
    if route is not None:
        return route.kind != "api"
    return not request.path.startswith(("/api/", STATIC, "/media/"))


def _to_login(request: web.Request, route: Route | None) -> web.Response | None:
    """Browsers on a page that needs a login are sent to it, and come back afterwards."""
    if route is None or route.kind == "api" or route.public or "text/html" not in request.headers.get("Accept", ""):
        return None
    back = f"?next={quote(request.rel_url.raw_path_qs, safe='')}" if request.method in ("GET", "HEAD") else ""
    return web.Response(status=303, headers={"Location": f"/login{back}"})


def _challenge(found: Refusal, state: State) -> Refusal:
    """RFC 9110 section 15.5.2 wants a challenge with every 401, RFC 6750 says how it looks."""
    error = ', error="invalid_token"' if state.credentials is not None and state.credentials.bearer else ""
    headers = {**found.headers, "WWW-Authenticate": f'Bearer realm="novacast"{error}'}
    return Refusal(found.status, found.code, found.detail, found.errors, headers)
