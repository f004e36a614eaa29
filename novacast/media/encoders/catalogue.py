"""All encoders of this machine, as trials found them. Trials run once for a build of FFmpeg, a driver and a device."""

import asyncio
import os
import re
from collections.abc import AsyncIterator, Callable, Collection, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from novacast.clock import Clock
from novacast.errors import MediaFailure
from novacast.i18n import text
from novacast.media.cached import read_json, write_json
from novacast.media.encoders.bench import LIMITS, QUIET, USUAL, Bench, Picture
from novacast.media.encoders.devices import candidates, find_devices
from novacast.media.encoders.locks import try_lock
from novacast.media.encoders.models import CPU, Codec, Device, Encoder, Kind, Proof, Route
from novacast.media.encoders.trial import prepare, reason_of, try_encoder
from novacast.media.process import Command, Limits, run_child

FILE = "encoder-trials.json"
TRIALS = 1
"""Number of this set of trials: results of another set are not believed."""
LISTING = 256 * 1024
POLL_SECONDS = 0.5

Devices = Callable[[], Collection[Device]]


class Catalogue:
    """`program` is the FFmpeg that will be used; `cache` a folder that all workers share."""

    def __init__(
        self, program: Path, cache: Path, clock: Clock, *, devices: Devices = find_devices,
        limits: Limits = LIMITS, picture: Picture = USUAL,
    ) -> None:  # fmt: skip
        self._program = program
        self._cache = cache
        self._clock = clock
        self._devices = devices
        self._limits = limits
        self._picture = picture

    async def known(self, codecs: Collection[Codec] = (Codec.H264,)) -> tuple[Proof, ...] | None:
        """What former trials said, if they said all; starts FFmpeg for its list, but tries nothing."""
        wanted = await self._wanted(codecs)
        kept = await asyncio.to_thread(self._load)
        return tuple(kept[key] for key in wanted) if wanted.keys() <= kept.keys() else None

    async def proofs(self, codecs: Collection[Codec] = (Codec.H264,), *, again: bool = False) -> tuple[Proof, ...]:
        """Every encoder that FFmpeg lists on every device there is, tried where that is not known yet, or `again`.

        One process at a time tries: the others would spoil its measures, and then find them made.
        """
        wanted = await self._wanted(codecs)
        kept = await asyncio.to_thread(self._load)
        if not again and wanted.keys() <= kept.keys():
            return tuple(kept[key] for key in wanted)
        async with self._alone():
            kept = {} if again else await asyncio.to_thread(self._load)
            missing = {key: encoder for key, encoder in wanted.items() if key not in kept}
            fresh = await self._try(missing)
            await asyncio.to_thread(self._save, {key: proof for key, proof in fresh.items() if proof.certain})
        return tuple((kept | fresh)[key] for key in wanted)

    async def retry(self, encoders: Iterable[Encoder]) -> tuple[Proof, ...]:
        """New trials of these, whatever is known; the results are kept."""
        keys = await self._wanted({encoder.codec for encoder in encoders})
        wanted = {key: encoder for key, encoder in keys.items() if encoder in set(encoders)}
        async with self._alone():
            fresh = await self._try(wanted)
            await asyncio.to_thread(self._save, {key: proof for key, proof in fresh.items() if proof.certain})
        return tuple(fresh.values())

    async def _try(self, wanted: dict[str, Encoder]) -> dict[str, Proof]:
        if not wanted:
            return {}
        with TemporaryDirectory(prefix="novacast-encoders-") as folder:
            bench = Bench(self._program, Path(folder), self._clock, self._limits, self._picture)
            try:
                await prepare(bench)
            except MediaFailure as failure:
                return {key: Proof(one, reason=reason_of(failure), certain=False) for key, one in wanted.items()}
            return {key: await try_encoder(bench, encoder) for key, encoder in wanted.items()}

    async def _wanted(self, codecs: Collection[Codec]) -> dict[str, Encoder]:
        """Key of the cache -> encoder."""
        build, listed = await self._build(), await self._listed()
        devices = await asyncio.to_thread(self._devices)
        found: dict[str, Encoder] = {}
        for device in devices:
            for encoder in candidates(listed, [device], codecs):
                key = f"{TRIALS} {build} {device.driver} {encoder.name} {device.name}"
                found[sha256(key.encode()).hexdigest()] = encoder
        return found

    async def _build(self) -> str:
        """Version and configuration of this FFmpeg, and of its libraries."""
        told = await self._told("-version")
        return sha256(told.encode()).hexdigest()

    async def _listed(self) -> tuple[str, ...]:
        return tuple(re.findall(r"^ V[A-Z.]{5} (\S+)", await self._told("-encoders"), re.MULTILINE))

    async def _told(self, what: str) -> str:
        argv = (str(self._program), *QUIET, what)
        ran = await run_child(Command("FFmpeg", argv, Limits(wall=30.0)), capture=LISTING)
        return ran.stdout.decode(errors="replace")

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[None]:
        await asyncio.to_thread(self._cache.mkdir, parents=True, exist_ok=True)
        file = self._cache / "encoder-trials.lock"
        while (handle := await asyncio.to_thread(try_lock, file)) is None:  # noqa: ASYNC110 - another process has it
            await asyncio.sleep(POLL_SECONDS)
        try:
            yield
        finally:
            os.close(handle)

    def _load(self) -> dict[str, Proof]:
        """A cache that is missing or damaged is an empty one; so is the part of it that is."""
        kept = read_json(self._cache / FILE)
        found = {}
        for key, one in kept.items() if isinstance(kept, dict) else ():
            with suppress(TypeError, KeyError, ValueError):
                found[key] = _proof(one)
        return found

    def _save(self, fresh: dict[str, Proof]) -> None:
        with suppress(OSError):  # a folder that can't be written costs the next start these trials
            known = self._load() | fresh
            write_json(self._cache / FILE, {key: asdict(proof) for key, proof in known.items()})


def _proof(kept: dict[str, Any]) -> Proof:
    told = dict(kept)
    about = told.pop("encoder")
    encoder = Encoder(Codec(about["codec"]), Kind(about["kind"]), str(about["device"]))
    route = told.pop("route")
    return Proof(encoder, None if route is None else Route(route), **told)


def ranked(proofs: Iterable[Proof], codec: Codec, *, allowed: Collection[Kind] | None = None) -> tuple[Proof, ...]:
    """Those that work, the fastest first. Software is the last resort: what comes after it would be slower, and could
    only fail at what it failed at. H.264's is there even where its trial went wrong.

    Raises MediaFailure when nothing here encodes this codec.
    """
    mine = [proof for proof in proofs if proof.encoder.codec is codec]
    working = [
        one
        for one in mine
        if one.works and (allowed is None or not one.encoder.hardware or one.encoder.kind in allowed)
    ]
    if codec is Codec.H264 and not any(not one.encoder.hardware for one in working):
        working.append(Proof(Encoder(codec, Kind.SOFTWARE, CPU), Route.PROCESSOR))
    if not working:
        reasons = "; ".join(f"{one.encoder}: {one.reason}" for one in mine) or text("FFmpeg lists none")
        raise MediaFailure(text("Nothing here encodes {codec}: {reasons}.", codec=codec.value, reasons=reasons))
    working.sort(key=lambda one: -one.speed)
    last = next((n for n, one in enumerate(working) if not one.encoder.hardware), len(working))
    return tuple(working[: last + 1])
