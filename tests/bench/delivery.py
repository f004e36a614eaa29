"""Delivery beside nginx: the same files, in one run, each server on one core, the load on another.

Run: `python -m tests.bench.delivery [--seconds N] [--rounds N] [--connections N]`. Needs nginx and wrk. Both servers
check a viewer's right: ours a session in the path, nginx a `secure_link` in the query. Run by root, servers and load
go ahead of whatever else the machine does. They are measured in turn within each round; the table shows medians, and
the median of the ratios within a round.
"""

import argparse
import base64
import hashlib
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

FILES = {"segment.m4s": 1_250_000, "part.m4s": 64_000, "index.m3u8": 2_000}
TARGETS = {"segment.m4s": ("bytes/s", 0.85), "part.m4s": ("requests/s", 0.25), "index.m3u8": ("requests/s", 0.25)}
SECRET, EXPIRES = "bench", 4_000_000_000
NGINX = """
daemon off; worker_processes 1; worker_rlimit_nofile 16384; pid {state}/nginx.pid; error_log {state}/error.log crit;
events {{ worker_connections 16384; }}
http {{
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000000; open_file_cache max=1000;
  types {{ video/iso.segment m4s; application/vnd.apple.mpegurl m3u8; }}
  client_body_temp_path {state}/a; proxy_temp_path {state}/b; fastcgi_temp_path {state}/c;
  uwsgi_temp_path {state}/d; scgi_temp_path {state}/e;
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    root {media};
    location / {{ {right} }}
  }}
}}
"""


RIGHT = f"""
      secure_link $arg_md5,$arg_expires; secure_link_md5 "$secure_link_expires$uri {SECRET}";
      if ($secure_link = "") {{ return 403; }}
      if ($secure_link = "0") {{ return 410; }}
"""


@dataclass(frozen=True, slots=True)
class Result:
    requests: float
    """Per second."""
    bytes: float
    """Per second, heads included."""
    processor: float
    """Microseconds of the server's processor time per request: what is left of the truth on a busy machine."""


def pinned(core: int, *argv: str, at_once: bool = False) -> list[str]:
    """`at_once`: ahead of everything else, in whatever group it runs: for what is mostly idle."""
    ahead = (["chrt", "--fifo", "10"] if at_once else ["nice", "-n", "-15"]) if os.geteuid() == 0 else []
    return [*ahead, "taskset", "-c", str(core), *argv]


@contextmanager
def ours(media: Path, state: Path, core: int) -> Iterator[tuple[str, int]]:
    """The base address of our server, and its process."""
    argv = pinned(core, sys.executable, "-m", "tests.bench.delivery_server", str(media), str(state))
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        port, path = child.stdout.readline().split()
        try:
            yield f"http://127.0.0.1:{port}{path}", child.pid
        finally:
            child.communicate()  # the end of its input ends it


@contextmanager
def nginx(media: Path, state: Path, core: int, *, live: bool = False) -> Iterator[tuple[str, int]]:
    """The base address of nginx, and its working process."""
    port = random.randint(20_000, 30_000)
    config = state / "nginx.conf"
    config.write_text(NGINX.format(state=state, media=media, port=port, right="" if live else RIGHT))
    argv = pinned(core, "nginx", "-c", str(config), "-e", str(state / "error.log"), at_once=live)
    with subprocess.Popen(argv) as child:
        try:
            children = Path(f"/proc/{child.pid}/task/{child.pid}/children")
            while not children.read_text():
                time.sleep(0.05)
            yield f"http://127.0.0.1:{port}", int(children.read_text().split()[0])
        finally:
            child.terminate()


def linked(name: str) -> str:
    mark = hashlib.md5(f"{EXPIRES}/{name} {SECRET}".encode()).digest()
    return f"{name}?md5={base64.urlsafe_b64encode(mark).decode().rstrip('=')}&expires={EXPIRES}"


def processor(process: int) -> float:
    """Seconds that a process has had of its core, user and system."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def load(url: str, process: int, core: int, seconds: int, connections: int) -> Result:
    before = processor(process)
    argv = pinned(core, "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", url)
    text = subprocess.run(argv, check=True, capture_output=True, text=True).stdout
    used = processor(process) - before
    if "Non-2xx" in text:
        raise SystemExit(f"{url} was refused:\n{text}")
    requests = re.search(r"Requests/sec:\s+([\d.]+)", text)
    transfer = re.search(r"Transfer/sec:\s+([\d.]+)(\w*B)", text)
    assert requests is not None
    assert transfer is not None
    scale = {"B": 1, "KB": 1024, "MB": 1024**2, "GB": 1024**3}[transfer[2]]
    total = re.search(r"(\d+) requests in", text)
    assert total is not None
    return Result(float(requests[1]), float(transfer[1]) * scale, used / int(total[1]) * 1e6)


def measure(seconds: int, rounds: int, connections: int) -> dict[str, list[tuple[Result, Result]]]:
    """Pairs of ours and nginx's by file."""
    cores = sorted(os.sched_getaffinity(0))
    serving, loading = cores[0], cores[-1]
    pairs: dict[str, list[tuple[Result, Result]]] = {name: [] for name in FILES}
    with tempfile.TemporaryDirectory() as folder:
        media, state = Path(folder, "media"), Path(folder, "state")
        media.mkdir()
        state.mkdir()
        media.parent.chmod(0o755)
        for name, size in FILES.items():
            (media / name).write_bytes(random.randbytes(size))
        with ours(media, state, serving) as (base, our_process), nginx(media, state, serving) as (rival, their_process):
            for _ in range(rounds):
                for name in FILES:
                    one = load(f"{base}/{name}", our_process, loading, seconds, connections)
                    other = load(f"{rival}/{linked(name)}", their_process, loading, seconds, connections)
                    pairs[name].append((one, other))
    return pairs


def table(pairs: dict[str, list[tuple[Result, Result]]]) -> str:
    columns = ("file", "NovaCast requests/s", "nginx requests/s", "NovaCast MB/s", "nginx MB/s", "ratio", "target")
    columns += ("NovaCast processor µs/request", "nginx processor µs/request")
    lines = [f"| {' | '.join(columns)} |", "|---" * len(columns) + "|"]
    for name, results in pairs.items():
        unit, target = TARGETS[name]
        ratios = [a.bytes / b.bytes if unit == "bytes/s" else a.requests / b.requests for a, b in results]
        numbers = [
            statistics.median(one.requests for one, _ in results),
            statistics.median(other.requests for _, other in results),
            statistics.median(one.bytes for one, _ in results) / 1e6,
            statistics.median(other.bytes for _, other in results) / 1e6,
        ]
        shown = " | ".join(f"{number:,.0f}" for number in numbers)
        label = f"{FILES[name] / 1000:,.0f} kB `{name}`"
        costs = [statistics.median(pair[side].processor for pair in results) for side in (0, 1)]
        lines.append(
            f"| {label} | {shown} | {statistics.median(ratios):.2f} of {unit} | {target} "
            f"| {costs[0]:.0f} | {costs[1]:.0f} |"
        )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--connections", type=int, default=32)
    chosen = parser.parse_args()
    print(table(measure(chosen.seconds, chosen.rounds, chosen.connections)))


if __name__ == "__main__":
    main()
