"""Our own encoder's side of RTMP, with our own server at the other end."""

import asyncio
import ssl
from pathlib import Path

import pytest

from novacast.errors import Unavailable
from novacast.live.ingest import Kind, Tag
from novacast.live.rtmp.chunks import ChunkReader
from novacast.live.rtmp.limits import Limits
from novacast.live.simulcast.publishing import chunked
from novacast.live.simulcast.pusher import Order
from tests.fakes.gate import KEY
from tests.fakes.pushing import pushed
from tests.live.rtmp.conftest import Open, Studio

TAGS = [
    Tag(Kind.VIDEO, 5000, b"\x17\0\0\0\0config"),
    Tag(Kind.VIDEO, 5000, b"\x17\1\0\0\0" + b"frame" * 40_000),
    Tag(Kind.AUDIO, 5020, b"\xaf\1sound"),
]


def order(port: int, key: str = KEY, host: str = "here", *, secured: bool = False) -> Order:
    return Order("127.0.0.1", host, port, "live", key, "", "rtmps" if secured else "rtmp")


async def test_tags_arrive_as_they_were_sent_from_time_zero_on(studio: Studio) -> None:
    await asyncio.to_thread(pushed, order(studio.port), TAGS)
    (basket,) = studio.gate.baskets
    await basket.ended()
    assert [(tag.kind, tag.time, tag.data) for tag in basket.tags] == [
        (tag.kind, tag.time - 5000, tag.data) for tag in TAGS
    ]


async def test_a_refusal_is_told_in_the_other_sides_words(studio: Studio) -> None:
    with pytest.raises(Unavailable, match="not known here"):
        await asyncio.to_thread(pushed, order(studio.port, "wrong"), TAGS)


async def test_over_tls_the_other_side_has_to_be_who_it_should(
    opened: Open, context: ssl.SSLContext, tmp_path: Path
) -> None:
    studio = await opened(context=context)
    assert studio.server.tls_port is not None
    to = order(studio.server.tls_port, secured=True)
    with pytest.raises(ssl.SSLCertVerificationError):
        await asyncio.to_thread(pushed, to, TAGS)
    authority = tmp_path / "authority.pem"
    authority.write_text(await asyncio.to_thread(ssl.get_server_certificate, ("127.0.0.1", to.port)))
    trusting = ssl.create_default_context(cafile=str(authority))
    with pytest.raises(ssl.SSLCertVerificationError, match="ostname"):
        await asyncio.to_thread(pushed, order(to.port, host="other", secured=True), TAGS, trusting)
    await asyncio.to_thread(pushed, to, TAGS, trusting)
    await studio.gate.baskets[0].ended()
    assert len(studio.gate.baskets[0].tags) == len(TAGS)


@pytest.mark.parametrize("time", [0, 0xFFFFFE, 0xFFFFFF, 0x1_0000_0005])
def test_chunks_are_read_as_they_were_written(time: int) -> None:
    reader = ChunkReader(Limits())
    reader.feed(b"\x02\0\0\0\0\0\x04\x01\0\0\0\0" + (4096).to_bytes(4, "big"))
    reader.feed(chunked(6, 9, 1, time, b"x" * 10_000))
    message = reader.next()
    assert message is not None
    assert (message.kind, message.stream, message.time, len(message.data)) == (9, 1, time & 0xFFFFFFFF, 10_000)
