"""Questions, and what may be answered. Pure.

An answer is a JSON value: a text, one of the options, a list of them, true or false, a date as YYYY-MM-DD, a number.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from datetime import date
from enum import StrEnum

from novacast.clock import MINUTE
from novacast.errors import FieldError, InvalidInput
from novacast.i18n import Text, text
from novacast.records import dataclass
from novacast.texts import Texts, printable

MOST_QUESTIONS = 50
"""Of one event."""
MOST_OPTIONS = 100
LONGEST = 2000
LARGEST = 10**12

Value = str | bool | int | float | tuple[str, ...]


class Kind(StrEnum):
    TEXT = "text"
    CHOICE = "choice"
    SEVERAL = "several"
    YES_NO = "yes_no"
    DATE = "date"
    NUMBER = "number"


class Scope(StrEnum):
    TICKET = "ticket"
    """Asked of each ticket."""
    ORDER = "order"
    """Asked once."""


@dataclass(frozen=True, slots=True)
class Question:
    id: str
    org_id: str
    event_id: str
    position: int
    scope: Scope
    kind: Kind
    label: str
    help: str
    required: bool
    options: tuple[str, ...]
    items: tuple[str, ...]
    """Ids of the kinds of tickets of which it is asked; empty: all."""
    depends_on: str | None
    depends_value: Value | None
    """It is asked where that question has this answer, or has it among several."""
    until_minutes: int
    archived: bool = False

    def of(self, item_ids: Sequence[str]) -> bool:
        return not self.items or any(one in self.items for one in item_ids)

    def open(self, starts_at: int, now: int) -> bool:
        """Whether its answer may still be changed."""
        return now < starts_at - self.until_minutes * MINUTE

    def meets(self, answer: Value | None) -> bool:
        """Whether the answer to the one it depends on is the one that it waits for."""
        wanted = self.depends_value
        if isinstance(answer, tuple):
            return wanted in answer
        return answer is not None and type(answer) is type(wanted) and answer == wanted

    def read(self, given: object) -> Value | None:
        """An answer as it is kept; None where there is none. Raises ValueError with what is wrong, a Text."""
        if given is None or given in ("", [], ()):
            return None
        match self.kind:
            case Kind.TEXT:
                return _line(given)
            case Kind.CHOICE:
                return self._option(given)
            case Kind.SEVERAL:
                return self._options(given)
            case Kind.YES_NO:
                if isinstance(given, bool):
                    return given
                raise ValueError(text("Say yes or no."))
            case Kind.DATE:
                return _date(given)
            case Kind.NUMBER:
                return _number(given)

    def _option(self, given: object) -> str:
        if not isinstance(given, str) or given not in self.options:
            raise ValueError(text("Choose one of what is offered."))
        return given

    def _options(self, given: object) -> tuple[str, ...]:
        if not isinstance(given, (list, tuple)) or not set(map(str, given)) <= set(self.options):
            raise ValueError(text("Choose of what is offered."))
        chosen = {str(one) for one in given}
        return tuple(one for one in self.options if one in chosen)


@dataclass(frozen=True, slots=True)
class Given:
    """What somebody answered. `unit`: id of the claim; None: for the whole order."""

    question_id: str
    unit: str | None
    value: object


@dataclass(frozen=True, slots=True)
class Answer:
    question_id: str
    unit: str | None
    value: Value


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A unit of an order that stands. `holder`: the name on its ticket; `answers`: by question, with those of the whole
    order."""

    order_id: str
    code: str
    name: str
    email: str
    unit: str
    item: str
    seat: str
    holder: str
    answers: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class QuestionChanges:
    """All of a question but what it is, which stays."""

    label: str
    kind: Kind
    scope: Scope = Scope.TICKET
    help: str = ""
    required: bool = False
    options: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    depends_on: str | None = None
    depends_value: Value | None = None
    until_minutes: int = 0
    position: int = 0

    def made(self, id_: str, org_id: str, event_id: str) -> Question:
        """Raises InvalidInput with every field at fault."""
        texts = Texts()
        label = texts.title(self.label, text("Write the question."), "label")
        options = tuple(dict.fromkeys(" ".join(printable(one).split()) for one in self.options))
        if self.kind in (Kind.CHOICE, Kind.SEVERAL) and (not options or not all(options)):
            texts.errors.append(FieldError("options", "required", text("Say what there is to choose from.")))
        if (self.depends_on is None) != (self.depends_value is None):
            said = text("Say on which answer to which question it depends.")
            texts.errors.append(FieldError("depends_value", "required", said))
        texts.check()
        return Question(
            id=id_,
            org_id=org_id,
            event_id=event_id,
            position=self.position,
            scope=self.scope,
            kind=self.kind,
            label=label,
            help=texts.title(self.help, field="help") if self.help.strip() else "",
            required=self.required,
            options=options if self.kind in (Kind.CHOICE, Kind.SEVERAL) else (),
            items=self.items,
            depends_on=self.depends_on,
            depends_value=self.depends_value,
            until_minutes=self.until_minutes,
        )


