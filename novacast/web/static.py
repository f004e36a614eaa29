"""Files of the pages: scripts, styles, pictures. Read once, served from memory under a name that changes with them.

One hash stands for the whole tree, so that a relative address inside a script or a style sheet stays true.
"""

import asyncio
import gzip
import hashlib
import mimetypes
from collections.abc import Mapping
from pathlib import Path

from aiohttp import web

from novacast.records import dataclass

PREFIX = "/static/"
FOREVER = "public, max-age=31536000, immutable"
WORTH = 600
"""Bytes; a smaller file and its head are one packet either way."""

_TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}


@dataclass(frozen=True, slots=True)
class Asset:
    content: bytes
    content_type: str
    charset: str | None

    @property
    def shrinks(self) -> bool:
        return self.charset is not None and len(self.content) >= WORTH


class StaticFiles:
    """What is not in the folder when the server starts can't be asked for: no request ever names a file."""

    def __init__(self, *folders: Path) -> None:
        self._assets = {name: asset for folder in folders for name, asset in _read(folder).items()}
        self._gzipped: dict[str, bytes] = {}
        whole = hashlib.sha256()
        for name, asset in sorted(self._assets.items()):
            whole.update(name.encode() + b"\0" + hashlib.sha256(asset.content).digest())
        self.version = whole.hexdigest()[:12]

    def url(self, name: str) -> str:
        """Raises LookupError for a file that there is not, so that a page's test finds the slip."""
        if name not in self._assets:
            raise LookupError(f"there is no static file {name}")
        return f"{PREFIX}{self.version}/{name}"

    async def serve(self, request: web.Request) -> web.Response:
        version, _, name = request.match_info["path"].partition("/")
        if version != self.version:
            # A page from before an upgrade, or an address that never changes, such as a service worker's.
            name = name if len(version) == len(self.version) and name in self._assets else request.match_info["path"]
        asset = self._assets.get(name)
        if asset is None:
            raise web.HTTPNotFound
        tag, body = self.version, asset.content
        headers = {"Cache-Control": FOREVER if version == self.version else "no-cache"}
        if asset.shrinks:
            headers["Vary"] = "Accept-Encoding"
            if takes_gzip(",".join(request.headers.getall("Accept-Encoding", ()))):
                headers["Content-Encoding"], tag = "gzip", f"{tag}-gzip"
                body = await self._gzip(name, asset)
        headers["ETag"] = f'"{tag}"'
        if any(known.value in (tag, "*") for known in request.if_none_match or ()):
            headers.pop("Content-Encoding", None)
            return web.Response(status=304, headers=headers)
        return web.Response(body=body, content_type=asset.content_type, charset=asset.charset, headers=headers)

    async def _gzip(self, name: str, asset: Asset) -> bytes:
        # Two who ask at once may both do the work; they come to the same bytes.
        if name not in self._gzipped:
            self._gzipped[name] = await asyncio.to_thread(gzip.compress, asset.content, 9, mtime=0)
        return self._gzipped[name]


def takes_gzip(accepted: str) -> bool:
    """Whether an Accept-Encoding allows gzip (RFC 9110 12.5.3). Without one, what every client understands is sent."""
    weights = {}
    for part in accepted.lower().split(","):
        coding, _, parameter = part.partition(";")
        name, _, weight = parameter.strip().partition("=")
        try:
            weights[coding.strip()] = float(weight) if name.strip() == "q" else 1.0
        except ValueError:
            weights[coding.strip()] = 0.0
    return weights.get("gzip", weights.get("*", 0.0)) > 0


def _read(folder: Path) -> Mapping[str, Asset]:
    found: dict[str, Asset] = {}
    for path in sorted(folder.rglob("*")):
        if (
            path.is_symlink()
            or not path.is_file()
            or any(part.startswith(".") for part in path.relative_to(folder).parts)
        ):
            continue
        kind = _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        text = kind.startswith("text/") or kind in ("application/json", "image/svg+xml")
        found[path.relative_to(folder).as_posix()] = Asset(path.read_bytes(), kind, "utf-8" if text else None)
    return found
