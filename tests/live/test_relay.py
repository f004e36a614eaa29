"""What waits for a target has a limit, and nobody waits for it."""

from novacast.clock import SystemClock
from novacast.live.ingest import Kind, Tag
from novacast.live.simulcast.muxing import Piece
from novacast.live.simulcast.relay import MOST, Relay
from novacast.live.targets.models import Secrets, Target, TargetState

TARGET = Target("t", "c", "o", "", "rtmp://127.0.0.1:9/app", False, False, True, 60, TargetState.OFF, 0, "", 0, 0)
MEGABYTE = bytes(1024 * 1024)


class NoRows:
    async def wanted(self, channel_id: str) -> list[Target]:
        return []

    async def secrets(self, target_id: str) -> Secrets:
        return Secrets()

    async def silence(self) -> None: ...

    async def told(self, target_id: str, state: TargetState, words: str = "") -> None: ...


async def test_what_waits_is_bounded_and_what_goes_is_counted() -> None:
    relay = Relay(TARGET, NoRows(), SystemClock(), private=True)
    relay.offer(Piece(Tag(Kind.VIDEO, 0, b"config"), header=True))
    for number in range(2 * MOST // len(MEGABYTE)):
        relay.offer(Piece(Tag(Kind.VIDEO, number, MEGABYTE), keyframe=number % 30 == 0))
    assert relay.waiting <= MOST
    assert relay.health().dropped >= 128
    await relay.close()
    assert relay.state is TargetState.OFF
