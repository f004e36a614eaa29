"""How many watch a thing now."""

from novacast.identity import ANONYMOUS
from tests.playback.broadcasts import LIST, PART
from tests.playback.world import FILM, SEGMENT, Broadcast, World


async def test_whoever_watches_is_counted_once_and_with_what_it_takes(world: World, air: Broadcast, base: str) -> None:
    air.put("audio/part_00001.m4s", b"la")
    other = await world.session(ANONYMOUS)
    await world.session(ANONYMOUS)
    for _ in range(3):
        for at in (base, other):
            await world.get(f"{at}/{PART}")
            await world.get(f"{at}/audio/part_00001.m4s")
    seen = await world.audience.watching(FILM)
    assert (seen.viewers, seen.tracks) == (2, {"720p": 2, "audio": 2})
    assert world.audience.segments(base.split("/")[2]) == 1
    world.clock.advance(10)
    await world.get(f"{base}/{LIST}")
    world.clock.advance(10)
    seen = await world.audience.watching(FILM)
    assert (seen.viewers, seen.tracks) == (1, {})
    world.clock.advance(30)
    assert (await world.audience.watching(FILM)).viewers == 0


async def test_a_restart_loses_no_viewer_from_the_count_and_counts_none_twice(world: World) -> None:
    world.air().put(PART, SEGMENT)
    bases = [await world.session(ANONYMOUS) for _ in range(3)]
    for base in bases:
        await world.get(f"{base}/{PART}")
    world.clock.advance(1)
    await world.restart()
    assert (await world.audience.watching(FILM)).viewers == 3
    await world.get(f"{bases[0]}/{PART}")
    assert (await world.audience.watching(FILM)).viewers == 3
    world.clock.advance(90)
    await world.get(f"{bases[0]}/{PART}")
    assert (await world.audience.watching(FILM)).viewers == 1
