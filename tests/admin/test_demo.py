"""`novacast demo` as a process: killed half way, started again, served, stopped."""

import http.client
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing, suppress
from functools import partial
from pathlib import Path

import pytest

from tests.waiting import block_until

ROOT = Path(__file__).parents[2]
PATIENCE = 300.0


def start(home: Path, *arguments: str) -> subprocess.Popen[str]:
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "admin"))),
        "NOVACAST_TRANSCODE_HEIGHTS": "144",
        "NOVACAST_UPLOADS_RESERVE_BYTES": "0",
    }
    return subprocess.Popen(
        [sys.executable, "-m", "novacast_admin.cli.main", "demo", *arguments],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def rows(database: Path, sql: str) -> list[tuple[object, ...]]:
    if not database.exists():
        return []
    with closing(sqlite3.connect(database, timeout=10)) as db:
        try:
            return db.execute(sql).fetchall()
        except sqlite3.OperationalError:
            return []


def seen(process: subprocess.Popen[str], reached: Callable[[], bool]) -> bool:
    assert process.poll() is None, "it ended by itself"
    return reached()


@pytest.mark.slow
def test_a_demo_killed_at_each_stage_is_finished_by_the_next_start_and_served(tmp_path: Path) -> None:
    data = tmp_path / ".local" / "state" / "novacast-demo"
    database = data / "novacast.db"
    stages = (
        lambda: len(rows(database, "SELECT 1 FROM people")) >= 2,
        lambda: len(rows(database, "SELECT 1 FROM videos")) >= 1,
        lambda: bool(rows(database, "SELECT 1 FROM transcodes WHERE state = 'running'")),
    )
    for reached in stages:
        with start(tmp_path, "--no-serve") as killed:
            block_until(partial(seen, killed, reached), PATIENCE)
            killed.send_signal(signal.SIGKILL)
    with start(tmp_path, "--no-serve", "--json") as finished:
        answer = json.loads(finished.communicate(timeout=PATIENCE)[0])
    assert finished.returncode == 0
    assert answer["data"] == str(data)
    assert len(rows(database, "SELECT 1 FROM people")) == len(answer["people"])
    assert [state for (state,) in rows(database, "SELECT state FROM videos")] == ["ready"] * 3
    assert list((data / "media" / ".work").glob("*")) == []
    served(tmp_path)


def served(home: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    def answers() -> bool:
        try:
            with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=5)) as connection:
                connection.request("GET", "/login")
                return connection.getresponse().status == 200
        except OSError:
            return False

    data = home / ".local" / "state" / "novacast-demo"
    on_air = "SELECT 1 FROM programmes WHERE state = 'on_air'"
    with start(home, "--port", str(port)) as server:
        block_until(partial(seen, server, answers), PATIENCE)
        block_until(partial(seen, server, lambda: bool(rows(data / "novacast.db", on_air))), PATIENCE)
        secret = json.loads((data / "demo-key.json").read_text())["secret"]
        assert processes(secret) != []
        server.send_signal(signal.SIGINT)
        out, _ = server.communicate(timeout=60)
    assert server.returncode == 0
    assert f"http://127.0.0.1:{port}/login" in out
    assert "olive@lantern.example" in out
    assert re.search(r"/watch/\w+ +what is on air now", out)
    assert processes(secret) == []


def processes(word: str) -> list[str]:
    """Those of this machine that have it in their command line."""
    found = []
    for line in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            if word.encode() in line.read_bytes():
                found.append(line.parent.name)
    return found
