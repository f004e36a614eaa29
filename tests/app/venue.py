"""A whole venue as an operator runs it: `novacast serve` in a process of its own, on a data folder."""

import asyncio
import atexit
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from novacast.clock import SystemClock
from novacast.folder import DataFolder
from novacast.identity import SYSTEM, Principal, Role
from novacast.media.ffmpeg import find_ffmpeg
from novacast.settings import Accounts, Server, Settings
from novacast.tables import MIGRATIONS
from novacast.wiring import services
from tests.compiled import keep, lend
from tests.databases import migrated
from tests.waiting import until

PASSWORD = "a stage with 9 lamps"
PEOPLE = {"owner": Role.OWNER, "producer": Role.PRODUCER, "door": Role.DOOR, "visitor": None}
CHEAP = Accounts(argon2_memory_kib=8192, argon2_iterations=1)
FAST = {
    "NOVACAST_TRANSCODE_HEIGHTS": "144,240",
    "NOVACAST_TRANSCODE_PRESET": "ultrafast",
    "NOVACAST_ACCOUNTS_ARGON2_MEMORY_KIB": str(CHEAP.argon2_memory_kib),
    "NOVACAST_ACCOUNTS_ARGON2_ITERATIONS": str(CHEAP.argon2_iterations),
    "NOVACAST_UPLOADS_RESERVE_BYTES": "0",
    "NOVACAST_SERVER_PORT": "0",
    "NOVACAST_SERVER_DRAIN_SECONDS": "2",
}
SERVE = "from novacast_admin.cli.main import run; run()"
DEMO = """import sys; from novacast.app import serve; from novacast.settings import load
serve(load(), demo=True, ready=lambda address: print("listens on", address, file=sys.stderr, flush=True))"""
"""A venue that shows its mails to everyone; `novacast demo` itself would make its own people and films first."""


@dataclass(slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(slots=True)
class Venue:
    """`org` belongs to `owner`; everyone's password is PASSWORD."""

    folder: Path
    org: str
    url: str = ""
    process: subprocess.Popen[str] | None = None
    listener: threading.Thread | None = None
    lines: list[str] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)
    program: str = SERVE

    async def start(self) -> None:
        """Returns when it answers. Raises AssertionError with what it said if it ended instead."""
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "NOVACAST_DATA": str(self.folder)}
        command = [sys.executable, "-c", self.program, "serve"]
        self.process = subprocess.Popen(
            command,
            stderr=subprocess.PIPE,
            text=True,
            env=environment | FAST | self.environment | {"PYTHONPATH": os.pathsep.join(sys.path)},
        )
        ready: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        loop = asyncio.get_running_loop()
        self.listener = threading.Thread(target=self._listen, args=(self.process, loop, ready), daemon=True)
        self.listener.start()
        self.url = await ready

    def _listen(
        self, process: subprocess.Popen[str], loop: asyncio.AbstractEventLoop, ready: "asyncio.Future[str]"
    ) -> None:
        assert process.stderr is not None
        told = False
        for line in process.stderr:
            self.lines.append(line)
            if not told and "listens on" in line:
                told = True
                loop.call_soon_threadsafe(ready.set_result, line.split()[-1])
        process.stderr.close()
        if not told:
            loop.call_soon_threadsafe(ready.set_exception, AssertionError("it did not start: " + self.said()))

    def said(self) -> str:
        return "".join(self.lines)

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal, wait, and give the exit code."""
        assert self.process is not None
        assert self.listener is not None
        if self.process.poll() is None:
            self.process.send_signal(number)
        code = self.process.wait(30)
        self.listener.join(30)
        return code

    async def ask(
        self, method: str, path: str, token: str = "", body: Any = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(path if "://" in path else self.url + path, data, method=method)
        if data is not None:
            request.add_header("Content-Type", "application/json")
        if token:
            request.add_header("Authorization", f"Bearer {token}")
        for name, value in (headers or {}).items():
            request.add_header(name, value)
        return await asyncio.to_thread(_ask, request)

    async def refused(self, path: str) -> int:
        """The status of the first answer that is not 200."""
        answers: list[int] = []

        async def is_refused() -> bool:
            answers.append((await self.ask("GET", path)).status)
            return answers[-1] != 200

        await until(is_refused)
        return answers[-1]

    def workers(self) -> list[int]:
        """The process ids of its transcoding children."""
        assert self.process is not None
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return [int(child) for child in children if b"novacast.worker" in _command_line(child)]

    async def token(self, who: str) -> str:
        """An API access token of one of PEOPLE."""
        answer = await self.ask("POST", "/api/v1/tokens", body={"email": f"{who}@venue.example", "password": PASSWORD})
        assert answer.status in (200, 201), answer.body
        return str(answer.json["access_token"])


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


_opener = urllib.request.build_opener(_Stay)


def _ask(request: urllib.request.Request) -> Answer:
    try:
        with _opener.open(request, timeout=60) as response:
            return Answer(response.status, response.headers, response.read())
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, error.headers, error.read())


def _command_line(pid: str) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""


_founded: dict[frozenset[tuple[str, Role | None]], Venue] = {}


async def found(folder: Path, people: Mapping[str, Role | None] = PEOPLE) -> Venue:
    """A venue with its people on a new folder, not started: founded once, and copied for each test."""
    key = frozenset(people.items())
    if key not in _founded:
        template = Path(mkdtemp(prefix="novacast-tests-"))
        atexit.register(shutil.rmtree, template, ignore_errors=True)
        _founded[key] = await _found(template / "data", people)
    shutil.copytree(_founded[key].folder, folder)
    lend(DataFolder.at(folder).cache)
    return Venue(folder, _founded[key].org)


async def _found(folder: Path, people: Mapping[str, Role | None]) -> Venue:
    data, clock = DataFolder.at(folder), SystemClock()
    data.prepare()
    migrated(data.database, MIGRATIONS)
    async with services(Settings(data=folder, server=Server(port=0), accounts=CHEAP), clock) as own:
        ids = {}
        for name in people:
            person = await own.accounts.administration.create_person(
                SYSTEM, f"{name}@venue.example", name.title(), PASSWORD
            )
            ids[name] = person.id
        organization = await own.accounts.organizations.create(Principal(person_id=ids["owner"]), "The Playhouse")
        for name, role in people.items():
            if role not in (None, Role.OWNER):
                await own.accounts.administration.set_role(SYSTEM, organization.id, ids[name], role)
    await find_ffmpeg(data.cache)
    return Venue(folder, organization.id)


@asynccontextmanager
async def open_venue(
    folder: Path, *, program: str = SERVE, people: Mapping[str, Role | None] = PEOPLE, **environment: str
) -> AsyncIterator[Venue]:
    venue = await found(folder, people)
    venue.program = program
    venue.environment = environment
    await venue.start()
    try:
        yield venue
    finally:
        if venue.process is not None and venue.process.poll() is None:
            venue.end(signal.SIGKILL)
        keep(DataFolder.at(folder).cache)
