"""The only place that starts a child process.

Each child leads a process group of its own, is ended by TERM, grace, KILL of the whole group, is always reaped,
also when its owner is cancelled, and dies with this process even when that is killed by -9 (Linux). Each pipe has
one reader task from birth to EOF, so a child never blocks on a full pipe.
"""

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import Iterator, Mapping
from dataclasses import field, replace
from pathlib import Path
from types import TracebackType

from novacast import logs
from novacast.errors import ChildFailed, MediaFailure
from novacast.i18n import Text, text
from novacast.media.pipes import CHUNK, Flow, Pipe, Plumbing, Sink
from novacast.media.tail import Tail
from novacast.records import dataclass
from novacast.tasks import TaskGroup

STDOUT, STDERR, PROGRESS = 1, 2, 3
"""Descriptor numbers as the child knows them; FFmpeg is told `-progress pipe:3`."""

FFMPEG_ENDED_BY_SIGNAL = 255
"""What FFmpeg exits with when a TERM made it finish its files and leave."""

ENVIRONMENT: Mapping[str, str] = {"PATH": os.defpath, "LANG": "C.UTF-8"}
"""What a child sees: nothing of ours, whose environment may hold secrets."""

CONTEXT = "NOVACAST_LOG_CONTEXT"
"""Variable that tells a child, and whoever looks at it, for which request or job it works."""

DRAIN_SECONDS = 5.0
"""How long a dead child's pipes may stay open, held by someone who left its group."""

_LAUNCHER = str(Path(__file__).with_name("launcher.py"))


