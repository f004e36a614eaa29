"""Pictures in the description of the API: as they are brought, and as the file that is served."""

from collections.abc import Mapping
from typing import Any

_BINARY = {"schema": {"type": "string", "format": "binary"}}
BROUGHT: Mapping[str, Any] = {
    "requestBody": {"required": True, "content": {f"image/{name}": _BINARY for name in ("jpeg", "png", "webp")}}
}
JPEG_FILE: Mapping[str, Any] = {
    "parameters": [
        {"name": name, "in": "header", "schema": {"type": "string"}, "description": f"RFC 9110, {section}."}
        for name, section in (("Range", "14.2"), ("If-None-Match", "13.1.2"), ("If-Modified-Since", "13.1.3"))
    ],
    "responses": {
        "200": {"description": "A JPEG.", "content": {"image/jpeg": _BINARY}},
        "206": {"description": "The part of it that `Range` asks for.", "content": {"image/jpeg": _BINARY}},
        "304": {"description": "It is still what the caller holds."},
        "412": {"description": "`If-Match` or `If-Unmodified-Since` does not hold."},
        "416": {"description": "`Range` lies behind its end; `Content-Range` tells its length."},
    },
}
