"""What strangers and broken encoders may cost."""

import asyncio
import ssl
from contextlib import suppress
from typing import cast

import pytest

from novacast.live.ingest import Kind, Tag
from novacast.live.rtmp.chunks import Message
from novacast.live.rtmp.connection import Connection
from novacast.live.rtmp.limits import Limits
from tests.fakes.gate import KEY
from tests.fakes.rtmp_encoder import C2, HANDSHAKE, ChunkWriter, Refused, command, introduction, messages
from tests.live.rtmp.conftest import Open, Studio
from tests.waiting import until

SOON = Limits(handshake_seconds=0.2, publish_seconds=0.4, idle_seconds=0.4, linger_seconds=0.2)


async def hung_up(studio: Studio, said: bytes, host: str = "127.0.0.1") -> bytes:
    """What the server answers to `said` until it hangs up."""
    reader, writer = await asyncio.open_connection(host, studio.port)
    try:
        writer.write(said)
        return await reader.read()
    except ConnectionError:
        return b""
    finally:
        writer.close()


@pytest.mark.parametrize(
    "said",
    [b"", HANDSHAKE[:1], HANDSHAKE[:1000], HANDSHAKE, HANDSHAKE + C2[:-1]],
    ids=["nothing", "C0", "half of C1", "no C2", "half of C2"],
)
async def test_half_open_handshakes_are_hung_up_on(opened: Open, said: bytes) -> None:
    studio = await opened(SOON)
    answer = await hung_up(studio, said)
    assert len(answer) == (1 + 2 * 1536 if len(said) >= len(HANDSHAKE) else 0)
    await until(lambda: studio.value("connections") == 0)


@pytest.mark.parametrize("said", [b"", b"\x16\x03\x01", HANDSHAKE], ids=["nothing", "half", "plain RTMP"])
async def test_a_tls_handshake_has_a_seat_and_a_limit(opened: Open, context: ssl.SSLContext, said: bytes) -> None:
    studio = await opened(SOON, context=context, most=1)
    reader, writer = await asyncio.open_connection("127.0.0.1", studio.server.tls_port)
    await until(lambda: studio.value("connections") == 1)
    late, other = await asyncio.open_connection("127.0.0.1", studio.server.tls_port)
    assert await late.read() == b"", "all seats are taken"
    other.close()
    writer.write(said)
    with suppress(ConnectionError):
        await reader.read()
    writer.close()
    await until(lambda: studio.value("connections") == 0)


@pytest.mark.parametrize("count", [0, 1, 4], ids=["silent", "connected", "no publish"])
async def test_an_encoder_that_never_publishes_is_hung_up_on(opened: Open, count: int) -> None:
    studio = await opened(SOON)
    encoder = await studio.encoder()
    encoder.send(*introduction()[:count])
    await encoder.silence()
    assert studio.gate.begun == 0
    assert studio.value("refused_total", reason="late") == 1


async def test_pings_do_not_make_a_silent_encoder_live(opened: Open) -> None:
    studio = await opened(SOON)
    encoder = await studio.encoder()
    await encoder.publish(KEY)
    basket = await studio.gate.basket()

    async def ping() -> None:
        while not basket.endings:
            encoder.send(Message(4, 0, 0, b"\0\x06abcd"))
            await asyncio.sleep(0.05)

    await asyncio.gather(ping(), encoder.silence())
    assert basket.endings == ["The encoder sent neither sound nor picture for 0.4 s."]
    assert b"neither sound nor picture" in b"".join(one.data for one in encoder.heard)


@pytest.mark.parametrize("where", ["the handshake", "the commands", "the media"])
async def test_who_sends_byte_by_byte_gets_no_more_time_than_others(opened: Open, where: str) -> None:
    studio = await opened(SOON)
    encoder = await studio.encoder()
    if where == "the media":
        await encoder.publish(KEY)
    send, slow = encoder.raw, encoder.chunks.write(*messages([Tag(Kind.VIDEO, 0, bytes(100_000))]))
    if where == "the handshake":
        _, writer = await asyncio.open_connection("127.0.0.1", studio.port)
        send, slow = writer.write, HANDSHAKE

    async def drip() -> None:
        for byte in slow:
            send(bytes((byte,)))
            await asyncio.sleep(0.01)

    dripping = asyncio.ensure_future(drip())
    await until(lambda: studio.value("connections") == 0)
    dripping.cancel()
    assert studio.gate.begun == (where == "the media")
    for basket in studio.gate.baskets:
        assert await basket.ended() == "The encoder sent neither sound nor picture for 0.4 s."
        assert not basket.tags


async def test_an_encoder_that_is_made_to_wait_is_not_idle(opened: Open) -> None:
    studio = await opened(SOON)
    studio.gate.prepare = lambda basket: basket.publisher.pause()
    encoder, idle = await studio.encoder(), await studio.encoder()
    await encoder.publish(KEY)
    studio.gate.prepare = None
    await idle.publish(KEY)
    await (await studio.gate.basket(1)).ended()
    assert not studio.gate.baskets[0].endings


async def test_media_before_a_key_is_hung_up_on(opened: Open) -> None:
    studio = await opened()
    encoder = await studio.encoder()
    encoder.send(*introduction()[:4])
    encoder.send(*messages(Tag(Kind.VIDEO, 0, bytes(20_000)) for _ in range(20)))
    await encoder.silence()
    assert studio.gate.begun == 0


