"""The server under a service manager: it takes over a socket, tells of itself, and its restart refuses nobody."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from novacast.settings.service import ServiceManager, service_manager
from tests.app.venue import FAST, Venue, found

PROGRAM = """
import os
os.environ["LISTEN_PID"] = str(os.getpid())
os.dup2(int(os.environ.pop("LISTENER")), 3)
from novacast_admin.cli.main import run; run()
"""
"""What systemd does between fork and exec: the socket becomes descriptor 3, and the process that it is for is named."""


class Manager:
    """Holds the socket and hears what is told."""

    def __init__(self, place: Path) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.ear = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.path = str(place / "notify")
        self.ear.bind(self.path)
        self.ear.setblocking(False)

    async def start(self, venue: Venue) -> asyncio.subprocess.Process:
        os.set_inheritable(self.listener.fileno(), True)
        environment = {
            **FAST,
            "PATH": os.environ["PATH"],
            "HOME": str(venue.folder),
            "NOVACAST_DATA": str(venue.folder),
            "NOVACAST_JOBS_WORKER": "false",
            "NOVACAST_LIVE_RTMP_PORT": "0",
            "NOVACAST_LIVE_SRT_PORT": "0",
            "NOVACAST_SERVER_PORT": "8080",
            "PYTHONPATH": os.pathsep.join(sys.path),
            "NOTIFY_SOCKET": self.path,
            "WATCHDOG_USEC": "300000",
            "LISTEN_FDS": "1",
            "LISTENER": str(self.listener.fileno()),
        }
        return await asyncio.create_subprocess_exec(
            sys.executable, "-c", PROGRAM, "serve", env=environment, pass_fds=[self.listener.fileno()],
            stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip

    async def hears(self, wanted: str) -> str:
        while True:
            said = (await asyncio.get_running_loop().sock_recv(self.ear, 4096)).decode()
            if wanted in said:
                return said

    def close(self) -> None:
        self.listener.close()
        self.ear.close()


@pytest.fixture
def manager() -> Iterator[Manager]:
    # A socket's path must be short.
    with TemporaryDirectory(prefix="novacast-") as place:
        made = Manager(Path(place))
        yield made
        made.close()


async def asked(port: int) -> bytes:
    """The first line of an answer. Connecting succeeds at once, whoever serves or not."""
    reader, writer = await asyncio.wait_for(asyncio.open_connection("127.0.0.1", port), 10)
    writer.write(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    try:
        return await asyncio.wait_for(reader.readline(), 120)
    finally:
        writer.close()


@pytest.mark.slow
async def test_a_restart_refuses_no_connection_and_is_told(manager: Manager, tmp_path: Path) -> None:
    venue = await found(tmp_path / "data")
    early = asyncio.ensure_future(asked(manager.port))
    first = await manager.start(venue)
    async with asyncio.timeout(240):
        await manager.hears("READY=1")
        await manager.hears("WATCHDOG=1")
        await manager.hears("WATCHDOG=1")
        assert b"200" in await early
        first.send_signal(signal.SIGTERM)
        await manager.hears("STOPPING=1")
        assert await first.wait() == 0
        between = [asyncio.ensure_future(asked(manager.port)) for _ in range(20)]
        second = await manager.start(venue)
        assert all(b"200" in line for line in await asyncio.gather(*between))
        second.send_signal(signal.SIGTERM)
        assert await second.wait() == 0


def test_only_what_is_meant_for_this_process_is_taken_and_no_child_sees_it() -> None:
    own = {"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": "2", "NOTIFY_SOCKET": "@x", "WATCHDOG_USEC": "5000000"}
    environ = {**own, "LISTEN_FDNAMES": "http:more", "HOME": "x"}
    assert service_manager(environ) == ServiceManager((3, 4), "@x", 5.0)
    assert environ == {"HOME": "x"}
    others = {"LISTEN_PID": "1", "LISTEN_FDS": "2", "WATCHDOG_USEC": "5000000", "WATCHDOG_PID": "1"}
    assert service_manager(others) == ServiceManager()
    assert service_manager({"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": "-1"}) == ServiceManager()
