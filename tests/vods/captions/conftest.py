"""The room of captions in a house with real files, and a server that writes down speech as the published API does."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from novacast.clock import Clock
from novacast.settings import Speech
from novacast.vods.captions.delivery import Wardrobe
from novacast.vods.captions.services import CaptionServices, caption_services
from novacast.vods.transcoding.dressing import Dressing
from tests.vods.conftest import House
from tests.vods.stock import stock, stocked

__all__ = ["stock", "stocked"]

Said = list[tuple[float, float, str]]


def room_of(house: House, clock: Clock, speech: Speech) -> CaptionServices:
    """One that has a server to write down speech."""
    showing = Dressing(house.db, house.folders, Wardrobe(house.db))
    return caption_services(house.db, house.folders, house.queue, clock, speech, showing, house.find)


@pytest.fixture
def room(house: House) -> CaptionServices:
    return house.captions


@dataclass
class Listener:
    """The stand-in: hears what it is told to, piece by piece, and remembers what it was asked."""

    url: str = ""
    pieces: list[Said] = field(default_factory=list)
    language: str = "english"
    refusals: list[tuple[int, dict[str, str], str]] = field(default_factory=list)
    """Status, headers and body of the next answers."""
    asked: list[dict[str, Any]] = field(default_factory=list)
    came: asyncio.Event = field(default_factory=asyncio.Event)
    free: asyncio.Event = field(default_factory=asyncio.Event)
    """While clear, nobody is answered."""

    async def answer(self, request: web.Request) -> web.Response:
        form = await request.post()
        sound = form["file"]
        assert isinstance(sound, web.FileField)
        fields = {name: value for name, value in form.items() if name != "file"}
        heard = sound.file.read()
        self.asked.append(fields | {"key": request.headers.get("Authorization", ""), "sound": heard})
        self.came.set()
        await self.free.wait()
        if self.refusals:
            status, headers, body = self.refusals.pop(0)
            return web.Response(status=status, headers=headers, text=body)
        said = self.pieces.pop(0) if self.pieces else []
        segments = [
            {"id": n, "seek": 0, "start": start, "end": end, "text": f" {words}", "tokens": [1], "temperature": 0.0,
             "avg_logprob": -0.2, "compression_ratio": 1.2, "no_speech_prob": 0.01}
            for n, (start, end, words) in enumerate(said)
        ]  # fmt: skip
        told = {"task": "transcribe", "language": self.language, "duration": 1.0, "text": "", "segments": segments}
        return web.json_response(told)

    @classmethod
    @asynccontextmanager
    async def open(cls) -> AsyncIterator["Listener"]:
        listener = cls()
        listener.free.set()
        app = web.Application(client_max_size=64 * 1024**2)
        app.router.add_post("/v1/audio/transcriptions", listener.answer)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        listener.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            yield listener
        finally:
            listener.free.set()
            await runner.cleanup()


@pytest.fixture
async def listener() -> AsyncIterator[Listener]:
    async with Listener.open() as found:
        yield found


@pytest.fixture(scope="session")
def talk(clips: Any) -> Path:
    """40 seconds that are silent from 18 to 20 and from 34 to 36."""
    quiet = "aevalsrc='if(between(t,18,20)+between(t,34,36),0,0.3*sin(440*2*PI*t))':s=16000:d=40"
    found: Path = clips(
        "talk.mkv", "-f", "lavfi", "-i", quiet, "-map", "0:v", "-map", "2:a", "-preset", "ultrafast", "-pix_fmt",
        "yuv420p", size="160x90", seconds=40,
    )  # fmt: skip
    return found
