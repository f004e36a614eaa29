"""Datagrams with mistakes in them: nothing is raised, nothing is answered, who was let in stays."""

import random
import struct
from dataclasses import replace
from pathlib import Path

import pytest

from novacast.live.ingest import Tag
from novacast.live.srt.encryption import EVEN, MediaKeys, OwnKey
from novacast.live.srt.greeting import MTU, Wish
from novacast.live.srt.limits import Limits
from novacast.live.srt.packets import (
    CONCLUSION,
    CONTROL,
    ENCRYPTED_WITH,
    HEADER,
    SEQUENCES,
    Control,
    Extension,
    control,
)
from novacast.live.srt.reception import BETWEEN_KEYS, Reception
from novacast.live.srt.rejection import Rejection
from novacast.live.srt.server import MOST_REMEMBERED
from novacast.live.srt.streamid import Request
from tests.fakes.srt_caller import ALONE, stream_id
from tests.live.srt.conftest import Open, sides
from tests.live.srt.test_reception import PATIENT, sent
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


@pytest.mark.parametrize("far", [SEQUENCES // 3, 20_000, -20_000, -SEQUENCES // 3], ids=str)
async def test_a_packet_with_a_number_from_elsewhere_moves_nobody(
    opened: Open, clip: Path, written: list[Tag], far: int
) -> None:
    studio = await opened(PATIENT)
    caller = await studio.caller()
    data = clip.read_bytes()
    half = len(data) // 2 // 1316 * 1316
    await sent(caller, data[:half])
    for number in range(5):
        place = (caller.first + len(caller.sent) + far + number * 100_000) % SEQUENCES
        caller.put(HEADER.pack(place, ALONE, caller.now(), caller.peer) + bytes(1316))
    await sent(caller, data[half:])
    caller.hang_up()
    basket = await studio.gate.basket()
    await basket.ended()

    assert sides(basket.tags) == sides(written)
    assert studio.value("packets_total", fate="dropped") == 0


async def test_a_sender_that_counts_from_elsewhere_is_followed(opened: Open, clip: Path) -> None:
    studio = await opened(PATIENT)
    caller = await studio.caller()
    data = clip.read_bytes()
    await sent(caller, data[: 30 * 1316])
    caller.first = (caller.first - 500_000) % SEQUENCES
    rest = data[30 * 1316 :]
    caller.send(rest[: 50 * 1316])
    await until(lambda: caller.acknowledged == len(caller.sent))
    caller.hang_up()

    assert await (await studio.gate.basket()).ended() == "The encoder ended its broadcast."
    assert studio.value("packets_total", fate="received") == len(caller.sent)


async def test_a_datagram_larger_than_was_agreed_on_is_not_kept(opened: Open) -> None:
    studio = await opened()
    caller = await studio.caller()
    for size in (MTU + 1, 60_000):
        caller.put(HEADER.pack(caller.first, ALONE, caller.now(), caller.peer) + bytes(size - HEADER.size))
    await until(lambda: studio.value("strays_total") == 2)
    await until(lambda: caller.acknowledged == 0)


async def test_a_flood_of_wrong_stream_ids_is_refused_and_forgotten(opened: Open) -> None:
    studio = await opened()
    good, flood = await studio.caller(), await studio.silent()
    cookie = await flood.induce()
    told = struct.pack("!IIHH", 0x010501, 0xBF, 0, 20)
    many = MOST_REMEMBERED + 200
    for number in range(many):
        wished = [(Extension.HS_REQUEST, told), (Extension.STREAM_ID, stream_id(f"wrong {number}"))]
        asked = flood.conclusion(cookie, wished)
        own = replace(asked, socket=1000 + number)
        flood.put(control(Control.HANDSHAKE, 0, flood.now(), own.written()))
        if number % 50 == 49:
            await until(lambda number=number: len(studio.gate.refused) == number + 1)  # type: ignore[misc]  # bound at once
    await until(lambda: studio.value("callers") == 1)
    assert studio.value("refused_total", reason="unauthenticated") == many
    assert {one.kind for one in flood.shakes[1:]} == {Rejection.UNAUTHORIZED}
    assert len(studio.server._known) <= MOST_REMEMBERED + 1
    assert good.shakes[-1].kind == CONCLUSION
    assert not studio.gate.baskets[0].endings


async def test_a_wrong_passphrase_is_said_and_the_key_is_not_looked_at(opened: Open) -> None:
    studio = await opened(Limits(passphrase="a good passphrase"))
    for phrase, kind in (("another passphrase", Rejection.BAD_SECRET), ("a good passphrase", CONCLUSION)):
        caller = await studio.silent()
        given = [(Extension.KEY_REQUEST, OwnKey(phrase).message), (Extension.STREAM_ID, stream_id("a-good-key"))]
        assert (await caller.conclude(await caller.induce(), given)).kind == kind
    assert studio.gate.begun == 1


async def test_half_a_handshake_costs_nothing_and_half_of_its_bytes_nothing_either(opened: Open) -> None:
    studio = await opened()
    caller = await studio.silent()
    cookie = await caller.induce()
    whole = caller.conclusion(cookie, [(Extension.STREAM_ID, stream_id("a-good-key"))]).written()
    for size in range(0, len(whole), 3):
        caller.put(control(Control.HANDSHAKE, 0, 0, whole[:size]))
    await until(lambda: studio.value("strays_total") + studio.value("refused_total", reason="version") >= 17)
    assert studio.gate.begun == 0
    assert studio.value("callers") == 0


def test_new_keys_are_looked_at_once_a_second() -> None:
    keys, key = MediaKeys("a good passphrase"), OwnKey("a good passphrase")
    keys.learn(key.message)
    reception = Reception(0, 0, 0, Wish(Request("k"), "", 20, keys, key.message))

    def tells(other: OwnKey, now: int) -> bool:
        head = (CONTROL | Control.EXTENSION << 16 | Extension.KEY_REQUEST, 0, 0, 0)
        return bool(list(reception.control(head, other.message, now)))

    fresh = [OwnKey("a good passphrase") for _ in range(3)]
    assert tells(key, 1), "the one that is known costs nothing"
    assert [tells(one, BETWEEN_KEYS) for one in fresh] == [True, False, False]
    assert tells(fresh[1], 2 * BETWEEN_KEYS)
    datagram = HEADER.pack(5, EVEN << ENCRYPTED_WITH, 0, 0) + fresh[1].closed(5, b"picture")
    reception.data((5, EVEN << ENCRYPTED_WITH, 0, 0), datagram)
    assert reception.rest() == b"picture"
