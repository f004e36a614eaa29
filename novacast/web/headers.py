"""Headers that protect a browser from what an answer must not do, on every answer of the application."""

from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web

from novacast.web.state import STATE, State

CONTENT_SECURITY_POLICY: Mapping[str, str] = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data: blob:",
    "media-src": "'self' blob:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "worker-src": "'self' blob:",
    "manifest-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
PERMISSIONS_POLICY: Mapping[str, str] = {
    "camera": "()",
    "microphone": "()",
    "display-capture": "()",
    "geolocation": "()",
    "fullscreen": "(self)",
    "payment": "(self)",
}
"""What no page needs is off; one that does says so in its `Html`."""
_DAY = 86_400

_ALWAYS: Mapping[str, str] = {
    "X-Content-Type-Options": "nosniff",
    # With no-referrer a browser would send `Origin: null` with our own forms.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def protection(hsts_days: int) -> Callable[[web.Request, web.StreamResponse], Awaitable[None]]:
    """Signal `on_response_prepare`: the last moment before the head is written, for streams too."""

    async def protect(request: web.Request, response: web.StreamResponse) -> None:
        _protect(request.get(STATE), response, hsts_days)

    return protect


def _protect(state: State | None, response: web.StreamResponse, hsts_days: int) -> None:
    # aiohttp has put its own there by now, with the versions that somebody might look for holes in.
    response.headers["Server"] = "NovaCast"
    for name, value in _ALWAYS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Content-Security-Policy", policy(state.csp if state is not None else {}))
    response.headers.setdefault("Permissions-Policy", permissions(state.permissions if state is not None else {}))
    response.headers.setdefault("Cache-Control", "private, no-cache" if _is_page(response) else "no-store")
    if state is not None:
        response.headers["X-Request-ID"] = state.request_id
        # Only where it is asked for: a browser that holds to it takes no exception for a certificate it does not trust.
        if hsts_days and state.client.secure:
            response.headers.setdefault("Strict-Transport-Security", f"max-age={hsts_days * _DAY}")


def policy(overrides: Mapping[str, str]) -> str:
    return "; ".join(f"{name} {value}" for name, value in {**CONTENT_SECURITY_POLICY, **overrides}.items())


def permissions(overrides: Mapping[str, str]) -> str:
    return ", ".join(f"{name}={value}" for name, value in {**PERMISSIONS_POLICY, **overrides}.items())


def _is_page(response: web.StreamResponse) -> bool:
    return response.content_type == "text/html"
