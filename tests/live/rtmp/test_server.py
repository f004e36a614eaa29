import asyncio
import logging
import socket
from dataclasses import replace

import pytest

from novacast.errors import BadSettings, Forbidden
from novacast.i18n import text
from novacast.live import flv
from novacast.live.ingest import Kind, Tag
from novacast.live.rtmp import amf0, replies
from novacast.live.rtmp.chunks import Message
from novacast.live.rtmp.limits import Limits
from novacast.live.rtmp.server import Listening, RtmpServer
from novacast.metrics import Metrics
from novacast.settings import Server, Settings
from novacast.settings import replace as set_to
from tests.fakes.gate import KEY, Basket, FakeGate
from tests.fakes.rtmp_encoder import ChunkWriter, Refused, command, introduction, messages
from tests.live.rtmp.conftest import Open, Studio
from tests.waiting import until

FILM = [
    Tag(Kind(8 + number % 2), number * 20, bytes((number % 256,)) * (number * 7 % 900 + 1)) for number in range(300)
]


async def test_an_encoder_with_a_good_key_feeds_and_says_goodbye(studio: Studio) -> None:
    encoder = await studio.encoder()
    await encoder.publish(KEY)
    encoder.send(*messages(FILM))
    encoder.send(command(0, "FCUnpublish", 6, None, KEY), command(0, "deleteStream", 7, None, 1))
    basket = await studio.gate.basket()
    assert await basket.ended() == "The encoder ended its broadcast."
    assert basket.tags == FILM
    hello = basket.hello
    assert (hello.protocol, hello.key, hello.address) == ("rtmp", KEY, "127.0.0.1")
    assert hello.software == "FMLE/3.0 (compatible; FMSc/1.0)"
    await encoder.silence()
    assert b"NetStream.Unpublish.Success" in encoder.heard[-1].data
    await until(lambda: studio.value("connections") == 0)
    assert studio.value("publishers") == 0
    assert studio.value("messages_total") == len(FILM)
    assert basket.endings == ["The encoder ended its broadcast."]


async def test_a_wrong_key_is_told_to_the_encoder(studio: Studio) -> None:
    encoder = await studio.encoder()
    with pytest.raises(Refused) as refused:
        await encoder.publish("wrong")
    assert refused.value.code == "NetStream.Publish.BadName"
    assert refused.value.description == "This stream key is not known here."
    await encoder.silence()
    assert not studio.gate.baskets
    assert studio.value("refused_total", reason="unauthenticated") == 1


async def test_a_mistake_of_the_engine_is_no_reason_that_strangers_read(studio: Studio) -> None:
    studio.gate.refusal = RuntimeError("row 17 is missing")
    encoder = await studio.encoder()
    with pytest.raises(Refused, match="Something went wrong here"):
        await encoder.publish("wrong")


async def test_nothing_is_read_before_the_gate_has_answered(studio: Studio) -> None:
    studio.gate.open.clear()
    encoder = await studio.encoder()
    encoder.send(*introduction(key=KEY), *messages(FILM))
    await until(lambda: studio.gate.begun == 1)
    studio.gate.open.set()
    basket = await studio.gate.basket()
    await until(lambda: basket.tags == FILM)


async def test_one_that_hangs_up_while_the_gate_thinks_is_ended(studio: Studio) -> None:
    studio.gate.open.clear()
    encoder = await studio.encoder()
    encoder.send(*introduction(key=KEY))
    await until(lambda: studio.gate.begun == 1)
    encoder.cut()
    studio.gate.open.set()
    basket = await studio.gate.basket()
    await basket.ended()
    await until(lambda: studio.value("connections") == 0)
    assert len(basket.endings) == 1


async def test_one_that_the_server_hangs_up_on_while_the_gate_thinks_is_ended(studio: Studio) -> None:
    studio.gate.open.clear()
    encoder = await studio.encoder()
    encoder.send(*introduction(key=KEY))
    await until(lambda: studio.gate.begun == 1)
    studio.gate.prepare = lambda basket: basket.publisher.close(text("Not now."))
    studio.gate.open.set()
    basket = await studio.gate.basket()
    assert await basket.ended() == "Not now."
    await encoder.silence()
    assert b"Not now." in encoder.heard[-1].data
    assert (len(basket.endings), studio.value("publishers")) == (1, 0)


async def test_publishing_on_the_connections_own_stream_is_taken_too(studio: Studio) -> None:
    encoder = await studio.encoder()
    encoder.send(*introduction(key=KEY)[:4], command(0, "publish", 5, None, KEY, "live"))
    encoder.send(*messages(FILM, stream=0))
    basket = await studio.gate.basket()
    await until(lambda: basket.tags == FILM)
    encoder.send(Message(20, 0, 0, b"\xff"))
    await encoder.silence()
    assert b"NetStream.Failed" in encoder.heard[-1].data


