"""What arrives by SRT: whole, in order and in time, or counted as lost."""

from pathlib import Path

from novacast.live.ingest import Tag
from novacast.live.srt.limits import Limits
from novacast.live.srt.packets import Control, control
from tests.fakes.srt_caller import SrtCaller
from tests.live.srt.conftest import Open, sides
from tests.waiting import until

PATIENT = Limits(latency=5_000)
"""So that nothing is given up on a machine that is busy with other things."""


async def sent(caller: SrtCaller, data: bytes) -> None:
    """And acknowledged, as far as the bursts that a socket holds."""
    for at in range(0, len(data), 50 * 1316):
        caller.send(data[at : at + 50 * 1316])
        await until(lambda: caller.acknowledged == len(caller.sent))


async def test_what_a_caller_sends_arrives_byte_for_byte(opened: Open, clip: Path, written: list[Tag]) -> None:
    studio = await opened(PATIENT)
    caller = await studio.caller("live/a-good-key")
    await sent(caller, clip.read_bytes())
    basket = await studio.gate.basket()
    caller.hang_up()

    assert await basket.ended() == "The encoder ended its broadcast."
    assert sides(basket.tags) == sides(written)
    assert basket.hello.protocol == "srt"
    assert basket.hello.software == "SRT 1.5.1"
    assert studio.value("packets_total", fate="received") == len(caller.sent)


async def test_what_is_lost_is_asked_for_again_and_put_in_its_place(
    opened: Open, clip: Path, written: list[Tag]
) -> None:
    studio = await opened(PATIENT)
    caller = await studio.caller(loses=lambda place: place % 9 in (3, 4, 7))
    data = clip.read_bytes()
    caller.send(data[: 40 * 1316])
    await until(lambda: caller.acknowledged == 40)
    await sent(caller, data[40 * 1316 :])
    caller.hang_up()
    basket = await studio.gate.basket()
    await basket.ended()

    assert sides(basket.tags) == sides(written)
    assert {place % 9 for place in caller.asked_again()} == {3, 4, 7}
    assert studio.value("packets_total", fate="again") == studio.value("packets_total", fate="lost") > 0
    assert studio.value("packets_total", fate="dropped") == 0


async def test_packets_in_disorder_or_twice_do_no_harm(opened: Open, clip: Path, written: list[Tag]) -> None:
    studio = await opened(PATIENT)
    caller = await studio.caller(loses=lambda place: True)
    data = clip.read_bytes()
    for at in range(0, len(data), 8 * 1316):
        before = len(caller.sent)
        caller.send(data[at : at + 8 * 1316])
        for place in reversed(range(before, len(caller.sent))):
            caller.packet(place)
            caller.packet(place, again=True)
        await until(lambda: caller.acknowledged == len(caller.sent))
    caller.hang_up()
    basket = await studio.gate.basket()
    await basket.ended()

    assert sides(basket.tags) == sides(written)
    assert studio.value("packets_total", fate="twice") >= len(caller.sent)


async def test_what_never_comes_is_given_up_when_its_time_is_over(opened: Open, clip: Path) -> None:
    studio = await opened()
    caller = await studio.caller(loses=lambda place: 30 <= place < 33)
    caller.answers = False
    caller.send(clip.read_bytes()[: 60 * 1316])
    await until(lambda: caller.acknowledged == 60)
    caller.packet(31, again=True)
    caller.hang_up()
    basket = await studio.gate.basket()
    await basket.ended()

    assert studio.value("packets_total", fate="dropped") == 3
    assert studio.value("packets_total", fate="late") == 1
    assert (basket.lost, basket.late) == (3, 1)
    assert basket.tags


async def test_an_outage_longer_than_any_buffer_ends_nothing(opened: Open, clip: Path) -> None:
    studio = await opened()
    caller = await studio.caller()
    data = clip.read_bytes()
    await sent(caller, data[: 30 * 1316])
    caller.sent += [(caller.now(), b"")] * 40_000
    before = len(caller.sent)
    caller.send(data[30 * 1316 :])
    await until(lambda: caller.acknowledged == len(caller.sent))
    caller.hang_up()
    basket = await studio.gate.basket()

    assert await basket.ended() == "The encoder ended its broadcast."
    assert len(caller.sent) > before
    assert studio.value("packets_total", fate="dropped") == 40_000


async def test_what_its_sender_threw_away_is_not_asked_for(opened: Open, clip: Path) -> None:
    studio = await opened()
    caller = await studio.caller(loses=lambda place: 10 <= place < 15)
    caller.answers = False
    caller.send(clip.read_bytes()[: 20 * 1316], stamp=caller.now() + 60_000_000)
    await until(lambda: caller.told(Control.NAK))
    ends = [(caller.first + place) % (1 << 31) for place in (10, 14)]
    dropped = b"".join(end.to_bytes(4, "big") for end in ends)
    caller.put(control(Control.DROP, caller.peer, caller.now(), dropped))

    await until(lambda: caller.acknowledged == 20)


async def test_the_clock_of_a_sender_may_wrap(opened: Open, clip: Path, written: list[Tag]) -> None:
    studio = await opened(PATIENT)
    caller = await studio.caller()
    data = clip.read_bytes()
    half = len(data) // 2 // 1316 * 1316
    caller._began -= (1 << 32) / 1_000_000 - 0.05  # 71 minutes, but for 50 ms
    caller.shakes.clear()
    again = await studio.caller()
    assert again.shakes
    await sent(again, data[:half])
    await sent(again, data[half:])
    again.hang_up()
    basket = await studio.gate.basket(1)
    await basket.ended()

    assert sides(basket.tags) == sides(written)


async def test_an_encoder_that_is_behind_makes_a_caller_lose_what_there_is_no_room_for(
    opened: Open, clip: Path, written: list[Tag]
) -> None:
    studio = await opened(PATIENT)
    studio.gate.prepare = lambda basket: basket.publisher.pause()
    caller = await studio.caller()
    await sent(caller, clip.read_bytes())
    basket = await studio.gate.basket()
    assert basket.tags == []
    basket.publisher.resume()
    caller.hang_up()
    await basket.ended()

    assert sides(basket.tags) == sides(written)
