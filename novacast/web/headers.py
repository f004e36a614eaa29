"""Headers that protect a browser from what an answer must not do, on every answer of the application."""

from collections.abc import Mapping

from aiohttp import web

from novacast.web.state import STATE

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
HSTS = "max-age=31536000"

_ALWAYS: Mapping[str, str] = {
    "X-Content-Type-Options": "nosniff",
    # With no-referrer a browser would send `Origin: null` with our own forms.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(self), fullscreen=(self), geolocation=(), payment=(self)",
}


async def protect(request: web.Request, response: web.StreamResponse) -> None:
    """Signal `on_response_prepare`: the last moment before the head is written, for streams too."""
    state = request.get(STATE)
    for name, value in _ALWAYS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Content-Security-Policy", policy(state.csp if state is not None else {}))
    response.headers.setdefault("Cache-Control", "private, no-cache" if _is_page(response) else "no-store")
    if state is not None:
        response.headers["X-Request-ID"] = state.request_id
        if state.client.secure:
            response.headers.setdefault("Strict-Transport-Security", HSTS)


def policy(overrides: Mapping[str, str]) -> str:
    return "; ".join(f"{name} {value}" for name, value in {**CONTENT_SECURITY_POLICY, **overrides}.items())


def _is_page(response: web.StreamResponse) -> bool:
    return response.content_type == "text/html"
