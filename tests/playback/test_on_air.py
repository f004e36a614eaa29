"""What is on air: from memory, or as soon as it comes, the short way and the long one alike."""

import asyncio
import ssl
from collections.abc import Sequence
from contextlib import AsyncExitStack

import pytest

from novacast import outbox
from novacast.errors import NotFound, Unavailable
from novacast.identity import ANONYMOUS
from novacast.playback.delivery.routes import WAITING
from tests.playback.broadcasts import BLOCKING, HINTED, LIST, PART, TEXT, audience, waiting
from tests.playback.players import Player, playing
from tests.playback.test_readers import secure
from tests.playback.world import FILM, SEGMENT, Answer, Broadcast, World

__all__ = ["secure"]  # a fixture


async def revoke(world: World) -> None:
    world.venue.visibility = "private"
    await world.db.write(lambda tx: outbox.emit(tx, "programme.changed", FILM, outbox.INTERNAL))


async def test_what_is_on_air_comes_from_memory_and_the_rest_from_the_folder(
    world: World, air: Broadcast, base: str
) -> None:
    world.put("720p/seg_00003.m4s", b"old" * 100)
    for _ in range(2):
        answer = await world.get(f"{base}/{LIST}")
        assert (answer.status, answer.body) == (200, TEXT)
        assert answer.headers["cache-control"] == "private, no-cache"
        assert answer.headers["content-type"] == "application/vnd.apple.mpegurl"
        part = await world.get(f"{base}/{PART}")
        assert (part.status, part.body) == (200, SEGMENT)
        assert "immutable" in part.headers["cache-control"]
        assert (await world.get(f"{base}/720p/seg_00003.m4s")).body == b"old" * 100
        assert (await world.get(f"{base}/720p/seg_00099.m4s")).status == 404


@pytest.mark.parametrize("name", [f"{LIST}?{BLOCKING}", HINTED], ids=["playlist", "part"])
async def test_fifty_who_wait_get_the_same_answer_whichever_way_they_came(
    world: World, air: Broadcast, base: str, name: str
) -> None:
    target, query = name.partition("?")[::2]
    async with audience(world, base, 50) as short:
        long = [asyncio.create_task(world.get(f"{base}/{name}")) for _ in range(3)]
        await waiting(world, len(long))
        seen = short[0].long_ways
        for player in short:
            player.send(f"{base}/{name}")
        await waiting(world, len(short) + len(long))
        asked = air.asked
        air.come(SEGMENT + b"!", target, query)
        answers = [await player.answer() for player in short]
        assert {one.body for one in answers} == {SEGMENT + b"!"}
        assert all(one == answers[0] for one in answers)
        assert (short[0].long_ways, air.asked) == (seen, asked)
        for one in await asyncio.gather(*long):
            assert one.headers.pop("connection") == "close"
            assert one == answers[0]
    assert len(world.delivery.waits) == 0


async def test_a_viewer_who_lost_the_permission_while_waiting_gets_nothing(
    world: World, air: Broadcast, base: str
) -> None:
    for name, query in ((HINTED, ""), (LIST, BLOCKING)):
        world.venue.visibility = "public"
        base = await world.session(ANONYMOUS)
        async with audience(world, base, 3) as players:
            long = asyncio.create_task(world.get(f"{base}/{name}?{query}"))
            for player in players:
                player.send(f"{base}/{name}?{query}")
            await waiting(world, 4)
            await revoke(world)
            air.come(SEGMENT, name, query)
            assert [(await player.answer()).status for player in players] == [410] * 3
            assert (await long).status == 410
            assert (await players[0].get(f"{base}/{PART}")).status == 410


async def test_a_fact_about_somebody_else_while_waiting_takes_nothing_away(
    world: World, air: Broadcast, base: str
) -> None:
    async with audience(world, base, 1) as (player,):
        player.send(f"{base}/{HINTED}")
        await waiting(world, 1)
        await world.db.write(lambda tx: outbox.emit(tx, "video.changed", FILM, outbox.INTERNAL))
        air.come(SEGMENT, HINTED)
        answer = await player.answer()
        assert (answer.status, answer.body) == (200, SEGMENT)


async def test_a_programme_that_became_a_video_is_served_from_its_folder(
    world: World, air: Broadcast, base: str
) -> None:
    async with audience(world, base, 1) as (player,):
        world.put(LIST, b"#EXTM3U\n#EXT-X-ENDLIST\n")
        assert (await player.get(f"{base}/{LIST}")).body == TEXT
        world.venue.films[FILM] = type(world.venue.films[FILM])(world.folder)
        await world.tell("programme.ended", FILM)
        assert (await player.get(f"{base}/{LIST}")).body == b"#EXTM3U\n#EXT-X-ENDLIST\n"


