"""The form of a question, taken as it was typed."""

import json
import math
from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from novacast.errors import FieldError
from novacast.i18n import gettext as _
from novacast.i18n import text
from novacast.tickets.arranging.bodies import Short
from novacast.tickets.events.kinds import EventKinds
from novacast.tickets.questions.models import Kind, Question, QuestionChanges, Scope, Value, said
from novacast.tickets.typed import Typed
from novacast.web import Body

FIELDS = {"items": "kinds", "depends_on": "depends", "depends_value": "depends", "until_minutes": "until"}
"""Names of a service's fields in this form."""
MOST_HOURS = 16_000
MINUTES = 60


class QuestionForm(Body):
    """`kinds`: names of kinds of tickets; none: it is asked of all. `depends`: one of `dependencies`."""

    label: Short = ""
    help: Short = ""
    kind: Kind = Kind.TEXT
    scope: Scope = Scope.TICKET
    required: bool = False
    options: Annotated[str, Field(max_length=20_000)] = ""
    kinds: Annotated[tuple[Short, ...], Field(max_length=100)] = ()
    depends: Annotated[str, Field(max_length=3000)] = ""
    until: Short = "0"

    def changes(self, kinds: EventKinds, position: int, before: Question | None = None) -> QuestionChanges:
        """Raises InvalidInput."""
        typed = Typed()
        if self.kinds and not set(self.kinds) <= set(kinds.names):
            typed.add([FieldError("kinds", "unknown", text("The event has no such kinds of tickets."))])
        hours = typed.count("until", self.until, 0, MOST_HOURS, 0)
        same = before is not None and hours == _hours(before.until_minutes)
        parent, value = _dependency(self.depends)
        typed.check()
        return QuestionChanges(
            label=self.label,
            kind=self.kind,
            scope=self.scope,
            help=self.help,
            required=self.required,
            options=tuple(one.strip() for one in self.options.splitlines() if one.strip()),
            items=kinds.ids(self.kinds),
            depends_on=parent,
            depends_value=value,
            until_minutes=before.until_minutes if before is not None and same else hours * MINUTES,
            position=position,
        )

    @classmethod
    def of(cls, one: Question, kinds: EventKinds) -> "QuestionForm":
        return cls(
            label=one.label,
            help=one.help,
            kind=one.kind,
            scope=one.scope,
            required=one.required,
            options="\n".join(one.options),
            kinds=kinds.named(one.items),
            depends="" if one.depends_on is None else _written(one.depends_on, one.depends_value),
            until=str(_hours(one.until_minutes)),
        )


def dependencies(questions: Sequence[Question], of: Question | None) -> list[tuple[str, str]]:
    """On which answers to which other questions one may wait: of those that are chosen from, each; and what is
    set of it already."""
    found = [("", _("Always"))]
    for one in questions:
        if of is not None and one.id == of.id:
            continue
        answers: Sequence[Value] = (True, False) if one.kind is Kind.YES_NO else one.options
        found += [(_written(one.id, answer), _only_where(one, answer)) for answer in answers]
    if of is not None and of.depends_on is not None and of.depends_value is not None:
        known = _written(of.depends_on, of.depends_value)
        parent = next((one for one in questions if one.id == of.depends_on), None)
        if parent is not None and known not in dict(found):
            found.append((known, _only_where(parent, of.depends_value)))
    return found


def kind_names() -> list[tuple[str, str, str]]:
    return [
        (Kind.TEXT, _("A text"), ""),
        (Kind.YES_NO, _("Yes or no"), ""),
        (Kind.CHOICE, _("One of several"), _("Of what you write below.")),
        (Kind.SEVERAL, _("Several of several"), _("Of what you write below.")),
        (Kind.NUMBER, _("A number"), ""),
        (Kind.DATE, _("A date"), ""),
    ]


def scope_names() -> list[tuple[str, str, str]]:
    return [
        (Scope.TICKET, _("Of each ticket"), _("Whose it is, what they eat.")),
        (Scope.ORDER, _("Once"), _("How they heard of it.")),
    ]


def _only_where(one: Question, answer: Value) -> str:
    words = {"question": one.label, "answer": said(answer, _("Yes"), _("No"))}
    return _("Only where “%(question)s” is “%(answer)s”") % words


def _written(question_id: str, answer: Value | None) -> str:
    return f"{question_id} {json.dumps(answer, ensure_ascii=False)}"


def _dependency(written: str) -> tuple[str | None, Value | None]:
    """What can't be read depends on what nobody has asked, and is refused by that."""
    question_id, _space, answer = written.partition(" ")
    if not question_id:
        return None, None
    try:
        value = json.loads(answer)
    except ValueError:
        value = None
    return question_id, value if isinstance(value, (str, bool, int, float)) else ""


def _hours(minutes: int) -> int:
    return math.ceil(minutes / MINUTES)
