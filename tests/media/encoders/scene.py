"""A machine with scripted devices, and the encoding of one part on it, as a job would do it."""

import json
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from novacast.errors import MediaFailure
from novacast.media.encoders import (
    Codec,
    Encoder,
    Fallback,
    Grant,
    HealthBook,
    Kind,
    Proof,
    Report,
    Route,
    Sessions,
    StallGuard,
    Target,
    check_part,
)  # fmt: skip
from novacast.media.encoders.bench import picture_arguments
from novacast.media.process import PROGRESS, Child, Command, Limits
from novacast.media.progress import ProgressReader
from tests.fakes.clock import FakeClock

SCRIPT = Path(__file__).parents[2] / "fakes" / "scripted_ffmpeg.py"

NVIDIA = Encoder(Codec.H264, Kind.NVENC, "cuda:0")
INTEL = Encoder(Codec.H264, Kind.VAAPI, "/dev/dri/renderD128")
SOFTWARE = Encoder(Codec.H264, Kind.SOFTWARE, "cpu")
PROVEN = (
    Proof(NVIDIA, Route.WHOLE, speed=20, sessions=3, limited=True),
    Proof(INTEL, Route.WHOLE, speed=8, sessions=8),
    Proof(SOFTWARE, Route.PROCESSOR, speed=2),
)
FRAMES = 50
TARGET = Target(192, 108, Fraction(25), 200_000, 250_000, 500_000, Fraction(1), preset="ultrafast")
STALL = 4.0
"""Seconds; longer than a real FFmpeg takes to start on a busy machine."""


class Scene:
    def __init__(self, folder: Path, real: Path, source: Path) -> None:
        self.folder = folder
        self.real = real
        self.source = source
        self.cache = folder / "cache"
        self.state = folder / "state"
        self.clock = FakeClock()
        self.health = HealthBook(self.cache, self.clock)
        self.sessions = Sessions(self.cache, self.clock)
        self.reports: list[Report] = []
        self.retrials: list[Encoder] = []
        self.recovered = True
        self.parts = 0
        for made in (self.cache, self.state):
            made.mkdir()
        self.program = self._program()
        self.script({})

    def _program(self) -> Path:
        program = self.folder / "ffmpeg"
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -I "{SCRIPT}" "{self.folder}/script.json" "$@"\n')
        program.chmod(0o755)
        return program

    def script(self, devices: Mapping[str, Mapping[str, object]], *also_listed: str) -> None:
        """`{"h264_nvenc cuda:0": {"does": "works"}}`; may be changed while things run."""
        listed = sorted({name.partition(" ")[0] for name in devices} | {"h264_nvenc", "h264_vaapi"} | set(also_listed))
        told = {"real": str(self.real), "state": str(self.state), "listed": listed, "devices": devices}
        (self.folder / "script.json").write_text(json.dumps(told))

    @property
    def runs(self) -> list[str]:
        """Each start of a scripted encoder: its name and device."""
        log = self.state / "log"
        return log.read_text().splitlines() if log.exists() else []

    def fallback(self) -> Fallback:
        async def retrial(encoders: Sequence[Encoder]) -> list[Proof]:
            (encoder,) = encoders
            self.retrials.append(encoder)
            proven = next(proof for proof in PROVEN if proof.encoder == encoder)
            return [proven if self.recovered else replace(proven, route=None, reason="No picture came.")]

        return Fallback(self.sessions, self.health, self.clock, retrial)

    async def part(self, *, ranked: tuple[Proof, ...] = PROVEN, source: Path | None = None, sessions: int = 1) -> str:
        """Encode one part; the encoder that did it."""
        attempt = self.attempt(source or self.source)
        return await self.fallback().encode_with(ranked, attempt, sessions=sessions, tell=self.reports.append)

    def attempt(self, source: Path) -> Callable[[Grant], Awaitable[str]]:
        async def encode(grant: Grant) -> str:
            self.parts += 1
            folder = self.folder / f"part-{self.parts}"
            folder.mkdir()
            argv = picture_arguments(self.program, grant.encoder, grant.route, source, TARGET)
            command = Command("The part", (*argv, *HLS), Limits(wall=60.0), cwd=folder, grace=1.0)
            async with StallGuard("The part", STALL) as guard:
                outputs = {PROGRESS: ProgressReader(guard.tell)}
                async with await Child.start(replace(command, outputs=outputs)) as child:
                    guard.watch(child)
                    outcome = await child.wait()
                outcome.check(command)
                if outcome.stopped:
                    raise MediaFailure("The part was stopped before its end.")
            await check_part(self.real, folder / "index.m3u8", FRAMES, like=source)
            return str(grant.encoder)

        return encode


HLS = (
    "-force_key_frames", "expr:gte(t,n_forced*1)", "-f", "hls", "-hls_time", "1", "-hls_playlist_type", "vod",
    "-hls_segment_type", "fmp4", "-hls_fmp4_init_filename", "init.mp4", "-hls_segment_filename", "%d.m4s",
    "-avoid_negative_ts", "disabled", "index.m3u8",
)  # fmt: skip
