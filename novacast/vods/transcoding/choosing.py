"""Which encoders may make a part, the best first, and one after the other until it is made."""

import asyncio
import logging
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from novacast.clock import Clock
from novacast.errors import MediaFailure
from novacast.media.encoders import (
    CPU,
    Catalogue,
    Codec,
    Device,
    Encoder,
    Fallback,
    HealthBook,
    Kind,
    Proof,
    Route,
    Sessions,
    at_hand,
    find_devices,
    ranked,
)
from novacast.media.ffmpeg import FFmpeg
from novacast.settings import Transcode as Settings

log = logging.getLogger(__name__)

AUTO = "auto"
PROCESSOR = Proof(Encoder(Codec.H264, Kind.SOFTWARE, CPU), Route.PROCESSOR)
Devices = Callable[[], Collection[Device]]


def _found() -> Collection[Device]:
    return at_hand(find_devices())


class Encoders:
    """One for a process."""

    def __init__(self, cache: Path, clock: Clock, settings: Settings, *, devices: Devices = _found) -> None:
        """`cache`: the folder that all workers share."""
        self._cache = cache
        self._clock = clock
        self._allowed = _kinds(settings.encoders)
        self._codecs = _codecs(settings.codecs)
        self._devices = devices
        self._programs: dict[Path, tuple[Catalogue, Fallback]] = {}

    async def ranked(self, program: FFmpeg, codec: Codec) -> tuple[Proof, ...]:
        """Those that work, the best first. Where no device is at hand, H.264 needs no trial and starts nothing.

        Raises MediaFailure when nothing here encodes the codec.
        """
        devices = await asyncio.to_thread(self._at_hand)
        if codec is Codec.H264 and all(device.kind is Kind.SOFTWARE for device in devices):
            return (PROCESSOR,)
        catalogue, _ = self._of(program)
        return ranked(await catalogue.proofs((codec,)), codec, allowed=self._allowed)

    def fallback(self, program: FFmpeg) -> Fallback:
        return self._of(program)[1]

    @property
    def codecs(self) -> tuple[Codec, ...]:
        """That are wished for beside H.264."""
        return self._codecs

    async def able(self, program: FFmpeg) -> tuple[Codec, ...]:
        """Of `codecs`, those that can be encoded here; the log says why the others can't."""
        able = []
        for codec in self._codecs:
            try:
                await self.ranked(program, codec)
            except MediaFailure as failure:
                log.warning("no ladder is made in %s: %s", codec.value, failure.message)
            else:
                able.append(codec)
        return tuple(able)

    def _at_hand(self) -> Sequence[Device]:
        wanted = self._allowed
        return [one for one in self._devices() if one.kind is Kind.SOFTWARE or wanted is None or one.kind in wanted]

    def _of(self, program: FFmpeg) -> tuple[Catalogue, Fallback]:
        if program.path not in self._programs:
            catalogue = Catalogue(program.path, self._cache, self._clock, devices=self._at_hand)
            sessions, health = Sessions(self._cache, self._clock), HealthBook(self._cache, self._clock)
            self._programs[program.path] = catalogue, Fallback(sessions, health, self._clock, catalogue.retry)
        return self._programs[program.path]


def _kinds(names: Sequence[str]) -> frozenset[Kind] | None:
    """None: all."""
    if not names or AUTO in names:
        return None
    return frozenset(map(Kind, names)) - {Kind.SOFTWARE}


def _codecs(names: Sequence[str]) -> tuple[Codec, ...]:
    return tuple(codec for codec in dict.fromkeys(map(Codec, names)) if codec is not Codec.H264)
