"""How a feed arrives: what the tags alone say, for the health of a broadcast."""

from collections import deque
from dataclasses import field

from novacast.errors import Malformed
from novacast.live import flv
from novacast.live.dimensions import Size, size
from novacast.live.ingest import Kind, Tag
from novacast.records import dataclass

JUMP = 1000
"""Milliseconds by which a track's time goes on from one frame to the next at most, unless it jumps."""

MISSED_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Ingest:
    """Of the time since the last look. Times are seconds; None: nothing to tell yet."""

    bitrate: int
    """Bits per second, sound and picture."""
    video_codec: str
    audio_codec: str
    width: int
    height: int
    fps: float
    keyframes: float | None
    """From the last keyframe but one to the last, or longer if none has come since."""
    skew: float | None
    """By how much the picture is ahead of the sound, in the order they arrive."""
    jumps: int
    """Times that went backwards or on by more than a second, since the beginning."""
    broken: int
    """Frames that could not be read, since the beginning."""
    video_silence: float | None
    """Since the last frame arrived; None: none ever came."""
    audio_silence: float | None
    video_tracks: int
    audio_tracks: int
    lost: int | None
    """Packets of the last ten seconds that had not come when they were due; None: its protocol does not tell."""
    late: int | None
    """Those that came after that."""


@dataclass(slots=True)
class _Track:
    codec: str = ""
    last: int | None = None
    arrived: float | None = None
    tracks: set[int] = field(default_factory=set)


class Measures:
    """`now` is any clock in seconds that does not go backwards. Time and tracks are those of track 0."""

    def __init__(self, now: float) -> None:
        self._since = now
        self._bytes = self._jumps = self._broken = 0
        self._video, self._audio = _Track(), _Track()
        self._size = Size(0, 0)
        self._keyframe: int | None = None
        self._interval: int | None = None
        self._spans: deque[int] = deque(maxlen=1000)
        self._missed: deque[tuple[float, int, int]] | None = None

    def count(self, tag: Tag, now: float) -> None:
        if tag.kind is Kind.SCRIPT:
            return
        self._bytes += len(tag.data)
        try:
            found = flv.facts(tag)
        except Malformed:
            self._broken += 1
            return
        track = self._video if tag.kind is Kind.VIDEO else self._audio
        for one in found:
            track.tracks.add(one.track)
            if one.track == min(track.tracks):
                self._see(tag, one, track, now)

    def missed(self, lost: int, late: int, now: float) -> None:
        """Packets since it was told last."""
        if self._missed is None:
            self._missed = deque()
        self._missed.append((now, lost, late))
        while self._missed[0][0] < now - MISSED_SECONDS:
            self._missed.popleft()

    def look(self, now: float) -> Ingest:
        """The numbers since the last look, whose time begins anew."""
        seconds = max(now - self._since, 1e-3)
        video, audio = self._video, self._audio
        found = Ingest(
            bitrate=round(self._bytes * 8 / seconds),
            video_codec=video.codec,
            audio_codec=audio.codec,
            width=self._size.width,
            height=self._size.height,
            fps=self._rate(),
            keyframes=self._distance(),
            skew=None if video.last is None or audio.last is None else (video.last - audio.last) / 1000,
            jumps=self._jumps,
            broken=self._broken,
            video_silence=None if video.arrived is None else now - video.arrived,
            audio_silence=None if audio.arrived is None else now - audio.arrived,
            video_tracks=len(video.tracks),
            audio_tracks=len(audio.tracks),
            lost=None if self._missed is None else sum(lost for _, lost, _ in self._missed),
            late=None if self._missed is None else sum(late for _, _, late in self._missed),
        )
        self._since, self._bytes = now, 0
        while len(self._spans) > 1:
            self._spans.popleft()
        return found

    def _see(self, tag: Tag, one: flv.Facts, track: _Track, now: float) -> None:
        track.codec = one.codec or track.codec
        if one.part == "header":
            self._size = size(one.codec, tag.data[one.body : one.end]) or self._size
            return
        if one.part != "frame":
            return
        if track.last is not None and not 0 <= tag.time - track.last <= JUMP:
            self._jumps += 1
            if track is self._video:
                self._keyframe = None
                self._spans.clear()
        track.last, track.arrived = tag.time, now
        if track is self._video:
            self._spans.append(tag.time)
            if one.keyframe:
                self._interval = self._interval if self._keyframe is None else tag.time - self._keyframe
                self._keyframe = tag.time

    def _rate(self) -> float:
        """Frames per second of the publisher's clock: how they arrive says nothing of how they were taken."""
        spans = self._spans
        if len(spans) < 2 or spans[-1] == spans[0]:
            return 0.0
        return round((len(spans) - 1) * 1000 / (spans[-1] - spans[0]), 2)

    def _distance(self) -> float | None:
        if self._keyframe is None or self._video.last is None:
            return None if self._interval is None else self._interval / 1000
        since = self._video.last - self._keyframe
        return None if self._interval is None and not since else max(since, self._interval or 0) / 1000
