"""The form of codes, taken as it was typed."""

from typing import Annotated

from pydantic import Field

from novacast.errors import FieldError
from novacast.i18n import text
from novacast.tickets.arranging.bodies import Short
from novacast.tickets.codes.models import LONGEST, MOST_AT_ONCE, Code, CodeChanges
from novacast.tickets.events.kinds import EventKinds
from novacast.tickets.events.models import MOST_CAPACITY, Event, Quota
from novacast.tickets.typed import Typed, written_hour, written_share
from novacast.tickets.words import plain
from novacast.web import Body

FIELDS = {"amount_off": "amount", "items": "kind"}
"""Names of a service's fields in this form."""


class CodeForm(Body):
    """`kind`: names of kinds of tickets; none: it is good for all."""

    code: Annotated[str, Field(max_length=2 * LONGEST)] = ""
    count: Short = "1"
    note: Short = ""
    percent: Short = ""
    amount: Short = ""
    opens_hidden: bool = False
    opens_early: bool = False
    performance: Short = ""
    reserved: Short = ""
    capacity: Short = ""
    most_per_order: Short = ""
    most_per_person: Short = ""
    from_at: Short = ""
    until_at: Short = ""
    kind: Annotated[tuple[Short, ...], Field(max_length=100)] = ()

    @property
    def number(self) -> int:
        """How many are to be made; `made` has looked at it."""
        return int(self.count.strip() or "1")

    def made(self, event: Event, kinds: EventKinds) -> CodeChanges:
        """Raises InvalidInput."""
        typed = Typed()
        typed.count("count", self.count, 1, MOST_AT_ONCE, 1)
        perf_id = self.performance or None
        more = {"code", "perf_id"} if perf_id is not None else {"code"}
        return self._changes(typed, event, kinds, perf_id, more | ({"reserved"} if self.reserved.strip() else set()))

    def changed(self, event: Event, kinds: EventKinds, before: Code) -> CodeChanges:
        """What stands on it and where it is good stays. Raises InvalidInput."""
        more = {"reserved"} if before.quota_id is not None else set[str]()
        return self._changes(Typed(), event, kinds, before.perf_id, more)

    def _changes(
        self, typed: Typed, event: Event, kinds: EventKinds, perf_id: str | None, more: set[str]
    ) -> CodeChanges:
        if self.kind and not set(self.kind) <= set(kinds.names):
            typed.add([FieldError("kind", "unknown", text("The event has no such kinds of tickets."))])
        usual = {"note", "percent_bp", "amount_off", "opens_hidden", "opens_early", "capacity", "most_per_order"}
        found = CodeChanges(
            given=frozenset(usual | {"most_per_person", "from_at", "until_at", "items"} | more),
            code=self.code.strip(),
            note=self.note,
            perf_id=perf_id,
            percent_bp=typed.share("percent", self.percent),
            amount_off=typed.amount("amount", self.amount, event.currency),
            opens_hidden=self.opens_hidden,
            opens_early=self.opens_early,
            reserved=_bound(typed, "reserved", self.reserved, 0) if "reserved" in more else None,
            capacity=_bound(typed, "capacity", self.capacity, 0),
            most_per_order=_bound(typed, "most_per_order", self.most_per_order, 1),
            most_per_person=_bound(typed, "most_per_person", self.most_per_person, 1),
            from_at=typed.hour("from_at", self.from_at, event.timezone),
            until_at=typed.hour("until_at", self.until_at, event.timezone),
            items=kinds.ids(self.kind, perf_id),
        )
        typed.check()
        return found

    @classmethod
    def of(cls, one: Code, quota: Quota | None, event: Event, kinds: EventKinds) -> "CodeForm":
        return cls(
            code=one.code,
            note=one.note,
            percent=written_share(one.percent_bp),
            amount=plain(one.amount_off, event.currency) if one.amount_off else "",
            opens_hidden=one.opens_hidden,
            opens_early=one.opens_early,
            performance=one.perf_id or "",
            reserved="" if quota is None else str(quota.capacity),
            capacity="" if one.capacity is None else str(one.capacity),
            most_per_order="" if one.most_per_order is None else str(one.most_per_order),
            most_per_person="" if one.most_per_person is None else str(one.most_per_person),
            from_at=written_hour(one.from_at, event.timezone),
            until_at=written_hour(one.until_at, event.timezone),
            kind=kinds.named(one.items),
        )


def _bound(typed: Typed, name: str, written: str, least: int) -> int | None:
    """None: there is none."""
    return typed.count(name, written, least, MOST_CAPACITY) if written.strip() else None
