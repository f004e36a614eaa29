"""A file as an answer that may be taken in parts over hours, and may be another file when the rest is asked for."""

import asyncio
import re
from pathlib import Path

from aiohttp import web
from aiohttp.abc import AbstractStreamWriter

_RANGE = re.compile(r"bytes=(?:(?P<first>\d{1,18})-(?P<last>\d{0,18})|-0*[1-9]\d{0,17})", re.ASCII)


class PartialFile(web.FileResponse):
    """aiohttp knows dates in If-Range alone: with an entity tag of the file that was there before it would send a part
    of the one that is there now, and a resumed download would be put together of two."""

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        if "Range" in request.headers and not await asyncio.to_thread(self._counts, request):
            headers = request.headers.copy()
            headers.popall("Range")
            request = request.clone(headers=headers)
        return await super().prepare(request)

    def _counts(self, request: web.BaseRequest) -> bool:
        """Whether Range is to be obeyed: RFC 9110 13.1.5 and 14.2. Several ranges, foreign units and what is none
        are answered by all there is."""
        ranges = request.headers.getall("Range")
        found = _RANGE.fullmatch(ranges[0]) if len(ranges) == 1 else None
        if found is None or (found["last"] and int(found["last"]) < int(found["first"])):
            return False
        condition = request.headers.get("If-Range")
        if condition is None:
            return True
        if condition.lstrip().startswith(('"', "W/")):
            return condition.strip() == _etag(self._path)
        return request.if_range is not None


def _etag(path: Path) -> str | None:
    """As aiohttp makes it."""
    try:
        found = path.stat()
    except OSError:
        return None
    return f'"{found.st_mtime_ns:x}-{found.st_size:x}"'
