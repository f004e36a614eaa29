"""A playlist as lines, tags and attribute lists (RFC 8216bis 4.1, 4.2), whatever it means."""

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path

from novacast.media.conformance.findings import Findings, Rule
from novacast.records import dataclass

LARGEST = 16 * 1024 * 1024
"""Bytes that are read of a playlist."""
ONCE = frozenset({
    "EXTM3U", "EXT-X-VERSION", "EXT-X-TARGETDURATION", "EXT-X-MEDIA-SEQUENCE", "EXT-X-PLAYLIST-TYPE",
    "EXT-X-ENDLIST", "EXT-X-INDEPENDENT-SEGMENTS", "EXT-X-DISCONTINUITY-SEQUENCE", "EXT-X-I-FRAMES-ONLY",
})  # fmt: skip

_ATTRIBUTE = re.compile(r'([A-Z0-9-]+)=("[^"\r\n]*"|[^\s",][^\s,"]*)(?:,|$)')
_LOCAL = re.compile(r"(?!.*(^|/)\.\.?(/|$))[A-Za-z0-9_-][A-Za-z0-9_./-]{0,250}")


@dataclass(frozen=True, slots=True)
class Tag:
    name: str
    """Without the #."""
    value: str = ""


Line = Tag | str
"""A tag or an address."""


@dataclass(frozen=True, slots=True)
class Playlist:
    lines: Sequence[Line]

    def values(self, name: str) -> list[str]:
        return [line.value for line in self.lines if isinstance(line, Tag) and line.name == name]

    def has(self, name: str) -> bool:
        return bool(self.values(name))

    def number(self, name: str, otherwise: int) -> int:
        found = self.values(name)
        return int(found[0]) if found and re.fullmatch(r"\d{1,9}", found[0]) else otherwise

    def entries(self) -> list[tuple[str, Sequence[Tag]]]:
        """Addresses, each with the tags that stand right before it."""
        found: list[tuple[str, Sequence[Tag]]] = []
        before: list[Tag] = []
        for line in self.lines:
            if isinstance(line, Tag):
                before.append(line)
            else:
                found.append((line, tuple(before)))
                before = []
        return found


def read(path: Path, findings: Findings) -> Playlist | None:
    """Blocking. None where there is nothing to go on with."""
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST + 1)
        text = raw.decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        findings.add(Rule.FILES, f"the playlist can't be read: {error.__class__.__name__}")
        return None
    if len(raw) > LARGEST:
        findings.add(Rule.FILES, f"the playlist is larger than {LARGEST} bytes")
        return None
    playlist = Playlist(tuple(_lines(text)))
    findings.unless(text.startswith("#EXTM3U\n"), Rule.SYNTAX, "the first line is not #EXTM3U")
    findings.unless(text.endswith("\n"), Rule.SYNTAX, "the last line has no end")
    findings.unless("\r" not in text, Rule.SYNTAX, "lines end in two ways")
    for name in sorted(ONCE):
        findings.unless(len(playlist.values(name)) <= 1, Rule.SYNTAX, f"{name} stands more than once")
    return playlist


def _lines(text: str) -> list[Line]:
    found: list[Line] = []
    for line in text.split("\n"):
        if line.startswith("#EXT"):
            name, _, value = line[1:].partition(":")
            found.append(Tag(name, value))
        elif line and not line.startswith("#"):
            found.append(line)
    return found


def attributes(tag: Tag, findings: Findings) -> Mapping[str, str]:
    """Of an attribute list; quoted strings without their quotes."""
    found: dict[str, str] = {}
    at = 0
    while at < len(tag.value):
        match = _ATTRIBUTE.match(tag.value, at)
        if match is None:
            findings.add(Rule.SYNTAX, f"{tag.name} is no list of attributes from '{tag.value[at : at + 40]}' on")
            break
        findings.unless(match[1] not in found, Rule.SYNTAX, f"{tag.name} has {match[1]} twice")
        found[match[1]] = match[2].strip('"')
        at = match.end()
    return found


def local(uri: str, findings: Findings) -> bool:
    """Whether an address stays in the folder."""
    return findings.unless(_LOCAL.fullmatch(uri), Rule.PLACE, f"'{uri[:80]}' leads out of the video's folder")


def seconds(text: str) -> Fraction | None:
    """A decimal-floating-point, which has no sign."""
    return Fraction(text) if re.fullmatch(r"\d{1,9}(\.\d{1,12})?", text) else None
