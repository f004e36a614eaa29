"""What is held in memory, how much of it, and for whom."""

import asyncio
import os
import random
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from novacast.errors import NotFound
from novacast.playback.delivery.cache import HANDLES, OVERHEAD, Held, HotCache, Loose
from novacast.playback.delivery.files import Facts
from tests.fakes.clock import FakeClock
from tests.playback.world import descriptors

KIB = 1024
Make = Callable[..., HotCache]


@pytest.fixture
async def make(clock: FakeClock) -> AsyncIterator[Make]:
    made: list[HotCache] = []

    def one(capacity: int, **more: int) -> HotCache:
        made.append(HotCache(capacity, clock, lambda name, facts: b"", **more))
        return made[-1]

    yield one
    for cache in made:
        await cache.close()


def put(folder: Path, name: str, size: int) -> tuple[str, str]:
    (folder / name).write_bytes(os.urandom(size))
    return (str(folder), name)


async def held(cache: HotCache, key: tuple[str, str]) -> Held:
    found = cache.get(key) or await cache.fetch(key)
    assert isinstance(found, Held)
    return found


async def loose(cache: HotCache, key: tuple[str, str]) -> Loose:
    found = await cache.fetch(key)
    assert isinstance(found, Loose)
    os.close(found.handle)
    return found


async def test_a_hundred_who_miss_at_once_cause_one_read(make: Make, tmp_path: Path) -> None:
    cache, key = make(1024 * KIB), put(tmp_path, "a.m4s", 100_000)
    found = await asyncio.gather(*(held(cache, key) for _ in range(100)))
    assert len({id(one) for one in found}) == 1
    assert (cache.stats.reads, cache.stats.misses, cache.stats.joined) == (1, 100, 99)
    assert (await held(cache, key)) is found[0]
    assert cache.stats.hits == 1


async def test_one_who_leaves_while_waiting_does_not_spoil_the_read_for_others(make: Make, tmp_path: Path) -> None:
    cache, key = make(1024 * KIB), put(tmp_path, "a.m4s", 100_000)
    first, second = asyncio.create_task(held(cache, key)), asyncio.create_task(held(cache, key))
    await asyncio.sleep(0)
    first.cancel()
    assert len((await second).body) == 100_000
    assert cache.stats.reads == 1


async def test_the_limit_holds_under_a_load_of_everything_at_once(make: Make, tmp_path: Path) -> None:
    cache = make(500 * KIB)
    keys = [put(tmp_path, f"{number}.m4s", random.Random(number).randint(1, 60 * KIB)) for number in range(60)]
    highest = 0

    async def viewer(seed: int) -> None:
        nonlocal highest
        order = random.Random(seed)
        for _ in range(30):
            found = await cache.fetch(order.choice(keys))
            highest = max(highest, cache.size)
            if isinstance(found, Held):
                cache.pin(found)
                await asyncio.sleep(0)
                cache.unpin(found)
            else:
                os.close(found.handle)

    await asyncio.gather(*(viewer(seed) for seed in range(40)))
    assert 0 < highest <= cache.capacity
    assert cache.stats.evictions > 0
    assert cache.size == sum(one.cost for one in cache._held.values())


async def test_what_was_asked_for_longest_ago_goes_first(make: Make, tmp_path: Path) -> None:
    cache = make(4 * (10 * KIB + OVERHEAD))
    keys = [put(tmp_path, f"{number}.m4s", 10 * KIB) for number in range(5)]
    for key in keys[:4]:
        await held(cache, key)
    assert cache.get(keys[0]) is not None
    await held(cache, keys[4])
    assert [cache.get(key) is not None for key in keys] == [True, False, True, True, True]


async def test_a_giant_file_pushes_nothing_out(make: Make, tmp_path: Path) -> None:
    cache = make(1000 * KIB, largest=200 * KIB)
    small, giant = put(tmp_path, "a.m4s", 10 * KIB), put(tmp_path, "b.mp4", 201 * KIB)
    await held(cache, small)
    assert (await loose(cache, giant)).facts.size == 201 * KIB
    assert cache.get(small) is not None
    assert (cache.stats.evictions, cache.stats.streamed, cache.stats.reads) == (0, 1, 1)


async def test_bodies_in_slow_hands_count_until_they_are_let_go(make: Make, tmp_path: Path) -> None:
    cache = make(4 * (10 * KIB + OVERHEAD))
    keys = [put(tmp_path, f"{number}.m4s", 10 * KIB) for number in range(5)]
    slow = [await held(cache, key) for key in keys[:4]]
    for one in slow:
        cache.pin(one)
    await loose(cache, keys[4])
    assert cache.size <= cache.capacity
    cache.unpin(slow[0])
    await held(cache, keys[4])
    assert cache.size <= cache.capacity


