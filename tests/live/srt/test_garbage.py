"""Datagrams with mistakes in them: nothing is raised, nothing is answered, who was let in stays."""

import random
import struct

from novacast.live.srt.packets import CONTROL, HEADER, Control, control
from tests.live.srt.conftest import Open
from tests.waiting import until

MANY = 2_000


async def test_strangers_datagrams_change_nothing(opened: Open) -> None:
    studio = await opened()
    await studio.caller()
    stranger, chance = await studio.silent(), random.Random(4)
    for _ in range(MANY):
        stranger.put(chance.randbytes(chance.randrange(1, 100)))
        stranger.put(
            HEADER.pack(CONTROL | chance.randrange(12) << 16, 0, 0, 0) + chance.randbytes(chance.randrange(80))
        )
    await stranger.induce()
    assert not (await studio.gate.basket()).endings
    assert studio.value("callers") == 1


async def test_a_callers_own_garbage_is_borne(opened: Open) -> None:
    studio = await opened()
    caller, chance = await studio.caller(), random.Random(5)
    for _ in range(MANY):
        kind = chance.choice([0, 1, 2, 3, 4, 6, 7, 8, 0x7FFF])
        head = HEADER.pack(CONTROL | kind << 16 | chance.randrange(8), chance.getrandbits(32), 0, caller.peer)
        caller.put(head + chance.randbytes(chance.randrange(80)))
        caller.put(struct.pack("!IIII", chance.getrandbits(31), 0, chance.getrandbits(32), caller.peer))
    caller.put(control(Control.SHUTDOWN, caller.peer, 0))
    await until(lambda: bool(studio.gate.baskets[0].endings))
    assert studio.gate.baskets[0].endings == ["The encoder ended its broadcast."]
