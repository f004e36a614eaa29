"""A media playlist and the segments that it names."""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate, pairwise
from pathlib import Path

from novacast.media.boxes import LARGEST_INIT
from novacast.media.conformance import tags
from novacast.media.conformance.findings import Findings, Rule
from novacast.media.conformance.fragments import Broken, Fragment, Track, fragment_of, in_seconds, track_of
from novacast.media.conformance.tags import Playlist, Tag

HALF = Fraction(1, 2)
TEXT = "subtitles"
MAP_VERSION = 6
"""EXT-X-MAP in a playlist of whole segments: RFC 8216bis 8."""


@dataclass(frozen=True, slots=True)
class Cut:
    """A segment as its playlist has it."""

    name: str
    duration: Fraction
    size: int
    discontinuous: bool


@dataclass(frozen=True, slots=True)
class Rendition:
    uri: str
    target: int
    ended: bool
    cuts: tuple[Cut, ...]
    named: frozenset[str]
    """Everything that it names, from its own folder."""
    track: Track | None = None
    """None where the initialization can't be read, and of subtitles."""
    fragments: tuple[Fragment, ...] = ()
    """As many as there are cuts, or none where one can't be read."""

    @property
    def starts(self) -> list[Fraction]:
        """Seconds of each segment's first decode time, and of the end of the last."""
        assert self.track is not None
        ends = [*self.fragments, None]
        last = self.fragments[-1]
        ticks = [one.start if one is not None else last.start + last.duration for one in ends]
        return [in_seconds(at, self.track) for at in ticks]

    @property
    def shown_from(self) -> Fraction:
        """Seconds at which it begins for those who watch."""
        assert self.track is not None
        return in_seconds(self.fragments[0].first_shown - self.track.shift, self.track)

    @property
    def length(self) -> Fraction:
        return sum((self._length(number) for number in range(len(self.cuts))), Fraction(0))

    @property
    def rates(self) -> tuple[Fraction, Fraction]:
        """Peak and average bits a second, with durations as they are in the segments.

        The peak is that of RFC 8216bis 4.4.6.2: over every run of segments that lasts 0.5 to 1.5 targets.
        """
        times = [Fraction(0), *accumulate(self._length(number) for number in range(len(self.cuts)))]
        bits = [0, *accumulate(cut.size * 8 for cut in self.cuts)]
        average = bits[-1] / times[-1] if times[-1] else Fraction(0)
        return max([average, *_runs(times, bits, self.target)]), average

    def _length(self, number: int) -> Fraction:
        if self.track is None or not self.fragments:
            return self.cuts[number].duration
        return in_seconds(self.fragments[number].duration, self.track)


def _runs(times: Sequence[Fraction], bits: Sequence[int], target: int) -> Iterator[Fraction]:
    for first, begin in enumerate(times[:-1]):
        for after in range(first + 1, len(times)):
            lasts = times[after] - begin
            if lasts > target * 3 * HALF:
                break
            if lasts >= target * HALF and lasts:
                yield (bits[after] - bits[first]) / lasts


def check_rendition(folder: Path, uri: str, findings: Findings, *, kind: str = "media") -> Rendition | None:
    """Blocking. `uri`: of its playlist, from `folder`. None where nothing of it can be read."""
    if not tags.local(uri, findings):
        return None
    place, findings = (folder / uri).parent, findings.at(uri)
    playlist = tags.read(folder / uri, findings)
    if playlist is None:
        return None
    target = playlist.number("EXT-X-TARGETDURATION", 0)
    _check_head(playlist, target, findings)
    cuts = tuple(_cuts(playlist, place, target, findings))
    findings.unless(cuts, Rule.SYNTAX, "it names no segment")
    names, ended = {cut.name for cut in cuts}, playlist.has("EXT-X-ENDLIST")
    if kind == TEXT:
        _check_texts(place, cuts, findings)
        return Rendition(uri, target, ended, cuts, frozenset(names))
    init, track = _init(playlist, place, findings)
    named = frozenset(names | {init} if init else names)
    if track is None:
        return Rendition(uri, target, ended, cuts, named)
    fragments = tuple(_fragments(place, cuts, track, findings))
    made = Rendition(uri, target, ended, cuts, named, track, fragments if len(fragments) == len(cuts) else ())
    if made.fragments:
        _check_times(made, track, findings)
        if playlist.has("EXT-X-INDEPENDENT-SEGMENTS") and track.picture:
            _check_keyframes(made, findings)
    return made


def _check_head(playlist: Playlist, target: int, findings: Findings) -> None:
    findings.unless(target, Rule.TARGET, "it has no target duration")
    version = playlist.number("EXT-X-VERSION", 1)
    needs = MAP_VERSION if playlist.has("EXT-X-MAP") else 3
    findings.unless(version >= needs, Rule.VERSION, f"it is of version {version} and has tags of version {needs}")
    kinds = playlist.values("EXT-X-PLAYLIST-TYPE")
    findings.unless(not kinds or kinds[0] in {"VOD", "EVENT"}, Rule.SYNTAX, f"there is no playlist type {kinds}")
    ended = playlist.has("EXT-X-ENDLIST")
    findings.unless(kinds != ["VOD"] or ended, Rule.SYNTAX, "it is VOD and has no EXT-X-ENDLIST")
    last = playlist.lines[-1] if playlist.lines else ""
    findings.unless(not ended or last == Tag("EXT-X-ENDLIST"), Rule.SYNTAX, "something comes after EXT-X-ENDLIST")
    for stray in ("EXT-X-STREAM-INF", "EXT-X-MEDIA"):
        findings.unless(not playlist.has(stray), Rule.SYNTAX, f"a media playlist has {stray}")


