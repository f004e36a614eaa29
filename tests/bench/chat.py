"""A room with 1,000 people beside the same broadcast by Node's `ws` and `socket.io`, by aiohttp alone and by the kernel
alone: bare calls of send(2), less than which nothing can take that writes to each client.

Run: `python -m tests.bench.chat [--clients N] [--seconds N] [--rates N …] [--rounds N] [--only NAME …] [--idle N]`.
Each server has one core, the clients another; all in one run, one after the other. With more rounds than one all
servers are there at once and take turns, so that what else the machine does meets all of them, and medians are shown:
at low rates two runs differ by a third. Processor time is the server's, in user and system, what it takes while
nothing is said subtracted. `ws` and `socket.io` come by npm into a temporary folder; without npm they are left out.
"""

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench.chat_load import Kind, Load, loaded

KINDS = (
    Kind("NovaCast", ours=True),
    Kind("ws"),
    Kind("socket.io", socket_io=True),
    Kind("aiohttp"),
    Kind("kernel"),
)
NODE = ("ws", "socket.io")
PACKAGES = ("ws@8.18.3", "socket.io@4.8.1")
RATES = (500.0, 5.0)
IDLE_SECONDS = 4.0
RIVALS = Path(__file__).with_name("chat_rivals.js")


@dataclass(frozen=True, slots=True)
class Result:
    rate: float
    delivered: int
    wanted: int
    processor: float
    """Microseconds of the server for each delivered message."""
    median: float
    p99: float
    """Milliseconds from sending to the last client."""


def processor(process: int) -> float:
    """Seconds that a process has had of its core, user and system: by the clock that clock_getcpuclockid(3) names, for
    /proc counts in hundredths."""
    return time.clock_gettime((~process << 3) | 2)


def memory(process: int) -> int:
    """Bytes that are its own and in memory."""
    pages = Path(f"/proc/{process}/statm").read_text().split()
    return (int(pages[1]) - int(pages[2])) * os.sysconf("SC_PAGE_SIZE")


@contextmanager
def serving(kind: Kind, core: int, state: Path, modules: Path | None) -> Iterator[tuple[str, int, int]]:
    """Path, port and process of a server."""
    environment = dict(os.environ)
    if kind.name not in NODE:
        argv = [sys.executable, "-m", "tests.bench.chat_server", "ours" if kind.ours else kind.name, str(state)]
    else:
        argv = ["node", str(RIVALS), kind.name]
        environment["NODE_PATH"] = str(modules)
    argv = ["taskset", "-c", str(core), *argv]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment) as child:
        assert child.stdout is not None
        path, port = child.stdout.readline().split()
        try:
            yield path, int(port), child.pid
        finally:
            child.communicate()  # the end of its input ends it


def measured(load: Load, process: int, rate: float, seconds: float) -> Result:
    load.run(1.0, rate)
    idle = processor(process)
    load.run(IDLE_SECONDS, 0)
    idle = (processor(process) - idle) / IDLE_SECONDS
    load.sent.clear()
    load.last.clear()
    before, begin, already = processor(process), time.monotonic(), load.delivered
    load.run(seconds, rate)
    used = processor(process) - before - idle * (time.monotonic() - begin)
    delivered = load.delivered - already - len(load.sent) * load.kind.ours
    late = load.latencies()
    return Result(
        rate,
        delivered,
        len(load.sent) * len(load.sockets),
        used / max(delivered, 1) * 1e6,
        statistics.median(late) * 1e3,
        late[int(len(late) * 0.99)] * 1e3,
    )


@contextmanager
def crowded(kind: Kind, core: int, clients: int, modules: Path | None) -> Iterator[tuple[str, Load, int]]:
    """A server's name, its clients and its process."""
    with (
        tempfile.TemporaryDirectory() as state,
        serving(kind, core, Path(state), modules) as (path, port, process),
        loaded(kind, path, port, clients) as load,
    ):
        yield kind.name, load, process