async def test_talk_without_end_is_hung_up_on(opened: Open) -> None:
    studio = await opened()
    encoder = await studio.encoder()
    encoder.send(*[command(0, "createStream", number, None) for number in range(200)])
    await encoder.silence()
    assert studio.gate.begun == 0


@pytest.mark.parametrize("said", [b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"\x16\x03\x01\x02\x00", b"\x06" + bytes(1536)])
async def test_what_is_no_rtmp_is_hung_up_on_without_an_answer(studio: Studio, said: bytes) -> None:
    assert await hung_up(studio, said) == b""
    await until(lambda: studio.value("connections") == 0)


async def test_one_address_has_so_many_connections_and_another_still_finds_room(opened: Open) -> None:
    studio = await opened(host="0.0.0.0", each=3, most=5)
    inside = [await asyncio.open_connection("127.0.0.1", studio.port, local_addr=("127.0.0.2", 0)) for _ in range(3)]
    await until(lambda: studio.value("connections") == 3)
    reader, writer = await asyncio.open_connection("127.0.0.1", studio.port, local_addr=("127.0.0.2", 0))
    assert await reader.read() == b""
    writer.close()
    assert studio.value("refused_total", reason="crowded") == 1
    # This machine itself is bound by the number of all alone.
    for _ in range(2):
        await studio.encoder()
    reader, writer = await asyncio.open_connection("127.0.0.1", studio.port, local_addr=("127.0.0.3", 0))
    assert await reader.read() == b""
    writer.close()
    assert studio.value("refused_total", reason="full") == 1
    for _, writer in inside:
        writer.close()
    await until(lambda: studio.value("connections") == 2)


async def test_two_hundred_wrong_keys_leave_nothing_behind(opened: Open) -> None:
    studio = await opened(Limits(linger_seconds=5), most=200)
    good = await studio.encoder()
    await good.publish(KEY)

    async def guess(number: int) -> str:
        encoder = await studio.encoder()
        try:
            await encoder.publish(f"wrong-{number}")
        except Refused as refused:
            return refused.code
        finally:
            await encoder.hang_up()
        return "let in"

    codes = [
        code for start in range(0, 200, 50) for code in await asyncio.gather(*map(guess, range(start, start + 50)))
    ]
    assert set(codes) == {"NetStream.Publish.BadName"}
    await until(lambda: studio.value("connections") == 1)
    assert studio.value("refused_total", reason="unauthenticated") == 200
    good.send(*messages([Tag(Kind.AUDIO, 0, b"on air")]))
    await until(lambda: bool(studio.gate.baskets[0].tags))


async def test_an_encoder_that_reads_no_answers_is_hung_up_on(opened: Open) -> None:
    studio = await opened()
    encoder = await studio.encoder()
    await encoder.publish(KEY)
    basket = await studio.gate.basket()
    ping = Message(4, 0, 0, b"\0\x06abcd")
    flood = encoder.chunks.write(*[ping] * 5000)
    for _ in range(200):
        if basket.endings:
            break
        encoder.raw(flood)
        try:
            await encoder.sent()
        except ConnectionError:
            break
    await basket.ended()
    assert basket.endings == ["The encoder does not read what it is answered."]


async def test_a_stopped_engine_stops_the_encoder_and_nothing_is_lost(opened: Open) -> None:
    studio = await opened()
    studio.gate.prepare = lambda basket: basket.publisher.pause()
    encoder = await studio.encoder(ChunkWriter(size=4096))
    encoder.chunks.size = 128
    encoder.raw(encoder.chunks.resize(4096))
    await encoder.publish(KEY)
    film = [Tag(Kind.VIDEO, number * 40, number.to_bytes(2, "big") * 10_000) for number in range(1500)]
    sending = asyncio.get_running_loop().create_future()

    async def send() -> None:
        for message in messages(film):
            encoder.send(message)
            await encoder.sent()
        sending.set_result(None)

    task = asyncio.create_task(send())
    basket = await studio.gate.basket()
    connection = cast("Connection", basket.publisher)
    stuck = -1
    # Sockets of this machine hold some megabytes; the encoder then waits, and the server holds one read.
    while stuck != (stuck := int(studio.server._house.counters.bytes._value.get()) + connection.held):
        await asyncio.sleep(0.2)
    assert not basket.tags
    assert not sending.done()
    assert connection.held <= 512 * 1024

    def now_and_then(tag: Tag) -> None:
        if len(basket.tags) % 100 == 0:
            basket.publisher.pause()
            asyncio.get_running_loop().call_soon(basket.publisher.resume)

    basket.takes = now_and_then
    basket.publisher.resume()
    await task
    await until(lambda: len(basket.tags) == len(film))
    assert basket.tags == film
    assert connection.held == 0


@pytest.mark.parametrize("ends", ["hung up", "broke"])
async def test_what_had_arrived_while_the_engine_waited_is_given_before_the_end(studio: Studio, ends: str) -> None:
    encoder = await studio.encoder()
    await encoder.publish(KEY)
    basket = await studio.gate.basket()
    basket.takes = lambda _: basket.publisher.pause()
    film = [Tag(Kind.VIDEO, number, b"frame") for number in range(10)]
    encoder.send(*messages(film))
    await until(lambda: bool(basket.tags))
    await encoder.hang_up()
    basket.takes = None
    assert len(basket.tags) == 1
    if ends == "broke":
        cast("Connection", basket.publisher).cut()
    else:
        basket.publisher.resume()
    await basket.ended()
    assert basket.tags == film
