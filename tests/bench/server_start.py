"""How long a server takes from its command to its first answer, and what it costs while nobody wants anything of it.

Run: `python -m tests.bench.server_start [--rounds N] [--idle SECONDS]`. Each round starts Python with the web library
alone, which is the floor, and `novacast serve` on a venue that is there already, until /healthz answers 200, and on to
the front page, whose routes are made when it is asked for. Then one server is left alone: processor time and resident
memory, of the server and of its worker apart. Bytecode is written beforehand, as an installation has it; the list of
routes is left by the first start.
"""

import argparse
import compileall
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from novacast.operations.system import proc

ROOT = Path(__file__).parents[2]
LOOK, PATIENCE = 0.005, 60.0
SETTLES = 15.0
"""Seconds after the first answer in which what a start leaves to do is done."""
FLOOR = "import aiohttp.web, pydantic"


def environment(folder: Path) -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith(("NOVACAST_", "PYTHONDONT"))}
    return own | {
        "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "admin"))),
        "PYTHONPYCACHEPREFIX": str(folder / "compiled"),
        "NOVACAST_DATA": str(folder / "data"),
        "NOVACAST_LIVE_SRT_PORT": "0",
        "NOVACAST_LIVE_RTMP_PORT": "0",
    }


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(port: int, path: str = "/healthz") -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), 10) as asked:
            asked.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode())
            return asked.recv(64).startswith(b"HTTP/1.1 200")
    except OSError:
        return False


@contextmanager
def serving(folder: Path) -> Iterator[tuple[float, float, subprocess.Popen[bytes]]]:
    """Seconds until the first answer and until the first page, and the process."""
    port = free_port()
    argv = [sys.executable, "-m", "novacast_admin.cli.main", "serve", "--port", str(port)]
    began = time.monotonic()
    with subprocess.Popen(argv, cwd=folder, env=environment(folder), stderr=subprocess.DEVNULL) as process:
        try:
            while not answers(port):
                assert process.poll() is None, "it ended"
                assert time.monotonic() - began < PATIENCE, "it never answered"
                time.sleep(LOOK)
            first = time.monotonic() - began
            assert answers(port, "/"), "it has no front page"
            yield first, time.monotonic() - began, process
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)


def floor(folder: Path) -> float:
    began = time.monotonic()
    subprocess.run([sys.executable, "-c", FLOOR], cwd=folder, env=environment(folder), check=True)
    return time.monotonic() - began


def idle(process: subprocess.Popen[bytes], seconds: float) -> Iterator[str]:
    time.sleep(SETTLES)
    before = _costs(process.pid)
    time.sleep(seconds)
    for name, (cpu, memory) in _costs(process.pid).items():
        share = (cpu - before.get(name, (cpu, 0))[0]) / seconds
        yield f"| {name} | {memory / 1e6:,.0f} | {share:.2%} |"


def _costs(pid: int) -> dict[str, tuple[float, int]]:
    """Of the server and of all below it: seconds of processor time, bytes that are resident."""
    own = proc.process(pid)
    assert own is not None
    found = {"server": (own.cpu, own.memory)}
    for child in proc.descendants(pid):
        name = "worker" if "novacast.worker" in child.command else child.name
        cpu, memory = found.get(name, (0.0, 0))
        found[name] = cpu + child.cpu, memory + child.memory
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--idle", type=float, default=30.0)
    given = parser.parse_args()
    starts: list[float] = []
    pages: list[float] = []
    floors: list[float] = []
    with tempfile.TemporaryDirectory(prefix="novacast-bench-") as place:
        folder = Path(place)
        sys.pycache_prefix = str(folder / "compiled")
        for package in (ROOT / "novacast", ROOT / "admin" / "novacast_admin"):
            compileall.compile_dir(package, quiet=2)
        with serving(folder) as (first, _, _):
            pass
        for _ in range(given.rounds):
            floors.append(floor(folder))
            with serving(folder) as (seconds, page, _):
                starts.append(seconds)
                pages.append(page)
        print(f"| {'start'} | median s | fastest s |\n|---|---|---|")
        for name, times in ((f"`{FLOOR}`", floors), ("first answer", starts), ("first page", pages)):
            print(f"| {name} | {statistics.median(times):.2f} | {min(times):.2f} |")
        print(f"\nThe very first start, which makes the database, took {first:.2f} s.\n")
        print("| idle | resident MB | of a core |\n|---|---|---|")
        with serving(folder) as (_, _, process):
            for row in idle(process, given.idle):
                print(row, flush=True)


if __name__ == "__main__":
    main()
