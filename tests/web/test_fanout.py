"""What is written to many at once comes to each of them whole and in order, whatever else is written to it."""

import asyncio
import random
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, cast

import pytest

from novacast.web.connections import Seat
from novacast.web.fanout import Fanout
from novacast.web.wires import EventWire, Hearts

MOST_SEEDS = 12
STEPS = 60


class FreeSeat:
    def leave(self) -> None: ...


@dataclass
class Reader:
    """A wire and the far end of it. `told`: what was written to it, in that order."""

    wire: EventWire
    far: socket.socket
    told: bytes = b""

    async def read(self, size: int) -> bytes:
        """Less at the end of the connection."""
        found = b""
        while len(found) < size and (more := await asyncio.get_running_loop().sock_recv(self.far, size - len(found))):
            found += more
        return found


@asynccontextmanager
async def readers(count: int) -> AsyncIterator[list[Reader]]:
    """With room for little that is not read yet."""
    loop, hearts, made = asyncio.get_running_loop(), Hearts(), list[Reader]()
    for _ in range(count):
        near, far = socket.socketpair()
        for end in (near, far):
            end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
            end.setblocking(False)
        transport, _ = await loop.create_connection(asyncio.Protocol, sock=near)
        wire = EventWire(transport, cast("Seat", FreeSeat()), hearts)
        transport.set_protocol(wire)
        made.append(Reader(wire, far))
    yield made
    for one in made:
        one.wire.transport.abort()
        one.far.close()


@pytest.mark.parametrize("seed", range(MOST_SEEDS))
async def test_nothing_overtakes_and_nothing_is_cut_however_full_the_sockets_are(seed: int) -> None:
    chance, together = random.Random(seed), Fanout()
    async with readers(4) as all_of_them:
        here: list[Reader] = []
        read = {one.far: b"" for one in all_of_them}
        for number in range(STEPS):
            one = chance.choice(all_of_them)
            data = b"%d:%b\n" % (number, bytes([97 + number % 26]) * chance.choice([1, 30, 3000]))
            match chance.choice(["all", "all", "all", "one", "come", "go", "read", "turn"]):
                case "all":
                    together.write(data)
                    for each in here:
                        each.told += data
                case "one":
                    one.wire.write(data)
                    one.told += data
                case "come" if one not in here:
                    together.add(one.wire)
                    here.append(one)
                case "go" if one in here:
                    together.discard(one.wire)
                    here.remove(one)
                case "read":
                    read[one.far] += await one.read(chance.randrange(len(one.told) - len(read[one.far]) + 1))
                case _:
                    await asyncio.sleep(0)
            assert len(together) == len(here)
        for one in all_of_them:
            rest = await one.read(len(one.told) - len(read[one.far]))
            assert read[one.far] + rest == one.told


async def test_a_connection_that_is_closed_is_closed_for_its_reader_and_is_written_to_no_more() -> None:
    together = Fanout()
    async with readers(2) as (one, other):
        for each in (one, other):
            together.add(each.wire)
        together.write(b"first")
        one.wire.close(1000)
        together.write(b"second")
        assert await one.read(100) == b"first"
        assert await other.read(11) == b"firstsecond"
        other.far.close()
        while other.wire.fanout is not None:
            together.write(b"nobody reads this any more")
            await asyncio.sleep(0)
        assert len(together) == 0


async def test_what_is_encrypted_goes_through_its_transport_alone() -> None:
    class Encrypted:
        def __init__(self) -> None:
            self.written: list[bytes] = []

        def get_extra_info(self, name: str) -> Any:
            return object()

        def set_write_buffer_limits(self, high: int) -> None: ...

        def get_write_buffer_size(self) -> int:
            return 0

        def write(self, data: bytes) -> None:
            self.written.append(data)

    transport, together = Encrypted(), Fanout()
    together.add(EventWire(cast("asyncio.Transport", transport), cast("Seat", FreeSeat()), Hearts()))
    for data in (b"first", b"second"):
        together.write(data)
    assert transport.written == [b"first", b"second"]
