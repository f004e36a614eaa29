"""The renditions of a programme: decided when its first feed begins, the same until it ends, whatever feeds it then."""

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from fractions import Fraction
from typing import Any

from novacast.live.packaging.models import PROFILES, Profile, Track
from novacast.media.commands.live import LIGHT, SOUND_BITRATE, STEREO, LiveWanted, packets_of, pictures_of
from novacast.media.ladder import Rung, frame_rate, own_size, rungs_for
from novacast.records import dataclass

SOUND = "audio"
SOURCE = "source"
"""The publisher's own picture."""
UNSEEN = (Fraction(640), Fraction(360))
"""The size of a programme that begins with sound alone: its picture is the slate."""
FRAGMENT = Fraction(1, 3)
UNSAID = (1280, 720)
"""What is taken for the size of a picture whose headers can't be read."""
UNSEEN_FPS = Fraction(25)
FEWEST = Fraction(10)
"""Pictures a second that are made at least, whatever comes: a part has one, and must not last longer for it."""
MIN_SOURCE = 100_000
"""Bits a second that are announced of the publisher's picture at least."""


@dataclass(frozen=True, slots=True)
class Lineup:
    """Every programme has a picture and a sound; what its feed lacks is the slate's."""

    profile: Profile
    fps: Fraction
    rungs: tuple[Rung, ...]
    """Those that are encoded, the smallest first."""
    copied: Rung | None = None
    """The publisher's own picture as the best one, as it was when the programme began; the slate is encoded as this."""

    @property
    def pictures_made(self) -> tuple[Rung, ...]:
        """All pictures, the best first."""
        copied = (self.copied,) if self.copied is not None else ()
        return (*copied, *reversed(self.rungs))

    @property
    def tracks(self) -> tuple[Track, ...]:
        rungs = [Track(one.name, "video", one.maxrate, one.width, one.height, self.fps) for one in self.pictures_made]
        return (*rungs, Track(SOUND, "audio", SOUND_BITRATE, channels=STEREO))

    @property
    def encoded(self) -> "Lineup":
        """Without the publisher's own picture."""
        return replace(self, copied=None)

    @property
    def part(self) -> Fraction:
        """Seconds of the longest fragment, also where segments alone are given."""
        return self.profile.part or FRAGMENT

    @property
    def pictures(self) -> int:
        """Of the longest part."""
        return pictures_of(self.part, self.fps)

    @property
    def packets(self) -> int:
        """Of the longest part of the sound."""
        return packets_of(self.part)

    @property
    def gop(self) -> int:
        return round(self.profile.segment * self.fps)

    def without(self, name: str) -> "Lineup":
        return replace(self, rungs=tuple(rung for rung in self.rungs if rung.name != name))

    def wanted(
        self, *, picture: bool, sound: bool, size: tuple[int, int] | None = None, fps: Fraction | None = None
    ) -> LiveWanted:
        """What an encoder makes of a feed that has these; `size` and `fps` of its picture, None where it is not known.

        Keyframes of a copied picture are followed one by one, and the encoders' own filling may put one off."""
        rungs = self.rungs if picture else ()
        copied = self.copied.name if picture and self.copied is not None else None
        rate = frame_rate(fps) if fps else None
        return LiveWanted(
            rungs,
            self.fps,
            self.profile.segment,
            self.part,
            SOUND if sound else None,
            copied,
            paced=copied is None and rate == self.fps,
            light=size is not None and rate is not None and size[0] * size[1] * rate <= LIGHT,
        )

    @property
    def slate(self) -> LiveWanted:
        """What is encoded of the slate."""
        made = tuple(reversed(self.pictures_made))
        return LiveWanted(made, self.fps, self.profile.segment, self.part, SOUND)

    def to_json(self) -> str:
        told: dict[str, Any] = {
            "profile": self.profile.name,
            "segment": str(self.profile.segment),
            "fps": str(self.fps),
            "rungs": [_told(rung) for rung in self.rungs],
        }
        return json.dumps(told | ({"copied": _told(self.copied)} if self.copied is not None else {}))

    @classmethod
    def of_json(cls, text: str) -> "Lineup":
        """Raises ValueError for what `to_json` did not write."""
        try:
            told: Mapping[str, Any] = json.loads(text)
            profile = PROFILES[told["profile"]]
            profile = replace(profile, segment=Fraction(told.get("segment", profile.segment)))
            copied = _rung(told["copied"]) if "copied" in told else None
            return cls(profile, Fraction(told["fps"]), tuple(map(_rung, told["rungs"])), copied)
        except (KeyError, TypeError, RecursionError, OverflowError, ZeroDivisionError) as error:
            raise ValueError("not a lineup of ours") from error


def _told(rung: Rung) -> dict[str, Any]:
    return asdict(rung) | {"fps": str(rung.fps)}


def _rung(told: Mapping[str, Any]) -> Rung:
    return Rung(**{**told, "fps": Fraction(told["fps"])})


def plan_lineup(
    profile: Profile, heights: Iterable[int], size: tuple[int, int] | None, fps: Fraction | None, *, budget: float = 0.0
) -> Lineup:
    """`size` in square pixels and `fps` of the first feed; None where it brings no picture, or does not say.

    `budget`: pixels a second that this machine encodes beside all else; rungs that go over it are left out from the
    top, the smallest stays. 0: any number.
    """
    rate = _often(frame_rate(fps)) if fps else UNSEEN_FPS if size is None else Fraction(30)
    shown = UNSEEN if size is None else (Fraction(size[0]), Fraction(size[1]))
    rungs = rungs_for(shown, heights, rate) or (own_size(shown, rate),)
    if size is None:
        rungs = rungs[-1:]
    while budget and len(rungs) > 1 and sum(_load(rung) for rung in rungs) > budget:
        rungs = rungs[:-1]
    return Lineup(profile, rate, rungs)


def _often(rate: Fraction) -> Fraction:
    """Each picture so many times that there are enough."""
    return rate * max(1, math.ceil(FEWEST / rate))


def with_source(lineup: Lineup, size: tuple[int, int], keyframes: Fraction, bitrate: int) -> Lineup:
    """The publisher's picture beside what is encoded of it, whose keyframes come when its do: `keyframes` seconds
    apart. Segments are made of whole groups of pictures. A rung of the same size is not needed then."""
    source = replace(own_size((Fraction(size[0]), Fraction(size[1])), lineup.fps), name=SOURCE)
    bitrate = max(bitrate * 5 // 4, MIN_SOURCE)
    source = replace(source, bitrate=bitrate, maxrate=bitrate, bufsize=2 * bitrate)
    apart = Fraction(round(keyframes * lineup.fps)) / lineup.fps
    groups = max(1, math.ceil((lineup.profile.segment - 1 / (2 * lineup.fps)) / apart))
    rungs = tuple(rung for rung in lineup.rungs if (rung.width, rung.height) != (source.width, source.height))
    profile = replace(lineup.profile, segment=groups * apart)
    return Lineup(profile, lineup.fps, rungs or lineup.rungs, source)


def _load(rung: Rung) -> float:
    return float(rung.width * rung.height * rung.fps)
