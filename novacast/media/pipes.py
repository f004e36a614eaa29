"""The pipes between a child process and this one: what it writes is read, and what it reads is written, by the loop."""

import asyncio
import fcntl
import os
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import field
from typing import Protocol

from novacast.records import dataclass

CHUNK = 64 * 1024
ROOM = 1024 * 1024
"""Bytes that the kernel holds of what the child has not read yet; what Linux gives anyone (pipe(7))."""
BEHIND = 256 * 1024
"""Bytes that wait here beside those before the child counts as slow."""

Sink = Callable[[bytes], Awaitable[None] | None]


class Flow(Protocol):
    """Whoever fills a child's stdin, told when it had better wait. Nothing is lost if it does not."""

    def pause(self) -> None: ...

    def resume(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Pipe:
    """The read end is ours (a transport), the write end goes to the child and is closed here after the spawn."""

    number: int
    write_end: int
    reader: asyncio.StreamReader
    transport: asyncio.ReadTransport
    sink: Sink


async def open_pipe(number: int, sink: Sink) -> Pipe:
    read_end, write_end = os.pipe()
    reader = asyncio.StreamReader(limit=CHUNK)
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(read_end, "rb", buffering=0)
    )
    return Pipe(number, write_end, reader, transport, sink)


class Input(asyncio.BaseProtocol):
    """A child's stdin. `read_end` goes to the child and is closed here after the spawn."""

    def __init__(self, flow: Flow) -> None:
        self._flow = flow
        self._transport: asyncio.WriteTransport | None = None
        self.read_end = -1

    @classmethod
    async def open(cls, flow: Flow) -> "Input":
        read_end, write_end = os.pipe()
        with suppress(OSError, AttributeError):  # another system, or one whose limit is lower
            fcntl.fcntl(write_end, fcntl.F_SETPIPE_SZ, ROOM)
        transport, self = await asyncio.get_running_loop().connect_write_pipe(
            lambda: cls(flow), os.fdopen(write_end, "wb", buffering=0)
        )
        transport.set_write_buffer_limits(high=BEHIND)
        self._transport, self.read_end = transport, read_end
        return self

    @property
    def waiting(self) -> int:
        """Bytes that the kernel has not taken yet."""
        return 0 if self._transport is None else self._transport.get_write_buffer_size()

    def write(self, data: bytes) -> None:
        """Never waits. What comes after the child's end is dropped."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(data)

    def finish(self) -> None:
        """End of file, after what was written. Repeatable."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.close()  # what waits is written first

    def drop(self) -> None:
        """Close, whatever still waits."""
        if self._transport is not None:
            self._transport.abort()

    def pause_writing(self) -> None:
        self._flow.pause()

    def resume_writing(self) -> None:
        self._flow.resume()

    def connection_lost(self, error: Exception | None) -> None:
        self._transport = None


@dataclass(slots=True)
class Plumbing:
    """All pipes of one child."""

    outputs: list[Pipe] = field(default_factory=list)
    stdin: Input | None = None

    async def lay(self, outputs: Mapping[int, Sink], flow: Flow | None) -> None:
        """Raises OSError; `tear_out` closes what there is by then."""
        if flow is not None:
            self.stdin = await Input.open(flow)
        for number, sink in outputs.items():
            self.outputs.append(await open_pipe(number, sink))

    def hand_over(self) -> None:
        """The child has its ends; ours of the same are closed."""
        for pipe in self.outputs:
            os.close(pipe.write_end)
        if self.stdin is not None:
            os.close(self.stdin.read_end)

    def tear_out(self) -> None:
        """There is no child."""
        self.hand_over()
        for pipe in self.outputs:
            pipe.transport.close()
        if self.stdin is not None:
            self.stdin.drop()
