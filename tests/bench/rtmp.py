"""What one publisher costs our RTMP server: share of a core, user and system time, over the time that passes.

Run: `python -m tests.bench.rtmp [--seconds N] [--publishers N] [--rounds N]`. Several publishers send at once, in real
time, to a server process of its own under uvloop; the table shows the share of one. `parsed` throws the tags away,
`passed on` measures each for the health page and frames it as FLV into a pipe that another process empties.
"""

import argparse
import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import imageio_ffmpeg
import uvloop

from novacast.live import flv
from novacast.live.ingest import Hello, Publisher, Tag
from novacast.live.measures import Measures
from novacast.live.rtmp.server import Listening, RtmpServer
from novacast.metrics import Metrics
from tests.bench.delivery import processor
from tests.fakes.rtmp_encoder import ChunkWriter, Encoder, messages

FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()
LOOP_SECONDS = 10
BEFORE = 6.0
"""Seconds that publishers send beside those that are measured: all have begun, and what they were ahead has gone."""
SENDERS = {"FFmpeg (chunks of 60,000 bytes)": 0, "chunks of 4,096 bytes, as OBS": 4096, "chunks of 128 bytes": 128}
RATES = (6, 20)


class Passing:
    """An intake that does what a broadcast does with each tag."""

    def __init__(self) -> None:
        self._pipe = subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
        self._measures = Measures(0)

    def take(self, tag: Tag) -> None:
        self._measures.count(tag, time.monotonic())
        assert self._pipe.stdin is not None
        os.write(self._pipe.stdin.fileno(), flv.framed(tag))

    def missed(self, lost: int, late: int) -> None: ...

    def end(self, why: object) -> None:
        assert self._pipe.stdin is not None
        self._pipe.stdin.close()
        self._pipe.wait()


class Dropping:
    def take(self, tag: Tag) -> None:
        pass

    def missed(self, lost: int, late: int) -> None: ...

    def end(self, why: object) -> None:
        pass


class Anyone:
    def __init__(self, intake: type[Passing | Dropping]) -> None:
        self._intake = intake

    async def admit(self, hello: Hello, publisher: Publisher) -> Passing | Dropping:
        return self._intake()


async def serve(kind: str) -> None:
    """Prints its port, ends with its input, and says how many bytes came."""
    gate = Anyone(Passing if kind == "passed on" else Dropping)
    metrics = Metrics()
    server = RtmpServer(gate, metrics, Listening("127.0.0.1", 0, None))
    await server.start()
    print(server.port, flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await server.close()
    print(metrics.value("novacast_rtmp_bytes_total"))


@dataclass
class Served:
    port: int
    process: int
    received: float = 0.0
    """Bytes; known when it has ended."""


@contextmanager
def served(kind: str) -> Iterator[Served]:
    argv = [sys.executable, "-m", "tests.bench.rtmp", "--serve", kind]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        found = Served(int(child.stdout.readline()), child.pid)
        try:
            yield found
        finally:
            said, _ = child.communicate()
            found.received = float(said or 0)


def clip(folder: Path, megabits: int) -> Path:
    """30 frames a second with a sound, at a constant rate."""
    target = folder / f"{megabits}.flv"
    size = "1280x720" if megabits < 10 else "1920x1080"
    rate = f"{megabits * 1000 - 128}k"
    source = ["-f", "lavfi", "-i", f"testsrc2=size={size}:rate=30:duration={LOOP_SECONDS}", "-f", "lavfi"]
    sound = ["-i", f"sine=sample_rate=48000:duration={LOOP_SECONDS}", "-c:a", "aac", "-b:a", "128k"]
    constant = ["-b:v", rate, "-minrate", rate, "-maxrate", rate, "-bufsize", rate, "-x264-params", "nal-hrd=cbr"]
    picture = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "60", *constant]
    subprocess.run([FFMPEG, "-v", "error", "-nostdin", "-y", *source, *sound, *picture, str(target)], check=True)
    return target


async def send(port: int, source: Path, chunk: int, seconds: float) -> None:
    """In real time, as an encoder would."""
    encoder = await Encoder.call(port, chunks=ChunkWriter())
    await encoder.publish("key")
    encoder.raw(encoder.chunks.resize(chunk))
    tags = flv.TagReader(64_000_000).feed(source.read_bytes())
    began, first = time.monotonic(), 0
    while True:
        for tag, message in zip(tags, messages(tags), strict=True):
            due = began + (first + tag.time) / 1000
            if (wait := due - time.monotonic()) > 0.002:
                await asyncio.sleep(wait)
            if time.monotonic() - began > seconds:
                await encoder.hang_up()
                return
            encoder.send(message)
        first += LOOP_SECONDS * 1000


def start(port: int, source: Path, chunk: int, seconds: float) -> subprocess.Popen[bytes]:
    if chunk:
        argv = [sys.executable, "-m", "tests.bench.rtmp", "--send", str(port), str(source), str(chunk), str(seconds)]
        return subprocess.Popen(argv)
    looped = ["-re", "-stream_loop", "-1", "-t", str(seconds), "-i", str(source), "-c", "copy"]
    argv = [FFMPEG, "-v", "quiet", "-nostdin", *looped, "-f", "flv", f"rtmp://127.0.0.1:{port}/live/key"]
    return subprocess.Popen(argv)


def share(kind: str, source: Path, chunk: int, seconds: float, publishers: int) -> tuple[float, float]:
    """Of a core, for one publisher; and the bits a second that it sent."""
    with served(kind) as server:
        running = [start(server.port, source, chunk, seconds + BEFORE) for _ in range(publishers)]
        time.sleep(BEFORE - 2)
        before, began = processor(server.process), time.monotonic()
        time.sleep(seconds)
        used, passed = processor(server.process) - before, time.monotonic() - began
        for child in running:
            child.wait()
    return used / passed / publishers, server.received * 8 / (seconds + BEFORE) / publishers


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--publishers", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--serve")
    parser.add_argument("--send", nargs=4)
    asked = parser.parse_args()
    if asked.serve:
        uvloop.run(serve(asked.serve))
        return
    if asked.send:
        port, source, chunk, seconds = asked.send
        uvloop.run(send(int(port), Path(source), int(chunk), float(seconds)))
        return
    with tempfile.TemporaryDirectory() as folder:
        print("| publisher | wanted Mbit/s | sent Mbit/s | parsed | passed on |\n|---|---|---|---|---|")
        for megabits in RATES:
            source = clip(Path(folder), megabits)
            for name, chunk in SENDERS.items():
                cells, sent = [], []
                for kind in ("parsed", "passed on"):
                    found = [share(kind, source, chunk, asked.seconds, asked.publishers) for _ in range(asked.rounds)]
                    cells.append(f"{statistics.median(used for used, _ in found):.2%}")
                    sent += [bits for _, bits in found]
                sending = f"{min(sent) / 1e6:.1f}"
                print(f"| {name} | {megabits} | {sending} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
