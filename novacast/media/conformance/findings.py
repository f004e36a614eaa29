"""The rules, where each comes from, and what is found against them."""

from collections.abc import Iterator, Mapping
from dataclasses import field
from enum import StrEnum

from novacast.records import dataclass


class Rule(StrEnum):
    SYNTAX = "syntax"
    VERSION = "version"
    PLACE = "place"
    FILES = "files"
    STRAY = "stray"
    TARGET = "target"
    DURATION = "duration"
    INIT = "init"
    FRAGMENT = "fragment"
    KEYFRAME = "keyframe"
    TIMELINE = "timeline"
    ALIGNED = "aligned"
    CODECS = "codecs"
    BANDWIDTH = "bandwidth"
    RESOLUTION = "resolution"
    FRAME_RATE = "frame-rate"
    GROUP = "group"


SOURCES: Mapping[Rule, str] = {
    Rule.SYNTAX: "RFC 8216bis 4.1, 4.2: lines, tags that stand once, attribute lists, VOD has an end",
    Rule.VERSION: "RFC 8216bis 8: EXT-X-VERSION is at least what the tags need",
    Rule.PLACE: "RFC 8216bis 4.1: addresses are relative, and lead nowhere outside the video's folder",
    Rule.FILES: "every file that a playlist names is there, and not empty",
    Rule.STRAY: "every segment, initialization and playlist that is there is named, once the video is complete",
    Rule.TARGET: "RFC 8216bis 4.4.3.1, 6.2.4: rounded durations are at most the target, which all renditions share",
    Rule.DURATION: "RFC 8216bis 4.4.4.1: EXTINF is what the segment lasts, and the sum does not drift, by a sample",
    Rule.INIT: "RFC 8216bis 3.1.2: EXT-X-MAP comes first and describes one track in fragments",
    Rule.FRAGMENT: "ISO/IEC 14496-12 8.8: boxes from end to end, one mdat a moof, of the size that its samples have",
    Rule.KEYFRAME: "RFC 8216bis 4.4.2.1: an independent segment begins with a picture that needs no other",
    Rule.TIMELINE: "RFC 8216bis 3.1.2, 6.2.1: a segment's decode time is where the one before it ends",
    Rule.ALIGNED: "RFC 8216bis 6.2.4: renditions begin together and are cut at the same times, discontinuities too",
    Rule.CODECS: "RFC 8216bis 4.4.6.2: CODECS has what the initialization segments hold, and nothing else",
    Rule.BANDWIDTH: "RFC 8216bis 4.4.6.2: at least the measured peak and average, and at most a tenth above",
    Rule.RESOLUTION: "RFC 8216bis 4.4.6.2: RESOLUTION is what the pictures have",
    Rule.FRAME_RATE: "RFC 8216bis 4.4.6.2: FRAME-RATE is what the pictures have, to three decimals",
    Rule.GROUP: "RFC 8216bis 4.4.6.1: groups that are named are there, names differ, one default, real channels",
}


@dataclass(frozen=True, slots=True)
class Finding:
    rule: Rule
    where: str
    """Playlist or segment, from the video's folder."""
    message: str

    def __str__(self) -> str:
        return f"{self.where}: {self.message} [{self.rule}]"


@dataclass(slots=True)
class Findings:
    """All that is found of one playlist or segment, under its name."""

    where: str
    found: list[Finding] = field(default_factory=list)

    def at(self, where: str) -> "Findings":
        """The same list, about another place."""
        return Findings(where, self.found)

    def add(self, rule: Rule, message: str) -> None:
        self.found.append(Finding(rule, self.where, message))

    def unless(self, holds: object, rule: Rule, message: str) -> bool:
        """Whether it holds; noted if not."""
        if not holds:
            self.add(rule, message)
        return bool(holds)

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.found)
