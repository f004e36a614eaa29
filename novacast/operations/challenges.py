"""HTTP-01 answers (RFC 8555, 8.3): files that the running server shows, and a listener while they are needed."""

import asyncio
import contextlib
import http
import logging
import re
import ssl
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from novacast.errors import Unavailable
from novacast.security.tls import Answer

log = logging.getLogger(__name__)

PREFIX = "/.well-known/acme-challenge/"

_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,128}", re.ASCII)
"""RFC 8555, 8.3: base64url; so no token names another folder."""

_SECONDS = 10
_LONGEST_LINE = 2048
_GUESTS = 64


class Challenges:
    """`port` is where the outside's port 80 arrives on this machine; `folder` is shared with the running server."""

    def __init__(self, folder: Path, port: int = 80, address: str | None = None) -> None:
        self._folder, self._port, self._address = folder, port, address
        self._guests = 0

    def find(self, token: str) -> str | None:
        """The answer to a token that is being proven now."""
        if not _TOKEN.fullmatch(token):
            return None
        try:
            return (self._folder / token).read_text(encoding="ascii")
        except (OSError, UnicodeDecodeError):
            return None

    @contextlib.asynccontextmanager
    async def publish(self, answers: Sequence[Answer]) -> AsyncIterator[None]:
        """Answer on the port ourselves; where it is not ours to open, whoever holds it must pass requests on to us."""
        written = [self._write(answer) for answer in answers]
        try:
            try:
                server = await asyncio.start_server(self._serve, self._address, self._port, limit=_LONGEST_LINE)
            except OSError as error:
                log.info("port %d can't be opened for the ACME server: %s", self._port, error.strerror)
                for answer in answers:
                    await asyncio.to_thread(_check, answer, self._port, error.strerror or str(error))
                yield
            else:
                async with server:
                    yield
        finally:
            for path in written:
                path.unlink(missing_ok=True)

    def _write(self, answer: Answer) -> Path:
        if not _TOKEN.fullmatch(answer.token):
            raise Unavailable("The ACME server sent a token that is none (RFC 8555, 8.3). Nothing was answered.")
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self._folder / answer.token
        path.write_text(answer.content, encoding="ascii")
        return path

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request, one answer, the end: this listener is not our web server."""
        self._guests += 1
        try:
            if self._guests <= _GUESTS:
                async with asyncio.timeout(_SECONDS):
                    writer.write(self._answer(await reader.readline()))
                    await writer.drain()
        except (OSError, ValueError):
            pass  # slow, gone, or a line that is too long: no ACME server is like that
        finally:
            self._guests -= 1
            writer.close()

    def _answer(self, request: bytes) -> bytes:
        method, _, rest = request.decode("latin-1").partition(" ")
        path = rest.partition(" ")[0]
        content = self.find(path.removeprefix(PREFIX)) if path.startswith(PREFIX) else None
        status = http.HTTPStatus.OK if content is not None and method == "GET" else http.HTTPStatus.NOT_FOUND
        body = content if content is not None and method == "GET" else "nothing here\n"
        head = f"HTTP/1.1 {status.value} {status.phrase}\r\nContent-Type: application/octet-stream\r\n"
        return f"{head}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n{body}".encode("ascii")


def _check(answer: Answer, port: int, refusal: str) -> None:
    """Look as the ACME server will, before it does: failed validations are rationed there. Raises Unavailable."""
    # Validators follow redirects to https and don't mind its certificate (it is what is being fetched).
    anyone = ssl.create_default_context()
    anyone.check_hostname, anyone.verify_mode = False, ssl.CERT_NONE
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=anyone))
    address = f"http://{answer.domain}{PREFIX}{answer.token}"
    try:
        with opener.open(address, timeout=_SECONDS) as response:
            found = response.read(_LONGEST_LINE).decode("ascii", "replace").strip()
        why = "something else answered" if found != answer.content else ""
    except urllib.error.HTTPError as error:
        with error:
            why = f"it answered {error.code}"
    except (OSError, ValueError) as error:
        why = f"{getattr(error, 'reason', error)}"
    if why:
        raise Unavailable(
            f"Port {port} can't be opened here ({refusal}), and http://{answer.domain}{PREFIX} does not lead to this "
            f"server ({why}). Let it lead here: run this as root or with CAP_NET_BIND_SERVICE, have the web server "
            "that holds the port pass that path on to NovaCast, or name another port that the router sends port 80 to "
            "with --http-port."
        )
