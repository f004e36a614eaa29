"""tus 1.0.0 over HTTP: core, creation, creation-with-upload, checksum, expiration, termination.

Where the protocol leaves a choice: `Upload-Defer-Length` is refused, because room on the disk is promised at the
beginning; an upload's id is its video's; HEAD makes a request that still brings bytes give way.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from email.utils import format_datetime
from functools import partial
from typing import Any

from aiohttp import web

from novacast import i18n
from novacast.clock import moment
from novacast.errors import (
    Conflict,
    DiskFull,
    Forbidden,
    Gone,
    InvalidInput,
    Malformed,
    NotFound,
    NovaCastError,
    PreconditionFailed,
    TooLarge,
    UnsupportedMedia,
)
from novacast.vods.uploads.bodies import UploadBody, UploadsBody
from novacast.vods.uploads.models import Checksum, ChecksumAlgorithm, ChecksumMismatch, Interrupted, Progress, Wish
from novacast.vods.uploads.service import Uploads
from novacast.web import Call, delete, get, head, options, patch, post
from novacast.web.problems import MEDIA_TYPE, document, refusal
from novacast.web.state import STATE

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,checksum,expiration,termination"
CONTENT_TYPE = "application/offset+octet-stream"
MISMATCH = 460
PATH = "/api/v1/uploads"
ONE = f"{PATH}/{{upload_id}}"

_DIGITS = 18  # so that it fits 64 bits
_NUMBER = re.compile(rf"[0-9]{{1,{_DIGITS}}}\Z")
_TEXT = {"type": "string"}
_WHOLE = {"type": "integer", "minimum": 0, "maximum": 10**_DIGITS - 1}


def _parameter(name: str, schema: Mapping[str, Any], description: str, *, required: bool = False) -> Mapping[str, Any]:
    return {"name": name, "in": "header", "required": required, "schema": schema, "description": description}


_RESUMABLE = _parameter("Tus-Resumable", {"const": VERSION}, "Version of the protocol.", required=True)
_OFFSET = _parameter("Upload-Offset", _WHOLE, "Where these bytes begin.", required=True)
_DIGEST = {
    "type": "string",
    "pattern": "^(sha1 [A-Za-z0-9+/]{27}=|sha256 [A-Za-z0-9+/]{43}=|md5 [A-Za-z0-9+/]{22}==)$",
}
_CHECKSUM = _parameter("Upload-Checksum", _DIGEST, f"Of this request's bytes: {', '.join(ChecksumAlgorithm)}, base64.")
_LENGTH = _parameter("Upload-Length", {**_WHOLE, "minimum": 1}, "Bytes of the whole file.", required=True)
_METADATA = _parameter(
    "Upload-Metadata", _TEXT, "filename, title, description, language, visibility, organization, or replaces; base64."
)
_BYTES = {"requestBody": {"content": {CONTENT_TYPE: {"schema": {"type": "string", "format": "binary"}}}}}
_PROBLEM = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
_MISMATCH = {str(MISMATCH): {"description": "The checksum differs; nothing was kept.", "content": _PROBLEM}}


def _answer(status: int, description: str, **headers: Mapping[str, Any]) -> Mapping[str, Any]:
    """OpenAPI of an answer without a body; `headers` are named with underscores, and are always there."""
    named = {name.replace("_", "-"): {"required": True, "schema": schema} for name, schema in headers.items()}
    return {str(status): {"description": description, "headers": named}}


_VERSIONED = {"Tus_Resumable": {"const": VERSION}}
_ABILITIES = _answer(
    204,
    "What it can do is in the headers.",
    Tus_Version=_TEXT,
    Tus_Extension=_TEXT,
    Tus_Max_Size=_WHOLE,
    Tus_Checksum_Algorithm=_TEXT,
)
_BEGUN = _answer(201, "It is begun.", Location=_TEXT, Upload_Offset=_WHOLE, **_VERSIONED)
_FAR = _answer(200, "How many bytes are here.", Upload_Offset=_WHOLE, Upload_Length=_WHOLE, **_VERSIONED)
_KEPT = _answer(204, "The bytes are kept.", Upload_Offset=_WHOLE, **_VERSIONED)
_DONE = _answer(204, "Done.", **_VERSIONED)
_ALL = (Conflict, DiskFull, Forbidden, Gone, InvalidInput, Malformed, NotFound, PreconditionFailed, TooLarge)

_discovery = partial(
    options,
    tag="uploads",
    summary="What this server can do",
    public=True,
    status=204,
    operation={"responses": _ABILITIES},
)
_bytes = partial(post, tag="uploads", scope="upload", idempotent=False, stream=True, errors=(*_ALL, UnsupportedMedia))


class UploadRoutes:
    def __init__(self, uploads: Uploads) -> None:
        self._uploads = uploads

    @get(PATH, tag="uploads", summary="One's unfinished uploads", scope="upload")
    async def unfinished(self, call: Call) -> UploadsBody:
        return UploadsBody.of(await self._uploads.unfinished(call.principal), UploadBody.of)

    @_discovery(PATH)
    async def discover(self, call: Call) -> web.Response:
        return self._capabilities()

    @_discovery(ONE)
    async def discover_one(self, call: Call, upload_id: str) -> web.Response:
        return self._capabilities()

    @_bytes(
        PATH,
        summary="Begin an upload",
        status=201,
        operation={
            "parameters": [_RESUMABLE, _LENGTH, _METADATA, _CHECKSUM],
            **_BYTES,
            "responses": {**_BEGUN, **_MISMATCH},
        },
    )
    async def begin(self, call: Call) -> web.Response:
        """Its address is in `Location`. First bytes may come along; `Upload-Offset` then says how many were kept."""
        return await _spoken(call, partial(self._begin, call))

    @head(
        ONE,
        tag="uploads",
        summary="How far an upload is",
        scope="upload",
        errors=(Gone, NotFound, PreconditionFailed),
        operation={"parameters": [_RESUMABLE], "responses": _FAR},
    )
    async def show(self, call: Call, upload_id: str) -> web.Response:
        return await _spoken(call, partial(self._show, call, upload_id))

    @patch(
        ONE,
        tag="uploads",
        summary="Send bytes",
        scope="upload",
        status=204,
        stream=True,
        errors=(*_ALL, UnsupportedMedia),
        operation={"parameters": [_RESUMABLE, _OFFSET, _CHECKSUM], **_BYTES, "responses": {**_KEPT, **_MISMATCH}},
    )
    async def append(self, call: Call, upload_id: str) -> web.Response:
        return await _spoken(call, partial(self._append, call, upload_id))

    @delete(
        ONE,
        tag="uploads",
        summary="Give an upload up",
        scope="upload",
        status=204,
        errors=(Conflict, NotFound, Gone, PreconditionFailed),
        operation={"parameters": [_RESUMABLE], "responses": _DONE},
    )
    async def abandon(self, call: Call, upload_id: str) -> web.Response:
        return await _spoken(call, partial(self._abandon, call, upload_id))

    @_bytes(
        ONE,
        summary="PATCH or DELETE, for clients that can send neither",
        status=204,
        operation={
            "parameters": [
                _RESUMABLE,
                _parameter("X-HTTP-Method-Override", {"enum": ["PATCH", "DELETE"]}, "What is meant.", required=True),
                _parameter("Upload-Offset", _WHOLE, "For PATCH."),
                _CHECKSUM,
            ],
            **_BYTES,
            "responses": {**_DONE, **_MISMATCH},
        },
    )
    async def override(self, call: Call, upload_id: str) -> web.Response:
        return await _spoken(call, partial(self._override, call, upload_id))

    def _capabilities(self) -> web.Response:
        headers = {
            "Tus-Version": VERSION,
            "Tus-Extension": EXTENSIONS,
            "Tus-Max-Size": str(self._uploads.max_bytes),
            "Tus-Checksum-Algorithm": ",".join(ChecksumAlgorithm),
        }
        return web.Response(status=204, headers=headers)

    async def _override(self, call: Call, upload_id: str) -> web.Response:
        meant = call.request.headers.get("X-HTTP-Method-Override", "").upper()
        if meant not in {"PATCH", "DELETE"}:
            raise Malformed(i18n.text("X-HTTP-Method-Override must be PATCH or DELETE here."))
        return await (self._append(call, upload_id) if meant == "PATCH" else self._abandon(call, upload_id))

    async def _begin(self, call: Call) -> web.Response:
        headers = call.request.headers
        if "Upload-Defer-Length" in headers:
            raise Malformed(i18n.text("Upload-Defer-Length is not supported: say Upload-Length at the beginning."))
        length = _number(headers, "Upload-Length")
        with_bytes = call.request.content_type == CONTENT_TYPE
        checksum = _checksum(headers)
        progress = await self._uploads.begin(call.principal, length, Wish.of(headers.get("Upload-Metadata", "")))
        if with_bytes:
            progress = await self._first_bytes(call, progress, checksum)
        location = {"Location": f"{PATH}/{progress.upload.id}"}
        return web.Response(status=201, headers={**location, **_where(progress)})

    async def _first_bytes(self, call: Call, begun: Progress, checksum: Checksum | None) -> Progress:
        """What came before a break is kept, and the client learns the address: it can go on. A refusal undoes all."""
        try:
            return await self._uploads.append(call.principal, begun.upload.id, 0, call.chunks, checksum)
        except (Malformed, Interrupted):
            return await self._uploads.show(call.principal, begun.upload.id)
        except NovaCastError:
            await self._uploads.abandon(call.principal, begun.upload.id)
            raise

    async def _show(self, call: Call, upload_id: str) -> web.Response:
        progress = await self._uploads.show(call.principal, upload_id)
        headers = {"Upload-Length": str(progress.upload.length), "Cache-Control": "no-store", **_where(progress)}
        if progress.upload.metadata:
            headers["Upload-Metadata"] = progress.upload.metadata
        return web.Response(headers=headers)

    async def _append(self, call: Call, upload_id: str) -> web.Response:
        headers = call.request.headers
        if call.request.content_type != CONTENT_TYPE:
            raise UnsupportedMedia(i18n.text("Send the bytes as Content-Type: {type}.", type=CONTENT_TYPE))
        offset, checksum = _number(headers, "Upload-Offset"), _checksum(headers)
        progress = await self._uploads.append(call.principal, upload_id, offset, call.chunks, checksum)
        return web.Response(status=204, headers=_where(progress))

    async def _abandon(self, call: Call, upload_id: str) -> web.Response:
        await self._uploads.abandon(call.principal, upload_id)
        return web.Response(status=204)


async def _spoken(call: Call, answer: Callable[[], Awaitable[web.Response]]) -> web.Response:
    """The protocol's frame: its version on every request and every answer, refusals included."""
    headers = {"Tus-Resumable": VERSION}
    try:
        if call.request.headers.get("Tus-Resumable") != VERSION:
            headers["Tus-Version"] = VERSION
            raise PreconditionFailed(i18n.text("Tus-Resumable must be {version}.", version=VERSION))
        response = await answer()
    except NovaCastError as error:
        response = _refused(call, error)
    response.headers.update(headers)
    return response


def _refused(call: Call, error: NovaCastError) -> web.Response:
    found = refusal(error)
    problem = found.problem(call.request, call.request[STATE].request_id)
    if isinstance(error, ChecksumMismatch):
        problem = problem.model_copy(update={"status": MISMATCH})
    return document(problem, found.headers)


def _where(progress: Progress) -> dict[str, str]:
    headers = {"Upload-Offset": str(progress.offset)}
    if not progress.upload.finished:
        headers["Upload-Expires"] = format_datetime(moment(progress.upload.expires_at), usegmt=True)
    return headers


def _checksum(headers: Mapping[str, str]) -> Checksum | None:
    return Checksum.parse(headers["Upload-Checksum"]) if "Upload-Checksum" in headers else None


def _number(headers: Mapping[str, str], name: str) -> int:
    text = headers.get(name, "")
    if not _NUMBER.match(text):
        raise Malformed(i18n.text("{name} must be there, as a number of bytes.", name=name))
    return int(text)
