"""What viewers see while nothing comes: encoded frames of every rendition, joined to parts as time passes."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path

from novacast.errors import MediaFailure
from novacast.i18n import text
from novacast.live.broadcast.lineup import Lineup
from novacast.live.packaging.fragments import Reader
from novacast.live.packaging.models import Fragment, Init
from novacast.live.packaging.splicing import join
from novacast.media.commands import Encoding, slate_command
from novacast.media.ffmpeg import FFmpeg
from novacast.media.process import PROGRESS, Child, Command, Limits
from novacast.records import dataclass

HOUSE = Path(__file__).with_name("slate.png")
"""Of NovaCast itself, without words."""
LIMITS = Limits(wall=60.0)
PRIMING = 2
"""AAC packets at the beginning whose sound is not all silence yet."""


@dataclass(frozen=True, slots=True)
class Strip:
    """The frames of one rendition; those of a picture begin with a keyframe and are played round and round."""

    init: Init
    frames: Sequence[Fragment]

    @property
    def frame(self) -> Fraction:
        """Seconds of one."""
        return Fraction(self.frames[0].duration, self.frames[0].timescale)

    def cut(self, number: int, most: int) -> Fragment:
        """A part of frame `number` and those behind it, `most` at most, that begins at 0. It ends before the next
        keyframe, which begins a segment.
        """
        first = number % len(self.frames)
        taken = [self.frames[first]]
        for frame in self.frames[first + 1 : first + most]:
            if frame.independent and not self.frames[first + 1].independent:
                break
            taken.append(frame)
        return join(taken, 0, self.init)


@dataclass(frozen=True, slots=True)
class Slate:
    strips: Mapping[str, Strip]
    """Rendition -> its frames."""

    @property
    def inits(self) -> dict[str, Init]:
        return {name: strip.init for name, strip in self.strips.items()}


async def make_slate(program: FFmpeg, picture: Path, lineup: Lineup, encoding: Encoding) -> Slate:
    """Takes a second or two. Raises MediaFailure."""
    wanted = lineup.slate
    argv = slate_command(program.path, picture, 2 * lineup.profile.segment, wanted, encoding)
    reels = {name: _Reel() for name in wanted.names}
    outputs = {pipe: reels[name].take for pipe, name in wanted.pipes.items()}
    command = Command(text("The slate"), argv, LIMITS, outputs={PROGRESS: lambda _: None, **outputs})
    async with await Child.start(command) as child:
        outcome = await child.wait()
    outcome.check(command)
    sounds = {track.name for track in lineup.tracks if track.kind == "audio"}
    return Slate({name: reel.strip(PRIMING if name in sounds else 0) for name, reel in reels.items()})


class _Reel:
    def __init__(self) -> None:
        self._reader = Reader()
        self._init: Init | None = None
        self._frames: list[Fragment] = []

    def take(self, data: bytes) -> None:
        for found in self._reader.feed(data):
            if isinstance(found, Init):
                self._init = found
            else:
                self._frames.append(found)

    def strip(self, priming: int) -> Strip:
        frames = self._frames[priming:]
        if self._init is None or not frames or not all(one.duration > 0 for one in frames):
            raise MediaFailure(text("FFmpeg ended well but made no slate."))
        return Strip(self._init, frames)
