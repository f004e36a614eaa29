"""When a room speaks: by a clock of the test's own, so that moments are exact and nobody waits."""

import asyncio
import itertools
import json
import selectors
from collections.abc import Awaitable, Callable
from typing import Any

from novacast.chat.models import Badge, Guest, Kind, Message, State
from novacast.chat.rooms.events import Event, said
from novacast.chat.rooms.member import Member
from novacast.chat.rooms.room import LiveRoom, Pace
from tests.chat.wires import Each
from tests.chat.world import FakePlace, person


class Leap(selectors.DefaultSelector):
    """Where a loop would sleep, its clock leaps."""

    now = 1000.0

    def select(self, timeout: float | None = None) -> Any:
        self.now += timeout or 0.0
        return super().select(0)


class Loop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self.leap = Leap()
        super().__init__(self.leap)

    def time(self) -> float:
        return self.leap.now


def played(scene: Callable[[], Awaitable[None]]) -> None:
    with asyncio.Runner(loop_factory=Loop) as runner:
        runner.run(scene())  # type: ignore[arg-type]  # a coroutine


class Wire:
    """Remembers what was written when."""

    def __init__(self) -> None:
        self.told: list[tuple[float, dict[str, Any]]] = []

    together = Each

    @staticmethod
    def framed(payload: bytes) -> bytes:
        return payload

    def write(self, frame: bytes) -> None:
        self.told.append((asyncio.get_running_loop().time(), json.loads(frame)))

    def close(self, code: int, reason: str = "") -> None: ...


class Stage:
    def __init__(self, pace: Pace) -> None:
        self.room = LiveRoom("room1", pace)
        self.room.begin(0)
        self.seq = 0
        self.said_at: dict[int, float] = {}

    def enter(self, name: str = "viewer", *, moderates: bool = False) -> Wire:
        wire = Wire()
        self.room.join(Member(Guest(person(name), FakePlace("room1"), name, (), moderates), wire, None))
        return wire

    def say(self, *badges: Badge, mentions: tuple[str, ...] = ()) -> None:
        self.seq += 1
        self.said_at[self.seq] = asyncio.get_running_loop().time()
        self.room.push(self.event(badges, mentions))

    def event(self, badges: tuple[Badge, ...], mentions: tuple[str, ...]) -> Event:
        names = {one: one.title() for one in mentions}
        state, kind = State.SHOWN, Kind.MESSAGE
        where = (self.seq, self.seq, kind, state)
        return said(Message(f"m{self.seq}", "room1", *where, "anna", "Anna", badges, "hello", names, None, None, 1))


def test_in_a_quiet_room_each_word_comes_at_once_and_nothing_comes_without_one() -> None:
    async def scene() -> None:
        stage = Stage(Pace())
        viewer = stage.enter()
        await asyncio.sleep(60)
        told_of_people = len(viewer.told)
        assert told_of_people == 1
        for _ in range(3):
            stage.say()
            await asyncio.sleep(60)
        words = viewer.told[told_of_people:]
        assert [at for at, _ in words] == list(stage.said_at.values())
        assert [frame["seq"] for _, frame in words] == [1, 2, 3]

    played(scene)


def test_in_a_busy_room_words_come_together_and_none_more_than_a_tick_late() -> None:
    async def scene() -> None:
        stage = Stage(Pace(sample_above=0))
        viewer = stage.enter()
        for _ in range(500):
            stage.say()
            await asyncio.sleep(0.002)
        await asyncio.sleep(1)
        late = [at - stage.said_at[one["message"]["seq"]] for at, frame in viewer.told for one in frame["events"]]
        assert len(late) == 500
        assert max(late) <= 0.05
        assert len(viewer.told) <= 1 / 0.04 + 2
        stretches = [(frame["after"], frame["seq"]) for _, frame in viewer.told]
        assert all(one[1] == behind[0] for one, behind in itertools.pairwise(stretches))

    played(scene)


def test_above_the_rate_viewers_are_told_how_much_they_are_spared_and_staff_and_whoever_is_meant_nothing() -> None:
    async def scene() -> None:
        stage = Stage(Pace(sample_above=20))
        viewer, meant, staff = stage.enter(), stage.enter("ben"), stage.enter("staff", moderates=True)
        for number in range(2000):
            if number % 100 == 50:
                stage.say(mentions=("ben",))
            elif number % 100 == 75:
                stage.say(Badge("staff"))
            else:
                stage.say()
            await asyncio.sleep(0.005)
        await asyncio.sleep(1)
        assert ids(staff) == {f"m{number}" for number in range(1, 2001)}
        assert not skipped(staff)
        assert len(ids(viewer)) + skipped(viewer) == 2000
        # Twenty a second for ten seconds, as many at first, and twenty words of the staff.
        assert 200 <= len(ids(viewer)) <= 250
        assert {f"m{number + 1}" for number in range(75, 2000, 100)} <= ids(viewer)
        assert {f"m{number + 1}" for number in range(50, 2000, 100)} <= ids(meant)

    played(scene)


def ids(wire: Wire) -> set[str]:
    events = [one for _, frame in wire.told for one in [*frame.get("events", ()), frame.get("event")] if one]
    return {one["message"]["id"] for one in events}


def skipped(wire: Wire) -> int:
    return sum(frame.get("skipped", 0) for _, frame in wire.told)