async def test_a_replaced_file_in_slow_hands_counts_beside_its_successor(
    make: Make, tmp_path: Path, clock: FakeClock
) -> None:
    cache, key = make(200 * KIB), put(tmp_path, "a.m3u8", 10 * KIB)
    old = await held(cache, key)
    cache.pin(old)
    replacement = tmp_path / "new"
    replacement.write_bytes(b"new")
    replacement.replace(tmp_path / "a.m3u8")
    clock.advance(1)
    new = await held(cache, key)
    assert (new.body, cache.size) == (b"new", old.cost + new.cost)
    cache.unpin(old)
    assert cache.size == new.cost


async def test_a_playlist_that_changes_is_seen_after_a_second(make: Make, tmp_path: Path, clock: FakeClock) -> None:
    cache, key = make(200 * KIB), (str(tmp_path), "a.m3u8")
    for content in (b"one", b"two", b"longer than before"):
        (tmp_path / "fresh").write_bytes(content)
        (tmp_path / "fresh").replace(tmp_path / "a.m3u8")
        clock.advance(1)
        assert (await held(cache, key)).body == content
    assert cache.stats.reads == 3
    clock.advance(1)
    await held(cache, key)
    assert (cache.stats.reads, cache.stats.rechecks) == (3, 1)


async def test_a_segment_is_believed_for_a_minute_and_gone_after_its_file(
    make: Make, tmp_path: Path, clock: FakeClock
) -> None:
    cache, key = make(200 * KIB), put(tmp_path, "a.m4s", 1000)
    await held(cache, key)
    (tmp_path / "a.m4s").unlink()
    clock.advance(59)
    assert cache.get(key) is not None
    clock.advance(1)
    with pytest.raises(NotFound):
        await cache.fetch(key)
    assert (len(cache), cache.size) == (0, 0)


async def test_missing_files_and_forbidden_names_leave_nothing_behind(make: Make, tmp_path: Path) -> None:
    cache = make(200 * KIB)
    for name in ("no.m4s", "../a.m4s", "", "x" * 5000):
        with pytest.raises(NotFound):
            await cache.fetch((str(tmp_path), name))
    assert (len(cache), cache.size, len(cache._pending)) == (0, 0, 0)


async def test_a_read_that_fails_gives_its_room_back(make: Make, tmp_path: Path) -> None:
    cache, key = make(200 * KIB), put(tmp_path, "a.m4s", 1000)

    async def lying(of: tuple[str, str]) -> tuple[int, Facts]:
        return os.open(tmp_path / "a.m4s", os.O_RDONLY), Facts(5000, 1, 1)

    cache._opened = lying  # type: ignore[method-assign]  # a file that shrinks between two calls of the system
    with pytest.raises(OSError, match="ended after 1000 of 5000"):
        await cache.fetch(key)
    assert cache.size == 0


async def test_no_descriptor_is_left_open(make: Make, tmp_path: Path, clock: FakeClock) -> None:
    put(tmp_path, "warm.m4s", 10)
    cache = make(3000 * KIB)
    await held(cache, (str(tmp_path), "warm.m4s"))
    before = descriptors()
    keys = [put(tmp_path, f"{number}.m4s", 300 * KIB) for number in range(20)]
    for _ in range(3):
        for key in keys:
            assert len((await held(cache, key)).body) == 300 * KIB
            assert descriptors() <= before + 10
        clock.advance(61)
    await cache.close()
    assert descriptors() <= before


async def test_beyond_so_many_descriptors_bodies_are_held_without(make: Make, tmp_path: Path) -> None:
    cache = make(4000 * KIB)
    cache._handles = HANDLES - 2
    keys = [put(tmp_path, f"{number}.m4s", 300 * KIB) for number in range(5)]
    with_handle = [(await held(cache, key)).handle is not None for key in keys]
    assert with_handle == [True, True, False, False, False]


async def test_without_memory_everything_is_streamed(make: Make, tmp_path: Path) -> None:
    cache, key = make(0), put(tmp_path, "a.m4s", 10)
    await loose(cache, key)
    assert (len(cache), cache.size) == (0, 0)


async def test_what_is_taken_up_again_after_it_was_let_go_counts_again(make: Make, tmp_path: Path) -> None:
    cache, key = make(200 * KIB), put(tmp_path, "a.m4s", 10 * KIB)
    one = await held(cache, key)
    cache._drop(one)
    for _ in range(3):
        cache.pin(one)
        assert cache.size == one.cost
        cache.unpin(one)
        assert cache.size == 0