@pytest.mark.parametrize("short", [True, False], ids=["short", "long"])
async def test_what_can_not_be_had_is_said_as_a_problem(world: World, air: Broadcast, base: str, short: bool) -> None:
    async with AsyncExitStack() as stack:
        player = await stack.enter_async_context(playing(world))
        if short:
            for _ in range(2):
                await player.get(f"{base}/{PART}")
        cases: Sequence[tuple[str, int, str]] = (
            (f"{LIST}?_HLS_msn=nonsense", 400, "malformed"),
            ("gone/part_00001.m4s", 404, "not_found"),
            ("720p/none.m4s", 404, "not_found"),
            ("720p/index.exe", 404, "not_found"),
        )
        for name, status, code in cases:
            answer = await player.get(f"{base}/{name}")
            assert (answer.status, answer.headers["content-type"]) == (status, "application/problem+json"), name
            assert f'"code":"{code}"'.encode() in answer.body
            assert base.split("/")[2].encode() not in answer.body
        for error, status in ((NotFound("It will never come."), 404), (Unavailable("It takes too long."), 503)):
            player.send(f"{base}/{HINTED}")
            await waiting(world, 1)
            asked = air.asked
            air.fail(error, HINTED)
            answer = await player.answer()
            assert (answer.status, answer.headers["content-type"]) == (status, "application/problem+json")
            assert air.asked == asked
        assert (await player.get(f"{base}/{PART}")).body == SEGMENT


async def test_ranges_conditions_and_heads_of_what_is_on_air(world: World, air: Broadcast, base: str) -> None:
    whole = await world.get(f"{base}/{PART}")
    tag = whole.headers["etag"]
    assert "last-modified" not in whole.headers
    some = await world.get(f"{base}/{PART}", Range="bytes=10-19")
    assert (some.status, some.body) == (206, SEGMENT[10:20])
    assert some.headers["content-range"] == f"bytes 10-19/{len(SEGMENT)}"
    assert some.headers["etag"] == tag
    assert (await world.get(f"{base}/{PART}", Range=f"bytes={len(SEGMENT)}-")).status == 416
    assert (await world.get(f"{base}/{PART}", Range="bytes=0-9", If_Range=tag)).status == 206
    assert (await world.get(f"{base}/{PART}", Range="bytes=0-9", If_Range='"other"')).status == 200
    # Nobody knows when it was last changed, so what is asked about dates is as if it were not there.
    date = "Wed, 11 Jun 2031 10:00:00 GMT"
    assert (await world.get(f"{base}/{PART}", If_Modified_Since=date)).status == 200
    assert (await world.get(f"{base}/{PART}", Range="bytes=0-9", If_Range=date)).status == 200
    assert (await world.get(f"{base}/{PART}", Range="bytes=0-9", If_Range="nonsense")).status == 200
    same = await world.get(f"{base}/{LIST}", If_None_Match=(await world.get(f"{base}/{LIST}")).headers["etag"])
    assert (same.status, same.body) == (304, b"")
    head = await world.get(f"{base}/{PART}", "HEAD")
    assert (head.status, head.body, head.headers["content-length"]) == (200, b"", str(len(SEGMENT)))
    asking = asyncio.create_task(world.get(f"{base}/{HINTED}", Range="bytes=2-3"))
    await waiting(world, 1)
    air.come(b"abcdef", HINTED)
    assert (await asking).body == b"cd"


async def test_through_tls_waiting_goes_the_long_way_and_looks_the_same(
    world: World, air: Broadcast, base: str, secure: tuple[ssl.SSLContext, ssl.SSLContext]
) -> None:
    server, client = secure
    await world.listen(server)
    port = world.runner.addresses[-1][1]
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=client, server_hostname="127.0.0.1")
    player = Player(world, reader, writer)
    await player.get(f"{base}/{PART}")
    player.send(f"{base}/{HINTED}")
    async with audience(world, base, 1) as (plain,):
        plain.send(f"{base}/{HINTED}")
        await waiting(world, 2)
        air.come(SEGMENT, HINTED)
        answers: list[Answer] = [await player.answer(), await plain.answer()]
        assert answers[0] == answers[1]
    writer.close()


async def test_a_session_that_waits_for_too_much_the_long_way_is_told_so(
    world: World, air: Broadcast, base: str
) -> None:
    asking = [asyncio.create_task(world.get(f"{base}/{HINTED}")) for _ in range(WAITING)]
    await waiting(world, WAITING)
    assert (await world.get(f"{base}/{LIST}?{BLOCKING}")).status == 503
    air.come(SEGMENT, HINTED)
    assert {one.status for one in await asyncio.gather(*asking)} == {200}
    assert (await world.get(f"{base}/{PART}")).status == 200
