"""Publishing by WHIP: RFC 9725."""

import asyncio
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp
import imageio_ffmpeg
import pytest
from playwright.async_api import Page, async_playwright

from novacast.i18n import text
from novacast.live.ingest import Kind
from novacast.live.webrtc.server import Receiving
from tests.e2e.browser import FLAGS, find_chromium
from tests.fakes.gate import KEY, Basket
from tests.live.webrtc.conftest import Open, Studio
from tests.waiting import until

SDP = {"Content-Type": "application/sdp"}
KEYED = {**SDP, "Authorization": f"Bearer {KEY}"}
SHIPPED = imageio_ffmpeg.get_ffmpeg_exe()
FAKE_CAMERA = (
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--allow-loopback-in-peer-connection",
)
OFFER = "\r\n".join((
    "v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "t=0 0", "a=group:BUNDLE 0",
    "m=video 9 UDP/TLS/RTP/SAVPF 96", "c=IN IP4 0.0.0.0", "a=mid:0", "a=sendonly", "a=rtcp-mux",
    "a=ice-ufrag:abcd", "a=ice-pwd:abcdefghijklmnopqrstuvwx", "a=setup:actpass",
    "a=fingerprint:sha-256 " + ":".join(["AB"] * 32),
    "a=rtpmap:96 {codec}/90000", "a=fmtp:96 packetization-mode=1;profile-level-id=42e01f", "",
))  # fmt: skip
GOOD = OFFER.replace("{codec}", "H264")

PUBLISH = """async ([endpoint, key]) => {
  const stream = await navigator.mediaDevices.getUserMedia({ video: { width: 640, height: 360 }, audio: true });
  const peer = (window.peer = new RTCPeerConnection());
  for (const track of stream.getTracks()) peer.addTransceiver(track, { direction: "sendonly", streams: [stream] });
  await peer.setLocalDescription(await peer.createOffer());
  const headers = { "Content-Type": "application/sdp", Authorization: `Bearer ${key}` };
  const answer = await fetch(endpoint, { method: "POST", headers, body: peer.localDescription.sdp });
  await peer.setRemoteDescription({ type: "answer", sdp: await answer.text() });
  return answer.headers.get("Location");
}"""


@dataclass(frozen=True)
class Publishing:
    page: Page
    location: str

    async def end(self) -> None:
        status = await self.page.evaluate("async (at) => (await fetch(at, { method: 'DELETE' })).status", self.location)
        assert status == 204


