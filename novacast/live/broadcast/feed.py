"""A connected publisher: what an encoder needs to begin at any moment, and whether anything comes at all."""

from collections import deque
from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from statistics import median

from novacast.clock import Clock
from novacast.errors import Malformed
from novacast.i18n import Text
from novacast.live import flv
from novacast.live.broadcast.keyframes import Keyframes
from novacast.live.broadcast.steady import SteadyClock
from novacast.live.dimensions import size
from novacast.live.ingest import Kind, Publisher, Tag
from novacast.live.measures import Measures
from novacast.live.models import Feed as FeedRow
from novacast.records import dataclass

KNOWN_AFTER = 1000
"""Milliseconds of media after which what has not come yet is not waited for: no microphone, or no camera."""
PICTURES = 12
"""So many show how many come in a second."""
SOUND_KEPT = 1000
"""Milliseconds."""
MOST_PATIENCE = 1.0
"""Seconds of silence after which even a stuttering feed is off the air: what viewers' players can bridge."""
SPARE, FADES = 1.5, 20.0
"""What is added to pauses that were seen, and the seconds in which half of one is forgotten."""
MOST_KEPT = 16 * 1024 * 1024
"""Bytes of one group of pictures; a longer one is not kept, and an encoder that begins waits for the next."""
MOST_TIMES = 500
"""Pictures after which it is known what comes, whatever their times say."""
MISSING, UNHEARD = 1_500, 3_000
"""Milliseconds of sound without a picture, and of pictures without sound, after which there is none any more."""


@dataclass(frozen=True, slots=True)
class Brings:
    """What a feed has."""

    picture: bool
    sound: bool
    size: tuple[int, int] | None = None
    """Of the picture in pixels, where its headers say."""
    fps: Fraction | None = None
    codecs: tuple[str, ...] = ()
    enhanced: bool = False
    """Something of it comes as enhanced RTMP has it, which not every FFmpeg reads."""

    def often(self, part: Fraction) -> bool:
        """Whether so many pictures come that one of them is no longer than a part may be."""
        return self.fps is None or self.fps * part >= 1


