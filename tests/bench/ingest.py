"""What it costs to receive a publisher by SRT, encrypted or not, and by WebRTC.

    python -m tests.bench.ingest [--seconds 20] [--rounds 3]

Sends 6 Mbit/s of 1280x720 at 30 pictures a second with AAC by SRT, and 2.5 Mbit/s with Opus by WebRTC, in real time
from FFmpeg over loopback. Counts user and system time of this process (SRT's receiver, or the server's side of WebRTC)
and of its children (the FFmpeg that copies, or the process of WebRTC), as a share of one core.
"""

import argparse
import asyncio
import os
import shutil
import subprocess
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp

import imageio_ffmpeg
import uvloop

from novacast.clock import SystemClock
from novacast.database import Database
from novacast.live.srt.limits import Limits
from novacast.live.srt.server import Listening, SrtServer
from novacast.live.webrtc.server import Receiving, WhipDoor, WhipServer
from novacast.media.ffmpeg import FFmpeg
from novacast.metrics import Metrics
from novacast.tables import MIGRATIONS
from tests.databases import migrated
from tests.fakes.gate import KEY, FakeGate
from tests.live.webrtc.conftest import Nobody, served

SHIPPED = imageio_ffmpeg.get_ffmpeg_exe()
SYSTEM = shutil.which("ffmpeg") or SHIPPED
TICKS = os.sysconf("SC_CLK_TCK")
WARM_UP = 3.0
PASSPHRASE = "a-good-passphrase"


def film(folder: Path, rate: str, sound: Sequence[str], name: str) -> Path:
    """Ten seconds, of noise enough to need its rate."""
    target = folder / name
    picture = ["-f", "lavfi", "-i", "testsrc2=size=1280x720:rate=30,noise=alls=20:allf=t"]
    coded = ["-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-profile:v", "baseline", "-g", "60"]
    held = ["-pix_fmt", "yuv420p", "-b:v", rate, "-minrate", rate, "-maxrate", rate, "-bufsize", rate]
    tone = ["-f", "lavfi", "-i", "sine=sample_rate=48000", *sound, "-ac", "2"]
    inputs = [*picture, *tone[:4], *coded, *held, *tone[4:]]
    subprocess.run([SHIPPED, "-v", "error", "-nostdin", *inputs, "-t", "10", str(target)], check=True)
    return target


def used(pid: int) -> float:
    """Seconds of processor."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def children() -> list[int]:
    mine = str(os.getpid())
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and (entry / "stat").read_text().rpartition(")")[2].split()[1] == mine:
                found.append(int(entry.name))
        except OSError:
            continue
    return found


async def measure(gate: FakeGate, seconds: float, sender: Sequence[str]) -> tuple[float, float, float]:
    """Percent of a core of this process and its children but the sender, and Mbit/s that arrived."""
    child = await asyncio.create_subprocess_exec(*sender)
    try:
        basket = await gate.basket()
        await asyncio.sleep(WARM_UP)
        basket.tags.clear()
        others = [one for one in children() if one != child.pid]
        before = used(os.getpid()), sum(map(used, others))
        await asyncio.sleep(seconds)
        after = used(os.getpid()), sum(map(used, others))
        bits = 8 * sum(len(tag.data) for tag in basket.tags)
    finally:
        child.kill()
        await child.wait()
    return (after[0] - before[0]) / seconds * 100, (after[1] - before[1]) / seconds * 100, bits / seconds / 1e6


async def srt(file: Path, seconds: float, passphrase: str) -> tuple[float, float, float]:
    async def find() -> FFmpeg:
        return FFmpeg(Path(SYSTEM), "", frozenset(), "")

    gate, limits = FakeGate(), Limits(passphrase=passphrase)
    server = SrtServer(gate, find, Metrics(), SystemClock(), Listening("127.0.0.1", 0), limits)
    await server.start()
    secret = f"&passphrase={passphrase}&pbkeylen=16" if passphrase else ""
    target = f"srt://127.0.0.1:{server.port}?streamid={KEY}{secret}"
    send = [SYSTEM, "-v", "error", "-nostdin", "-re", "-stream_loop", "-1", "-i", str(file), "-c", "copy"]
    try:
        return await measure(gate, seconds, [*send, "-f", "mpegts", target])
    finally:
        await server.close()


@asynccontextmanager
async def web(door: WhipDoor, folder: Path) -> AsyncIterator[str]:
    file = Path(mkdtemp(dir=folder)) / "web.db"
    migrated(file, MIGRATIONS)
    db = await Database.open(file, SystemClock(), readers=1)
    async with served(door, db, Nobody()) as address:
        yield address
    await db.close()


async def whip(file: Path, seconds: float, folder: Path) -> tuple[float, float, float]:
    gate, door = FakeGate(), WhipDoor()
    server = door.server = WhipServer(gate, Metrics(), SystemClock(), Receiving("127.0.0.1"))
    send = [SHIPPED, "-v", "error", "-nostdin", "-re", "-stream_loop", "-1", "-i", str(file), "-c", "copy"]
    async with web(door, folder) as address:
        try:
            sender = [*send, "-f", "whip", "-authorization", KEY, f"{address}/api/v1/whip"]
            return await measure(gate, seconds, sender)
        finally:
            await server.close()


async def main(seconds: float, rounds: int) -> None:
    print("| way | receiver % | its child % | Mbit/s |\n|---|---|---|---|")
    with TemporaryDirectory() as name:
        folder = Path(name)
        transport = film(folder, "6M", ["-c:a", "aac"], "film.ts")
        call = film(folder, "2500k", ["-c:a", "libopus"], "film.mkv")
        for _ in range(rounds):
            told("SRT", await srt(transport, seconds, ""))
            told("SRT, AES-128", await srt(transport, seconds, PASSPHRASE))
            told("WHIP", await whip(call, seconds, folder))


def told(way: str, found: tuple[float, float, float]) -> None:
    print(f"| {way} | {found[0]:.1f} | {found[1]:.1f} | {found[2]:.1f} |", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    uvloop.run(main(asked.seconds, asked.rounds))
