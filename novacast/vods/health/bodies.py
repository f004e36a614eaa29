"""Shapes of the health API. Times are seconds."""

from typing import Annotated

from pydantic import Field

from novacast.clock import iso
from novacast.vods.health.models import Health, Kind, Report, Span
from novacast.web import Body

Seconds = Annotated[float, Field(ge=0, le=600, allow_inf_nan=False)]
Number = Annotated[int, Field(ge=0, le=100_000)]


class PlayedBody(Body):
    height: Annotated[int, Field(ge=1, le=8640)]
    seconds: Seconds


class ErrorBody(Body):
    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9_]{1,60}$")]
    fatal: bool = False


class ReportBody(Body):
    """What happened since the last report of this session."""

    session: Annotated[str, Field(min_length=1, max_length=64, description="`session` of the stream that is played.")]
    startup: Annotated[Seconds | None, Field(description="From the wish to play to the first picture.")] = None
    stalls: Annotated[tuple[Seconds, ...], Field(max_length=50, description="How long each lasted.")] = ()
    played: Annotated[tuple[PlayedBody, ...], Field(max_length=16)] = ()
    switches: Annotated[int, Field(ge=0, le=1000, description="Changes of the rung.")] = 0
    frames: Number = 0
    dropped: Number = 0
    errors: Annotated[tuple[ErrorBody, ...], Field(max_length=20)] = ()

    def report(self) -> Report:
        return Report(
            startup=None if self.startup is None else _ms(self.startup),
            stalls=[_ms(stall) for stall in self.stalls],
            played=[(one.height, _ms(one.seconds)) for one in self.played],
            switches=self.switches,
            frames=self.frames,
            dropped=self.dropped,
            errors=[(one.name, one.fatal) for one in self.errors],
        )


class HealthQuery(Body):
    days: Annotated[int, Field(ge=1, le=366)] = 30


class BucketBody(Body):
    up_to: Annotated[float | None, Field(description="Seconds; null: longer than all others.")]
    number: int


class SpanBody(Body):
    at: str
    plays: int
    played: float
    stalled: float

    @classmethod
    def of(cls, span: Span) -> "SpanBody":
        return cls(at=iso(span.start), plays=span.starts, played=span.played / 1000, stalled=span.stalled / 1000)


class RungTimeBody(Body):
    height: int
    seconds: float


class ErrorNumberBody(Body):
    name: str
    number: int
    fatal: int


class HealthBody(Body):
    plays: int
    startup: Annotated[list[BucketBody], Field(description="How many plays took how long to begin.")]
    stalls: list[BucketBody]
    stalled: float
    rungs: list[RungTimeBody]
    switches: int
    frames: int
    dropped: int
    errors: list[ErrorNumberBody]
    spans: Annotated[list[SpanBody], Field(description="By the hour for up to two days, by the day (UTC) for more.")]

    @classmethod
    def of(cls, health: Health) -> "HealthBody":
        sums = health.sums
        return cls(
            plays=sums.get(Kind.START, 0),
            startup=[_bucket(bound, number) for bound, number in health.startup],
            stalls=[_bucket(bound, number) for bound, number in health.stalls],
            stalled=sums.get(Kind.STALL_TIME, 0) / 1000,
            rungs=[RungTimeBody(height=height, seconds=time / 1000) for height, time in health.rungs],
            switches=sums.get(Kind.SWITCHES, 0),
            frames=sums.get(Kind.FRAMES, 0),
            dropped=sums.get(Kind.DROPPED, 0),
            errors=[ErrorNumberBody(name=name, number=number, fatal=fatal) for name, number, fatal in health.errors],
            spans=[SpanBody.of(span) for span in health.spans],
        )


def _bucket(bound: int | None, number: int) -> BucketBody:
    return BucketBody(up_to=None if bound is None else bound / 1000, number=number)


def _ms(seconds: float) -> int:
    return round(seconds * 1000)
