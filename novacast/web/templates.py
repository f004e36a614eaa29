"""Pages: Jinja2 with autoescape and gettext, and what every template finds in its context.

`me` (Principal), `venue` (name of this instance), `language` (BCP 47), `path`, `theme` ("dark", "light", ""), `notice`
(Notice, once after a redirect), `request_id`, `more_rooms`, `collected`
(Badge, where there is something in the basket); functions `static(name)`, `_`, `gettext`, `ngettext`.
"""

import base64
import binascii
import contextlib
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import aiohttp_jinja2
import jinja2
from aiohttp import web
from jinja2.bccache import Bucket

from novacast import i18n
from novacast.clock import iso
from novacast.web.answers import Html, Notice
from novacast.web.problems import Problem
from novacast.web.sessions import Cookie, read
from novacast.web.state import STATE, State
from novacast.web.static import StaticFiles
from novacast.words import count_of

FOLDER = Path(__file__).parent
NOTICE = "novacast_notice"
LONGEST_NOTICE = 1_200
"""Bytes of its words: browsers keep no cookie of more than 4,096, and quotation marks and base64 take their share."""
THEME = "novacast_theme"

_EXTENSIONS = ["jinja2.ext.i18n", "jinja2.ext.loopcontrols"]
_ENVIRONMENT = "2"
"""Counted up whenever the options below change what templates are compiled to."""


class _Compiled(jinja2.FileSystemBytecodeCache):
    """Templates as Python's bytecode, so that a start need not compile them; a disk that takes none does no harm."""

    def get_source_checksum(self, source: str) -> str:
        """What was compiled under another environment is not taken: it would not call `finalize`."""
        return super().get_source_checksum(f"{_ENVIRONMENT}\n{source}")

    def dump_bytecode(self, bucket: Bucket) -> None:
        with contextlib.suppress(OSError):
            super().dump_bytecode(bucket)

    def load_bytecode(self, bucket: Bucket) -> None:
        with contextlib.suppress(OSError):
            super().load_bytecode(bucket)


def _counting(plain: Callable[..., str]) -> Callable[..., str]:
    """`plain`: Jinja's, which puts the bare number in place of `num`."""

    @jinja2.pass_context
    def counted(context: jinja2.runtime.Context, singular: str, plural: str, n: int, **values: Any) -> str:
        return plain(context, singular, plural, n, **{"num": _Counted(n), **values})

    return counted


class _Counted(int):
    """A number of things, as the language that is being spoken writes it."""

    def __str__(self) -> str:
        return count_of(int(self))


def _shown(value: Any) -> Any:
    """What stands in a template as `{{ value }}`: texts that errors and rows bring are translated there."""
    return i18n.translated(value) if isinstance(value, i18n.Text) else value


class Templates:
    def __init__(
        self,
        venue: str,
        static: StaticFiles,
        folders: Sequence[Path],
        cache: Path | None = None,
        rooms: Callable[[], Sequence[str]] = tuple,
    ) -> None:
        """`cache`: a folder that nobody else may write, for what is compiled; what lies there is run. `rooms`: parts of
        the house that pages lead to at this moment."""
        self._venue, self._static, self._rooms = venue, static, rooms
        self._compiled = _Compiled(str(cache)) if cache is not None else None
        self._loader = jinja2.FileSystemLoader([str(folder) for folder in folders])

    def install(self, app: web.Application) -> None:
        env = aiohttp_jinja2.setup(
            app,
            loader=self._loader,
            bytecode_cache=self._compiled,
            extensions=_EXTENSIONS,
            trim_blocks=True,
            auto_reload=False,
            undefined=jinja2.StrictUndefined,
            default_helpers=False,
            finalize=_shown,
        )
        env.install_gettext_callables(  # type: ignore[attr-defined]  # comes with jinja2.ext.i18n
            i18n.gettext, i18n.ngettext, newstyle=True, pgettext=i18n.pgettext, npgettext=i18n.npgettext
        )
        env.globals["ngettext"] = _counting(cast("Callable[..., str]", env.globals["ngettext"]))
        env.globals["static"] = self._static.url
        env.filters["number"] = count_of
        env.filters["iso"] = iso

    def render(self, request: web.Request, html: Html) -> web.Response:
        state = request[STATE]
        notice = _notice(request, state)
        context = {**self._context(request, state), "notice": notice, **html.context}
        response = aiohttp_jinja2.render_template(html.template, request, context, status=html.status)
        response.content_type = html.content_type
        response.headers["Content-Language"] = i18n.language()
        if notice is not None:
            Cookie(NOTICE, "", 0).put(response, secure=state.client.secure)
        return response

    def error(self, request: web.Request, problem: Problem, headers: Mapping[str, str]) -> web.Response:
        context = {
            "status": problem.status,
            "title": problem.title,
            "message": problem.detail,
            "errors": problem.errors,
            "retry_after": int(headers.get("Retry-After", 0)),
        }
        response = self.render(request, Html("error.html", context, problem.status))
        response.headers.update(headers)
        return response

    def _context(self, request: web.Request, state: State) -> dict[str, Any]:
        theme = request.cookies.get(THEME, "")
        return {
            "me": state.principal,
            "venue": self._venue,
            "language": i18n.language(),
            "path": request.path,
            "theme": theme if theme in ("dark", "light") else "",
            "request_id": state.request_id,
            "more_rooms": self._rooms(),
        }


def notice_cookie(notice: Notice) -> Cookie:
    words = i18n.translated(notice.text).encode("utf-8", "replace")
    if len(words) > LONGEST_NOTICE:
        words = words[:LONGEST_NOTICE].decode("utf-8", "ignore").encode() + "…".encode()
    text = json.dumps([notice.kind, words.decode()], ensure_ascii=False).encode()
    return Cookie(NOTICE, base64.urlsafe_b64encode(text).decode().rstrip("="), 60)


def _notice(request: web.Request, state: State) -> Notice | None:
    kept = read(request, NOTICE, secure=state.client.secure)
    if kept is None:
        return None
    try:
        kind, text = json.loads(base64.urlsafe_b64decode(kept + "=" * (-len(kept) % 4)))
    except (ValueError, TypeError, binascii.Error, RecursionError):
        return None
    return Notice(kind, text) if kind in ("good", "bad", "note") and isinstance(text, str) else None
