"""Viewers of LL-HLS for tests.bench.live, many in one process, as cheap as Python allows.

Run: `python -m tests.bench.live.viewers PORT SECONDS PART [--files N]` with the path of each viewer's session in a line
of its input; prints one line of JSON. A viewer does what hls.js does: for picture and for sound one connection reloads
the playlist, blocking, with delta updates, and one fetches each part as soon as a playlist names it. With `--files`
nothing blocks: at the pace of the parts it asks for a playlist and then a part, of N plain files each.
"""

import argparse
import asyncio
import json
import re
import sys
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from struct import unpack
from typing import cast

import uvloop

TRACKS = ("720p", "audio")
WARM = 3.0
"""Seconds before anything is counted."""
SLACK = 2.5
"""Parts that a player behind by three and a half has in hand: one that takes longer is a stall."""
_LENGTH = re.compile(rb"\r\nContent-Length: (\d+)")
_LINES = re.compile(
    rb'#EXT-X-(?:MEDIA-SEQUENCE:(\d+)|SKIP:SKIPPED-SEGMENTS=(\d+)|PART:[^\n]*URI="part_(\d+)\.m4s")|^seg_', re.M
)


class Line(asyncio.Protocol):
    """A connection with one request at a time."""

    def __init__(self, host: bytes) -> None:
        self._tail = b" HTTP/1.1\r\nHost: " + host + b"\r\nAccept: */*\r\nUser-Agent: bench\r\n\r\n"
        self._transport: asyncio.Transport | None = None
        self._pieces: list[bytes] = []
        self._missing = 0
        self._then: Callable[[bytes], None] | None = None
        self.status = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    @property
    def idle(self) -> bool:
        return self._then is None

    def ask(self, target: bytes, then: Callable[[bytes], None]) -> None:
        assert self._transport is not None
        self._then = then
        self._transport.write(b"GET " + target + self._tail)

    def data_received(self, data: bytes) -> None:
        if not self._pieces:
            end = data.index(b"\r\n\r\n") + 4
            self.status = int(data[9:12])
            found = _LENGTH.search(data, 0, end)
            assert found is not None
            self._missing, data = int(found[1]), data[end:]
        self._pieces.append(data)
        self._missing -= len(data)
        if self._missing <= 0:
            body = data if len(self._pieces) == 1 else b"".join(self._pieces)
            self._pieces.clear()
            then, self._then = self._then, None
            if then is not None:
                then(body)


@dataclass(frozen=True)
class Listed:
    msn: int
    """Of the segment that is open, and the index of its next part."""
    part: int
    parts: tuple[int, ...]
    """Numbers of all parts that are listed."""


@lru_cache(32)
def listed(playlist: bytes) -> Listed:
    """Everybody gets the same playlist, and one of them reads it."""
    msn, part, parts = 0, 0, []
    for found in _LINES.finditer(playlist):
        if found[1] or found[2]:
            msn += int(found[1] or found[2])
        elif found[3]:
            part += 1
            parts.append(int(found[3]))
        else:
            msn, part = msn + 1, 0
    return Listed(msn, part, tuple(parts))


class Count:
    def __init__(self, part: float) -> None:
        self.part, self.open = part, False
        self.delays: list[float] = []
        self.requests = self.refused = 0

    def came(self, since: float) -> None:
        if self.open:
            self.delays.append(time.monotonic() - since)


