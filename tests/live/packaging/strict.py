"""A reader of live playlists that takes RFC 8216bis at its word. It shares nothing with what writes them."""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from fractions import Fraction
from itertools import pairwise

ATTRIBUTE = re.compile(r'([A-Z0-9-]+)=("[^"\r\n]*"|[^\s",]+)(?:,|$)')
NUMBER = re.compile(r"\d+(\.\d+)?")
ONCE = {
    "EXT-X-VERSION", "EXT-X-TARGETDURATION", "EXT-X-MEDIA-SEQUENCE", "EXT-X-DISCONTINUITY-SEQUENCE", "EXT-X-ENDLIST",
    "EXT-X-PLAYLIST-TYPE", "EXT-X-INDEPENDENT-SEGMENTS", "EXT-X-SERVER-CONTROL", "EXT-X-PART-INF", "EXT-X-SKIP",
    "EXT-X-PRELOAD-HINT",
}  # fmt: skip
BEFORE_PARTS = {"EXT-X-DISCONTINUITY", "EXT-X-MAP", "EXT-X-PROGRAM-DATE-TIME"}
KNOWN = {*ONCE, *BEFORE_PARTS, "EXTINF", "EXT-X-PART", "EXT-X-GAP", "EXT-X-RENDITION-REPORT"}
MILLISECOND = Fraction(1, 1000)
HALF_FRAME = Fraction(1, 60)
"""What may overlap where a gap ends."""


class Broken(AssertionError):
    """A rule of RFC 8216bis, by its section."""


def require(holds: object, section: str, message: str) -> None:
    if not holds:
        raise Broken(f"{section}: {message}")


@dataclass(frozen=True)
class Part:
    uri: str
    duration: Fraction
    independent: bool
    gap: bool


@dataclass(frozen=True)
class Segment:
    msn: int
    discontinuity: bool
    init: str | None
    """As its own EXT-X-MAP says."""
    at: Fraction | None
    """Seconds since 1970."""
    parts: tuple[Part, ...]
    gap: bool
    duration: Fraction | None
    """None: it is open."""
    uri: str | None
    cc: int = 0
    """Discontinuity sequence number."""

    @property
    def lasting(self) -> "Segment":
        """What may never change, but that it may be there no longer. The tag of its initialization segment comes to it
        when those before it have gone."""
        return replace(self, parts=(), init=None)


@dataclass
class Playlist:
    target: int
    control: dict[str, str]
    part_target: Fraction | None
    first: int
    first_cc: int
    kind: str | None
    ended: bool
    skipped: int
    hint: str | None
    reports: dict[str, tuple[int, int | None]]
    segments: list[Segment] = field(default_factory=list)

    @property
    def whole(self) -> list[Segment]:
        return [one for one in self.segments if one.duration is not None]

    @property
    def newest(self) -> tuple[int, int]:
        """Media sequence number and index of the newest part."""
        last = self.segments[-1]
        return last.msn, len(last.parts) - 1

    @property
    def reach(self) -> tuple[int, float]:
        """The same, where a whole segment is past all of its parts, whether or not they are listed."""
        msn, part = self.newest
        return msn, math.inf if self.segments[-1].duration is not None else part


def attributes(value: str) -> dict[str, str]:
    found: dict[str, str] = {}
    at = 0
    while at < len(value):
        match = ATTRIBUTE.match(value, at)
        require(match, "4.2", f"no list of attributes: {value[at:]}")
        assert match is not None
        require(match[1] not in found, "4.2", f"{match[1]} twice")
        found[match[1]] = match[2].strip('"')
        at = match.end()
    return found


def number(text: str) -> Fraction:
    require(NUMBER.fullmatch(text), "4.2", f"'{text}' is no number")
    return Fraction(text)


def read(body: bytes) -> Playlist:
    """Raises Broken."""
    text = body.decode()
    require(text.startswith("#EXTM3U\n") and text.endswith("\n") and "\r" not in text, "4.1", "lines")
    tags = list(_tags(text))
    for name in ONCE:
        require(sum(one == name for one, _ in tags) <= 1, "4.1", f"{name} twice")
    one = {name: value for name, value in tags if name in ONCE}
    require("EXT-X-TARGETDURATION" in one, "4.4.3.1", "no target")
    control = attributes(one.get("EXT-X-SERVER-CONTROL", ""))
    info = attributes(one["EXT-X-PART-INF"]) if "EXT-X-PART-INF" in one else {}
    made = Playlist(
        target=int(one["EXT-X-TARGETDURATION"]),
        control=control,
        part_target=number(info["PART-TARGET"]) if info else None,
        first=int(one.get("EXT-X-MEDIA-SEQUENCE", "0")),
        first_cc=int(one.get("EXT-X-DISCONTINUITY-SEQUENCE", "0")),
        kind=one.get("EXT-X-PLAYLIST-TYPE"),
        ended="EXT-X-ENDLIST" in one,
        skipped=int(attributes(one["EXT-X-SKIP"])["SKIPPED-SEGMENTS"]) if "EXT-X-SKIP" in one else 0,
        hint=_hint(one.get("EXT-X-PRELOAD-HINT")),
        reports=dict(_report(value) for name, value in tags if name == "EXT-X-RENDITION-REPORT"),
    )
    require("EXT-X-SKIP" not in one or made.skipped > 0, "4.4.5.2", "nothing is skipped")
    needs = 9 if made.skipped else 6
    require(int(one.get("EXT-X-VERSION", "1")) >= needs, "8", f"the version is below {needs}")
    made.segments = list(_segments(tags, made.first + made.skipped))
    _check(made)
    return made