def busy(
    kinds: list[Kind], rates: list[float], core: int, clients: int, seconds: float, modules: Path | None
) -> Iterator[tuple[str, Result]]:
    """Whoever can't keep up is given as many messages as the others, and the time that it needs for them."""
    for kind in kinds:
        with crowded(kind, core, clients, modules) as (name, load, process):
            for rate in rates:
                yield name, measured(load, process, rate, seconds)


def in_turns(
    kinds: list[Kind], rates: list[float], core: int, clients: int, seconds: float, modules: Path | None, rounds: int
) -> Iterator[tuple[str, Result]]:
    """Of each the median by processor time."""
    with ExitStack() as stack:
        there = [stack.enter_context(crowded(kind, core, clients, modules)) for kind in kinds]
        for rate in rates:
            found: dict[str, list[Result]] = {name: [] for name, _, _ in there}
            for _ in range(rounds):
                for name, load, process in there:
                    # Who waits for a turn answers pings, or is cut.
                    for _, waiting, _ in there:
                        waiting.run(0.1, 0)
                    found[name].append(measured(load, process, rate, seconds))
            for name, results in found.items():
                yield name, sorted(results, key=lambda one: one.processor)[rounds // 2]


def idle(core: int, clients: int, seconds: float) -> tuple[float, float, float]:
    """Kilobytes for each idle client, percent of a core for all, and seconds in which they all came."""
    kind = KINDS[0]
    with tempfile.TemporaryDirectory() as state, serving(kind, core, Path(state), None) as (path, port, process):
        with loaded(kind, path, port, 20):
            pass
        time.sleep(0.5)
        before, begin = memory(process), time.monotonic()
        with loaded(kind, path, port, clients, names=False) as load:
            came = time.monotonic() - begin
            load.run(6.0, 0)
            each = (memory(process) - before) / clients / 1000
            used = processor(process)
            load.run(seconds, 0)
            return each, (processor(process) - used) / seconds * 100, came


def rivals(folder: Path) -> Path | None:
    """The folder of their packages, or None where npm is not."""
    if shutil.which("npm") is None or shutil.which("node") is None:
        return None
    argv = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(folder), *PACKAGES]
    subprocess.run(argv, check=True, stdout=subprocess.DEVNULL)
    return folder / "node_modules"


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--clients", type=int, default=1000)
    options.add_argument("--seconds", type=float, default=8.0)
    options.add_argument("--rates", nargs="*", type=float, default=RATES, help="messages a second")
    options.add_argument("--rounds", type=int, default=1, help="in which the servers take turns")
    options.add_argument("--only", nargs="*", default=[kind.name for kind in KINDS])
    options.add_argument("--idle", type=int, default=5000, help="idle clients; 0: not measured")
    options.add_argument("--modules", type=Path, help="a node_modules folder that is there already")
    chosen = options.parse_args()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    core, *others = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, others or [core])
    with tempfile.TemporaryDirectory() as folder:
        modules = chosen.modules or rivals(Path(folder))
        kinds = [kind for kind in KINDS if kind.name in chosen.only]
        kinds = [kind for kind in kinds if modules is not None or kind.name not in NODE]
        print("| server | messages/s | processor µs/delivery | sent to last client, median ms | p99 ms | delivered |")
        print("|---|---|---|---|---|---|")
        asked = (kinds, chosen.rates, core, chosen.clients, chosen.seconds, modules)
        for name, one in busy(*asked) if chosen.rounds == 1 else in_turns(*asked, chosen.rounds):
            shown = f"{one.rate:g} | {one.processor:.2f} | {one.median:.0f} | {one.p99:.0f}"
            print(f"| {name} | {shown} | {one.delivered:,} of {one.wanted:,} |", flush=True)
    if chosen.idle:
        each, percent, came = idle(core, chosen.idle, 30.0)
        print(
            f"\n{chosen.idle:,} idle clients: {each:.1f} kB each, {percent:.1f} % of a core; they came in {came:.1f} s"
        )


if __name__ == "__main__":
    main()