def _cuts(playlist: Playlist, place: Path, target: int, findings: Findings) -> Iterator[Cut]:
    seen: set[str] = set()
    for name, before in playlist.entries():
        lengths = [tag.value.partition(",")[0] for tag in before if tag.name == "EXTINF"]
        duration = tags.seconds(lengths[0]) if len(lengths) == 1 else None
        if not findings.unless(duration is not None, Rule.SYNTAX, f"{name[:80]} has not one EXTINF that is a number"):
            continue
        assert duration is not None
        findings.unless(name not in seen, Rule.SYNTAX, f"it names {name[:80]} twice")
        seen.add(name)
        fits = math.floor(duration + HALF) <= target
        findings.unless(fits, Rule.TARGET, f"{name[:80]} lasts {float(duration):.3f} s, above the target of {target} s")
        if tags.local(name, findings):
            size = _size(place / name)
            findings.unless(size, Rule.FILES, f"{name} is missing or empty")
            yield Cut(name, duration, size, any(tag.name == "EXT-X-DISCONTINUITY" for tag in before))


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _init(playlist: Playlist, place: Path, findings: Findings) -> tuple[str | None, Track | None]:
    places = [n for n, line in enumerate(playlist.lines) if isinstance(line, Tag) and line.name == "EXT-X-MAP"]
    first = next((n for n, line in enumerate(playlist.lines) if isinstance(line, str)), len(playlist.lines))
    alone = len(places) == 1 and places[0] < first
    if not findings.unless(alone, Rule.INIT, "EXT-X-MAP does not stand once, before the first segment"):
        return None, None
    tag = playlist.lines[places[0]]
    assert isinstance(tag, Tag)
    uri = tags.attributes(tag, findings).get("URI", "")
    if not tags.local(uri, findings):
        return None, None
    try:
        with (place / uri).open("rb") as file:
            return uri, track_of(file.read(LARGEST_INIT + 1))
    except OSError:
        findings.add(Rule.FILES, f"{uri} is missing")
    except Broken as error:
        findings.add(Rule.INIT, f"{uri}: {error}")
    return uri, None


def _fragments(place: Path, cuts: Sequence[Cut], track: Track, findings: Findings) -> Iterator[Fragment]:
    for cut in cuts:
        if not cut.size:
            continue
        try:
            with (place / cut.name).open("rb") as file:
                yield fragment_of(file, cut.size, track)
        except (OSError, Broken) as error:
            findings.add(Rule.FRAGMENT, f"{cut.name}: {error}")


def _check_times(made: Rendition, track: Track, findings: Findings) -> None:
    sample = in_seconds(max(fragment.longest for fragment in made.fragments), track)
    told, base = Fraction(0), made.fragments[0].start
    for cut, fragment in zip(made.cuts, made.fragments, strict=True):
        real = in_seconds(fragment.duration, track)
        findings.unless(
            abs(real - cut.duration) <= sample, Rule.DURATION,
            f"{cut.name} lasts {float(real):.6f} s and is said to last {float(cut.duration):.6f} s",
        )  # fmt: skip
        at = in_seconds(fragment.start - base, track)
        findings.unless(
            cut.discontinuous or abs(at - told) <= sample, Rule.DURATION,
            f"{cut.name} begins {float(at):.6f} s after the first one; those before it add up to {float(told):.6f} s",
        )  # fmt: skip
        told += cut.duration
    for (before, one), (cut, other) in pairwise(zip(made.cuts, made.fragments, strict=True)):
        end = one.start + one.duration
        findings.unless(
            cut.discontinuous or end == other.start, Rule.TIMELINE,
            f"{cut.name} begins at {other.start} and {before.name} ends at {end} (of {track.timescale} a second)",
        )  # fmt: skip


def _check_keyframes(made: Rendition, findings: Findings) -> None:
    for cut, fragment in zip(made.cuts, made.fragments, strict=True):
        findings.unless(fragment.sync, Rule.KEYFRAME, f"{cut.name} does not begin with a keyframe")
        findings.unless(
            fragment.independent or not fragment.sync, Rule.KEYFRAME,
            f"{cut.name} begins with a picture that is marked as a keyframe and is none",
        )  # fmt: skip


def _check_texts(place: Path, cuts: Sequence[Cut], findings: Findings) -> None:
    for cut in cuts:
        if cut.size:
            with (place / cut.name).open("rb") as file:
                head = file.read(10)
            findings.unless(re.match(rb"WEBVTT[ \t\n]", head), Rule.FRAGMENT, f"{cut.name} is no WebVTT")
