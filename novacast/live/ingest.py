"""What ingest servers and the broadcast engine say to each other. Every protocol arrives as FLV tags."""

from dataclasses import field
from enum import IntEnum
from typing import Protocol

from novacast.i18n import Text
from novacast.records import dataclass


class Kind(IntEnum):
    """Message and tag types: Adobe's RTMP specification 7.1, FLV specification E.4.1."""

    AUDIO = 8
    VIDEO = 9
    SCRIPT = 18


@dataclass(frozen=True, slots=True)
class Tag:
    """One FLV tag. `data` begins with the codec byte (or, enhanced, the FourCC header), as it came."""

    kind: Kind
    time: int
    """Milliseconds of the publisher's clock, unwrapped: it goes on where 32 bits end."""
    data: bytes


@dataclass(frozen=True, slots=True)
class Hello:
    """What a publisher says before a byte of media is kept."""

    protocol: str
    """`rtmp`, `rtmps`, `srt`, `whip` or `file`."""
    key: str = field(repr=False)
    """The secret, as it was presented."""
    address: str
    """Of the network; no port."""
    software: str
    """What it calls itself; empty if it says nothing."""


class Publisher(Protocol):
    """A connection, as the engine may treat it."""

    def pause(self) -> None:
        """Read no more until `resume`: the encoder is behind."""
        ...

    def resume(self) -> None: ...

    def close(self, why: Text) -> None:
        """End it; the encoder at the other end is told where its protocol can."""
        ...


class Intake(Protocol):
    """Where an admitted publisher's media goes. No method blocks or raises."""

    def take(self, tag: Tag) -> None: ...

    def missed(self, lost: int, late: int) -> None:
        """Now and then, by a protocol that knows: packets that had not come when they were due, and those that came
        after that, since it was told last."""
        ...

    def end(self, why: Text) -> None:
        """The connection is over; nothing more comes. Repeatable."""
        ...


class Gate(Protocol):
    """The engine, as ingest servers see it."""

    async def admit(self, hello: Hello, publisher: Publisher) -> Intake:
        """Raises Unauthenticated for a key that is unknown, over or revoked, Forbidden where it may not feed anything
        now, RateLimited, Unavailable. Refusals are alike to strangers."""
        ...
