"""What may be set of a programme, and what of it is listed for whom. Pure."""

from collections.abc import Mapping
from enum import Enum
from typing import Any, Final

from novacast.clock import DAY
from novacast.errors import Conflict, FieldError
from novacast.i18n import text
from novacast.identity import Principal
from novacast.live.models import Channel, Programme, ProgrammeState, Whep, may_produce
from novacast.records import dataclass
from novacast.texts import Texts
from novacast.visibility import Visibility

MOST_PLANNED = 500
"""Of one channel."""
MOST_MARKERS = 500
LONGEST = 7 * DAY
"""From a planned start to the planned end."""
FARTHEST = 5 * 366 * DAY


class Keep(Enum):
    """What an edit leaves as it is, where None is a value."""

    KEEP = 0


KEEP: Final = Keep.KEEP


@dataclass(frozen=True, slots=True)
class Changes:
    """What an edit sets; None leaves a field as it is."""

    title: str | None = None
    description: str | None = None
    language: str | None = None
    visibility: Visibility | None = None
    planned_start: int | None = None
    planned_end: int | Keep | None = KEEP
    whep: Whep | None = None

    def checked(self) -> Mapping[str, Any]:
        """The columns to set. Raises InvalidInput with every field at fault."""
        texts = Texts()
        columns: dict[str, Any] = {}
        if self.title is not None:
            columns["title"] = texts.title(self.title, text("Give the programme a title."))
        if self.description is not None:
            columns["description"] = texts.description(self.description)
        if self.language is not None:
            columns["language"] = texts.language(self.language)
        texts.check()
        if self.visibility is not None:
            columns["visibility"] = self.visibility
        if self.whep is not None:
            columns["whep"] = self.whep
        if self.planned_start is not None:
            columns["planned_start"] = self.planned_start
        if self.planned_end is not KEEP:
            columns["planned_end"] = self.planned_end
        return columns


def check_hours(columns: Mapping[str, Any], before: Programme | None, now: int) -> None:
    """Raises InvalidInput for hours that no programme can have, those of `before` with `columns` set."""
    texts = Texts()
    start = columns.get("planned_start", None if before is None else before.planned_start)
    end = columns.get("planned_end", None if before is None else before.planned_end)
    if "planned_start" in columns and abs(columns["planned_start"] - now) > FARTHEST:
        texts.errors.append(FieldError("planned_start", "out_of_range", text("This start is years away.")))
    if end is not None and (start is None or not start < end <= start + LONGEST):
        message = text("The end must be after the start, and within {days} days of it.", days=LONGEST // DAY)
        texts.errors.append(FieldError("planned_end", "out_of_range", message))
    texts.check()


def check_editable(programme: Programme, columns: Mapping[str, Any]) -> None:
    """Raises Conflict for what can't be changed in this state."""
    if programme.state is ProgrammeState.ENDED:
        raise Conflict(text("This programme is over. What was recorded of it is a video; change that."))
    if programme.state is not ProgrammeState.PLANNED and columns.keys() & {"planned_start", "planned_end"}:
        raise Conflict(text("This programme has begun; its hours can't be planned any more."))


def check_deletable(programme: Programme, fed: bool) -> None:
    if programme.airing:
        raise Conflict(text("This programme is on air. End it first."))
    if fed and programme.state is ProgrammeState.STANDBY:
        raise Conflict(text("An encoder feeds this programme. End it first."))


def findable(principal: Principal, channel: Channel) -> frozenset[Visibility]:
    """Visibilities of the programmes of `channel` that are listed for `principal`: unlisted ones are for their makers
    and for those who have the address."""
    if may_produce(principal, channel.org_id):
        return frozenset(Visibility)
    found = {Visibility.PUBLIC}
    if principal.signed_in:
        found.add(Visibility.SIGNED_IN)
    if channel.org_id in principal.roles:
        found.add(Visibility.ORGANIZATION)
    return frozenset(found)
