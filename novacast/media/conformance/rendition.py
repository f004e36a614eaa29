"""A media playlist and the segments that it names."""

import math
import re
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import accumulate, pairwise
from pathlib import Path

from novacast.media.boxes import LARGEST_INIT
from novacast.media.conformance import tags
from novacast.media.conformance.findings import Findings, Rule
from novacast.media.conformance.fragments import Broken, Fragment, Track, fragment_of, in_seconds, track_of
from novacast.media.conformance.tags import Playlist, Tag
from novacast.records import dataclass

HALF = Fraction(1, 2)
TEXT = "subtitles"
MAP_VERSION, GAP_VERSION = 6, 8
"""EXT-X-MAP in a playlist of whole segments, and EXT-X-GAP: RFC 8216bis 8."""


@dataclass(frozen=True, slots=True)
class Cut:
    """A segment as its playlist has it."""

    name: str
    duration: Fraction
    size: int
    discontinuous: bool
    gap: bool
    init: str
    """Its initialization segment; empty where none comes before it."""


@dataclass(frozen=True, slots=True)
class Rendition:
    uri: str
    target: int
    ended: bool
    cuts: tuple[Cut, ...]
    named: frozenset[str]
    """Everything that it names, from its own folder."""
    tracks: tuple[Track, ...] = ()
    """Of each cut; none where an initialization can't be read, and of subtitles."""
    fragments: tuple[Fragment, ...] = ()
    """As many as there are cuts, or none where one can't be read. A gap is one without samples."""

    @property
    def track(self) -> Track | None:
        """The first."""
        return self.tracks[0] if self.tracks else None

    @property
    def codecs(self) -> frozenset[str]:
        """All that it takes to play it. Of H.264 in one profile, what plays the highest level plays the others."""
        found = {track.codec for track in self.tracks}
        return frozenset(one for one in found if not any(_covers(other, one) for other in found))

    @property
    def starts(self) -> list[Fraction]:
        """Seconds of each segment's first decode time, and of the end of the last."""
        starts = [in_seconds(one.start, track) for one, track in zip(self.fragments, self.tracks, strict=True)]
        return [*starts, starts[-1] + self._length(len(starts) - 1)]

    @property
    def shown_from(self) -> Fraction:
        """Seconds at which it begins for those who watch."""
        return self.shown()[0]

    def shown(self) -> list[Fraction]:
        """Seconds at which the first picture or sound of each segment is due."""
        both = zip(self.fragments, self.tracks, strict=True)
        return [in_seconds(one.first_shown - track.shift, track) for one, track in both]

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
        if not self.fragments:
            return self.cuts[number].duration
        return in_seconds(self.fragments[number].duration, self.tracks[number])


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
    inits = _inits(playlist, place, findings)
    named = frozenset(names | inits.keys())
    found = [inits.get(cut.init) for cut in cuts]
    tracks = tuple(track for track in found if track is not None)
    if len(tracks) != len(cuts):
        return Rendition(uri, target, ended, cuts, named)
    fragments = tuple(_fragments(place, cuts, tracks, findings))
    made = Rendition(uri, target, ended, cuts, named, tracks, fragments if len(fragments) == len(cuts) else ())
    if made.fragments:
        _check_changes(made, findings)
        _check_times(made, findings)
        if playlist.has("EXT-X-INDEPENDENT-SEGMENTS") and tracks[0].picture:
            _check_keyframes(made, findings)
    return made


def _check_head(playlist: Playlist, target: int, findings: Findings) -> None:
    findings.unless(target, Rule.TARGET, "it has no target duration")
    version = playlist.number("EXT-X-VERSION", 1)
    needs = GAP_VERSION if playlist.has("EXT-X-GAP") else MAP_VERSION if playlist.has("EXT-X-MAP") else 3
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
    init = ""
    for name, before in playlist.entries():
        lengths = [tag.value.partition(",")[0] for tag in before if tag.name == "EXTINF"]
        duration = tags.seconds(lengths[0]) if len(lengths) == 1 else None
        maps = [tags.attributes(tag, findings).get("URI", "") for tag in before if tag.name == "EXT-X-MAP"]
        findings.unless(len(maps) <= 1, Rule.INIT, f"{name[:80]} has more than one EXT-X-MAP before it")
        init = maps[-1] if maps else init
        if not findings.unless(duration is not None, Rule.SYNTAX, f"{name[:80]} has not one EXTINF that is a number"):
            continue
        assert duration is not None
        findings.unless(name not in seen, Rule.SYNTAX, f"it names {name[:80]} twice")
        seen.add(name)
        fits = math.floor(duration + HALF) <= target
        findings.unless(fits, Rule.TARGET, f"{name[:80]} lasts {float(duration):.3f} s, above the target of {target} s")
        if tags.local(name, findings):
            told = {tag.name for tag in before}
            gap, size = "EXT-X-GAP" in told, _size(place / name)
            findings.unless(size or gap, Rule.FILES, f"{name} is missing or empty")
            yield Cut(name, duration, size, "EXT-X-DISCONTINUITY" in told, gap, init)


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _inits(playlist: Playlist, place: Path, findings: Findings) -> dict[str, Track | None]:
    """By their names; None for one that can't be read."""
    places = [n for n, line in enumerate(playlist.lines) if isinstance(line, Tag) and line.name == "EXT-X-MAP"]
    first = next((n for n, line in enumerate(playlist.lines) if isinstance(line, str)), len(playlist.lines))
    if not findings.unless(places and places[0] < first, Rule.INIT, "no EXT-X-MAP stands before the first segment"):
        return {}
    found: dict[str, Track | None] = {}
    for value in dict.fromkeys(playlist.values("EXT-X-MAP")):
        uri = tags.attributes(Tag("EXT-X-MAP", value), findings).get("URI", "")
        if tags.local(uri, findings):
            found[uri] = _track(place, uri, findings)
    return found


