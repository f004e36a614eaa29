"""The one handler of `/media/…`, which the server calls ahead of its middlewares. No other path leads to media.

`/media/open/{grant}/{name}` begins a viewing session and leads to `/media/{session}/{media_id}/{name}`.
"""

import asyncio
import logging
import os
from collections.abc import Mapping
from types import MappingProxyType

from aiohttp import HttpVersion11, web
from aiohttp.abc import AbstractStreamWriter

from novacast.errors import NotFound, NovaCastError, Overloaded
from novacast.i18n import Languages, text
from novacast.identity import new_id
from novacast.playback.audience import Audience, Seat
from novacast.playback.delivery.cache import Held, HotCache, Key, Loose
from novacast.playback.delivery.conditions import Verdict, conditional, decide
from novacast.playback.delivery.express import Express, Ready, Rest, Waited
from novacast.playback.delivery.heads import Heads
from novacast.playback.delivery.names import fits
from novacast.playback.delivery.on_air import NotYet, Shown, Wait, Waits
from novacast.playback.delivery.sending import STALL_SECONDS, Release, Sending, Streamed, Whole
from novacast.playback.models import device_name
from novacast.playback.ports import Aired
from novacast.playback.service import Playback
from novacast.web.problems import Refusal, refusal

log = logging.getLogger(__name__)

PREFIX = "/media/"
PIECE = 256 * 1024
WAITING = 16
"""Requests of one session that wait the long way; a player has a playlist and a part of each of two tracks."""
_ALL = Verdict(200)
File = Held | Loose | Shown
_NO_ORIGIN: Mapping[str, str] = MappingProxyType({})