def _tags(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines()[1:]:
        require(line, "4.1", "an empty line")
        if line.startswith("#"):
            name, _, value = line[1:].partition(":")
            require(name in KNOWN, "4.4", f"{name} is not known")
            yield name, value
        else:
            require(re.fullmatch(r"seg_\d{5,}\.m4s", line), "4.1", f"{line} is no segment")
            yield "", line


def _hint(value: str | None) -> str | None:
    if value is None:
        return None
    given = attributes(value)
    require(given["TYPE"] == "PART", "4.4.5.3", "the hint is no part")
    return given["URI"]


def _report(value: str) -> tuple[str, tuple[int, int | None]]:
    given = attributes(value)
    require(re.fullmatch(r"\.\./\w+/index\.m3u8", given["URI"]), "4.4.5.4", "the report's address")
    part = given.get("LAST-PART")
    return given["URI"].split("/")[1], (int(given["LAST-MSN"]), None if part is None else int(part))


def _segments(tags: Sequence[tuple[str, str]], msn: int) -> Iterator[Segment]:
    blank = Segment(msn, False, None, None, (), False, None, None)
    now = blank
    for name, value in tags:
        require(not now.parts or name not in BEFORE_PARTS, "4.4.4.9", f"{name} comes after a part")
        match name:
            case "EXT-X-DISCONTINUITY":
                now = replace(now, discontinuity=True)
            case "EXT-X-MAP":
                now = replace(now, init=attributes(value)["URI"])
            case "EXT-X-PROGRAM-DATE-TIME":
                require(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", value), "4.4.4.6", value)
                now = replace(now, at=Fraction(round(datetime.fromisoformat(value).timestamp() * 1000), 1000))
            case "EXT-X-PART":
                now = replace(now, parts=(*now.parts, _part(value)))
            case "EXT-X-GAP":
                now = replace(now, gap=True)
            case "EXTINF":
                now = replace(now, duration=number(value.partition(",")[0]))
            case "":
                require(now.duration is not None, "4.4.4.1", f"{value} has no EXTINF")
                yield replace(now, uri=value)
                now = replace(blank, msn=now.msn + 1)
    if now.parts or now.at is not None:
        yield now


def _part(value: str) -> Part:
    given = attributes(value)
    for name in ("INDEPENDENT", "GAP"):
        require(given.get(name, "YES") == "YES", "4.4.4.9", f"{name} is not YES")
    return Part(given["URI"], number(given["DURATION"]), "INDEPENDENT" in given, "GAP" in given)


def _check(playlist: Playlist) -> None:
    control, target = playlist.control, playlist.target
    require(control.get("CAN-BLOCK-RELOAD") == "YES", "4.4.3.8", "no blocking reload")
    require(number(control["HOLD-BACK"]) >= 3 * target, "4.4.3.8", "HOLD-BACK")
    require(number(control["CAN-SKIP-UNTIL"]) >= 6 * target, "4.4.3.8", "CAN-SKIP-UNTIL")
    for segment in playlist.whole:
        assert segment.duration is not None
        fits = segment.duration + Fraction(1, 2) < target + 1
        require(fits, "4.4.3.1", f"segment {segment.msn} lasts {float(segment.duration)} s of {target}")
        require(segment.duration > 0, "4.4.4.1", f"segment {segment.msn} lasts no time")
    parts = [part for segment in playlist.segments for part in segment.parts]
    require(len({part.uri for part in parts}) == len(parts), "4.4.4.9", "two parts have one name")
    if playlist.part_target is None:
        require(not parts and playlist.hint is None, "4.4.3.7", "parts, and no PART-INF")
        return
    require(number(control["PART-HOLD-BACK"]) >= 3 * playlist.part_target, "4.4.3.8", "PART-HOLD-BACK")
    require((playlist.hint is None) == playlist.ended, "4.4.5.3", "a hint, unless it is the end")
    require(playlist.hint not in {part.uri for part in parts}, "4.4.5.3", "what is hinted is there")
    for segment in playlist.segments:
        _check_parts(segment, playlist.part_target)
    with_parts = [bool(segment.parts) for segment in playlist.segments]
    require(with_parts == sorted(with_parts), "6.2.2", "parts are listed before a segment that has none")
    require(with_parts.count(True) <= 4, "6.2.2", "parts are listed for too many segments")


def _check_parts(segment: Segment, target: Fraction) -> None:
    for part, after in pairwise((*segment.parts, None)):
        assert part is not None
        require(0 < part.duration <= target, "4.4.4.9", f"{part.uri} lasts {float(part.duration)} of {float(target)}")
        exempt = part.independent or part.gap or after is None or after.gap
        require(exempt or part.duration >= target * 85 / 100, "4.4.4.9", f"{part.uri} is short")
    if segment.duration is not None and segment.parts:
        added = sum((part.duration for part in segment.parts), Fraction(0))
        require(added <= segment.duration + HALF_FRAME, "4.4.4.9", f"parts of {segment.msn} are longer than it is")
        require(segment.gap == any(part.gap for part in segment.parts), "6.2.1", f"the gap of {segment.msn}")


@dataclass
class History:
    """What one client knows of one rendition after each reload; every reload is held against those before."""

    segments: dict[int, Segment] = field(default_factory=dict)
    first: int = 0
    latest: Playlist | None = None
    inits: dict[int, str] = field(default_factory=dict)
    """Initialization segment that applies, by media sequence number."""
    counted: dict[int, int] = field(default_factory=dict)
    """Discontinuity sequence numbers, by media sequence number; also of what a server lost that was killed."""

    def take(self, body: bytes) -> Playlist:
        """Raises Broken."""
        new, before = read(body), self.latest
        if before is not None:
            self._compare(new, before)
        if new.skipped:
            require(new.first + new.skipped - 1 in self.segments, "6.2.5.1", "more is skipped than was told")
        self._number(new)
        for segment in new.segments:
            known = self.segments.get(segment.msn)
            if known is not None and known.duration is not None:
                lasts = replace(known.lasting, gap=known.gap or segment.gap) == segment.lasting
                require(lasts, "6.2.1", f"segment {segment.msn} changed: {known} {segment}")
            if known is not None and segment.parts:
                kept = len(known.parts)
                require(known.parts == segment.parts[:kept], "6.2.1", f"parts of {segment.msn} changed")
            self.segments[segment.msn] = segment
        self.first, self.latest = new.first, new
        self._apply_inits(new)
        self._check_times(new)
        return new

    def outlive(self, body: bytes) -> None:
        """The server was killed. What it lost, and only that, may have been told otherwise; it is a gap now."""
        for segment in read(body).segments:
            if segment.gap:
                self.segments.pop(segment.msn, None)
                self.inits.pop(segment.msn, None)

    def _compare(self, new: Playlist, before: Playlist) -> None:
        require(new.target == before.target, "6.2.1", "the target changed")
        require(new.part_target == before.part_target, "4.4.3.7", "the part target changed")
        require(new.control == before.control, "4.4.3.8", "the server's control changed")
        require(not before.ended or new.ended, "4.4.3.4", "it goes on after its end")
        require(new.first >= before.first, "6.2.2", "the media sequence went back")
        require(before.kind != "EVENT" or new.first == before.first, "4.4.3.5", "something left an EVENT")
        if new.segments and before.segments:
            require(new.reach >= before.reach, "6.2.1", "it lost its end")

    def _number(self, new: Playlist) -> None:
        """Discontinuity sequence numbers: 4.4.3.3."""
        cc = self.segments[new.first + new.skipped - 1].cc if new.skipped else new.first_cc
        for place, segment in enumerate(new.segments):
            cc += segment.discontinuity
            known = self.counted.setdefault(segment.msn, cc)
            require(known == cc, "6.2.2", f"segment {segment.msn} was of {known}, now {cc}")
            new.segments[place] = replace(segment, cc=cc)

    def _apply_inits(self, new: Playlist) -> None:
        for segment in new.segments:
            init = segment.init or (None if segment.msn == new.first else self.inits.get(segment.msn - 1))
            require(init or segment.gap or segment.duration is None, "4.4.4.5", f"{segment.msn} has no EXT-X-MAP")
            if init:
                before = self.inits.setdefault(segment.msn, init)
                require(before == init, "6.2.1", f"{segment.msn} has another initialization segment now")

    def _check_times(self, new: Playlist) -> None:
        for segment in new.segments:
            before = self.segments.get(segment.msn - 1)
            if before is None or before.at is None or before.duration is None or segment.at is None:
                continue
            end = before.at + before.duration
            if segment.discontinuity:
                require(
                    segment.at >= end - Fraction(1, 4), "4.4.4.6", f"{segment.msn} begins before the end of the last"
                )
            else:
                require(
                    abs(segment.at - end) <= 2 * MILLISECOND,
                    "4.4.4.6",
                    f"{segment.msn} is {float(segment.at - end)} off",
                )
