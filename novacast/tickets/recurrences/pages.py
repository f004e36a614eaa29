"""The page by which a performance comes again and again: a rule, the dates that it gives, and those of them that are to
be. It works without scripts."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from novacast.errors import Conflict, InvalidInput
from novacast.i18n import gettext as _
from novacast.i18n import ngettext, text
from novacast.identity import Principal
from novacast.tickets.arranging.bodies import Short
from novacast.tickets.arranging.pages import EVENT
from novacast.tickets.events.models import Event
from novacast.tickets.events.service import Events
from novacast.tickets.office.words import STUDIO, hour, told
from novacast.tickets.recurrences.rules import LONGEST, MOST, MOST_EXCEPTIONS
from novacast.tickets.recurrences.service import Planned, Recurrence, Recurrences
from novacast.tickets.typed import Typed
from novacast.tickets.words import hour_there
from novacast.web import Body, Call, Html, Notice, Redirect, form, page

RECURRENCES = f"{EVENT}/recurrences"
Refusal = InvalidInput | Conflict
Hours = Annotated[tuple[Annotated[str, Field(max_length=40)], ...], Field(max_length=MOST + MOST_EXCEPTIONS)]


class RecurrenceForm(Body):
    """`day`: of a weekly rule. `rule`: one that is written out, instead of all this. `planned` and `keep`: local hours
    that were shown, and those of them that are wanted."""

    performance: Short = ""
    starts: Short = ""
    every: Literal["DAILY", "WEEKLY", "MONTHLY"] = "WEEKLY"
    interval: Short = "1"
    day: Annotated[tuple[Literal["MO", "TU", "WE", "TH", "FR", "SA", "SU"], ...], Field(max_length=7)] = ()
    ends: Literal["count", "until"] = "count"
    count: Short = "8"
    until: Short = ""
    rule: Annotated[str, Field(max_length=LONGEST)] = ""
    planned: Hours = ()
    keep: Hours = ()
    do: Literal["look", "make"] = "look"

    def wanted(self) -> Recurrence:
        """Raises InvalidInput."""
        typed = Typed()
        rule = self.rule.strip() or self._rule(typed)
        typed.check()
        left_out = [_local(one, "rule") for one in self.planned if one not in self.keep]
        starts = _local(self.starts, "starts") if self.starts.strip() else None
        return Recurrence(self.performance, rule, starts, tuple(left_out))

    def whole(self) -> "RecurrenceForm":
        """The same with nothing left out."""
        return self.model_copy(update={"planned": (), "keep": ()})

    def _rule(self, typed: Typed) -> str:
        parts = [f"FREQ={self.every}"]
        interval = typed.count("interval", self.interval, 1, 99, 1)
        if interval > 1:
            parts.append(f"INTERVAL={interval}")
        if self.every == "WEEKLY" and self.day:
            parts.append(f"BYDAY={','.join(self.day)}")
        if self.ends == "count":
            parts.append(f"COUNT={typed.count('count', self.count, 1, MOST)}")
        else:
            parts.append(f"UNTIL={self._last(typed)}")
        return ";".join(parts)

    def _last(self, typed: Typed) -> str:
        try:
            return datetime.strptime(self.until.strip(), "%Y-%m-%d").strftime("%Y%m%d")  # noqa: DTZ007 - a local day
        except ValueError:
            typed.add(InvalidInput.field("until", text("Write the last day as 2027-01-31.")).errors)
            return ""


class RecurrencePages:
    def __init__(self, events: Events, recurrences: Recurrences) -> None:
        self._events, self._recurrences = events, recurrences

    @page(RECURRENCES)
    async def show(self, call: Call, event_id: str) -> Html:
        return await self._shown(call.principal, event_id, RecurrenceForm())

    @form(RECURRENCES)
    async def plan(self, call: Call, event_id: str, form: RecurrenceForm) -> Html | Redirect:
        """First with the dates; made are those that were shown."""
        try:
            every = await self._recurrences.preview(call.principal, event_id, form.whole().wanted())
            if form.do == "look" or {_key(one) for one in every} != set(form.planned):
                return await self._shown(call.principal, event_id, form, plan=every)
            made = await self._recurrences.create(call.principal, event_id, form.wanted())
        except (InvalidInput, Conflict) as error:
            return await self._shown(call.principal, event_id, form, error)
        words = ngettext(
            "%(num)s performance is made, as a draft.", "%(num)s performances are made, as drafts.", len(made)
        )
        return Redirect(f"{STUDIO}/events/{event_id}", notice=Notice("good", words % {"num": len(made)}))

    async def _shown(
        self,
        principal: Principal,
        event_id: str,
        values: RecurrenceForm,
        error: Refusal | None = None,
        plan: Sequence[Planned] | None = None,
    ) -> Html:
        found = await self._events.arranged(principal, event_id)
        zone = found.event.timezone
        context: dict[str, Any] = {
            "event": found.event,
            "patterns": [(one.id, hour_there(one.starts_at, zone)) for one in found.performances],
            "days": _days(),
            "values": values,
            "plan": None if plan is None else [_planned(one, found.event, values) for one in plan],
            "new": sum(not one.known for one in plan or ()),
            "errors": told(error),
        }
        return Html("tickets/recurrences.html", context, 422 if error is not None else 200)


def _days() -> list[tuple[str, str]]:
    return [
        ("MO", _("Monday")),
        ("TU", _("Tuesday")),
        ("WE", _("Wednesday")),
        ("TH", _("Thursday")),
        ("FR", _("Friday")),
        ("SA", _("Saturday")),
        ("SU", _("Sunday")),
    ]


def _planned(one: Planned, event: Event, values: RecurrenceForm) -> dict[str, Any]:
    notes = {
        "gap": _("the clocks skip this hour, so it begins later"),
        "fold": _("the clocks show this hour twice; it is the first"),
    }
    key = _key(one)
    return {
        "key": key,
        "hour": hour(one.night.starts_at, event.timezone),
        "note": notes.get(one.night.note, ""),
        "known": one.known,
        "kept": key not in values.planned or key in values.keep,
    }


def _key(one: Planned) -> str:
    return one.night.local.isoformat(timespec="minutes")


def _local(written: str, field: str) -> datetime:
    """Raises InvalidInput."""
    try:
        return datetime.fromisoformat(written.strip()).replace(tzinfo=None)
    except ValueError as error:
        raise InvalidInput.field(field, text("Write day and hour as 2027-01-31T20:00.")) from error
