"""A route as aiohttp calls it: parse what the signature asks for, call the method, answer with what it returned."""

from dataclasses import replace
from functools import cached_property
from typing import Any

from aiohttp import web
from pydantic import TypeAdapter

from novacast import i18n
from novacast.errors import NotFound
from novacast.web import badge, sessions
from novacast.web.answers import Html, Redirect
from novacast.web.call import Call
from novacast.web.kit import Kit
from novacast.web.parsing import LARGEST, parse_query
from novacast.web.routing import Route
from novacast.web.state import STATE, State
from novacast.web.templates import notice_cookie


class Endpoint:
    def __init__(self, route: Route, kit: Kit) -> None:
        self.route, self._kit = route, kit

    @cached_property
    def _adapter(self) -> TypeAdapter[Any] | None:
        """Made for the first answer: all of them take longer than the rest of a start, and few are ever asked for."""
        return None if self.route.answer is None else TypeAdapter(self.route.answer)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        state = request[STATE]
        call = self._call(request, state)
        result = await self.route.handler(call, **await self._arguments(request))
        if isinstance(result, Html):
            result = await self._badged(request, state, result)
        response = self._response(request, state, result)
        for cookie in call.cookies:
            cookie.put(response, secure=call.secure)
        return response

    async def _badged(self, request: web.Request, state: State, html: Html) -> Html:
        cookie = sessions.read(request, badge.COOKIE, secure=state.client.secure)
        if cookie is None and not state.principal.signed_in:
            return html
        found = await self._kit.collected(state.principal, cookie)
        return html if found is None else replace(html, context={"collected": found, **html.context})

    async def expect(self, request: web.Request) -> web.StreamResponse | None:
        """Answers `Expect: 100-continue`, unless the middlewares are going to refuse the body that it announces."""
        length = request.content_length or 0
        if self.route.stream or length <= self._kit.settings.server.max_body:
            await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            request.writer.output_size = 0
        return None

    def _call(self, request: web.Request, state: State) -> Call:
        return Call(
            request=request,
            principal=state.principal,
            address=state.client.address,
            user_agent=request.headers.get("User-Agent", "")[:500],
            language=state.language,
            secure=state.client.secure,
            limiter=self._kit.limiter,
            ticket=state.ticket,
            credentials=state.credentials,
            body_seconds=self._kit.settings.server.body_seconds,
        )

    async def _arguments(self, request: web.Request) -> dict[str, Any]:
        route, bodies = self.route, self._kit.bodies
        found: dict[str, Any] = {
            name: _parameter(request.match_info[name], kind) for name, kind in route.path_params.items()
        }
        if route.query is not None:
            found["query"] = parse_query(request, route.query)
        if route.body is not None:
            found["body"] = await bodies.json(request, route.body)
        if route.form is not None:
            found["form"] = await bodies.form(request, route.form)
        return found

    def _response(self, request: web.Request, state: State, result: Any) -> web.StreamResponse:
        if isinstance(result, web.StreamResponse):
            return result
        if isinstance(result, Html):
            state.csp, state.permissions = result.csp, result.permissions
            return self._kit.templates.render(request, result)
        if isinstance(result, Redirect):
            response = web.Response(status=result.status, headers={"Location": result.location})
            if result.notice is not None:
                notice_cookie(result.notice).put(response, secure=state.client.secure)
            return response
        if state.ticket.kept:
            # What a repetition of this request will get, so that both are the same to the byte.
            return answer(self.route.status, state.ticket.body)
        if result is None or self._adapter is None:
            return answer(204, None)
        return answer(self.route.status, self._adapter.dump_json(result, by_alias=True))


def answer(status: int, body: str | bytes | None) -> web.Response:
    if body is None:
        return web.Response(status=204)
    raw = body.encode() if isinstance(body, str) else body
    return web.Response(body=raw, status=status, content_type="application/json")


def _parameter(text: str, kind: type) -> str | int:
    """Raises NotFound: a path that can't be is a path that leads nowhere."""
    if kind is str:
        if "\x00" in text or not text.isprintable():
            raise NotFound(i18n.text("There is nothing here."))
        return text
    if not (text.isascii() and text.isdecimal()) or len(text) > 19 or int(text) >= LARGEST:
        raise NotFound(i18n.text("There is nothing here."))
    return int(text)