def _track(place: Path, uri: str, findings: Findings) -> Track | None:
    try:
        with (place / uri).open("rb") as file:
            return track_of(file.read(LARGEST_INIT + 1))
    except OSError:
        findings.add(Rule.FILES, f"{uri} is missing")
    except Broken as error:
        findings.add(Rule.INIT, f"{uri}: {error}")
    return None


def _fragments(place: Path, cuts: Sequence[Cut], tracks: Sequence[Track], findings: Findings) -> Iterator[Fragment]:
    end = 0
    for cut, track in zip(cuts, tracks, strict=True):
        if cut.gap:
            lasts = round(cut.duration * track.timescale)
            yield Fragment(end, lasts, 0, 0, end + track.shift, sync=True, independent=True)
            end += lasts
            continue
        if not cut.size:
            continue
        try:
            with (place / cut.name).open("rb") as file:
                made = fragment_of(file, cut.size, track)
        except (OSError, Broken) as error:
            findings.add(Rule.FRAGMENT, f"{cut.name}: {error}")
        else:
            end = made.start + made.duration
            yield made


def _check_changes(made: Rendition, findings: Findings) -> None:
    """RFC 8216bis 4.4.4.3: another format, number of tracks or time scale of stamps begins with a discontinuity."""
    for (before, cut), (one, other) in zip(pairwise(made.cuts), pairwise(made.tracks), strict=True):
        same = (one.entry, one.timescale, one.picture) == (other.entry, other.timescale, other.picture)
        findings.unless(
            cut.discontinuous or same, Rule.INIT,
            f"{cut.name} is of another format than {before.name}, without EXT-X-DISCONTINUITY",
        )  # fmt: skip


def _check_times(made: Rendition, findings: Findings) -> None:
    """Where a discontinuity or a gap is, time begins anew."""
    sample = max(in_seconds(one.longest, track) for one, track in zip(made.fragments, made.tracks, strict=True))
    told, base, free = Fraction(0), Fraction(0), True
    end, before = Fraction(0), ""
    for cut, fragment, track in zip(made.cuts, made.fragments, made.tracks, strict=True):
        real, start = in_seconds(fragment.duration, track), in_seconds(fragment.start, track)
        if free or cut.discontinuous or cut.gap:
            told, base, free = Fraction(0), start, cut.gap
        else:
            findings.unless(
                start == end, Rule.TIMELINE,
                f"{cut.name} begins at {float(start):.6f} s and {before} ends at {float(end):.6f} s",
            )  # fmt: skip
        findings.unless(
            abs(real - cut.duration) <= sample, Rule.DURATION,
            f"{cut.name} lasts {float(real):.6f} s and is said to last {float(cut.duration):.6f} s",
        )  # fmt: skip
        at = start - base
        findings.unless(
            abs(at - told) <= sample, Rule.DURATION,
            f"{cut.name} begins {float(at):.6f} s after the first one; those before it add up to {float(told):.6f} s",
        )  # fmt: skip
        told, end, before = told + cut.duration, start + real, cut.name


def _check_keyframes(made: Rendition, findings: Findings) -> None:
    for cut, fragment in zip(made.cuts, made.fragments, strict=True):
        findings.unless(fragment.sync, Rule.KEYFRAME, f"{cut.name} does not begin with a keyframe")
        findings.unless(
            fragment.independent or not fragment.sync, Rule.KEYFRAME,
            f"{cut.name} begins with a picture that is marked as a keyframe and is none",
        )  # fmt: skip


def _covers(one: str, other: str) -> bool:
    """RFC 6381 3.3: the last two digits of H.264 are the level."""
    return one.startswith("avc") and one[:-2] == other[:-2] and one[-2:] > other[-2:]


def _check_texts(place: Path, cuts: Sequence[Cut], findings: Findings) -> None:
    for cut in cuts:
        if cut.size:
            with (place / cut.name).open("rb") as file:
                head = file.read(10)
            findings.unless(re.match(rb"WEBVTT[ \t\n]", head), Rule.FRAGMENT, f"{cut.name} is no WebVTT")
