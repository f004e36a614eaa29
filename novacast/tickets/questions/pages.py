"""Questions as pages ask them, without scripts: each has its field, and says on which answer it depends."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from pydantic import ConfigDict

from novacast.errors import Conflict, FieldError, InvalidInput
from novacast.i18n import gettext as _
from novacast.tickets.holds.models import Line
from novacast.tickets.questions.models import Given, Kind, Question, Scope, Value, said, sorted_by_dependency
from novacast.tickets.questions.service import Asked, Questions
from novacast.web import Body, Call, Html, Notice, Redirect, form, page

PREFIX = "answers."


class AnswersForm(Body):
    """A field for each answer, `answers.UNIT.QUESTION`; for each of several options one, with its number behind it."""

    model_config = ConfigDict(frozen=True, extra="allow")

    @property
    def written(self) -> Mapping[str, str]:
        return {name: str(value) for name, value in (self.model_extra or {}).items() if name.startswith(PREFIX)}


def given(questions: Sequence[Question], lines: Sequence[Line], written: Mapping[str, str]) -> list[Given]:
    """What a form holds. What can't be read stays as it was written, and is refused where answers are checked."""
    found = []
    for one, unit in places(questions, lines):
        name = place(one, unit)
        if one.kind is Kind.SEVERAL:
            value: object = [option for number, option in enumerate(one.options) if f"{name}.{number}" in written]
        else:
            value = _read(one.kind, written.get(name, ""))
        if value not in ("", []):
            found.append(Given(one.id, unit, value))
    return found


def fields(
    questions: Sequence[Question],
    lines: Sequence[Line],
    written: Mapping[str, str],
    open_: frozenset[str] | None = None,
) -> Sequence[Mapping[str, Any]]:
    """Groups of fields: those of the order, then those of each ticket. `open_`: of which one may still be changed."""
    groups: dict[str | None, list[Mapping[str, Any]]] = {}
    labels = {one.id: one.label for one in questions}
    for one, unit in places(questions, lines):
        if open_ is None or one.id in open_:
            groups.setdefault(unit, []).append(_field(one, place(one, unit), written, labels))
    titles = {one.claim.id: f"{one.item} · {one.seat.label}" if one.seat else one.item for one in lines}
    many = len(lines) > 1
    numbers = {one.claim.id: number for number, one in enumerate(lines, 1)}
    return [
        {
            "title": "" if unit is None else (f"{numbers[unit]}. {titles[unit]}" if many else titles[unit]),
            "fields": found,
        }
        for unit, found in groups.items()
    ]


def places(questions: Sequence[Question], lines: Sequence[Line]) -> Iterator[tuple[Question, str | None]]:
    items = tuple(line.claim.item_id for line in lines)
    questions = sorted_by_dependency(questions)
    for one in questions:
        if one.scope is Scope.ORDER and one.of(items):
            yield one, None
    for line in lines:
        for one in questions:
            if one.scope is Scope.TICKET and one.of((line.claim.item_id,)):
                yield one, line.claim.id


def place(question: Question, unit: str | None) -> str:
    return f"{PREFIX}{unit or 'order'}.{question.id}"


def written_of(asked: Asked) -> Mapping[str, str]:
    """What is answered, as a form would hold it."""
    known = {one.id: one for one in asked.questions}
    found: dict[str, str] = {}
    for answer in asked.answers:
        question = known.get(answer.question_id)
        if question is None:
            continue
        name = place(question, answer.unit)
        if isinstance(answer.value, tuple):
            chosen = answer.value
            found |= {f"{name}.{n}": "true" for n, option in enumerate(question.options) if option in chosen}
        elif isinstance(answer.value, bool):
            found[name] = "yes" if answer.value else "no"
        else:
            found[name] = str(answer.value)
    return found


def _field(one: Question, name: str, written: Mapping[str, str], labels: Mapping[str, str]) -> Mapping[str, Any]:
    condition = ""
    if one.depends_on is not None and one.depends_value is not None:
        wanted = {"question": labels.get(one.depends_on, ""), "answer": spoken(one.depends_value)}
        condition = _("Only if you answered “%(question)s” with “%(answer)s”.") % wanted
    blank = ("", _("Please choose") if one.required else _("No answer"))
    options: list[tuple[str, str]] = []
    if one.kind is Kind.CHOICE:
        options = [blank, *((option, option) for option in one.options)]
    elif one.kind is Kind.YES_NO:
        options = [blank, ("yes", _("Yes")), ("no", _("No"))]
    elif one.kind is Kind.SEVERAL:
        options = [(f"{name}.{number}", option) for number, option in enumerate(one.options)]
    return {
        "name": name,
        "kind": one.kind.value,
        "label": one.label,
        "hint": " ".join(filter(None, (one.help, condition))),
        "required": one.required,
        "must": one.required and one.depends_on is None,
        "options": options,
        "value": written.get(name, ""),
        "chosen": [option for option, _label in options if option in written],
    }


def _read(kind: Kind, value: str) -> object:
    if kind is Kind.YES_NO:
        return {"yes": True, "no": False}.get(value, value)
    if kind is Kind.NUMBER and value:
        try:
            number = float(value.strip().replace(",", "."))
        except ValueError:
            return value
        return int(number) if number.is_integer() and abs(number) < 2**53 else number
    return value.strip()


def spoken(value: Value) -> str:
    return said(value, _("Yes"), _("No"))


class AnswerPages:
    def __init__(self, questions: Questions) -> None:
        self._questions = questions

    @page("/order/{token}/answers", public=True)
    async def show(self, call: Call, token: str) -> Html:
        asked = await self._questions.of_order(token)
        return shown(f"/order/{quote(token)}", asked, written_of(asked), ())

    @form("/order/{token}/answers", public=True)
    async def change(self, call: Call, token: str, form: AnswersForm) -> Html | Redirect:
        asked = await self._questions.of_order(token)
        answers = [one for one in given(asked.questions, asked.lines, form.written) if one.question_id in asked.open]
        try:
            await self._questions.change(token, answers)
        except InvalidInput as error:
            return shown(f"/order/{quote(token)}", asked, form.written, error.errors)
        except Conflict as error:
            return Redirect(f"/order/{quote(token)}/answers", notice=Notice("bad", error.message))
        return Redirect(f"/order/{quote(token)}", notice=Notice("good", _("Your answers are kept.")))


def shown(home: str, asked: Asked, written: Mapping[str, str], errors: Sequence[FieldError]) -> Html:
    """`home`: the order's page."""
    labels = {one.claim.id: one.item for one in asked.lines}
    known = {one.id: one.label for one in asked.questions}
    closed = [
        (known[one.question_id], labels.get(one.unit or "", ""), spoken(one.value))
        for one in asked.answers
        if one.question_id in known and one.question_id not in asked.open
    ]
    groups = fields(asked.questions, asked.lines, written, asked.open)
    context = {"home": home, "place": f"{home}/answers", "groups": groups, "closed": closed, "errors": errors}
    return Html("tickets/answers.html", context, 422 if errors else 200)