async def test_every_reply_comes_after_what_it_stands_on(studio: Studio) -> None:
    """OBS reads replies of more than 128 bytes by the chunk size that holds then."""
    encoder = await studio.encoder()
    codecs = ["av01", "hvc1", "Opus"]
    await encoder.publish(KEY, fourCcList=codecs)
    kinds = [one.kind for one in encoder.heard]
    assert kinds[:2] == [replies.WINDOW_SIZE, replies.PEER_BANDWIDTH]
    assert encoder.heard[0].data == (2_500_000).to_bytes(4, "big")
    assert encoder.heard[1].data == (2_500_000).to_bytes(4, "big") + b"\x02"
    said = [amf0.read(one.data) for one in encoder.heard if one.kind == 20]
    name, transaction, properties, about = said[0]
    assert (name, transaction) == ("_result", 1)
    assert isinstance(about, dict)
    assert isinstance(properties, dict)
    assert about["code"] == "NetConnection.Connect.Success"
    assert about["fourCcList"] == properties["fourCcList"] == codecs
    assert said[1] == ["_result", 4, None, 1], "createStream answers stream 1"


@pytest.mark.parametrize(
    ("app", "name"),
    [
        ("live", KEY),
        ("live", f"{KEY}?bandwidthtest=true&x=/y"),
        ("live/studio/2?user=a/b", KEY),
        ("", f"/{KEY}"),
        (f"live/{KEY}", ""),
        (f"live/{KEY}?x=1", ""),
        ("live", f" {KEY} "),
    ],
)
async def test_the_key_is_found_where_encoders_put_it(studio: Studio, app: str, name: str) -> None:
    encoder = await studio.encoder()
    await encoder.publish(name, app)
    assert studio.gate.baskets[0].hello.key == KEY


async def test_metadata_loses_the_command_to_the_server(studio: Studio) -> None:
    encoder = await studio.encoder()
    await encoder.publish(KEY)
    about = amf0.written("onMetaData", {"width": 1280, "encoder": "obs-output module"})
    encoder.send(
        Message(18, 1, 0, amf0.written("@setDataFrame") + about),
        Message(15, 1, 10, b"\0" + amf0.written("@setDataFrame") + about),
        Message(18, 1, 20, about),
        Message(18, 1, 30, amf0.written("@clearDataFrame", "onMetaData")),
        Message(8, 1, 40, b""),
    )
    encoder.send(*messages(FILM[:1]))
    basket = await studio.gate.basket()
    await until(lambda: len(basket.tags) >= 4)
    assert basket.tags == [
        Tag(Kind.SCRIPT, 0, about),
        Tag(Kind.SCRIPT, 10, about),
        Tag(Kind.SCRIPT, 20, about),
        FILM[0],
    ]


async def test_aggregate_messages_are_split_and_keep_their_distances(studio: Studio) -> None:
    encoder = await studio.encoder()
    await encoder.publish(KEY)
    inner = [replace(tag, time=tag.time + 70_000) for tag in FILM[:20]]
    encoder.send(Message(22, 1, 500, b"".join(map(flv.framed, inner))))
    basket = await studio.gate.basket()
    await until(lambda: len(basket.tags) == 20)
    assert basket.tags == [replace(tag, time=tag.time + 500) for tag in FILM[:20]]


async def test_what_arrives_is_acknowledged_by_half_the_window(studio: Studio) -> None:
    encoder = await studio.encoder(ChunkWriter(size=65_536))
    encoder.raw(encoder.chunks.resize(65_536))
    await encoder.publish(KEY)
    encoder.send(Message(5, 0, 0, (100_000).to_bytes(4, "big")))
    told = []
    for _ in range(2):
        encoder.send(*messages(Tag(Kind.VIDEO, number, bytes(20_000)) for number in range(4)))
        told.append(int.from_bytes((await encoder.hear(replies.ACKNOWLEDGEMENT)).data, "big"))
    assert 50_000 <= told[0] < 100_000 <= told[1] < 170_000


async def test_a_ping_is_answered(studio: Studio) -> None:
    encoder = await studio.encoder()
    encoder.send(*introduction()[:1], Message(4, 0, 0, b"\0\x06abcd"))
    assert (await encoder.hear(4)).data == b"\0\x07abcd"


async def test_the_engine_can_end_it_and_the_encoder_reads_why(studio: Studio) -> None:
    encoder = await studio.encoder()
    await encoder.publish(KEY)
    basket = await studio.gate.basket()
    basket.publisher.close(text("This stream key was revoked."))
    basket.publisher.close(text("Once more."))
    await encoder.silence()
    assert b"This stream key was revoked." in encoder.heard[-1].data
    assert await basket.ended() == "This stream key was revoked."
    await until(lambda: studio.value("connections") == 0)
    assert len(basket.endings) == 1