@dataclass(frozen=True, slots=True)
class Limits:
    """None is no limit."""

    wall: float | None = None
    """Seconds of running; time spent paused does not count."""
    cpu: int | None = None
    """Seconds of processor time, of all threads."""
    address_space: int | None = None
    """Bytes of virtual memory, always more than what is resident."""
    file_size: int | None = None
    """Bytes in any one file it writes."""
    nice: int = 0

    def rlimits(self) -> dict[str, int]:
        wanted = {"RLIMIT_CPU": self.cpu, "RLIMIT_AS": self.address_space, "RLIMIT_FSIZE": self.file_size}
        return {"RLIMIT_CORE": 0} | {name: value for name, value in wanted.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Command:
    """What to run. `name` is what people read in errors; `outputs` takes the bytes of a descriptor of the child's
    (1 is its stdout, 3 and more are further pipes); stderr always goes to the tail, anything else to nowhere.
    """

    name: str
    argv: tuple[str, ...]
    limits: Limits = Limits()
    outputs: Mapping[int, Sink] = field(default_factory=dict)
    cwd: Path | None = None
    environment: Mapping[str, str] = field(default_factory=lambda: ENVIRONMENT)
    grace: float = 5.0
    """Seconds between TERM and KILL."""
    flow: Flow | None = None
    """Who fills its stdin by `Child.write`; None: it has none."""


@dataclass(frozen=True, slots=True)
class Outcome:
    returncode: int
    """As subprocess has it: negative is the number of the signal that ended it."""
    tail: tuple[str, ...]
    stopped: bool = False
    """We asked it to end, by `stop` or by its wall limit."""
    killed: bool = False
    """It did not go when asked."""
    timed_out: bool = False

    @property
    def ok(self) -> bool:
        if self.stopped and not self.killed and not self.timed_out:
            return self.returncode in {0, FFMPEG_ENDED_BY_SIGNAL, -signal.SIGTERM}
        return self.returncode == 0 and not self.timed_out

    def check(self, command: Command) -> None:
        """Raises ChildFailed with the tail unless it ended well."""
        if not self.ok:
            message = self._why(command.name, command.limits)
            raise ChildFailed(message, returncode=self.returncode, tail=self.tail)

    def _why(self, what: str, limits: Limits) -> Text:
        if self.timed_out:
            return text("{what} took longer than {seconds:g} s and was ended.", what=what, seconds=limits.wall)
        if self.returncode == -signal.SIGXCPU or (
            limits.cpu and self.returncode == -signal.SIGKILL and not self.killed
        ):
            return text(
                "{what} used more than {seconds} s of processor time and was ended.", what=what, seconds=limits.cpu
            )
        if self.returncode == -signal.SIGXFSZ:
            return text("{what} wrote a file larger than {most} bytes and was ended.", what=what, most=limits.file_size)
        if self.returncode < 0:
            name = signal.Signals(-self.returncode).name
            ended = text("{what} was ended by {signal}.", what=what, signal=name)
        else:
            ended = text("{what} failed with exit code {code}.", what=what, code=self.returncode)
        return text("{ended} Its last words: {words}", ended=ended, words=self.tail[-1]) if self.tail else ended


class Child:
    """A running child. Use as `async with await Child.start(...)`: leaving the block ends it."""

    def __init__(
        self, command: Command, process: asyncio.subprocess.Process, plumbing: Plumbing, tail: Tail
    ) -> None:  # fmt: skip
        self._command = command
        self._process = process
        self._stdin = plumbing.stdin
        self._tail = tail
        self._tasks = TaskGroup(command.name)
        self._stopped = self._killed = self._timed_out = self._paused = False
        self._broken: Exception | None = None
        self._ending: asyncio.Task[None] | None = None
        self._readers = {self._tasks.start(self._read(pipe), f"pipe {pipe.number}") for pipe in plumbing.outputs}
        self._life = self._tasks.start(self._live(), "life")
        self._deadline: asyncio.TimerHandle | None = None
        self._remaining = command.limits.wall
        self._arm()

    @classmethod
    async def start(cls, command: Command) -> "Child":
        """Raises ChildFailed when no process could be made. A program that is missing shows in `wait`: exit 127."""
        tail, plumbing = Tail(), Plumbing()
        try:
            await plumbing.lay({**command.outputs, STDERR: tail.feed}, command.flow)
            process = await _spawn(command, plumbing)
        except OSError as error:
            plumbing.tear_out()
            why = error.strerror or str(error)
            raise ChildFailed(text("{what} could not be started: {why}.", what=command.name, why=why)) from error
        except BaseException:
            plumbing.tear_out()
            raise
        plumbing.hand_over()
        return cls(command, process, plumbing, tail)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process.returncode is None

    @property
    def paused(self) -> bool:
        return self._paused

    @property
    def tail(self) -> tuple[str, ...]:
        return self._tail.lines

    @property
    def waiting(self) -> int:
        """Bytes of its stdin that wait in this process."""
        return 0 if self._stdin is None else self._stdin.waiting

    def write(self, data: bytes) -> None:
        """To its stdin, without waiting; dropped once it has ended."""
        if self._stdin is not None:
            self._stdin.write(data)

    def finish(self) -> None:
        """Nothing more comes to its stdin."""
        if self._stdin is not None:
            self._stdin.finish()

    def pause(self) -> None:
        if self.running and not self._paused:
            self._paused = True
            if self._deadline is not None and self._remaining is not None:
                self._remaining = max(0.0, self._deadline.when() - asyncio.get_running_loop().time())
                self._deadline.cancel()
            self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        if self._paused:
            self._paused = False
            self._arm()
            self._signal(signal.SIGCONT)

    async def wait(self) -> Outcome:
        """The end of the child and of its pipes. Raises what a sink raised, if one did: the child was ended then."""
        await asyncio.shield(self._life)
        if self._broken is not None:
            raise self._broken
        code = self._process.returncode
        assert code is not None
        return Outcome(code, self.tail, self._stopped, self._killed, self._timed_out)

    async def stop(self) -> None:
        """TERM to the group, grace, KILL; returns when it is reaped. Cancelling the caller does not stop the ending."""
        await asyncio.shield(self._begin_end())

    async def __aenter__(self) -> "Child":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    def _begin_end(self) -> asyncio.Task[None]:
        if self._ending is None:
            self._ending = self._tasks.start(self._end(), "end")
        return self._ending

    async def _end(self) -> None:
        if self.running:
            self._stopped = True
            self._signal(signal.SIGTERM)
            self._signal(signal.SIGCONT)  # a stopped process would never see the TERM
            try:
                await asyncio.wait({self._life}, timeout=self._command.grace)
            finally:
                if self.running:
                    self._killed = True
                    self._signal(signal.SIGKILL)
        await asyncio.wait({self._life})

    async def _live(self) -> None:
        """From birth to reaped and drained. Only the end of the event loop cancels this."""
        try:
            await self._process.wait()
        except asyncio.CancelledError:
            self._signal(signal.SIGKILL)
            await self._process.wait()
            raise
        finally:
            if self._deadline is not None:
                self._deadline.cancel()
            self._signal(signal.SIGKILL)  # whom it left behind in its group
            if self._stdin is not None:
                self._stdin.drop()
            if self._readers:
                await asyncio.wait(self._readers, timeout=DRAIN_SECONDS)
                for reader in self._readers:
                    reader.cancel()

    async def _read(self, pipe: Pipe) -> None:
        try:
            while chunk := await pipe.reader.read(CHUNK):
                if self._broken is None:
                    await self._pour(pipe.sink, chunk)
        finally:
            pipe.transport.close()

    async def _pour(self, sink: Sink, chunk: bytes) -> None:
        try:
            if (pending := sink(chunk)) is not None:
                await pending
        except Exception as error:  # noqa: BLE001  wait() raises it; the pipe must be drained all the same
            self._broken = error
            self._begin_end()

    def _arm(self) -> None:
        if self._remaining is not None:
            self._deadline = asyncio.get_running_loop().call_later(self._remaining, self._expire)

    def _expire(self) -> None:
        self._timed_out = True
        self._begin_end()

    def _signal(self, number: signal.Signals) -> None:
        # Group ids are not reused while a member lives; an empty group is the ProcessLookupError.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, number)


@dataclass(frozen=True, slots=True)
class Ran:
    outcome: Outcome
    stdout: bytes


async def run_child(command: Command, *, capture: int = 0) -> Ran:
    """Run to the end; keep at most `capture` bytes of stdout. Raises ChildFailed, also when it writes more."""
    kept = bytearray()

    def keep(chunk: bytes) -> None:
        if len(kept) + len(chunk) > capture:
            raise MediaFailure(
                text("{what} wrote more than the {most} bytes that were expected.", what=command.name, most=capture)
            )
        kept.extend(chunk)

    outputs = {**command.outputs, STDOUT: keep} if capture else command.outputs
    async with await Child.start(replace(command, outputs=outputs)) as child:
        outcome = await child.wait()
    outcome.check(command)
    return Ran(outcome, bytes(kept))


async def _spawn(command: Command, plumbing: Plumbing) -> asyncio.subprocess.Process:
    ends = {pipe.number: pipe.write_end for pipe in plumbing.outputs}
    stdin = asyncio.subprocess.DEVNULL if plumbing.stdin is None else plumbing.stdin.read_end
    extra = dict(_extra(ends))
    plan = {
        "parent": os.getpid(),
        "limits": command.limits.rlimits(),
        "nice": command.limits.nice,
        "fds": extra,
    }
    return await asyncio.create_subprocess_exec(
        sys.executable, "-I", "-S", _LAUNCHER, json.dumps(plan), *command.argv,
        stdin=stdin,
        stdout=ends.get(STDOUT, asyncio.subprocess.DEVNULL),
        stderr=ends[STDERR],
        pass_fds=tuple(extra),
        cwd=command.cwd,
        env={**command.environment, **({CONTEXT: mark} if (mark := logs.context.get()) else {})},
        start_new_session=True,
    )  # fmt: skip


def _extra(ends: Mapping[int, int]) -> Iterator[tuple[int, int]]:
    for number, write_end in ends.items():
        if number not in {STDOUT, STDERR}:
            yield write_end, number