class Feed:
    """Fits `ingest.Intake`. `listeners` are called with every tag whose time has been made steady, `keeps` with all
    of it as it came, `known` once it is clear what comes, `changed` when another codec or size comes in the middle or
    the picture stays away, `over` at the end.
    """

    def __init__(self, row: FeedRow, publisher: Publisher, clock: Clock) -> None:
        self.row, self.publisher, self._clock = row, publisher, clock
        self.began_at = self.last_at = clock.monotonic()
        self.measures = Measures(self.began_at)
        self.brings: Brings | None = None
        self.ended: Text | None = None
        self.headers: dict[Kind, Tag] = {}
        """The latest sequence headers."""
        self.kept: deque[Tag] = deque()
        """Since the last keyframe, or of sound alone the last second."""
        self._kept_bytes = 0
        self._seen: set[Kind] = set()
        self._codecs: dict[Kind, str] = {}
        self._size: tuple[int, int] | None = None
        self._first: int | None = None
        self._times: list[int] = []
        self._steady = SteadyClock()
        self._pauses = Pauses()
        self._came: dict[Kind, int] = {}
        """When the last picture and the last sound came, on the steady clock."""
        self._enhanced = False
        self.keyframes = Keyframes()
        self.listeners: list[Callable[[Tag, bool], None]] = []
        self.keeps: Callable[[Tag], None] = lambda tag: None
        self.known: Callable[[], None] = lambda: None
        self.changed: Callable[[], None] = lambda: None
        self.over: Callable[[], None] = lambda: None

    def take(self, tag: Tag) -> None:
        if self.ended is not None or tag.kind is Kind.SCRIPT:
            return
        now = self._clock.monotonic()
        self._pauses.note(now - self.last_at, now)
        self.last_at = now
        self.measures.count(tag, self.last_at)
        self.keeps(tag)
        try:
            found = next(iter(flv.facts(tag)), None)
        except Malformed:
            return  # counted by the measures
        if found is None or found.part in ("end", "other"):
            return
        tag = Tag(tag.kind, self._steady(tag.time, tag.kind), tag.data)
        self._enhanced = self._enhanced or found.enhanced
        if found.part == "header":
            self._header(tag, found)
        else:
            self._frame(tag, found)

    def _frame(self, tag: Tag, found: flv.Facts) -> None:
        if tag.kind is Kind.VIDEO:
            if self.brings is not None and not self.brings.picture and not found.keyframe:
                return  # nothing can begin with it
            self.keyframes.note(tag, found)
        self._seen.add(tag.kind)
        self._came[tag.kind] = tag.time
        self._codecs.setdefault(tag.kind, found.codec)
        self._keep(tag, found.keyframe)
        if self.brings is None:
            self._look(tag, found)
        elif not self._brings(tag.kind):
            self.brings = self._brought(self.brings.fps)
        elif self.brings.picture and tag.time - self._came[Kind.VIDEO] > MISSING:
            self._seen.discard(Kind.VIDEO)
            self._forget()
            self._change()
        elif self.brings.sound and tag.time - self._came[Kind.AUDIO] > UNHEARD:
            self._seen.discard(Kind.AUDIO)
            self.brings = self._brought(self.brings.fps)
        for heard in list(self.listeners):
            heard(tag, found.keyframe)

    def end(self, why: Text) -> None:
        if self.ended is None:
            self.ended = why
            self.over()

    def missed(self, lost: int, late: int) -> None:
        self.measures.missed(lost, late, self._clock.monotonic())

    def comes(self, least: float) -> bool:
        """Whether it is there, known, and said something lately: in the last `least` seconds, or in somewhat more than
        the pauses that it has been making."""
        patience = self._pauses.patience(least, self._clock.monotonic())
        return self.ended is None and self.brings is not None and self.silent_for() <= patience

    def silent_for(self) -> float:
        """Seconds since the last tag."""
        return self._clock.monotonic() - self.last_at

    def _brings(self, kind: Kind) -> bool:
        assert self.brings is not None
        return self.brings.picture if kind is Kind.VIDEO else self.brings.sound

    def _change(self) -> None:
        """Another codec, or less than before: what takes it now is of no more use."""
        assert self.brings is not None
        self.brings = self._brought(self.brings.fps)
        self.changed()

    def _header(self, tag: Tag, found: flv.Facts) -> None:
        before = self.headers.get(tag.kind)
        self.headers[tag.kind] = tag
        self._codecs[tag.kind] = found.codec
        if tag.kind is Kind.VIDEO:
            told = size(found.codec, tag.data[found.body : found.end])
            self._size = (told.width, told.height) if told is not None else None
        if before is not None and before.data != tag.data:
            self._forget()
            if tag.kind is Kind.VIDEO:
                self.keyframes = Keyframes()
            if self.brings is not None:
                self._change()

    def _keep(self, tag: Tag, keyframe: bool) -> None:
        pictures = Kind.VIDEO in self._seen
        if keyframe or (not pictures and self.kept and tag.time - self.kept[0].time > SOUND_KEPT):
            self._forget()
        if keyframe or self.kept or not pictures:
            self.kept.append(tag)
            self._kept_bytes += len(tag.data)
        if self._kept_bytes > MOST_KEPT:
            self._forget()

    def _forget(self) -> None:
        self.kept.clear()
        self._kept_bytes = 0

    def _look(self, tag: Tag, found: flv.Facts) -> None:
        """Wait a moment for both picture and sound, and for the rate of the pictures."""
        if self._first is None:
            self._first = tag.time
        if tag.kind is Kind.VIDEO:
            self._times.append(tag.time + found.composition)
        both = len(self._seen) > 1 and len(self._times) > PICTURES
        if both or tag.time - self._first > KNOWN_AFTER or len(self._times) > MOST_TIMES:
            self.brings = self._brought(_rate(self._times))
            self.known()

    def _brought(self, fps: Fraction | None) -> Brings:
        codecs = tuple(filter(None, (self._codecs.get(Kind.VIDEO), self._codecs.get(Kind.AUDIO))))
        return Brings(Kind.VIDEO in self._seen, Kind.AUDIO in self._seen, self._size, fps, codecs, self._enhanced)

    @property
    def copyable(self) -> Fraction | None:
        """Seconds between its keyframes, if viewers can be given its picture as it comes."""
        copied = self.brings is not None and self.brings.picture and self._codecs.get(Kind.VIDEO) == "h264"
        return self.keyframes.distance if copied and self._size is not None else None

    @property
    def judged(self) -> bool:
        """Whether `copyable` will not change by waiting."""
        return self._codecs.get(Kind.VIDEO) != "h264" or self.keyframes.known


class Pauses:
    """How long a publisher is silent at times. One whose network stutters would else be taken off the air each time,
    and put back only with its next keyframe."""

    def __init__(self) -> None:
        self._longest = self._at = 0.0

    def note(self, pause: float, now: float) -> None:
        if pause >= self._faded(now):
            self._longest, self._at = pause, now

    def patience(self, least: float, now: float) -> float:
        """Seconds of silence that are not yet the end, `least` or more."""
        return max(least, min(MOST_PATIENCE, SPARE * self._faded(now)))

    def _faded(self, now: float) -> float:
        return float(self._longest * 0.5 ** ((now - self._at) / FADES))


def _rate(times: list[int]) -> Fraction | None:
    """Pictures a second, of milliseconds that were rounded one by one."""
    ordered = sorted(times)
    if len(ordered) < 3:
        return None
    gaps = [b - a for a, b in pairwise(ordered) if b > a]
    if not gaps:
        return None
    usual = median(gaps)
    # A few long gaps are pictures that were dropped.
    near = [gap for gap in gaps if gap < 1.6 * usual]
    return Fraction(1000 * len(near), sum(near))
