"""The multivariant playlist, what it says of its renditions, and those among each other."""

import re
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from pathlib import Path

from novacast.media.conformance import tags
from novacast.media.conformance.findings import Finding, Findings, Rule
from novacast.media.conformance.rendition import TEXT, Rendition, check_rendition
from novacast.media.conformance.tags import Playlist, Tag
from novacast.records import dataclass

MASTER = "master.m3u8"
SLACK = Fraction(11, 10)
"""What BANDWIDTH may be above the measured rate."""
ROUNDED = Fraction(1, 1000)
"""Of rates, for durations are written with six decimals; and seconds between starts or lengths that count as the same:
a picture that is taken over keeps its container's clock, and Matroska's has milliseconds."""
LATE = Fraction(1, 10)
"""Seconds between the beginnings of picture and sound that nobody hears."""

_RESOLUTION = re.compile(r"(\d{1,5})x(\d{1,5})")
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
_SEGMENT = re.compile(r"seg_(\d{5,12})\.m4s")
"""BCP 47, roughly."""
_KINDS = {"AUDIO": "media", "VIDEO": "media", "SUBTITLES": TEXT}


@dataclass(frozen=True, slots=True)
class Variant:
    attributes: Mapping[str, str]
    rendition: Rendition


@dataclass(frozen=True, slots=True)
class Report:
    variants: tuple[Variant, ...]
    renditions: tuple[Rendition, ...]
    """Of the groups: sounds and subtitles."""
    findings: tuple[Finding, ...]

    @property
    def segments(self) -> int:
        every = {one.uri: one for one in (*(v.rendition for v in self.variants), *self.renditions)}
        return sum(len(one.cuts) for one in every.values())

    @property
    def ended(self) -> bool:
        return all(one.ended for one in (*(v.rendition for v in self.variants), *self.renditions))


@dataclass(frozen=True, slots=True)
class Member:
    """Of a group of renditions."""

    attributes: Mapping[str, str]
    rendition: Rendition | None


def check_edition(folder: Path) -> Report:
    """Blocking. All that is published in the folder of a video. What it has not is a finding, never an exception."""
    findings = Findings(MASTER)
    playlist = tags.read(folder / MASTER, findings)
    if playlist is None:
        return Report((), (), tuple(findings))
    _check_head(playlist, findings)
    members = [_member(folder, Tag("EXT-X-MEDIA", value), findings) for value in playlist.values("EXT-X-MEDIA")]
    known = {one.rendition.uri: one.rendition for one in members if one.rendition is not None}
    variants = tuple(_variants(folder, playlist, known, findings))
    findings.unless(variants, Rule.SYNTAX, "it names nothing that can be watched")
    _check_groups(members, variants, findings)
    _check_aligned(variants, members, findings)
    report = Report(variants, tuple(known.values()), ())
    for variant in variants:
        _check_variant(variant, members, report.ended, findings.at(variant.rendition.uri))
    if report.ended:
        _check_strays(folder, report, findings)
    return Report(variants, report.renditions, tuple(findings))


def _check_head(playlist: Playlist, findings: Findings) -> None:
    for stray in ("EXTINF", "EXT-X-TARGETDURATION", "EXT-X-ENDLIST", "EXT-X-PLAYLIST-TYPE", "EXT-X-MAP"):
        findings.unless(not playlist.has(stray), Rule.SYNTAX, f"a multivariant playlist has {stray}")


def _member(folder: Path, tag: Tag, findings: Findings) -> Member:
    given = tags.attributes(tag, findings)
    kind, name = given.get("TYPE", ""), given.get("NAME", "")
    findings.unless(given.get("GROUP-ID") and name, Rule.GROUP, "EXT-X-MEDIA lacks GROUP-ID or NAME")
    known = kind in {*_KINDS, "CLOSED-CAPTIONS"}
    findings.unless(known, Rule.SYNTAX, f"there is no EXT-X-MEDIA of the type '{kind}'")
    default, auto = given.get("DEFAULT", "NO"), given.get("AUTOSELECT", "NO")
    findings.unless(default != "YES" or auto == "YES", Rule.GROUP, f"'{name}' is default and not AUTOSELECT")
    if language := given.get("LANGUAGE"):
        findings.unless(_LANGUAGE.fullmatch(language), Rule.GROUP, f"'{language}' is no tag of a language")
    uri = given.get("URI")
    if kind == TEXT.upper():
        findings.unless(uri, Rule.GROUP, f"'{name}' has no URI")
    made = check_rendition(folder, uri, findings, kind=_KINDS.get(kind, "media")) if uri else None
    if kind == "AUDIO" and made is not None and made.track is not None and made.track.channels:
        channels = given.get("CHANNELS", "").partition("/")[0]
        real = str(made.track.channels)
        findings.unless(channels == real, Rule.GROUP, f"'{name}' has {real} channels, and CHANNELS says '{channels}'")
    return Member(given, made)


