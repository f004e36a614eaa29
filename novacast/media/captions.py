"""Captions in HLS: their media playlists, and their place in the multivariant playlist (RFC 8216 3.5, 4.3.4.1)."""

import re
from collections.abc import Sequence
from dataclasses import replace

from novacast.records import dataclass

GROUP = "captions"
SEGMENT_SECONDS = 300
"""Text is small: a film has a dozen or two of these. Captions of type VOD may have a target duration of their own
(RFC 8216 6.2.4)."""
TIMESTAMP_MAP = "X-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:0\n"
"""Our renditions begin at zero on their own clock, so a cue's time is the time it is shown at."""

_ACCESSIBLE = "public.accessibility.transcribes-spoken-dialog,public.accessibility.describes-music-and-sound"
_OWN = re.compile(rf'#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="{GROUP}"')
_REFERENCE = f',SUBTITLES="{GROUP}"'
_CHANGED = '#EXT-X-SESSION-DATA:DATA-ID="novacast.captions"'


@dataclass(frozen=True, slots=True)
class CaptionsRendition:
    uri: str
    """Relative to the multivariant playlist."""
    name: str
    language: str
    default: bool
    forced: bool
    accessible: bool
    """Tells of what is to be heard besides speech."""


def captions_playlist(segments: Sequence[str], duration: int) -> str:
    """`duration`: microseconds of the whole; every segment but the last takes SEGMENT_SECONDS."""
    lines = ["#EXTM3U", "#EXT-X-VERSION:7", f"#EXT-X-TARGETDURATION:{SEGMENT_SECONDS}", "#EXT-X-MEDIA-SEQUENCE:0"]
    lines.append("#EXT-X-PLAYLIST-TYPE:VOD")
    for number, name in enumerate(segments):
        left = duration / 1_000_000 - number * SEGMENT_SECONDS
        lines += [f"#EXTINF:{max(0.001, min(SEGMENT_SECONDS, left)):.6f},", name]
    return "\n".join([*lines, "#EXT-X-ENDLIST"]) + "\n"


def segments_needed(duration: int) -> int:
    return max(1, -(-duration // (SEGMENT_SECONDS * 1_000_000)))


def with_captions(master: str, renditions: Sequence[CaptionsRendition], changed: int = 0) -> str:
    """A multivariant playlist of ours with exactly these captions, whichever it had before.

    `changed` tells who reads it again that there are other words under the same names (RFC 8216 4.3.4.4).
    """
    lines: list[str] = []
    for line in master.splitlines():
        if _OWN.match(line) or line.startswith(_CHANGED):
            continue
        if line.startswith("#EXT-X-STREAM-INF:"):
            line = line.replace(_REFERENCE, "") + (_REFERENCE if renditions else "")
        lines.append(line)
    at = next((n for n, line in enumerate(lines) if line.startswith("#EXT-X-STREAM-INF:")), len(lines))
    lines[at:at] = [_line(rendition) for rendition in _named_apart(renditions)]
    if renditions:
        lines.insert(at, f'{_CHANGED},VALUE="{changed}"')
    return "\n".join(lines) + "\n"


def _named_apart(renditions: Sequence[CaptionsRendition]) -> Sequence[CaptionsRendition]:
    """NAME is unique in its group (RFC 8216 4.3.4.1.1)."""
    taken: set[str] = set()
    apart = []
    for rendition in renditions:
        own = name = _bare(rendition.name)
        number = 2
        while name in taken:
            name, number = f"{own} {number}", number + 1
        taken.add(name)
        apart.append(replace(rendition, name=name))
    return apart


def _line(rendition: CaptionsRendition) -> str:
    characteristics = f',CHARACTERISTICS="{_ACCESSIBLE}"' if rendition.accessible else ""
    return (
        f'#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="{GROUP}",NAME={_quoted(rendition.name)},'
        f"LANGUAGE={_quoted(rendition.language)},DEFAULT={_told(rendition.default)},AUTOSELECT=YES,"
        f"FORCED={_told(rendition.forced)}{characteristics},URI={_quoted(rendition.uri)}"
    )


def _told(flag: bool) -> str:
    return "YES" if flag else "NO"


def _quoted(words: str) -> str:
    return f'"{_bare(words)}"'


def _bare(words: str) -> str:
    """RFC 8216 4.2: a quoted-string has no line feed, carriage return or double quote."""
    return re.sub(r'[\x00-\x1f"]', "", words)
