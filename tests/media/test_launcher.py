"""What a child may not have of ours."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from novacast.media.process import Command, Limits, run_child

ROOT = Path(__file__).parents[2]
PORTS = 1 << 10
"""CAP_NET_BIND_SERVICE, as /proc/PID/status shows sets of capabilities."""

SERVER = """
import asyncio, sys
from pathlib import Path
from novacast.media.process import Command, run_child
print(Path("/proc/self/status").read_text())
print("CHILD")
print(asyncio.run(run_child(Command("cat", ("cat", "/proc/self/status")), capture=10_000)).stdout.decode())
"""


def sets(status: str) -> dict[str, int]:
    """The capability sets, and NoNewPrivs."""
    rows = (line.split(":") for line in status.splitlines() if line.startswith(("Cap", "NoNewPrivs")))
    return {name: int(value, 16) for name, value in rows}


@pytest.mark.skipif(os.geteuid() != 0 or shutil.which("setpriv") is None, reason="needs root and setpriv")
def test_a_child_has_no_capability_of_the_service() -> None:
    """As AmbientCapabilities=CAP_NET_BIND_SERVICE of a unit; `noroot` makes root as powerless as any user."""
    given = ("--securebits=+noroot", "--inh-caps=+net_bind_service", "--ambient-caps=+net_bind_service")
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        ["setpriv", *given, sys.executable, "-c", SERVER], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    ours, _, childs = done.stdout.partition("CHILD\n")
    assert sets(ours)["CapEff"] == sets(ours)["CapAmb"] == PORTS, "the server may open ports below 1024"
    for name in ("CapEff", "CapPrm", "CapInh", "CapAmb"):
        assert sets(childs)[name] == 0, f"{name} of its child"
    assert sets(childs)["NoNewPrivs"] == 1


def test_a_child_gets_no_new_privileges_whoever_we_are() -> None:
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", SERVER], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    childs = sets(done.stdout.partition("CHILD\n")[2])
    assert (childs["NoNewPrivs"], childs["CapAmb"], childs["CapInh"]) == (1, 0, 0)


@pytest.mark.skipif(not Path("/proc/self/autogroup").exists(), reason="needs a Linux that groups by session")
async def test_a_child_that_stands_back_does_so_for_other_sessions_too() -> None:
    files = ("/proc/self/autogroup", "/proc/self/stat")
    ran = await run_child(Command("cat", ("cat", *files), Limits(nice=10)), capture=10_000)
    group, stat = ran.stdout.decode().splitlines()
    assert group.endswith(" nice 10")
    assert stat.rpartition(")")[2].split()[16] == "10"
