"""How a rehearsal is asked for on the command line."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from novacast.errors import InvalidInput
from novacast.records import dataclass
from novacast_admin.rehearsal.models import Part, Plan

if TYPE_CHECKING:
    from novacast_admin.rehearsal.expectation import Ladder

SECONDS, LEAST_SECONDS, MOST_SECONDS = 60.0, 15.0, 600.0
MOST_VIEWERS, CHATTERS = 8000, 200

Seconds = Annotated[
    float, typer.Option("--seconds", min=LEAST_SECONDS, max=MOST_SECONDS, help="How long it takes, about.")
]
Uplink = Annotated[
    float | None,
    typer.Option(
        "--uplink", min=0.1, metavar="MBIT", help="Mbit/s of the line to the audience, if not that of the interface."
    ),
]
Scratch = Annotated[
    Path | None,
    typer.Option("--scratch", metavar="FOLDER", help="Where it may make its own data folder, which goes again."),
]
Heights = Annotated[str, typer.Option("--heights", help="Rungs to encode, such as 360,720, whatever channels have.")]
Yes = Annotated[bool, typer.Option("--yes", help="Rehearse although somebody is on air.")]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line says of a rehearsal."""

    seconds: float
    uplink: float | None
    scratch: Path | None
    heights: str
    most_viewers: int = MOST_VIEWERS
    parts: frozenset[Part] = frozenset(Part)

    def plan(self, ladder: "Ladder") -> Plan:
        """Raises InvalidInput."""
        return Plan(
            parts=self.parts,
            seconds=self.seconds,
            heights=_heights(self.heights) or ladder.heights,
            profile=ladder.profile,
            pass_through=ladder.pass_through,
            most_viewers=self.most_viewers,
            chatters=CHATTERS,
            uplink=None if self.uplink is None else round(self.uplink * 1_000_000),
        )


def _heights(text: str) -> tuple[int, ...]:
    try:
        found = tuple(sorted({int(one) for one in text.split(",")})) if text else ()
    except ValueError:
        found = (0,)
    if len(found) > 8 or any(one % 2 or not 64 <= one <= 2160 for one in found):
        raise InvalidInput.field("heights", "Name up to 8 rungs by even heights from 64 to 2160, such as 360,720.")
    return found


def parts_of(names: Sequence[str]) -> frozenset[Part]:
    """All where none is named. Raises InvalidInput."""
    known = {one.value for one in Part}
    wrong = next((one for one in names if one not in known), None)
    if wrong is not None:
        raise InvalidInput.field("only", f"{wrong} is none of {', '.join(Part)}.")
    return frozenset(Part(one) for one in names) or frozenset(Part)
