"""How many encodings a device runs at once, counted over all processes that work on one data folder."""

import asyncio
import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from novacast.clock import Clock
from novacast.media.encoders.locks import locked, try_lock
from novacast.media.encoders.models import Kind, Proof

FOLDER = "encoder-sessions"
POLL_SECONDS = 0.2


class Sessions:
    """One file per session; whoever has it locked has the session. A killed worker's are free at once."""

    def __init__(self, cache: Path, clock: Clock) -> None:
        self._folder = cache / FOLDER
        self._clock = clock

    @asynccontextmanager
    async def lease(self, proof: Proof, wanted: int, patience: float = 0.0) -> AsyncIterator[int]:
        """The number that may be used: what is wanted, or all the device has where that is less. 0 when they are not
        free at the same time within `patience` seconds.
        """
        if not proof.sessions:
            yield wanted
            return
        handles = await self._take(proof, max(1, min(wanted, proof.sessions)), patience)
        try:
            yield len(handles)
        finally:
            for handle in handles:
                os.close(handle)

    async def _take(self, proof: Proof, wanted: int, patience: float) -> list[int]:
        deadline = self._clock.monotonic() + patience
        while not (handles := await asyncio.to_thread(self._try, proof, wanted)):
            if self._clock.monotonic() >= deadline:
                break
            await asyncio.sleep(POLL_SECONDS)
        return handles

    def _try(self, proof: Proof, wanted: int) -> list[int]:
        """All or none: two workers that each held half of what they want would wait for each other."""
        pool, handles = _pool(proof), list[int]()
        with locked(self._folder / f"{pool}.lock"):
            for number in range(proof.sessions):
                if len(handles) < wanted and (handle := try_lock(self._folder / f"{pool}.{number}")) is not None:
                    handles.append(handle)
        if len(handles) < wanted:
            for handle in handles:
                os.close(handle)
            return []
        return handles


def _pool(proof: Proof) -> str:
    """Encoders of one device share its sessions; what NVIDIA allows is for all cards of a machine together."""
    encoder = proof.encoder
    name = "cuda" if encoder.kind is Kind.NVENC and proof.limited else encoder.device
    return re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-")
