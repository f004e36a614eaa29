"""How long the console takes from the start of its process to the first figures on a terminal.
`python -m tests.bench.console_start`; with `--idle 20` what it takes afterwards, while nobody presses a key.

A server on a founded venue; a pseudoterminal of 80 by 24 for each process, in turn. Beside it what nothing of ours can
be faster than: Python that loads Textual, and a Textual app of one line until that is drawn. Prints a Markdown table.
"""

import argparse
import asyncio
import fcntl
import os
import pty
import select
import signal
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.app.venue import open_venue

ROOT = Path(__file__).parents[2]
MOST_SECONDS = 60.0
BARE = """
from textual.app import App
from textual.widgets import Static
class Bare(App):
    def compose(self):
        yield Static("FIRST LINE")
Bare().run()
"""
OURS = "from novacast_admin.cli.main import run; run()"


@dataclass(frozen=True, slots=True)
class Program:
    name: str
    command: tuple[str, ...]
    seen: bytes = b""
    """What is drawn once it has begun; empty: it ends by itself."""


@dataclass(frozen=True, slots=True)
class Taken:
    seconds: float
    cpu: float
    """Seconds of processor time of the process, until its end."""


def start(program: Program, environment: Mapping[str, str]) -> Taken:
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    begun = time.perf_counter()
    process = subprocess.Popen(
        program.command, stdin=slave, stdout=slave, stderr=slave, env=environment, start_new_session=True
    )
    os.close(slave)
    try:
        _until(master, program.seen, begun + MOST_SECONDS)
        seconds = time.perf_counter() - begun
    finally:
        if program.seen:
            os.kill(process.pid, signal.SIGTERM)
        _, _, used = os.wait4(process.pid, 0)
        process.returncode = 0  # it is reaped here, for its processor time
        os.close(master)
    return Taken(seconds, used.ru_utime + used.ru_stime)


def _until(master: int, seen: bytes, end: float) -> None:
    said = b""
    while time.perf_counter() < end:
        if not select.select([master], [], [], 0.5)[0]:
            continue
        try:
            part = os.read(master, 65536)
        except OSError:  # nobody writes any more
            part = b""
        said += part
        if (seen and seen in said) or (not seen and not part):
            return
        if not part:
            break
    raise AssertionError(f"it never showed {seen!r}: {said[-2000:]!r}")


def idle(program: Program, environment: Mapping[str, str], seconds: float) -> float:
    """The share of a core that it takes once it is there."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    process = subprocess.Popen(
        program.command, stdin=slave, stdout=slave, stderr=slave, env=environment, start_new_session=True
    )
    os.close(slave)
    try:
        _until(master, program.seen, time.perf_counter() + MOST_SECONDS)
        _drain(master, 5.0)
        before = _cpu(process.pid)
        _drain(master, seconds)
        return (_cpu(process.pid) - before) / seconds
    finally:
        process.terminate()
        process.wait(10)
        os.close(master)


def _drain(master: int, seconds: float) -> None:
    """A terminal reads what is drawn."""
    end = time.perf_counter() + seconds
    while (left := end - time.perf_counter()) > 0:
        if select.select([master], [], [], left)[0]:
            os.read(master, 65536)


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def measure(rounds: int, idle_seconds: float) -> None:
    with tempfile.TemporaryDirectory(prefix="console-start-") as folder:
        async with open_venue(Path(folder) / "data") as venue:
            python = sys.executable
            programs = (
                Program("`import textual.app`", (python, "-c", "import textual.app")),
                Program("a Textual app of one line", (python, "-c", BARE), b"FIRST LINE"),
                Program("`novacast --help`", (python, "-c", OURS, "--help")),
                Program("`novacast admin`, connected", (python, "-c", OURS, "admin"), b"connected"),
                Program("`novacast admin`, all figures", (python, "-c", OURS, "admin"), b"memory"),
            )
            environment = {
                **{name: os.environ[name] for name in ("PATH",)},
                "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "admin"))),
                "HOME": folder,
                "TERM": "xterm-256color",
                "NOVACAST_DATA": str(venue.folder),
            }
            if idle_seconds:
                share = await asyncio.to_thread(idle, programs[-1], environment, idle_seconds)
                print(f"Idle: {share:.1%} of a core, over {idle_seconds:g} s.")
                return
            for program in programs:
                await asyncio.to_thread(start, program, environment)
            taken: dict[str, list[Taken]] = {program.name: [] for program in programs}
            for _ in range(rounds):
                for program in programs:
                    taken[program.name].append(await asyncio.to_thread(start, program, environment))
    print("| program | median ms | fastest | processor ms |\n|---|---|---|---|")
    for name, found in taken.items():
        seconds = [one.seconds * 1000 for one in found]
        cpu = statistics.median(one.cpu for one in found) * 1000
        print(f"| {name} | {statistics.median(seconds):.0f} | {min(seconds):.0f} | {cpu:.0f} |")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--idle", type=float, default=0.0, metavar="SECONDS")
    given = parser.parse_args()
    asyncio.run(measure(given.rounds, given.idle))


if __name__ == "__main__":
    main()