def check_dependency(question: Question, others: Mapping[str, Question]) -> None:
    """That what it depends on is there, is asked before, can be answered so, and depends on nothing in a ring. Raises
    InvalidInput."""
    if question.depends_on is None:
        return
    parent = others.get(question.depends_on)
    if parent is None or parent.id == question.id:
        raise InvalidInput.field("depends_on", text("The event has no such question."), "unknown")
    if question.scope is Scope.ORDER and parent.scope is Scope.TICKET:
        raise InvalidInput.field("depends_on", text("What is asked once can't depend on what is asked of each ticket."))
    wanted = question.depends_value
    try:
        good = parent.read([wanted] if parent.kind is Kind.SEVERAL else wanted)
    except ValueError as error:
        raise InvalidInput.field("depends_value", error.args[0]) from error
    if good is None:
        raise InvalidInput.field("depends_value", text("Say on which answer to which question it depends."))
    seen = {question.id}
    above: Question | None = parent
    while above is not None:
        if above.id in seen:
            raise InvalidInput.field("depends_on", text("These questions would depend on each other in a ring."))
        seen.add(above.id)
        above = None if above.depends_on is None else others.get(above.depends_on)


def checked(
    questions: Sequence[Question], units: Mapping[str, str], given: Sequence[Given], *, public: bool
) -> Sequence[Answer]:
    """What was answered, of what is to be asked. `units`: ids of claims, each with its item's. Answers to questions
    that others make superfluous are left out. Not `public`: nothing is required.

    Raises InvalidInput with every field at fault, `answers.UNIT.QUESTION` or `answers.order.QUESTION`.
    """
    by_place = {(one.unit, one.question_id): one.value for one in given}
    known = {one.id for one in questions}
    places = {None, *units}
    if any(one.question_id not in known or one.unit not in places for one in given):
        raise InvalidInput.field("answers", text("There is an answer to what nobody asks here."), "unknown")
    once: dict[str, Value] = {}
    wrong: list[FieldError] = []
    found = list(_answers(questions, None, tuple(units.values()), by_place, once, wrong, public=public))
    for unit, item_id in units.items():
        found += _answers(questions, unit, (item_id,), by_place, once, wrong, public=public)
    if wrong:
        raise InvalidInput(wrong[0].message, errors=wrong)
    return found


def _answers(
    questions: Sequence[Question],
    unit: str | None,
    item_ids: Sequence[str],
    given: Mapping[tuple[str | None, str], object],
    once: dict[str, Value],
    wrong: list[FieldError],
    *,
    public: bool,
) -> Iterator[Answer]:
    """Of one unit, or of the order. `once`: what is answered of the order; that is added to it."""
    answered = dict(once)
    scope = Scope.ORDER if unit is None else Scope.TICKET
    for one in sorted_by_dependency(questions):
        if one.scope is not scope or not one.of(item_ids):
            continue
        if one.depends_on is not None and not one.meets(answered.get(one.depends_on)):
            continue
        place = f"answers.{unit or 'order'}.{one.id}"
        try:
            value = one.read(given.get((unit, one.id)))
        except ValueError as error:
            wrong.append(FieldError(place, "invalid", error.args[0]))
            continue
        if value is not None:
            answered[one.id] = value
            if unit is None:
                once[one.id] = value
            yield Answer(one.id, unit, value)
        elif one.required and public:
            wrong.append(FieldError(place, "required", text("Please answer: {question}", question=one.label)))


def sorted_by_dependency(questions: Sequence[Question]) -> Sequence[Question]:
    """In their order, but none before the one it depends on."""
    known = {one.id: one for one in questions}
    done: dict[str, Question] = {}

    def put(one: Question) -> None:
        if one.id in done:
            return
        if one.depends_on in known:
            put(known[one.depends_on])
        done[one.id] = one

    for one in questions:
        put(one)
    return tuple(done.values())


def _line(given: object) -> str | None:
    if not isinstance(given, str):
        raise ValueError(text("Write a text."))
    line = printable(given[: LONGEST + 1].replace("\r\n", "\n"), keep="\n").strip()
    if len(line) > LONGEST:
        raise ValueError(text("An answer has {most} characters at most.", most=LONGEST))
    return line or None


def _date(given: object) -> str:
    try:
        if not isinstance(given, str) or len(given) != len("2026-11-30"):
            raise ValueError
        return date.fromisoformat(given).isoformat()
    except ValueError:
        raise ValueError(text("Write the date as YYYY-MM-DD.")) from None


def _number(given: object) -> int | float:
    if isinstance(given, bool) or not isinstance(given, (int, float)) or not math.isfinite(given):
        raise ValueError(text("Write a number."))
    if abs(given) > LARGEST:
        raise ValueError(text("This number is too large."))
    return given


def said(value: Value, yes: str, no: str) -> str:
    """As people read it."""
    if isinstance(value, bool):
        return yes if value else no
    return ", ".join(value) if isinstance(value, tuple) else str(value)


NO_QUESTION: Text = text("The event has no such question.")
