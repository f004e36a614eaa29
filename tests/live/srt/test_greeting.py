"""Who is let in by SRT, and what the others are told."""

import asyncio

import pytest

from novacast.errors import Forbidden, RateLimited, Unavailable
from novacast.i18n import text
from novacast.live.srt.limits import Limits
from novacast.live.srt.packets import CONCLUSION, Control, Extension, Handshake, control, swapped
from novacast.live.srt.rejection import Rejection
from novacast.live.srt.streamid import Request, read_stream_id
from tests.fakes.clock import FakeClock
from tests.fakes.srt_caller import SOCKET, SrtCaller, stream_id
from tests.live.srt.conftest import Open
from tests.waiting import until


@pytest.mark.parametrize(
    ("said", "request_"),
    [
        ("a-key", Request("a-key")),
        ("live/a-key", Request("a-key")),
        ("#!::r=a-key,m=publish", Request("a-key")),
        ("#!::u=a-key", Request("a-key")),
        ("#!::h=house,r=live/a-key,u=somebody,m=publish,s=9", Request("a-key")),
        ("#!::m=request,r=a-key", Request("a-key", publish=False)),
        ("#!::", Request("")),
        ("", Request("")),
    ],
)
def test_a_stream_id_is_read_plain_and_in_the_syntax_of_access_control(said: str, request_: Request) -> None:
    assert read_stream_id(stream_id(said)) == request_


def test_a_stream_id_is_read_word_by_word_from_its_end() -> None:
    assert swapped(b"yek-\0\0\0s") == b"-keys\0\0\0"


async def test_an_induction_is_answered_and_forgotten(opened: Open) -> None:
    studio = await opened()
    caller = await studio.silent()
    cookie = await caller.induce()
    answer = caller.shakes[0]

    assert (answer.version, answer.extension) == (5, 0x4A17)
    assert cookie == await caller.induce()
    assert studio.value("callers") == 0
    assert len(answer.written()) == 48


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (Forbidden(text("Not now.")), Rejection.FORBIDDEN),
        (RateLimited(text("Too often."), retry_after=1), Rejection.OVERLOAD),
        (Unavailable(text("Closed.")), Rejection.DOWN),
        (None, Rejection.UNAUTHORIZED),
        (RuntimeError("a mistake of ours"), Rejection.SYSTEM),
    ],
)
async def test_a_refusal_has_a_reason_that_the_caller_shows(
    opened: Open, error: Exception | None, code: Rejection
) -> None:
    studio = await opened()
    if error is not None:
        studio.gate.refusal = error
    caller = await studio.caller("a-bad-key")

    assert caller.shakes[-1].kind == code
    assert studio.gate.refused[0].key == "a-bad-key"
    assert studio.value("admitted_total") == 0


async def test_an_answer_that_was_lost_is_given_again(opened: Open) -> None:
    studio = await opened()
    good, bad = await studio.caller(), await studio.caller("a-bad-key")
    for caller in (good, bad):
        first = caller.shakes[-1]
        again = await caller.shake(caller.conclusion(first.cookie, []))
        assert again == first
    assert studio.gate.begun == 2


async def test_a_caller_that_asks_twice_before_the_gate_has_answered_is_one(opened: Open) -> None:
    studio = await opened()
    studio.gate.open.clear()
    caller = await studio.silent()
    cookie = await caller.induce()
    asking = asyncio.ensure_future(caller.conclude(cookie, [(Extension.STREAM_ID, stream_id("a-good-key"))]))
    await until(lambda: studio.gate.begun == 1)
    caller.put(control(Control.HANDSHAKE, 0, 0, caller.conclusion(cookie, []).written()))
    caller.put(bytes(4))
    await until(lambda: studio.value("strays_total") == 1)
    studio.gate.open.set()

    assert (await asking).kind == CONCLUSION
    assert studio.gate.begun == 1


async def test_without_the_cookie_of_its_address_nobody_is_answered(opened: Open) -> None:
    studio = await opened()
    one, other = await studio.silent(), await studio.silent()
    cookie = await one.induce()
    for made_up in (cookie, 0, cookie ^ 1):
        other.put(control(Control.HANDSHAKE, 0, 0, other.conclusion(made_up, []).written()))
    await until(lambda: studio.value("strays_total") == 3)

    assert other.shakes == []
    assert studio.gate.begun == 0


async def test_a_cookie_is_good_for_a_minute_and_the_next(opened: Open, clock: FakeClock) -> None:
    studio = await opened(clock=clock)
    caller = await studio.silent()
    cookie = await caller.induce()
    clock.advance(61)
    assert (await caller.conclude(cookie, [])).kind == Rejection.UNAUTHORIZED
    clock.advance(61)
    caller.put(control(Control.HANDSHAKE, 0, 0, caller.conclusion(cookie, []).written()))
    await until(lambda: studio.value("strays_total") == 1)


