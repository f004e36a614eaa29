import asyncio
from pathlib import Path

from novacast.errors import Unavailable
from novacast.media.process import Child
from novacast.media.throttle import Throttle
from tests.media.test_process import Lines, fake
from tests.waiting import until

LOOK = 0.2


class Stage:
    """Says whether something is live, and counts how often it was asked."""

    def __init__(self, *, live: bool) -> None:
        self.live = live
        self.asked = 0
        self.broken = False

    async def busy(self) -> bool:
        self.asked += 1
        if self.broken:
            raise Unavailable("The database is busy.")
        return self.live

    async def ask_again(self) -> None:
        """Returns when what was answered last counts."""
        before = self.asked
        await until(lambda: self.asked >= before + 2)


def stands_still(child: Child) -> bool:
    return Path(f"/proc/{child.pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"


async def test_a_child_works_for_a_share_of_its_time_while_something_is_live() -> None:
    lines, stage = Lines(), Stage(live=True)
    async with await Child.start(fake("counts", lines=lines)) as child, Throttle(stage.busy, 0.25, LOOK) as throttle:
        throttle.watch(child)
        for _ in range(3):
            await until(lambda: stands_still(child))
            before = len(lines.seen)
            await until(lambda: len(lines.seen) > before)  # noqa: B023 - waited for within the turn


async def test_it_works_all_of_its_time_again_afterwards() -> None:
    lines, stage = Lines(), Stage(live=True)
    async with await Child.start(fake("counts", lines=lines)) as child, Throttle(stage.busy, 0.25, LOOK) as throttle:
        throttle.watch(child)
        await until(lambda: stands_still(child))
        stage.live = False
        await stage.ask_again()
        assert not child.paused


async def test_without_any_share_it_stands_still_until_the_end_of_what_is_live() -> None:
    lines, stage = Lines(), Stage(live=True)
    async with await Child.start(fake("counts", lines=lines)) as child, Throttle(stage.busy, 0, LOOK) as throttle:
        throttle.watch(child)
        await until(lambda: stands_still(child))
        before = len(lines.seen)
        await stage.ask_again()
        assert stands_still(child)
        stage.live = False
        await until(lambda: len(lines.seen) > before + 50)


async def test_nobody_who_can_say_so_holds_nothing_up() -> None:
    lines, stage = Lines(), Stage(live=True)
    async with await Child.start(fake("counts", lines=lines)) as child, Throttle(stage.busy, 0, LOOK) as throttle:
        throttle.watch(child)
        await until(lambda: stands_still(child))
        stage.broken = True
        await stage.ask_again()
        assert not child.paused


async def test_a_whole_share_or_nothing_to_ask_leaves_a_child_alone() -> None:
    stage = Stage(live=True)
    async with await Child.start(fake("counts")) as child:
        for throttle in (Throttle(stage.busy, 1), Throttle(None, 0)):
            async with throttle:
                throttle.watch(child)
                await asyncio.sleep(0)
        assert not child.paused
    assert not stage.asked


async def test_a_child_that_is_left_does_not_stay_held() -> None:
    stage = Stage(live=True)
    async with await Child.start(fake("counts")) as child:
        async with Throttle(stage.busy, 0, LOOK) as throttle:
            throttle.watch(child)
            await until(lambda: child.paused)
        assert not child.paused
