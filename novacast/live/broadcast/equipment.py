"""What this machine encodes live pictures with, and how many it can."""

import logging
from collections.abc import Sequence
from pathlib import Path

from novacast.clock import Clock
from novacast.errors import MediaFailure, NovaCastError
from novacast.i18n import text
from novacast.media.commands import Encoding
from novacast.media.encoders import Catalogue, Codec, Proof, ranked
from novacast.media.encoders.models import Route
from novacast.media.ffmpeg import ENHANCED, FFmpeg, FindFFmpeg, find_having

log = logging.getLogger(__name__)

HD = 1280 * 720 * 30
"""Pixels a second of the picture whose encoding is timed by the trials (`Proof.speed`)."""
SHARE = 0.6
"""Of what the trials gave: a broadcast must hold for hours beside everything else."""


class Equipment:
    """`find` gives FFmpeg, `cache` is where trials of encoders are kept; none is tried for a broadcast that begins."""

    def __init__(self, find: FindFFmpeg, cache: Path, clock: Clock, *, preset: str) -> None:
        self._find, self._cache, self._clock, self._preset = find, cache, clock, preset
        self._ranked: Sequence[Proof] | None = None

    async def program(self) -> FFmpeg:
        return await self._find()

    async def for_attempt(self, failures: int, *, enhanced: bool = False) -> tuple[FFmpeg, Encoding]:
        """The fastest encoder; after each failure the next one, and the processor for good. `enhanced`: what comes is
        enhanced RTMP, which is left to another FFmpeg if the usual one can't read it. Raises MediaFailure if none can.
        """
        program = await self._find()
        if enhanced and not program.has(ENHANCED):
            return await self._reader(), Encoding(preset=self._preset)
        proofs = await self._known(program)
        if not proofs:
            return program, Encoding(preset=self._preset)
        proof = proofs[min(failures, len(proofs) - 1)]
        # Pictures that never leave a device can't be fitted into the frame of a rung.
        route = Route.UPLOAD if proof.route is Route.WHOLE else proof.route or Route.PROCESSOR
        return program, Encoding(preset=self._preset, encoder=proof.encoder, route=route)

    async def _reader(self) -> FFmpeg:
        found = await find_having(ENHANCED, self._cache)
        if found is None:
            raise MediaFailure(
                text(
                    "This FFmpeg can't read HEVC, AV1 or Opus from an encoder. Send H.264 and AAC, or install FFmpeg 8."
                )
            )
        return found

    async def budget(self) -> float:
        """Pixels a second that the fastest encoder holds; 0 where no trial says."""
        proofs = await self._known(await self._find())
        return proofs[0].speed * HD * SHARE if proofs else 0.0

    async def _known(self, program: FFmpeg) -> Sequence[Proof]:
        if self._ranked is None:
            try:
                known = await Catalogue(program.path, self._cache, self._clock).known()
                self._ranked = ranked(known, Codec.H264) if known else ()
            except NovaCastError as failure:
                log.warning("former trials of encoders can't be read: %s", failure.message)
                self._ranked = ()
        return self._ranked
