"""How a video becomes its renditions: which way, in which parts, and what each task makes. Pure.

COPY   the source's picture can be shown as it is: it is the first rung, and the others are cut where it is cut
SHORT  one process makes everything
LONG   a small rung first, then the others, in parts that several workers may share; sound in one go

Parts begin on the grid of segments and have an exact number of frames, so that they join to what one process would
have made. They need not begin at a keyframe of the source.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from enum import StrEnum
from fractions import Fraction
from hashlib import sha256
from itertools import accumulate, pairwise
from math import ceil, floor
from typing import Any

from novacast.clock import SECOND
from novacast.media.commands import Part, Wanted
from novacast.media.encoders import Codec, coded
from novacast.media.folding import SHORTEST
from novacast.media.info import MediaInfo
from novacast.media.ladder import Ladder, Rung, plan_ladder, source_rung
from novacast.media.playlists import Rate
from novacast.media.probe import facts, media_info
from novacast.media.sounds import taken
from novacast.records import dataclass
from novacast.settings import Transcode as Settings
from novacast.vods.transcoding.copying import bit_rate, copied_target
from novacast.vods.transcoding.models import Kind, Piece, Step

VERSION = 2
"""Of what a plan leads to: finished tasks of another version are not kept. 2: a short last segment is folded."""
FIRST_HEIGHT = 378
"""The largest rung that is encoded first, alone: 360p and what is nearly that."""
DEARER = 3
"""Times what H.264 costs that other codecs do, about."""
PARTED = frozenset({Kind.FIRST, Kind.REST, Kind.HEVC, Kind.AV1})


class Way(StrEnum):
    COPY = "copy"
    SHORT = "short"
    LONG = "long"


@dataclass(frozen=True, slots=True)
class Choices:
    """The settings that a plan depends on, kept with it: a change of them is for the next video."""

    heights: tuple[int, ...]
    preset: str
    seconds: str
    """Of a segment, as a fraction."""
    chunk_seconds: int
    copy: bool
    codecs: tuple[str, ...] = ()
    """Beside H.264."""
    loudness: float = 0.0
    """LUFS that sounds are brought to; 0: as they are."""

    @classmethod
    def of(cls, settings: Settings, codecs: Sequence[Codec] = ()) -> "Choices":
        """`codecs`: those beside H.264 that can be encoded here."""
        seconds = str(Fraction(str(settings.gop_seconds)))
        own = tuple(codec.value for codec in codecs)
        ours = settings.preset, seconds, settings.chunk_seconds, settings.copy, own, settings.loudness
        return cls(tuple(settings.heights), *ours)


@dataclass(frozen=True, slots=True)
class Plan:
    info: MediaInfo
    """Without the times of keyframes, which can be many."""
    choices: Choices
    copied_target: int | None
    """Target duration of the copied rung; None where the picture is encoded."""
    ladder: Ladder
    """Its rungs are those that are encoded."""
    copied: Rung | None
    coded: tuple[Rung, ...] = ()
    """In other codecs than H.264."""

    @classmethod
    def of(cls, info: MediaInfo, choices: Choices) -> "Plan":
        """Raises MediaFailure for neither picture nor sound, InvalidInput for heights that are no rungs."""
        target = copied_target(info, choices.heights, Fraction(choices.seconds)) if choices.copy else None
        info = replace(info, chapters=())
        if info.video is not None and info.video.keyframes is not None:
            info = replace(info, video=replace(info.video, keyframes=replace(info.video.keyframes, times=())))
        return cls._made(info, choices, target)

    @classmethod
    def read(cls, text: str) -> "Plan":
        kept = json.loads(text)
        lists = {name: tuple(kept["choices"].get(name, ())) for name in ("heights", "codecs")}
        choices = Choices(**kept["choices"] | lists)
        return cls._made(media_info(kept["info"]), choices, kept["copied_target"])

    @classmethod
    def _made(cls, info: MediaInfo, choices: Choices, target: int | None) -> "Plan":
        ladder = plan_ladder(info, choices.heights, Fraction(choices.seconds))
        coded_ = tuple(coded(rung, Codec(codec)) for codec in choices.codecs for rung in ladder.rungs)
        if target is None:
            return cls(info, choices, None, ladder, None, coded_)
        own, loud = source_rung(info), choices.loudness
        sounds = ladder.sounds if loud else tuple(taken(sound, info) for sound in ladder.sounds)
        twin = next((rung for rung in ladder.rungs if (rung.width, rung.height) == (own.width, own.height)), own)
        others = tuple(rung for rung in ladder.rungs if rung.name != twin.name)
        return cls(info, choices, target, replace(ladder, rungs=others, sounds=sounds), twin, coded_)

    @property
    def text(self) -> str:
        """What `read` makes the same plan of."""
        kept: dict[str, Any] = {"info": facts(self.info), "choices": asdict(self.choices), "version": VERSION}
        return json.dumps(kept | {"copied_target": self.copied_target}, sort_keys=True)

    @staticmethod
    def outdated(text: str) -> bool:
        """Whether parts that are made now would not join those that were made by this plan before an update."""
        return bool(json.loads(text).get("version", 1) != VERSION)

    def digest(self, source: str) -> str:
        """`source` tells one state of the original from another."""
        return sha256(f"{source}\n{self.text}".encode()).hexdigest()

    @property
    def way(self) -> Way:
        if self.copied is not None:
            return Way.COPY
        return Way.LONG if len(self._regular()) > 1 else Way.SHORT

    @property
    def rungs(self) -> tuple[Rung, ...]:
        """All that there will be, the smallest first."""
        copied = (self.copied,) if self.copied is not None else ()
        ours = (*self.ladder.rungs, *copied, *self.coded)
        return tuple(sorted(ours, key=lambda rung: (rung.width * rung.height, rung.name)))

    @property
    def first(self) -> Rung | None:
        """The rung that is watched while it grows; None for sound alone."""
        if self.copied is not None or not self.ladder.rungs:
            return self.copied
        if self.way is Way.SHORT:
            return self.ladder.rungs[0]
        small = [rung for rung in self.ladder.rungs if min(rung.width, rung.height) <= FIRST_HEIGHT]
        return small[-1] if small else self.ladder.rungs[0]

    @property
    def growing(self) -> frozenset[str]:
        first = {self.first.name} if self.first is not None else set()
        return frozenset(first | {sound.name for sound in self.ladder.sounds})

    @property
    def others(self) -> tuple[Rung, ...]:
        """What tasks of kind REST make."""
        return tuple(rung for rung in self.ladder.rungs if self.first is None or rung.name != self.first.name)

    def steps(self) -> tuple[Step, ...]:
        """All that can be told before anything is made; `following` tells the others."""
        whole = [Step("poster", Kind.POSTER)]
        if not self.rungs:
            return (*whole, self._step(Kind.SOUND))
        if self.copied is not None:
            return (*whole, self._step(Kind.COPY))
        if self.way is Way.SHORT:
            return (*whole, self._step(Kind.ALL), *self._in_codecs(self._regular()))
        sound = [self._step(Kind.SOUND)] if self.ladder.sounds else []
        parts = self._regular()
        steps = [self._step(Kind.FIRST, number, parts) for number in range(len(parts))]
        rest = [self._step(Kind.REST, number, parts) for number in range(len(parts))] if self.others else []
        return (*whole, *sound, *steps, *rest, *self._in_codecs(parts))

    def following(self, copied: Sequence[Piece]) -> tuple[Step, ...]:
        """The parts that are cut as the finished copy is."""
        if not self.others and not self.coded:
            return ()
        parts = self.parts(copied)
        rest = [self._step(Kind.REST, number, parts) for number in range(len(parts))] if self.others else []
        return (*rest, *self._in_codecs(parts))

    def parts(self, copied: Sequence[Piece]) -> tuple[Part, ...]:
        """`copied`: the segments of the finished copy, empty where there is none."""
        return tuple(self._as_copied(copied)) if self.copied is not None else self._regular()

    def wanted(self, kind: Kind, number: int, copied: Sequence[Piece]) -> Wanted:
        sounds, first = self.ladder.sounds, self.first
        match kind:
            case Kind.SOUND:
                return Wanted(sounds=sounds)
            case Kind.COPY:
                return Wanted(sounds=sounds, copied=self.copied)
            case Kind.FIRST:
                assert first is not None
                return Wanted((first,), part=self.parts(copied)[number])
            case Kind.REST:
                return Wanted(self.others, part=self.parts(copied)[number])
            case Kind.HEVC | Kind.AV1:
                return Wanted(self._of_codec(kind), part=self.parts(copied)[number])
            case _:
                return Wanted(self.ladder.rungs, sounds)

    def makers(self, name: str) -> frozenset[Kind]:
        """Which kinds of task make the rendition of this name."""
        if any(sound.name == name for sound in self.ladder.sounds):
            return frozenset({Kind.SOUND, Kind.ALL, Kind.COPY})
        if self.first is not None and name == self.first.name:
            return frozenset({Kind.FIRST, Kind.ALL, Kind.COPY})
        own = frozenset(Kind(rung.codec) for rung in self.coded if rung.name == name)
        return own or frozenset({Kind.REST, Kind.ALL})

    def expected(self, part: Part) -> tuple[Fraction, ...] | None:
        """Durations of the part's segments, the open last one's aside; None where nothing is known beforehand."""
        fps = self.ladder.fps
        if part.cuts is not None:
            ends = [*part.cuts, *([part.first + part.count] if part.count is not None else [])]
            return tuple((after - before) / fps for before, after in pairwise(ends))
        if part.count is None:
            return None
        frames, number = [part.first], part.segment + 1
        while (cut := self._cut(number)) < part.first + part.count:
            frames.append(cut)
            number += 1
        end = part.first + part.count
        if len(frames) > 1 and (end - frames[-1]) / fps < SHORTEST:
            frames.pop()
        return tuple((after - before) / fps for before, after in pairwise([*frames, end]))

    @property
    def target(self) -> int:
        """Seconds: the longest that a segment may be; one for all, known beforehand (RFC 8216bis 4.4.3.1, 6.2.4)."""
        slack = Fraction(1, 25) if self.ladder.sounds else 0  # of sound, one may be a packet longer
        longest = max(self.ladder.gop / self.ladder.fps, self.ladder.seconds) + slack + SHORTEST
        regular = floor(longest + Fraction(1, 2))
        return max(1, regular, self.copied_target or 0)

    def rate(self, name: str) -> Rate:
        """What a rendition may take, as long as it can't be measured."""
        for sound in self.ladder.sounds:
            if sound.name == name:
                return Rate(sound.bitrate * 5 // 4, sound.bitrate)
        if self.copied is not None and name == self.copied.name:
            average = bit_rate(self.info)
            return Rate(average * 3 // 2, average)
        rung = next(rung for rung in (*self.ladder.rungs, *self.coded) if rung.name == name)
        return Rate(rung.maxrate, rung.bitrate)

    @property
    def weight(self) -> int:
        """Of all tasks, also those that `following` tells later."""
        rest = [Kind.REST] if self.others else []
        later = [*rest, *map(Kind, self.choices.codecs)] if self.copied is not None else []
        return sum(step.weight for step in self.steps()) + sum(self._cost(kind, self.seconds) for kind in later) + 2

    @property
    def seconds(self) -> Fraction:
        return Fraction(self.info.duration, SECOND)

    def _of_codec(self, kind: Kind) -> tuple[Rung, ...]:
        return tuple(rung for rung in self.coded if rung.codec == kind)

    def _in_codecs(self, parts: Sequence[Part]) -> Iterator[Step]:
        for kind in map(Kind, self.choices.codecs):
            yield from (self._step(kind, number, parts) for number in range(len(parts)))

    def _step(self, kind: Kind, number: int = 0, parts: Sequence[Part] = ()) -> Step:
        if not parts:
            return Step(kind.value, kind, 0, self._cost(kind, self.seconds), 0, self.info.duration)
        start = parts[number].starts(self.ladder.fps)
        end = parts[number + 1].starts(self.ladder.fps) if number + 1 < len(parts) else max(self.seconds, start)
        weight = self._cost(kind, end - start)
        return Step(f"{kind.value}-{number}", kind, number, weight, round(start * SECOND), round(end * SECOND))

    def _cost(self, kind: Kind, seconds: Fraction) -> int:
        """About megapixels encoded, and a tenth of those decoded; sound and copies are cheap but not free."""
        video, sounds = self.info.video, len(self.ladder.sounds)
        match kind:
            case Kind.REST:
                rungs = self.others
            case Kind.FIRST:
                rungs = (self.first,) if self.first is not None else ()
            case Kind.HEVC | Kind.AV1:
                rungs = self._of_codec(kind) * DEARER
            case _:
                rungs = tuple(self.wanted(kind, 0, ()).rungs)
        cost = Fraction(sum(rung.width * rung.height for rung in rungs), 1_000_000)
        if video is not None and rungs:
            cost += Fraction(video.width * video.height, 10_000_000)
        if kind not in PARTED:
            cost += Fraction(1, 20) * (sounds + 1)
        return max(1, round(cost * seconds * 10))

    def _cut(self, segment: int) -> int:
        """The first frame of a segment of the regular grid."""
        return ceil(segment * self.ladder.seconds * self.ladder.fps)

    def _regular(self) -> tuple[Part, ...]:
        """As many parts as come nearest to the length that is wished for; the last is open."""
        segments = max(1, round(self.choices.chunk_seconds / self.ladder.seconds))
        count = max(1, round(self.seconds / (segments * self.ladder.seconds)))
        starts = [self._cut(number * segments) for number in range(count)]
        ends = [*starts[1:], None]
        return tuple(
            Part(start, None if end is None else end - start, number * segments)
            for number, (start, end) in enumerate(zip(starts, ends, strict=True))
        )

    def _as_copied(self, copied: Sequence[Piece]) -> Iterator[Part]:
        fps = self.ladder.fps
        times = [Fraction(0), *accumulate(piece.seconds for piece in copied)]
        cuts = [round(time * fps) for time in times]
        begin = 0
        for number in range(1, len(copied) + 1):
            last = number == len(copied)
            if times[number] - times[begin] < self.choices.chunk_seconds and not last:
                continue
            if not last and times[-1] - times[number] < Fraction(self.choices.chunk_seconds, 2):
                continue  # too little would be left for a part of its own
            # The last one too: what FFmpeg makes up at its end, or leaves out, must not be other than the copy's.
            yield Part(cuts[begin], cuts[number] - cuts[begin], begin, tuple(cuts[begin:number]))
            begin = number