def _variants(folder: Path, playlist: Playlist, known: dict[str, Rendition], findings: Findings) -> Iterable[Variant]:
    seen: set[str] = set()
    for uri, before in playlist.entries():
        streams = [tag for tag in before if tag.name == "EXT-X-STREAM-INF"]
        if not findings.unless(len(streams) == 1, Rule.SYNTAX, f"{uri[:80]} has not one EXT-X-STREAM-INF before it"):
            continue
        findings.unless(uri not in seen, Rule.SYNTAX, f"it names {uri[:80]} twice")
        seen.add(uri)
        given = tags.attributes(streams[0], findings)
        made = known.get(uri) or check_rendition(folder, uri, findings)
        if made is not None:
            yield Variant(given, made)


def _check_groups(members: Sequence[Member], variants: Sequence[Variant], findings: Findings) -> None:
    groups: dict[tuple[str, str], list[Mapping[str, str]]] = {}
    for member in members:
        key = member.attributes.get("TYPE", ""), member.attributes.get("GROUP-ID", "")
        groups.setdefault(key, []).append(member.attributes)
    for (kind, group), ones in groups.items():
        names = [one.get("NAME") for one in ones]
        findings.unless(len(set(names)) == len(names), Rule.GROUP, f"two of {kind} '{group}' have one name")
        defaults = sum(one.get("DEFAULT") == "YES" for one in ones)
        findings.unless(defaults <= 1, Rule.GROUP, f"{kind} '{group}' has {defaults} defaults")
    for variant in variants:
        for kind in _KINDS:
            named = variant.attributes.get(kind)
            there = named is None or (kind, named) in groups
            findings.at(variant.rendition.uri).unless(there, Rule.GROUP, f"there is no group {kind} '{named}'")


def _of_group(variant: Variant, members: Sequence[Member]) -> list[Rendition]:
    group = variant.attributes.get("AUDIO")
    sounds = (one for one in members if one.attributes.get("TYPE") == "AUDIO")
    return [
        one.rendition
        for one in sounds
        if one.attributes.get("GROUP-ID") == group
        and one.rendition is not None
        and one.rendition.uri != variant.rendition.uri
    ]


def _check_variant(variant: Variant, members: Sequence[Member], ended: bool, findings: Findings) -> None:
    sounds, given, own = _of_group(variant, members), variant.attributes, variant.rendition
    if all(one.tracks for one in (own, *sounds)):
        real = frozenset[str]().union(*(one.codecs for one in (own, *sounds)))
        told = [codec.strip() for codec in given.get("CODECS", "").split(",")]
        same = set(told) == real and len(told) == len(real)
        findings.unless(same, Rule.CODECS, f"CODECS is {', '.join(told)}; its tracks are {', '.join(sorted(real))}")
    if own.track is not None and own.track.picture:
        _check_picture(variant, findings)
    for name in ("BANDWIDTH", "AVERAGE-BANDWIDTH"):
        findings.unless(re.fullmatch(r"\d{1,12}", given.get(name, "")), Rule.BANDWIDTH, f"{name} is no number")
    if ended:
        _check_rates(variant, sounds, findings)


def _check_picture(variant: Variant, findings: Findings) -> None:
    track, own = variant.rendition.track, variant.rendition
    assert track is not None
    size = _RESOLUTION.fullmatch(variant.attributes.get("RESOLUTION", ""))
    # Told is how it is best shown; a width that is made of pixels that are not square is rounded to an even one.
    near = 2 if track.width.denominator > 1 else Fraction(1, 2)
    right = size is not None and abs(int(size[1]) - track.width) < near and int(size[2]) == track.height
    told, shown = variant.attributes.get("RESOLUTION"), f"{round(track.width)}x{track.height}"
    findings.unless(right, Rule.RESOLUTION, f"RESOLUTION is {told}; pictures are {shown}")
    rate = tags.seconds(variant.attributes.get("FRAME-RATE", ""))
    if not findings.unless(rate, Rule.FRAME_RATE, "FRAME-RATE is missing or no number") or not own.fragments:
        return
    assert rate is not None
    # What is told has three decimals; a picture may be lost or held where the source does so.
    pictures = sum(fragment.samples for fragment in own.fragments)
    off = abs(rate * own.length - pictures)
    fits = off <= 1 + pictures * Fraction(1, 100)
    measured = float(pictures / own.length) if own.length else 0
    findings.unless(fits, Rule.FRAME_RATE, f"FRAME-RATE is {float(rate):.3f}; it has {measured:.3f} pictures a second")


