"""The page that puts the local authority on a phone, and the answers that an ACME server comes for."""

import io

import segno
from aiohttp import web
from markupsafe import Markup

from novacast.errors import NotFound
from novacast.i18n import text
from novacast.operations.challenges import PREFIX
from novacast.operations.tls import Https
from novacast.security.tls import addresses_here
from novacast.settings import Settings
from novacast.web import Call, Html, page
from novacast.web.secure_context import is_loopback, secure_context

_LONGEST_HOST = 255


class TlsPages:
    def __init__(self, settings: Settings, tls: Https) -> None:
        self._settings, self._tls, self._challenges = settings, tls, tls.challenges()

    @page("/tls", public=True)
    async def guide(self, call: Call) -> Html:
        authority = self._tls.authority.certificate()
        address = self._address(call)
        context = {
            "authority": authority,
            "address": address,
            "code": _code(address) if address else "",
            "secure": secure_context(call),
            "encrypted": call.secure,
            "https": self._settings.public_url.startswith("https:") or call.secure,
            "own": self._tls.in_force() and self._tls.authority.current() is not None,
        }
        return Html("operations/tls.html", context)

    @page("/tls/novacast-ca.crt", public=True)
    async def for_devices(self, call: Call) -> web.Response:
        """DER under the type that makes iOS offer a profile and other systems their own installer."""
        return _file(self._exported()[1], "application/x-x509-ca-cert")

    @page("/tls/novacast-ca.pem", public=True)
    async def for_programs(self, call: Call) -> web.Response:
        """PEM, as Linux, Firefox and command-line programs take it."""
        answer = _file(self._exported()[0], "application/x-pem-file")
        answer.headers["Content-Disposition"] = 'attachment; filename="novacast-ca.pem"'
        return answer

    @page(PREFIX + "{token}", public=True)
    async def challenge(self, call: Call, token: str) -> web.Response:
        """RFC 8555, 8.3."""
        content = self._challenges.find(token)
        if content is None:
            raise NotFound(text("No certificate is being obtained with this token."))
        return web.Response(text=content, content_type="application/octet-stream")

    def _exported(self) -> tuple[bytes, bytes]:
        exported = self._tls.authority.exported()
        if exported is None:
            raise NotFound(text("This venue has no local certificate authority. `novacast tls local` makes one."))
        return exported

    def _address(self, call: Call) -> str:
        """This page as a phone reaches it; "" if it can't, since the server listens on this machine alone."""
        if self._settings.server.public_url:
            return f"{self._settings.public_url}/tls"
        scheme = "https" if call.secure else "http"
        asked = call.request.host
        if not is_loopback(asked):
            return f"{scheme}://{asked}/tls" if len(asked) <= _LONGEST_HOST else ""
        found = [] if is_loopback(_bracketed(self._settings.server.host)) else addresses_here()
        port = asked.rpartition(":")[2] if asked.rpartition(":")[2].isdigit() else ""
        return f"{scheme}://{_bracketed(found[0])}{f':{port}' if port else ''}/tls" if found else ""


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _file(content: bytes, kind: str) -> web.Response:
    return web.Response(body=content, content_type=kind)


def _code(address: str) -> Markup:
    """A QR code as inline SVG, without styles: the page's policy allows none."""
    drawn = io.BytesIO()
    made = segno.make(address, error="m", micro=False)
    # Light on purpose, in dark colours too: some readers don't take an inverted code.
    made.save(drawn, kind="svg", xmldecl=False, svgns=True, omitsize=True, dark="#000", light="#fff", svgclass="qr")
    return Markup(drawn.getvalue().decode())  # noqa: S704 - segno draws numbers only; the address is in the picture
