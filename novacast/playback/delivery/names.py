"""Which names an address may ask for. A name is taken as it stands: nothing is decoded, so nothing can hide in it."""

import re
from collections.abc import Mapping
from types import MappingProxyType

TYPES: Mapping[str, str] = MappingProxyType(
    {
        "m3u8": "application/vnd.apple.mpegurl",  # RFC 8216 section 4
        "m4s": "video/iso.segment",
        "mp4": "video/mp4",
        "vtt": "text/vtt; charset=utf-8",
        "jpg": "image/jpeg",
        "png": "image/png",
    }
)
"""All that is ever sent. A suffix that is not here does not exist."""

REWRITTEN = frozenset({"m3u8", "vtt"})
"""What may change under one name; everything else is immutable."""

_FOLDER = r"(?!te?mp/)[A-Za-z0-9][A-Za-z0-9_-]{0,63}/"
_NAME = re.compile(rf"(?:{_FOLDER}){{0,4}}[A-Za-z0-9][A-Za-z0-9_-]{{0,127}}\.(?:{'|'.join(TYPES)})", re.ASCII)


def fits(name: str) -> bool:
    """Whether `name`, relative to a thing's folder, can be a file for viewers. Says nothing about its existence.

    Dotfiles, `..`, absolute names, percent signs, backslashes, control characters, folders in progress and foreign
    suffixes have no way of being written in this grammar.
    """
    return _NAME.fullmatch(name) is not None


def suffix(name: str) -> str:
    return name[name.rfind(".") + 1 :]