async def test_an_engine_that_ends_it_within_a_take_is_given_nothing_more(studio: Studio) -> None:
    def prepare(basket: Basket) -> None:
        basket.takes = lambda _: basket.publisher.close(text("Enough."))

    studio.gate.prepare = prepare
    encoder = await studio.encoder()
    await encoder.publish(KEY)
    encoder.send(*messages(FILM))
    basket = await studio.gate.basket()
    assert await basket.ended() == "Enough."
    assert len(basket.tags) == 1


async def test_an_engine_that_fails_ends_that_connection_and_no_other(studio: Studio) -> None:
    good = await studio.encoder()
    await good.publish(KEY)

    def prepare(basket: Basket) -> None:
        basket.takes = lambda _: 1 / 0

    studio.gate.prepare = prepare
    bad = await studio.encoder()
    await bad.publish(KEY)
    bad.send(*messages(FILM[:2]))
    assert await (await studio.gate.basket(1)).ended() == "Something went wrong here."
    good.send(*messages(FILM))
    await until(lambda: studio.gate.baskets[0].tags == FILM)


async def test_a_second_stream_on_one_connection_is_refused_and_the_first_goes_on(studio: Studio) -> None:
    encoder = await studio.encoder()
    await encoder.publish(KEY)
    encoder.send(command(1, "publish", 9, None, KEY, "live"), *messages(FILM[:1]))
    while b"BadName" not in (await encoder.hear(20)).data:
        pass
    basket = await studio.gate.basket()
    await until(lambda: basket.tags == FILM[:1])
    assert len(studio.gate.baskets) == 1


async def test_a_connection_that_breaks_ends_its_intake_once(studio: Studio) -> None:
    encoder = await studio.encoder()
    await encoder.publish(KEY)
    encoder.send(*messages(FILM))
    basket = await studio.gate.basket()
    await until(lambda: basket.tags == FILM)
    encoder.cut()
    await basket.ended()
    await until(lambda: studio.value("connections") == 0)
    assert len(basket.endings) == 1


async def test_a_server_that_closes_says_goodbye_to_all(opened: Open) -> None:
    studio = await opened(Limits(linger_seconds=0.2))
    encoders = [await studio.encoder() for _ in range(3)]
    for encoder in encoders[:2]:
        await encoder.publish(KEY)
    await studio.server.close()
    assert [basket.endings for basket in studio.gate.baskets] == [["The server is being stopped."]] * 2
    assert studio.value("connections") == 0
    with pytest.raises(OSError):
        await studio.encoder()


async def test_no_key_is_ever_in_the_log(studio: Studio, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    studio.gate.refusal = RuntimeError("broken")
    for key in (KEY, "another-secret"):
        encoder = await studio.encoder()
        try:
            await encoder.publish(key, f"live/{key}")
        except Refused:
            await encoder.hang_up()
        else:
            encoder.send(Message(20, 0, 0, b"\x02\0\xffrubbish" + key.encode()))
            await encoder.silence()
    await until(lambda: studio.value("connections") == 0)
    assert "feeds no more" in caplog.text
    assert KEY not in caplog.text
    assert "another-secret" not in caplog.text


async def test_it_listens_to_both_families(opened: Open) -> None:
    if not socket.has_dualstack_ipv6():
        pytest.skip("this machine has no IPv6")
    studio = await opened(host="")
    for host in ("127.0.0.1", "::1"):
        await (await studio.encoder(host=host)).publish(KEY)
    assert [one.hello.address for one in studio.gate.baskets] == ["127.0.0.1", "::1"]


async def test_a_taken_port_is_named_with_its_setting(listener: int) -> None:
    server = RtmpServer(FakeGate(), Metrics(), Listening("127.0.0.1", listener, None))
    with pytest.raises(BadSettings, match=rf"Another program listens at port {listener}.*\[live\] rtmp_port"):
        await server.start()


def test_ports_of_the_settings_are_closed_open_or_any() -> None:
    defaults = Settings()
    assert Listening.of(defaults) == Listening("127.0.0.1", 1935, 1936, 200, 20)
    anywhere = Settings(server=Server(port=0))
    assert (Listening.of(anywhere).rtmp, Listening.of(anywhere).rtmps) == (0, 0)
    none = set_to(defaults, "live.rtmp_port", 0)
    assert Listening.of(none).rtmp is None


async def test_a_refusal_by_the_state_of_things_is_shown_too(studio: Studio) -> None:
    studio.gate.refusal = Forbidden(text("This channel is closed."))
    encoder = await studio.encoder()
    with pytest.raises(Refused, match="This channel is closed"):
        await encoder.publish("wrong")
    assert studio.value("refused_total", reason="forbidden") == 1


async def test_who_wants_to_watch_is_told_that_nothing_plays(studio: Studio) -> None:
    encoder = await studio.encoder()
    encoder.send(*introduction()[:4], command(1, "play", 5, None, KEY))
    async with asyncio.timeout(60):
        while b"StreamNotFound" not in (await encoder.hear(20)).data:
            pass
    assert studio.gate.begun == 0