@asynccontextmanager
async def camera(address: str, key: str) -> AsyncIterator[Publishing]:
    """A browser that publishes a camera and a microphone from a page at `address`."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=find_chromium(), args=[*FLAGS, *FAKE_CAMERA])
        page = await browser.new_page()
        # No page here but that of the studio may open a camera.
        await page.route("**/blank", lambda route: route.fulfill(body="<!doctype html>", content_type="text/html"))
        await page.goto(f"{address}/blank")
        yield Publishing(page, await page.evaluate(PUBLISH, [f"{address}/api/v1/whip", key]))
        await browser.close()


async def post(studio: Studio, offer: str, **headers: str) -> tuple[int, str, aiohttp.typedefs.LooseHeaders]:
    async with (
        aiohttp.ClientSession() as client,
        client.post(studio.endpoint, data=offer.encode(), headers={**KEYED, **headers}) as answer,
    ):
        return answer.status, await answer.text(), answer.headers


async def test_an_offer_is_answered_with_a_session_that_can_be_ended(opened: Open) -> None:
    studio = await opened()
    status, answer, headers = await post(studio, GOOD, **{"User-Agent": "OBS 31"})
    basket = await studio.gate.basket()
    async with aiohttp.ClientSession() as client:
        ended = await client.delete(studio.address + headers["Location"])  # type: ignore[call-overload]  # a mapping
        again = await client.delete(studio.address + headers["Location"])  # type: ignore[call-overload]  # a mapping

    assert (status, ended.status, again.status) == (201, 204, 404)
    assert "a=recvonly" in answer
    assert "x-google-min-bitrate" in answer
    assert " 127.0.0.1 " in answer
    assert (basket.hello.protocol, basket.hello.software) == ("whip", "OBS 31")
    assert basket.endings == ["The encoder ended its broadcast."]


async def test_without_a_good_key_nothing_is_answered(opened: Open) -> None:
    studio = await opened()
    assert (await post(studio, GOOD, Authorization="Bearer another"))[0] == 401
    assert (await post(studio, GOOD, Authorization="Basic abc"))[0] == 401
    assert [hello.key for hello in studio.gate.refused] == ["another", ""]
    assert studio.value("whip_refused_total", reason="unauthenticated") == 2


@pytest.mark.parametrize(
    ("offer", "words"),
    [
        ("", "begins with v=0"),
        ("hello", "begins with v=0"),
        ("v=0", "neither picture nor sound"),
        (GOOD.replace("m=video", "m=application"), "and nothing else"),
        (GOOD + GOOD.partition("a=group:BUNDLE 0\r\n")[2], "and nothing else"),
        (OFFER.replace("{codec}", "VP8"), "no H.264"),
        (GOOD.replace("m=video", "m=audio"), "no Opus"),
        (GOOD.replace("sendonly", "recvonly"), "to send"),
        (GOOD.replace("a=ice-ufrag:abcd", "a=x"), "no ice-ufrag"),
        (GOOD.replace("a=ice-pwd:", "a=x:"), "no ice-pwd"),
        (GOOD.replace("a=fingerprint:", "a=x:"), "fingerprint"),
    ],
)
async def test_an_offer_that_can_not_be_used_is_told_what_it_lacks_and_disturbs_nobody(
    opened: Open, offer: str, words: str
) -> None:
    studio = await opened()
    status, answer, _ = await post(studio, offer)
    assert (status, words in answer) == (422, True), answer
    assert studio.gate.begun == 0


@pytest.mark.parametrize(
    "wrong",
    [
        "a=setup:bogus",
        "a=fmtp:99 x",
        "a=rtpmap:1",
        "a=extmap:x",
        "a=ssrc:x y:z",
        "a=rtcp:x",
        "a=fingerprint:x",
        "a=mid",
    ],
)
async def test_an_offer_that_no_parser_reads_is_refused_and_its_feed_ended(opened: Open, wrong: str) -> None:
    studio = await opened()
    status, answer, _ = await post(studio, GOOD + wrong + "\r\n")
    assert (status, "can't be read" in answer) == (422, True), answer
    assert len((await studio.gate.basket()).endings) == 1


async def test_garbage_that_comes_all_at_once_is_told_what_is_wrong_with_it(opened: Open) -> None:
    studio = await opened()
    garbage = [GOOD.replace("sendonly", "recvonly"), "", "v=0\r\n", "m=video", GOOD[:200]] * 5
    answers = await asyncio.gather(*(post(studio, one) for one in garbage))
    assert {status for status, *_ in answers} == {422}


async def test_an_encoder_whose_key_comes_again_before_it_is_answered_is_told_so(opened: Open) -> None:
    studio = await opened()

    def take_over(_: Basket) -> None:
        for one in studio.gate.baskets:
            one.publisher.close(text("The same key came again, from another connection."))

    studio.gate.prepare = take_over
    answers = await asyncio.gather(*(post(studio, GOOD) for _ in range(6)))
    statuses = [status for status, *_ in answers]
    assert 201 in statuses
    assert set(statuses) <= {201, 409}
    assert all("came again" in answer for status, answer, _ in answers if status == 409)


async def test_an_offer_that_comes_byte_by_byte_is_not_waited_for(opened: Open) -> None:
    studio = await opened(body_seconds=0.3)
    host, _, port = studio.address.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    head = f"POST /api/v1/whip HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {KEY}\r\n"
    writer.write(f"{head}Content-Type: application/sdp\r\nContent-Length: 60000\r\n\r\n".encode())

    async def drip() -> None:
        while True:
            writer.write(b"v")
            await asyncio.sleep(0.02)

    dripping = asyncio.ensure_future(drip())
    line = await asyncio.wait_for(reader.readline(), 20)
    dripping.cancel()
    writer.close()
    assert b" 400 " in line
    assert studio.gate.begun == 0


async def test_addresses_in_an_offer_are_not_looked_up(opened: Open) -> None:
    """A browser's hidden ones take seconds, and nobody is to make this server call others."""
    studio = await opened()
    hidden = "a=candidate:1 1 udp 2113937151 9b2d3e6c-0000-4000-8000-000000000000.local 50000 typ host\r\n"
    assert (await post(studio, GOOD + hidden + "a=end-of-candidates\r\n"))[0] == 201