def _check_rates(variant: Variant, sounds: Sequence[Rendition], findings: Findings) -> None:
    own, heard = variant.rendition.rates, [sound.rates for sound in sounds]
    seen = variant.rendition.track is None or variant.rendition.track.picture
    for number, name in enumerate(("BANDWIDTH", "AVERAGE-BANDWIDTH")):
        told = variant.attributes.get(name, "")
        if not told.isdecimal():
            continue
        real = max((rates[number] for rates in heard), default=Fraction(0))
        # A sound is heard in place of the others of its group, never beside them.
        real = own[number] + real if seen else max(own[number], real)
        fits = real * (1 - ROUNDED) - 1 <= int(told) <= real * SLACK + 1
        findings.unless(fits, Rule.BANDWIDTH, f"{name} is {told}; {float(real):.0f} were measured")


def _check_aligned(variants: Sequence[Variant], members: Sequence[Member], findings: Findings) -> None:
    pictures = [variant.rendition for variant in variants]
    if not pictures:
        return
    first, sounds = pictures[0], [one.rendition for one in members if one.attributes.get("TYPE") == "AUDIO"]
    for other in pictures[1:]:
        _check_cuts(first, other, findings.at(other.uri))
    for other in [*pictures[1:], *(sound for sound in sounds if sound is not None and sound is not first)]:
        at = findings.at(other.uri)
        same = other.target == first.target
        at.unless(same, Rule.TARGET, f"its target is {other.target} s, that of {first.uri} {first.target} s")
        both = [[cut.discontinuous for cut in one.cuts].count(True) for one in (first, other)]
        at.unless(both[0] == both[1], Rule.ALIGNED, f"it has {both[1]} discontinuities, {first.uri} has {both[0]}")
        if first.fragments and other.fragments:
            apart = abs(first.shown_from - other.shown_from)
            at.unless(apart <= LATE, Rule.ALIGNED, f"it begins {float(apart):.3f} s apart from {first.uri}")


def _check_cuts(first: Rendition, other: Rendition, findings: Findings) -> None:
    if first.ended and other.ended:
        counts = len(other.cuts), len(first.cuts)
        findings.unless(
            counts[0] == counts[1], Rule.ALIGNED, f"it has {counts[0]} segments, {first.uri} has {counts[1]}"
        )
    for ours, theirs in zip(other.cuts, first.cuts, strict=False):
        same = abs(ours.duration - theirs.duration) <= ROUNDED and ours.discontinuous == theirs.discontinuous
        findings.unless(same, Rule.ALIGNED, f"{ours.name} is cut otherwise than {theirs.name} of {first.uri}")
    if first.fragments and other.fragments:
        for number, (theirs_at, ours_at) in enumerate(zip(first.shown(), other.shown(), strict=False)):
            findings.unless(
                abs(theirs_at - ours_at) <= ROUNDED, Rule.ALIGNED,
                f"segment {number} begins at {float(ours_at):.6f} s, that of {first.uri} at {float(theirs_at):.6f} s",
            )  # fmt: skip


def _following(name: str) -> str:
    """The segment after this one, which a rendition of a broadcast may have past the others' end: who watched until
    then was told of it."""
    number = _SEGMENT.fullmatch(name)
    return f"seg_{int(number[1]) + 1:05d}.m4s" if number else name


def _check_strays(folder: Path, report: Report, findings: Findings) -> None:
    named = {MASTER}
    for one in (*(variant.rendition for variant in report.variants), *report.renditions):
        place = one.uri.rpartition("/")[0]
        tail = {_following(name) for name in one.named if name.endswith(".m4s")}
        named |= {one.uri, *(f"{place}/{name}" if place else name for name in {*one.named, *tail})}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.suffix in {".m3u8", ".m4s", ".tmp"} or (path.suffix == ".mp4" and "/" in name):
            findings.at(name).unless(name in named, Rule.STRAY, "no playlist names it")
