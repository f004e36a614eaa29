import shutil
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import imageio_ffmpeg
import pytest

from novacast.clock import Clock, SystemClock
from novacast.live import flv
from novacast.live.ingest import Kind, Tag
from novacast.live.srt.limits import Limits
from novacast.live.srt.server import Listening, SrtServer
from novacast.media.ffmpeg import FFmpeg
from novacast.metrics import Metrics
from tests.fakes.gate import FakeGate
from tests.fakes.srt_caller import SrtCaller

PROGRAM = Path(shutil.which("ffmpeg") or imageio_ffmpeg.get_ffmpeg_exe())
PICTURE = ["-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25:duration=3"]
SOUND = ["-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000:duration=3"]


async def found() -> FFmpeg:
    return FFmpeg(PROGRAM, "", frozenset(), "")


@dataclass
class Studio:
    """A server with a gate behind it."""

    server: SrtServer
    gate: FakeGate
    metrics: Metrics
    callers: list[SrtCaller] = field(default_factory=list)

    @property
    def port(self) -> int:
        assert self.server.port is not None
        return self.server.port

    async def caller(self, said: str = "a-good-key", **more: object) -> SrtCaller:
        self.callers.append(await SrtCaller.call(self.port, said, **more))
        return self.callers[-1]

    async def silent(self) -> SrtCaller:
        """One that has said nothing yet."""
        self.callers.append(SrtCaller())
        await self.callers[-1].open(self.port)
        return self.callers[-1]

    async def close(self) -> None:
        for caller in self.callers:
            caller.transport.close()
        await self.server.close()

    def value(self, name: str, **labels: str) -> float:
        return self.metrics.value(f"novacast_srt_{name}", **labels)


Open = Callable[..., Awaitable[Studio]]


@pytest.fixture
async def opened() -> AsyncIterator[Open]:
    """`await opened(limits)`: a studio of its own, closed at the end."""
    async with AsyncExitStack() as stack:

        async def open_one(limits: Limits | None = None, clock: Clock | None = None) -> Studio:
            gate, metrics = FakeGate(), Metrics()
            server = SrtServer(
                gate, found, metrics, clock or SystemClock(), Listening("127.0.0.1", 0), limits or Limits(latency=20)
            )
            await server.start()
            studio = Studio(server, gate, metrics)
            stack.push_async_callback(studio.close)
            return studio

        yield open_one


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three seconds as a transport stream."""
    target = tmp_path_factory.mktemp("sent") / "clip.ts"
    made_with = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "25", "-c:a", "aac"]
    subprocess.run([PROGRAM, "-v", "error", "-nostdin", *PICTURE, *SOUND, *made_with, str(target)], check=True)
    return target


@pytest.fixture(scope="session")
def written(clip: Path) -> list[Tag]:
    """The same as FFmpeg writes it to an FLV file."""
    command = [PROGRAM, "-v", "error", "-nostdin", "-i", clip, "-c", "copy", "-f", "flv", "pipe:1"]
    return flv.TagReader().feed(subprocess.run(command, check=True, capture_output=True).stdout)


def sides(tags: list[Tag]) -> tuple[list[bytes], list[bytes]]:
    """Pictures and sounds."""
    return tuple([tag.data for tag in tags if tag.kind is kind] for kind in (Kind.VIDEO, Kind.AUDIO))  # type: ignore[return-value]  # two of them