class MediaDelivery:
    def __init__(
        self,
        playback: Playback,
        audience: Audience,
        cache: HotCache,
        heads: Heads,
        languages: Languages,
        *,
        stall_seconds: float = STALL_SECONDS,
    ) -> None:
        self._playback, self._audience, self._cache, self._heads = playback, audience, cache, heads
        self._languages, self._stall = languages, stall_seconds
        self.waits = Waits()

    async def drain(self) -> None:
        """Answer everybody who waits for what is on air. Before the server stops: it would wait with them."""
        self.waits.drain()
        await asyncio.sleep(0)  # behind this turn they are called, and their requests in hands that finish them

    async def __call__(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer a request whose path begins with PREFIX; whatever goes wrong is an answer too."""
        if request.method == "OPTIONS":
            return self._plain(request, 204, self._heads.preflight())
        if request.method not in ("GET", "HEAD"):
            return self._refuse(
                request,
                Refusal(405, "method_not_allowed", text("Media is read, not written."), headers={"Allow": "GET, HEAD"}),
            )
        try:
            return await self._answer(request)
        except NotYet as late:
            return self._refuse(request, Refusal(503, late.code, late.message, headers={"Retry-After": "1"}))
        except Exception as error:  # noqa: BLE001 - the table of problems knows them all, and logs what is ours
            return self._refuse(request, refusal(error))

    def ready(self, path: str, query: str) -> Ready | Wait | None:
        """What is at `path`, or who waits for it, if nothing else has to be awaited."""
        parts = path.split("/", 4)
        seat = self._audience.seated(parts[2], parts[3]) if len(parts) == 5 else None
        if seat is None:
            return None
        name = parts[4]
        if seat.on_air is not None:
            try:
                found = self.waits.find(seat.on_air, name, query)
            except NovaCastError:
                return None
            if isinstance(found, Wait):
                return found
            if found is not None:
                return self._ready(seat, name, Shown(name, found, self._heads))
        held = self._cache.get((seat.folder, name))
        return None if held is None else self._ready(seat, name, held)

    def arrived(self, path: str, wait: Wait) -> Ready | None:
        """What was waited for at `path`, for a viewer who is still beyond doubt."""
        _, _, token, media_id, name = path.split("/", 4)
        seat, aired = self._audience.seated(token, media_id), wait.aired
        if seat is None or aired is None:
            return None
        return self._ready(seat, name, Shown(name, aired, self._heads))

    def _ready(self, seat: Seat, name: str, file: Held | Shown) -> Ready:
        _count(seat, name)
        head = self._heads.opening(200) + file.whole + self._heads.cors(_NO_ORIGIN) + b"\r\n"
        return Ready(head, file.body, file if isinstance(file, Held) else None)

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        begun = Express.begun(request)
        if isinstance(begun, Rest):
            hold = None if begun.held is None else _Holding(self._cache, begun.held)
            return Answer(request, 200, begun.head, Whole(begun.body, self._stall, hold), ended=True)
        # Taken from the wire as it is: percent signs, dots and slashes mean what they say.
        path, _, query = request.raw_path.partition("?")
        parts = path.split("/", 4)
        if len(parts) != 5 or parts[1] != "media":
            raise NotFound(text("There is nothing at this address."))
        _, _, token, media_id, name = parts
        if token == "open":  # noqa: S105 - a word of the path, shorter than any token
            return await self._open(request, media_id, name)
        seat = await self._seat(token, media_id)
        if seat.on_air is not None:
            waited = begun.wait if isinstance(begun, Waited) and begun.path == path else None
            found = waited or self.waits.find(seat.on_air, name, query)
            if isinstance(found, Wait):
                found = await self._come(found, seat)
            if found is not None:
                seat = await self._seat(token, media_id)
                _count(seat, name)
                Express.join(request, self)
                return self._from_memory(request, Shown(name, found, self._heads))
        key = (seat.folder, name)
        held = self._cache.get(key) or await self._fetch(key, seat)
        _count(seat, name)
        if isinstance(held, Loose):
            return self._from_disk(request, held, seat)
        Express.join(request, self)
        return self._from_memory(request, held)

    async def _seat(self, token: str, media_id: str) -> Seat:
        return self._audience.seated(token, media_id) or await self._audience.admit(token, media_id)

    @staticmethod
    async def _come(wait: Wait, seat: Seat) -> Aired:
        """A task that waits is not told when its viewer leaves, so a session has few of them."""
        if seat.waiting >= WAITING:
            raise Overloaded(text("Too much is being waited for here. Come back."))
        seat.waiting += 1
        try:
            return await wait.over()
        finally:
            seat.waiting -= 1

    async def _fetch(self, key: Key, seat: Seat) -> Held | Loose:
        """From disk, which takes a while: the permission is looked at once more behind it."""
        found = await self._cache.fetch(key)
        try:
            if self._audience.seated(seat.token, seat.media_id) is None:
                await self._audience.admit(seat.token, seat.media_id)
        except BaseException:
            if isinstance(found, Loose):
                os.close(found.handle)
            raise
        return found

    async def _open(self, request: web.BaseRequest, grant: str, name: str) -> web.StreamResponse:
        if not fits(name):
            raise NotFound(text("There is nothing at this address."))
        opened = await self._playback.open(grant, device_name(request.headers.get("User-Agent", "")))
        location = f"{PREFIX}{opened.token}/{opened.media_id}/{name}"
        return self._plain(request, 302, self._heads.redirect(location))

    def _from_memory(self, request: web.BaseRequest, file: Held | Shown) -> web.StreamResponse:
        if conditional(request.headers):
            verdict = self._decided(request, file)
            if verdict.status in (412, 416):
                return self._refuse(request, _refused(verdict, file))
            head = self._verdict_head(request, verdict, file)
            body = file.body[verdict.start : verdict.stop]
        else:
            verdict, body = _ALL, file.body
            head = self._heads.opening(200) + file.whole + self._heads.cors(request.headers)
        if request.method == "HEAD":
            body = body[:0]
        if isinstance(file, Shown):
            return Answer(request, verdict.status, head, Whole(body, self._stall))
        source = None if file.handle is None else (file.handle, verdict.start)
        return Answer(request, verdict.status, head, Whole(body, self._stall, _Holding(self._cache, file), source))

    def _from_disk(self, request: web.BaseRequest, loose: Loose, seat: Seat) -> web.StreamResponse:
        verdict = self._decided(request, loose)
        if verdict.status in (412, 416):
            os.close(loose.handle)
            return self._refuse(request, _refused(verdict, loose))
        stop = verdict.start if request.method == "HEAD" else verdict.stop
        reading = _Reading(self._audience, self._cache, seat, loose.handle, verdict.start, stop)
        head = self._verdict_head(request, verdict, loose)
        return Answer(request, verdict.status, head, Streamed(reading, self._stall))

    @staticmethod
    def _decided(request: web.BaseRequest, file: File) -> Verdict:
        return decide(request.method, request.headers, file.facts)

    def _verdict_head(self, request: web.BaseRequest, verdict: Verdict, file: File) -> bytes:
        lines = b""
        if verdict.status in (200, 206):
            lines = b"Content-Length: %d\r\n" % (verdict.stop - verdict.start)
        if verdict.status == 206:
            lines += b"Content-Range: bytes %d-%d/%d\r\n" % (verdict.start, verdict.stop - 1, file.facts.size)
        return self._heads.opening(verdict.status) + file.head + lines + self._heads.cors(request.headers)

    def _plain(self, request: web.BaseRequest, status: int, head: bytes, body: bytes = b"") -> web.StreamResponse:
        head = self._heads.opening(status) + head + self._heads.cors(request.headers)
        return Answer(request, status, head, Whole(memoryview(b"" if request.method == "HEAD" else body), self._stall))

    def _refuse(self, request: web.BaseRequest, refused: Refusal) -> web.StreamResponse:
        with self._languages.speaking(request.headers.get("Accept-Language", "")) as language:
            problem = refused.problem(request, new_id())
        # The path holds the viewer's secret, which has no business in a document that gets logged and pasted.
        body = problem.model_copy(update={"instance": PREFIX}).model_dump_json().encode()
        return self._plain(
            request, refused.status, self._heads.problem(body, {"Content-Language": language, **refused.headers}), body
        )


class Answer(web.StreamResponse):
    """An answer whose head is bytes already, without its last line unless it has `ended`.

    aiohttp's header map and writer are left out; keep-alive, pipelining, the rest of a request's body and draining at
    shutdown stay with its protocol.
    """

    def __init__(
        self, request: web.BaseRequest, status: int, head: bytes, sending: Sending, *, ended: bool = False
    ) -> None:
        super().__init__(status=status)
        self._alive = request.keep_alive
        if not ended:
            head += _last_line(request, self._alive)
        self._head, self._sending, self._sent = head, sending, 0

    @property
    def keep_alive(self) -> bool:
        return self._alive

    @property
    def body_length(self) -> int:
        return self._sent

    @property
    def prepared(self) -> bool:
        return self._sent > 0

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        self._sent = await self._sending.to(request, self._head)
        return None

    async def write_eof(self, data: bytes = b"") -> None:
        """Everything was written by `prepare`."""


def _count(seat: Seat, name: str) -> None:
    if name.endswith(".m4s"):
        seat.count(name)


def _last_line(request: web.BaseRequest, alive: bool) -> bytes:
    """Connection, where it differs from what the version implies (RFC 9112 section 9.3), and the end of the head."""
    if request.version >= HttpVersion11:
        return b"\r\n" if alive else b"Connection: close\r\n\r\n"
    return b"Connection: keep-alive\r\n\r\n" if alive else b"Connection: close\r\n\r\n"


class _Holding:
    """Keeps a body counted for as long as a slow reader has it."""

    __slots__ = ("_cache", "_held")

    def __init__(self, cache: HotCache, held: Held) -> None:
        self._cache, self._held = cache, held

    def __call__(self) -> Release:
        self._cache.pin(self._held)
        return self._release

    def _release(self) -> None:
        self._cache.unpin(self._held)


class _Reading:
    """Pieces of a long file. That takes a long time, so the permission is looked at before each."""

    def __init__(self, audience: Audience, cache: HotCache, seat: Seat, handle: int, start: int, stop: int) -> None:
        self._audience, self._cache, self._seat, self._handle = audience, cache, seat, handle
        self._at, self._stop = start, stop

    async def piece(self) -> bytes:
        if self._at >= self._stop:
            return b""
        token, media_id = self._seat.token, self._seat.media_id
        if self._audience.seated(token, media_id) is None:
            try:
                await self._audience.admit(token, media_id)
            except NovaCastError as error:
                raise ConnectionResetError("the viewer may not go on") from error
        size = min(PIECE, self._stop - self._at)
        piece = await self._cache.in_thread(os.pread, self._handle, size, self._at)
        if not piece:
            raise ConnectionResetError("a file for viewers became shorter while it was sent")
        self._at += len(piece)
        return piece

    def close(self) -> None:
        os.close(self._handle)


def _refused(verdict: Verdict, file: File) -> Refusal:
    if verdict.status == 412:
        return Refusal(412, "precondition_failed", text("The file is not the one that the request's condition names."))
    size = file.facts.size
    message = text("None of the bytes that were asked for exist. The file is {size} bytes long.", size=size)
    return Refusal(416, "range_not_satisfiable", message, headers={"Content-Range": f"bytes */{size}"})
