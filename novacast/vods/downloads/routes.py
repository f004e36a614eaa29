"""The API of downloads."""

from urllib.parse import quote

from novacast.errors import Conflict, Forbidden, NotFound, Unauthenticated
from novacast.limits import Rate
from novacast.vods.downloads.bodies import AllowedRequest, DownloadBody, DownloadsBody, PrepareRequest
from novacast.vods.downloads.service import Downloads
from novacast.web import Call, get, post, put
from novacast.web.files import PartialFile

PATH = "/api/v1/videos/{video_id}/downloads"
PREPARING = Rate("vods.downloads.prepare", burst=20, period=60)
_BINARY = {"video/mp4": {"schema": {"type": "string", "format": "binary"}}}
_FILE = {
    "parameters": [{"name": "Range", "in": "header", "schema": {"type": "string"}, "description": "RFC 9110, 14.2."}],
    "responses": {
        "200": {"description": "The file, as an attachment.", "content": _BINARY},
        "206": {"description": "The part of it that `Range` asks for.", "content": _BINARY},
        "416": {"description": "`Range` lies behind its end."},
    },
}


class DownloadRoutes:
    def __init__(self, downloads: Downloads) -> None:
        self._downloads = downloads

    @get(
        PATH, tag="videos", public=True, summary="What of a video can be taken home", errors=(NotFound, Unauthenticated)
    )
    async def show(self, call: Call, video_id: str) -> DownloadsBody:
        return DownloadsBody.of(await self._downloads.show(call.principal, video_id))

    @put(PATH, tag="videos", summary="Say who may take a video home", errors=(NotFound, Forbidden))
    async def allow(self, call: Call, video_id: str, body: AllowedRequest) -> DownloadsBody:
        return DownloadsBody.of(await self._downloads.allow(call.principal, video_id, body.allowed))

    @post(
        PATH,
        tag="videos",
        public=True,
        summary="Have a rung prepared as a file",
        errors=(NotFound, Unauthenticated, Forbidden),
    )
    async def prepare(self, call: Call, video_id: str, body: PrepareRequest) -> DownloadBody:
        """Asking again for one that is prepared, or about to be, changes nothing."""
        call.limit(PREPARING)
        then = call.remember(DownloadBody.of)
        return DownloadBody.of(await self._downloads.prepare(call.principal, video_id, body.name, then))

    @get(
        f"{PATH}/{{name}}",
        tag="videos",
        public=True,
        summary="A video as a file",
        errors=(NotFound, Unauthenticated, Forbidden, Conflict),
        operation=_FILE,
    )
    async def take(self, call: Call, video_id: str, name: str) -> PartialFile:
        asked = call.request.headers.get("Range", "bytes=0-").replace(" ", "")
        begins = call.request.method == "GET" and asked.startswith("bytes=0-")
        taken = await self._downloads.take(call.principal, video_id, name, begins=begins)
        headers = {"Content-Disposition": _disposition(taken.name), "Cache-Control": "private, no-cache"}
        return PartialFile(taken.path, headers=headers)


def _disposition(name: str) -> str:
    """RFC 6266, with the plain name for those who read no other."""
    plain = name.encode("ascii", "replace").decode().replace("?", "_").replace("%", "_")
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
