"""Which container a file's first bytes claim. Only what is listed here is ever opened, and only as what it claims.

FFmpeg's own detection takes playlists, scripts and lists of files for media whatever they are called, and follows
the addresses in them. None of the demuxers below opens a second file.
"""

from novacast.i18n import Text, text

CONTAINERS = ("mov", "matroska", "avi", "mpegts", "mpeg", "flv", "asf", "ogg", "mxf", "wav", "mp3", "flac", "aac")

HEAD = 4096
"""Bytes that `container_of` and `claim_of` want to see."""

_BOXES = (b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot", b"styp", b"sidx")
_STARTS = (
    (b"\x1a\x45\xdf\xa3", "matroska"),
    (b"FLV\x01", "flv"),
    (b"\x00\x00\x01\xba", "mpeg"),
    (bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c"), "asf"),
    (b"OggS", "ogg"),
    (bytes.fromhex("060e2b34020501010d0102"), "mxf"),
    (b"fLaC", "flac"),
    (b"ID3", "mp3"),
)
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\x00", b"MM\x00*", b"8BPS", b"\x00\x00\x01\x00")
_STILL_BRANDS = (b"heic", b"heix", b"mif1", b"avif")
_SCRIPTS = (b"#EXTM3U", b"ffconcat", b"<MPD", b"<?xml", b"v=0", b";FFMETADATA", b"[playlist]", b"[Reference]", b"<asx")


def container_of(head: bytes) -> str | None:
    """The demuxer to force, or None for what is not taken. `head` is the first HEAD bytes or the whole file."""
    if head[4:8] in _BOXES and not (head[4:8] == b"ftyp" and head[8:12] in _STILL_BRANDS):
        return "mov"
    for start, name in _STARTS:
        if head.startswith(start):
            return name
    if head[:4] == b"RIFF":
        return {b"AVI ": "avi", b"WAVE": "wav"}.get(head[8:12])
    if _syncs(head, 0, 188) or _syncs(head, 4, 192):
        return "mpegts"
    if len(head) > 2 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0:
        layer = head[1] >> 1 & 3
        return "aac" if layer == 0 and head[1] & 0xF0 == 0xF0 else "mp3" if layer == 1 else None
    return None


def _syncs(head: bytes, first: int, packet: int) -> bool:
    """MPEG-TS: 0x47 at the start of each of the first packets (ISO/IEC 13818-1 2.4.3.2); three make a claim."""
    return len(head) > first + 2 * packet and all(head[first + n * packet] == 0x47 for n in range(3))


def claim_of(head: bytes) -> str:
    """What to call a file that `container_of` refused: `picture`, `playlist` or `unknown`."""
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if head.startswith(_PICTURES) or (head[4:8] == b"ftyp" and head[8:12] in _STILL_BRANDS):
        return "picture"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "picture"
    if text.lower().startswith(tuple(start.lower() for start in _SCRIPTS)) or b"#EXT-X-" in head:
        return "playlist"
    return "unknown"


def why_not(head: bytes) -> Text:
    """For people: why `container_of` refused a file that begins with `head`."""
    claim = claim_of(head)
    if claim == "playlist":
        return text("This is a playlist or a description of media, not a video file.")
    if claim == "picture":
        return text("This is a still picture, not a video.")
    return text("This is not a video file of a kind that is known here. MP4, MOV, MKV, WebM, AVI, MPEG and TS are.")