@pytest.mark.parametrize(
    ("extensions", "more", "code"),
    [
        ([(Extension.STREAM_ID, stream_id("#!::r=a-good-key,m=request"))], {}, Rejection.BAD_MODE),
        ([(Extension.STREAM_ID, stream_id("x" * 600))], {}, Rejection.BAD_REQUEST),
        ([(Extension.STREAM_ID, b"\xff\xff\xff\xff")], {}, Rejection.BAD_REQUEST),
        ([], {"version": 0x010200}, Rejection.VERSION),
        ([], {"flags": 0xFF}, Rejection.MESSAGE_API),
        ([(Extension.CONGESTION, swapped(b"file"))], {}, Rejection.CONGESTION),
        ([(Extension.FILTER, swapped(b"fec\0"))], {}, Rejection.FILTER),
        ([(Extension.GROUP, bytes(8))], {}, Rejection.GROUP),
        ([(Extension.KEY_REQUEST, bytes(64))], {}, Rejection.UNSECURE),
    ],
)
async def test_what_is_not_taken_is_said(
    opened: Open, extensions: list[tuple[int, bytes]], more: dict[str, int], code: Rejection
) -> None:
    studio = await opened()
    caller = await studio.silent()

    assert (await caller.conclude(await caller.induce(), extensions, **more)).kind == code
    assert studio.gate.begun == 0
    assert studio.value("callers") == 0


async def test_where_a_passphrase_is_set_nobody_sends_in_the_clear(opened: Open) -> None:
    studio = await opened(Limits(passphrase="a good passphrase"))
    caller = await studio.caller()
    assert caller.shakes[-1].kind == Rejection.UNSECURE
    again = await studio.silent()
    garbage = [(Extension.KEY_REQUEST, bytes(64))]
    assert (await again.conclude(await again.induce(), garbage)).kind == Rejection.CRYPTO


async def test_a_caller_gets_the_delay_that_it_wants_up_to_a_bound(opened: Open) -> None:
    studio = await opened(Limits(latency=100))
    for wanted, agreed in ((20, 100), (2000, 2000), (60_000, 8000)):
        caller = await studio.silent()
        answer = await caller.conclude(
            await caller.induce(), [(Extension.STREAM_ID, stream_id("a-good-key"))], latency=wanted
        )
        told = answer.one(Extension.HS_RESPONSE)
        assert told is not None
        assert int.from_bytes(told[8:10], "big") == agreed


async def test_there_are_only_so_many_places(opened: Open) -> None:
    studio = await opened(Limits(most=2))
    callers = [await studio.caller() for _ in range(3)]
    assert [caller.shakes[-1].kind for caller in callers] == [CONCLUSION, CONCLUSION, Rejection.RESOURCE]


async def test_passphrases_are_not_tried_for_ever(opened: Open) -> None:
    studio = await opened(Limits(passphrase="a good passphrase"))
    wrong = [(Extension.KEY_REQUEST, bytes.fromhex("12202901000000000200020000000404") + bytes(40))]
    caller = await studio.silent()
    cookie = await caller.induce()
    answers = [(await caller.conclude(cookie, wrong)).kind for _ in range(70)]
    assert answers[-1] == Rejection.OVERLOAD


async def test_a_number_alone_gives_nobody_the_connection_of_another(opened: Open) -> None:
    studio = await opened()
    caller, thief = await studio.caller(), await studio.silent()
    thief.peer = caller.peer
    thief.hang_up()
    await until(lambda: studio.value("strays_total") == 1)

    assert not (await studio.gate.basket()).endings


async def test_a_caller_that_falls_silent_is_hung_up_on(opened: Open, clock: FakeClock) -> None:
    studio = await opened(clock=clock)
    caller = await studio.caller()
    clock.advance(31)

    assert await (await studio.gate.basket()).ended() == "The encoder sent neither sound nor picture for 30 s."
    await until(lambda: caller.told(Control.SHUTDOWN))
    assert studio.value("callers") == 0


async def test_a_caller_that_waits_for_the_gate_when_the_server_stops_is_seen_out(opened: Open) -> None:
    studio = await opened()
    studio.gate.open.clear()
    caller = await studio.silent()
    cookie = await caller.induce()
    asking = asyncio.ensure_future(caller.conclude(cookie, [(Extension.STREAM_ID, stream_id("a-good-key"))]))
    await until(lambda: studio.gate.begun == 1)
    closing = asyncio.ensure_future(studio.server.close())
    studio.gate.open.set()
    await closing

    assert (await studio.gate.basket()).endings == ["The server is being stopped."]
    assert (await asking).kind == Rejection.DOWN


async def test_the_engine_can_end_it(opened: Open) -> None:
    studio = await opened()
    caller = await studio.caller()
    basket = await studio.gate.basket()
    basket.publisher.close(text("The key was revoked."))

    assert await basket.ended() == "The key was revoked."
    await until(lambda: caller.told(Control.SHUTDOWN))


async def test_who_sends_nothing_that_can_be_read_is_silent(opened: Open, clock: FakeClock) -> None:
    studio = await opened(clock=clock)
    caller = await studio.caller()
    clock.advance(20)
    caller.send(bytes(60 * 1316))
    await until(lambda: caller.acknowledged == 60)
    clock.advance(11)

    assert await (await studio.gate.basket()).ended() == "The encoder sent neither sound nor picture for 30 s."


def test_a_handshake_is_written_as_it_was_read() -> None:
    asked = SrtCaller().conclusion(5, [(Extension.STREAM_ID, stream_id("abc"))])
    assert Handshake.read(asked.written()) == asked
    assert asked.socket == SOCKET
