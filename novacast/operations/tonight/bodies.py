"""The shape of an evening."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from novacast.overview import Alarm, Machine, Night, ProgrammeNow, Takings, Tonight, Work
from novacast.web import Body


class TonightBody(Body):
    """What goes on at this moment."""

    at: str
    programmes: Sequence[ProgrammeNow]
    viewers: int
    takings: Annotated[Sequence[Takings], Field(description="Paid since midnight UTC, by currency, in minor units.")]
    nights: Annotated[Sequence[Night], Field(description="Performances from six hours ago to three days ahead.")]
    work: Sequence[Work]
    machine: Machine
    alarms: Annotated[Sequence[Alarm], Field(description="That are true now.")]

    @classmethod
    def of(cls, look: Tonight) -> "TonightBody":
        return cls(
            at=look.at,
            programmes=look.programmes,
            viewers=look.viewers,
            takings=look.takings,
            nights=look.nights,
            work=look.work,
            machine=look.machine,
            alarms=look.alarms,
        )


class PulseQuery(Body):
    log: Annotated[
        str, Field(pattern="^(|debug|info|warning|error)$", description="Lines of the log from this weight on as well.")
    ] = ""
