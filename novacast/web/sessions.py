"""Cookies: how they are named and protected (RFC 6265bis)."""

from aiohttp import web

from novacast.records import dataclass

SESSION = "novacast_session"


@dataclass(frozen=True, slots=True)
class Cookie:
    """To be set for `seconds`, or taken away if that is 0."""

    name: str
    value: str
    seconds: int

    @classmethod
    def session(cls, token: str, seconds: int) -> "Cookie":
        return cls(SESSION, token, seconds)

    def put(self, response: web.StreamResponse, *, secure: bool) -> None:
        """`__Host-` keeps neighbours on the same domain from planting a cookie; browsers take it on https alone."""
        response.set_cookie(
            _name(self.name, secure),
            self.value,
            max_age=self.seconds,
            path="/",
            httponly=True,
            samesite="Lax",
            secure=secure,
        )

    def text(self, *, secure: bool) -> str:
        """What `Set-Cookie` says, for answers that are written by hand."""
        response = web.Response()
        self.put(response, secure=secure)
        return response.cookies[_name(self.name, secure)].OutputString()


def read(request: web.Request, name: str, *, secure: bool) -> str | None:
    """The value of our cookie `name`; over https only the protected one counts."""
    return request.cookies.get(_name(name, secure)) or None


def _name(name: str, secure: bool) -> str:
    return f"__Host-{name}" if secure else name
