"""Watching by WebRTC: who gets in, what they are sent, and how it ends."""

import asyncio

import pytest

from novacast.errors import Crowded, NotFound, NotYet
from novacast.live.webrtc.network import Unusable
from novacast.live.whep.fanout import Fanout
from novacast.live.whep.peer import Peer
from novacast.live.whep.sending import Tally
from tests.live.whep.conftest import PROGRAMME, Open, feed_of, film
from tests.live.whep.viewer import viewer
from tests.waiting import until


async def test_a_viewer_sees_and_hears_the_encoder_that_is_on(opened: Open) -> None:
    gallery = await opened()
    feed = feed_of()
    gallery.plays(feed, film())
    gallery.monitors[PROGRAMME].show(feed)
    async with viewer() as (one, offer):
        session = await gallery.whep.watch(gallery.wish(offer))
        await one.accept(session.answer)
        await until(lambda: len(one.seen) > 12 and len(one.heard) > 25)
        picture = one.seen[-1]
        await gallery.whep.end(session.id)
        with pytest.raises(NotFound):
            await gallery.whep.end(session.id)

    assert (picture.width, picture.height) == (256, 144)
    assert "a=sendonly" in session.answer
    assert "a=rtcp-mux-only" in session.answer
    assert gallery.guests.inside == []


@pytest.mark.slow
@pytest.mark.parametrize("why", ["gone", "permitted"])
async def test_who_loses_the_permission_is_hung_up_on(opened: Open, why: str) -> None:
    gallery = await opened()
    async with viewer("audio") as (one, offer):
        session = await gallery.whep.watch(gallery.wish(offer))
        await one.accept(session.answer)
        await until(lambda: one.state == "connected")
        gallery.guests.gone, gallery.permitted = why == "gone", why != "permitted"
        gallery.guests.roles += 1
        await until(lambda: one.state == "closed")

    assert gallery.guests.inside == []
    assert gallery.value("whep_revoked_total") == 1
    assert gallery.value("whep_viewers") == 0


@pytest.mark.slow
async def test_places_are_few_and_the_last_ones_are_for_the_house(opened: Open) -> None:
    gallery = await opened(most=2)
    async with viewer("audio") as (_, offer):
        await gallery.whep.watch(gallery.wish(offer, staff=False))
        with pytest.raises(Crowded):
            await gallery.whep.watch(gallery.wish(offer, staff=False))
        second = await gallery.whep.watch(gallery.wish(offer))
        with pytest.raises(Crowded, match="2 places"):
            await gallery.whep.watch(gallery.wish(offer))
        await gallery.whep.end(second.id)
        await gallery.whep.watch(gallery.wish(offer))

    assert gallery.value("whep_refused_total", reason="crowded") == 2


async def test_before_anything_is_on_air_one_is_told_to_come_again(opened: Open) -> None:
    gallery = await opened()
    gallery.monitors.clear()
    with pytest.raises(NotYet):
        await gallery.whep.watch(gallery.wish("v=0"))
    assert gallery.guests.inside == []


def spoilt(offer: str) -> list[str]:
    return [
        "",
        "v=0",
        "\0" * 100,
        offer.replace("recvonly", "sendonly"),
        offer.replace("recvonly", "inactive"),
        offer.replace("H264", "H263"),
        offer.replace("m=video", "m=application"),
        offer + offer[offer.index("m=") :],
        offer.replace("a=ice-ufrag", "a=ice-nothing"),
        offer.replace("a=fingerprint", "a=print"),
    ]


async def test_an_offer_that_can_not_be_used_is_refused_with_words() -> None:
    async with viewer() as (_, offer):
        for one in spoilt(offer.replace("VP8", "VP0")):
            peer = Peer(Fanout(), Tally(), lambda why: None, ())
            with pytest.raises(Unusable, match="offer"):
                await peer.answer(one)
            await peer.close()


async def test_nothing_is_sent_to_an_address_that_only_an_offer_names() -> None:
    async with viewer() as (_, offer):
        assert "a=candidate" in offer
        peer = Peer(Fanout(), Tally(), lambda why: None, ())
        await peer.answer(offer)
        transports = {one.receiver.transport.transport for one in peer._connection.getTransceivers()}
        assert [one.getRemoteCandidates() for one in transports] == [[]]
        await peer.close()


@pytest.mark.slow
async def test_when_the_process_dies_viewers_are_let_go_and_the_next_one_gets_another(opened: Open) -> None:
    gallery = await opened()
    async with viewer("audio") as (_, offer):
        await gallery.whep.watch(gallery.wish(offer))
        child = gallery.whep._process.child
        assert child is not None
        await child.stop()
        await until(lambda: gallery.guests.inside == [])
        await gallery.whep.watch(gallery.wish(offer))

    assert gallery.value("whep_failures_total") == 1


@pytest.mark.slow
async def test_the_end_of_a_programme_ends_its_sessions(opened: Open) -> None:
    gallery = await opened()
    async with viewer("audio") as (one, offer):
        session = await gallery.whep.watch(gallery.wish(offer))
        await one.accept(session.answer)
        await until(lambda: one.state == "connected")
        gallery.monitors[PROGRAMME].end()
        await until(lambda: one.state == "closed")
    await asyncio.sleep(0)
    assert gallery.guests.inside == []