class Follower:
    """One track of one viewer."""

    def __init__(self, base: bytes, count: Count, playlists: Line, parts: Line) -> None:
        self._base, self._count, self._playlists, self._parts = base, count, playlists, parts
        self._newest: int | None = None
        self._wanted: deque[int] = deque()

    def begin(self) -> None:
        self._playlists.ask(self._base + b"/index.m3u8", self._told)

    def _told(self, body: bytes) -> None:
        self._count.requests += 1
        if self._playlists.status != 200:
            self._count.refused += 1
            asyncio.get_running_loop().call_later(self._count.part, self.begin)
            return
        here = listed(body)
        if self._newest is None:
            self._newest = here.parts[-2] if len(here.parts) > 1 else -1
        self._wanted.extend(number for number in here.parts if number > self._newest)
        self._newest = max(here.parts, default=self._newest)
        self._playlists.ask(
            b"%b/index.m3u8?_HLS_msn=%d&_HLS_part=%d&_HLS_skip=YES" % (self._base, here.msn, here.part), self._told
        )
        self._fetch()

    def _fetch(self) -> None:
        if self._wanted and self._parts.idle:
            self._parts.ask(b"%b/part_%05d.m4s" % (self._base, self._wanted.popleft()), self._come)

    def _come(self, body: bytes) -> None:
        self._count.requests += 1
        if self._parts.status == 200:
            self._count.came(unpack(">Q", body[-8:])[0] / 1e9)
        else:
            self._count.refused += 1
        self._fetch()


class Reader:
    """One track of one viewer of plain files."""

    def __init__(self, base: bytes, count: Count, playlists: Line, parts: Line) -> None:
        self._base, self._count, self._playlists, self._parts = base, count, playlists, parts
        self._number, self._since = 0, 0.0

    def turn(self, number: int, since: float) -> None:
        if self._playlists.idle and self._parts.idle:
            self._number, self._since = number, since
            self._playlists.ask(b"%b/%d.m3u8" % (self._base, number), self._told)
        else:
            self._count.refused += 1

    def _told(self, body: bytes) -> None:
        self._count.requests += 1
        self._parts.ask(b"%b/%d.m4s" % (self._base, self._number), self._come)

    def _come(self, body: bytes) -> None:
        self._count.requests += 1
        self._count.refused += self._parts.status != 200
        self._count.came(self._since)


async def connect(port: int) -> Line:
    _, line = await asyncio.get_running_loop().create_connection(
        lambda: Line(b"127.0.0.1:%d" % port), "127.0.0.1", port
    )
    return line


async def follow(port: int, bases: Sequence[bytes], seconds: float, count: Count) -> float:
    for base in bases:
        for track in TRACKS:
            follower = Follower(base + b"/" + track.encode(), count, await connect(port), await connect(port))
            follower.begin()
    return await counting(seconds, count)


async def read(port: int, bases: Sequence[bytes], seconds: float, count: Count, files: int) -> float:
    readers = [
        Reader(base + b"/" + track.encode(), count, await connect(port), await connect(port))
        for base in bases
        for track in TRACKS
    ]
    loop = asyncio.get_running_loop()
    began, turn = loop.time() + count.part, 0

    def step() -> None:
        nonlocal turn
        due = began + turn * count.part
        turn += 1
        loop.call_at(due + count.part, step)
        for reader in readers:
            reader.turn(turn % files, due)

    loop.call_at(began, step)
    return await counting(seconds, count)


async def counting(seconds: float, count: Count) -> float:
    """Processor time of this process meanwhile."""
    await asyncio.sleep(WARM)
    count.open, count.requests, count.refused = True, 0, 0
    print("counting", flush=True)
    before = time.process_time()
    await asyncio.sleep(seconds)
    count.open = False
    return time.process_time() - before


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name, kind in (("port", int), ("seconds", float), ("part", float)):
        parser.add_argument(name, type=kind)
    parser.add_argument("--files", type=int, default=0)
    chosen = parser.parse_args()
    count, bases = Count(chosen.part), sys.stdin.buffer.read().splitlines()
    if chosen.files:
        work = read(chosen.port, bases, chosen.seconds, count, chosen.files)
    else:
        work = follow(chosen.port, bases, chosen.seconds, count)
    used = uvloop.run(work)
    delays = sorted(count.delays) or [0.0]
    found = {
        "parts": len(count.delays),
        "requests": count.requests,
        "refused": count.refused,
        "p50": delays[len(delays) // 2],
        "p99": delays[len(delays) * 99 // 100],
        "stalls": sum(one > SLACK * chosen.part for one in delays),
        "used": used,
    }
    print(json.dumps(found), flush=True)


if __name__ == "__main__":
    main()