async def test_what_is_no_offer_is_refused_before_the_gate(opened: Open) -> None:
    studio = await opened()
    assert (await post(studio, GOOD, **{"Content-Type": "text/plain"}))[0] == 415
    assert (await post(studio, "x" * 70_000))[0] == 413
    assert studio.gate.begun == 0


async def test_trickling_is_no_method_here_and_the_type_of_an_offer_is_told(opened: Open) -> None:
    studio = await opened()
    async with aiohttp.ClientSession() as client:
        trickled = await client.patch(f"{studio.endpoint}/abc", data=b"a=candidate", headers=SDP)
        told = await client.options(studio.endpoint)
        unknown = await client.delete(f"{studio.endpoint}/not-hex")

    assert (trickled.status, told.status, unknown.status) == (405, 204, 404)
    assert told.headers["Accept-Post"] == "application/sdp"


async def test_there_are_only_so_many_places(opened: Open) -> None:
    studio = await opened(Receiving("127.0.0.1", most=1))
    assert (await post(studio, GOOD))[0] == 201
    assert (await post(studio, GOOD))[0] == 503


async def test_ports_and_addresses_are_those_that_were_set(opened: Open) -> None:
    studio = await opened(Receiving("127.0.0.1", (43_210, 43_211), ("203.0.113.5",)))
    _, answer, _ = await post(studio, GOOD)
    candidates = [line.split() for line in answer.splitlines() if line.startswith("a=candidate")]

    assert {one[4] for one in candidates} == {"127.0.0.1", "203.0.113.5"}
    assert {int(one[5]) for one in candidates} <= {43_210, 43_211}


async def test_when_the_process_dies_its_publishers_end_and_the_next_one_gets_another(opened: Open) -> None:
    studio = await opened()
    await post(studio, GOOD)
    child = studio.whip._process.child
    assert child is not None
    await child.stop()
    basket = await studio.gate.basket()

    assert await basket.ended() == "Something went wrong here."
    assert (await post(studio, GOOD))[0] == 201
    assert studio.value("webrtc_failures_total") == 1


async def test_a_publisher_that_never_sends_is_hung_up_on(opened: Open) -> None:
    studio = await opened(Receiving("127.0.0.1", idle_seconds=0.5))
    await post(studio, GOOD)

    assert await (await studio.gate.basket()).ended() == "The encoder sent neither sound nor picture for 0.5 s."


@pytest.mark.slow
async def test_ffmpeg_publishes(opened: Open) -> None:
    if (
        "whip"
        not in subprocess.run([SHIPPED, "-v", "quiet", "-muxers"], check=True, capture_output=True, text=True).stdout
    ):
        pytest.skip("this FFmpeg has no WHIP")
    studio = await opened()
    picture = ["-re", "-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25:duration=5", "-pix_fmt", "yuv420p"]
    sound = ["-f", "lavfi", "-i", "sine=sample_rate=48000:duration=5", "-c:a", "libopus", "-ac", "2"]
    encoded = ["-c:v", "libx264", "-profile:v", "baseline", "-preset", "ultrafast", "-tune", "zerolatency", "-g", "25"]
    inputs = [*picture[:5], *sound[:4], *picture[5:], *encoded, *sound[4:]]
    argv = [SHIPPED, "-v", "error", "-nostdin", *inputs, "-f", "whip", "-authorization", KEY, studio.endpoint]
    child = await asyncio.create_subprocess_exec(*argv)
    assert await asyncio.wait_for(child.wait(), 60) == 0
    basket = await studio.gate.basket()

    assert await basket.ended() == "The encoder ended its broadcast."
    assert len(basket.of(Kind.VIDEO)) > 75
    assert len(basket.of(Kind.AUDIO)) > 150
    skew = basket.of(Kind.VIDEO)[-1].time - basket.of(Kind.AUDIO)[-1].time
    assert abs(skew) < 500


@pytest.mark.slow
@pytest.mark.browser
async def test_a_browser_publishes_camera_and_microphone(opened: Open) -> None:
    studio = await opened()
    async with camera(studio.address, KEY) as publishing:
        basket = await studio.gate.basket()
        await until(lambda: len(basket.of(Kind.VIDEO)) > 60 and len(basket.of(Kind.AUDIO)) > 100)
        await publishing.end()

    assert basket.endings == ["The encoder ended its broadcast."]
    assert sum(tag.data[:2] == b"\x17\1" for tag in basket.of(Kind.VIDEO)) >= 2
