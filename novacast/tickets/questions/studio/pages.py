"""Pages of what is asked of buyers, and of what they answered. All of it works without scripts."""

from collections.abc import Sequence
from typing import Any, Literal

from novacast.errors import Conflict, InvalidInput, NotFound
from novacast.i18n import gettext as _
from novacast.identity import Principal
from novacast.tickets.arranging.pages import EVENT, NIGHT
from novacast.tickets.events.performances import Performances
from novacast.tickets.events.service import Events
from novacast.tickets.office.words import STUDIO, hour, told
from novacast.tickets.questions.models import NO_QUESTION, Kind, Question, Scope, UnitRow, said
from novacast.tickets.questions.service import Questions
from novacast.tickets.questions.sheet import AnswerSheets
from novacast.tickets.questions.studio.bodies import FIELDS, QuestionForm, dependencies, kind_names, scope_names
from novacast.web import Body, Call, Html, ListQuery, Notice, Redirect, form, page

QUESTIONS = f"{EVENT}/questions"
PAGE = 50
"""Orders."""
Refusal = InvalidInput | Conflict


class MoveForm(Body):
    way: Literal["up", "down"]


class QuestionPages:
    def __init__(self, events: Events, questions: Questions) -> None:
        self._events, self._questions = events, questions

    @page(QUESTIONS)
    async def listed(self, call: Call, event_id: str) -> Html:
        event = (await self._events.arranged(call.principal, event_id)).event
        questions = await self._questions.of_event(call.principal, event_id)
        kinds = await self._events.kinds(event_id)
        labels = {one.id: one.label for one in questions}
        lines = [{**_line(one, labels), "asked_with": ", ".join(kinds.named(one.items))} for one in questions]
        return Html("tickets/questions_studio.html", {"event": event, "lines": lines})

    @page(f"{QUESTIONS}/new")
    async def begin(self, call: Call, event_id: str) -> Html:
        return await self._shown(call.principal, event_id, QuestionForm())

    @form(f"{QUESTIONS}/new")
    async def create(self, call: Call, event_id: str, form: QuestionForm) -> Html | Redirect:
        questions = await self._questions.of_event(call.principal, event_id)
        try:
            position = max((one.position for one in questions), default=-1) + 1
            wanted = form.changes(await self._events.kinds(event_id), position)
            await self._questions.add(call.principal, event_id, wanted)
        except (InvalidInput, Conflict) as error:
            return await self._shown(call.principal, event_id, form, error=error)
        return _back(event_id, _("The question is asked from now on."))

    @page(f"{QUESTIONS}/{{question_id}}")
    async def show(self, call: Call, event_id: str, question_id: str) -> Html:
        one = await self._known(call.principal, event_id, question_id)
        values = QuestionForm.of(one, await self._events.kinds(event_id))
        return await self._shown(call.principal, event_id, values, one)

    @form(f"{QUESTIONS}/{{question_id}}")
    async def save(self, call: Call, event_id: str, question_id: str, form: QuestionForm) -> Html | Redirect:
        one = await self._known(call.principal, event_id, question_id)
        form = form.model_copy(update={"kind": one.kind, "scope": one.scope})
        try:
            wanted = form.changes(await self._events.kinds(event_id), one.position, one)
            await self._questions.edit(call.principal, event_id, question_id, wanted)
        except (InvalidInput, Conflict) as error:
            return await self._shown(call.principal, event_id, form, one, error)
        return _back(event_id, _("Saved."))

    @form(f"{QUESTIONS}/{{question_id}}/move")
    async def move(self, call: Call, event_id: str, question_id: str, form: MoveForm) -> Redirect:
        await self._questions.move(call.principal, event_id, question_id, up=form.way == "up")
        return Redirect(f"{STUDIO}/events/{event_id}/questions")

    @form(f"{QUESTIONS}/{{question_id}}/remove")
    async def remove(self, call: Call, event_id: str, question_id: str) -> Redirect:
        await self._questions.archive(call.principal, event_id, question_id)
        return _back(event_id, _("It is asked no more. What was answered stays."))

    async def _known(self, principal: Principal, event_id: str, question_id: str) -> Question:
        questions = await self._questions.of_event(principal, event_id)
        found = next((one for one in questions if one.id == question_id), None)
        if found is None:
            raise NotFound(NO_QUESTION)
        return found

    async def _shown(
        self,
        principal: Principal,
        event_id: str,
        values: QuestionForm,
        one: Question | None = None,
        error: Refusal | None = None,
    ) -> Html:
        event = (await self._events.arranged(principal, event_id)).event
        questions = await self._questions.of_event(principal, event_id)
        context = {
            "event": event,
            "question": one,
            "kinds": kind_names(),
            "scopes": scope_names(),
            "chooses": one is None or one.kind in (Kind.CHOICE, Kind.SEVERAL),
            "items": (await self._events.kinds(event_id)).names,
            "dependencies": dependencies(questions, one),
            "values": values,
            "errors": told(error, FIELDS),
        }
        return Html("tickets/question.html", context, 422 if error is not None else 200)


class GivenAnswersPages:
    """What buyers of a performance answered."""

    def __init__(self, performances: Performances, sheets: AnswerSheets) -> None:
        self._performances, self._sheets = performances, sheets

    @page(f"{NIGHT}/answers")
    async def show(self, call: Call, performance_id: str, query: ListQuery) -> Html:
        event, performance = await self._performances.worked_on(call.principal, performance_id)
        questions, found = await self._sheets.page(call.principal, performance_id, query.cursor, PAGE)
        place = f"{STUDIO}/performances/{performance_id}/answers"
        context = {
            "event": event,
            "performance": performance,
            "when": hour(performance.starts_at, event.timezone),
            "heads": [one.label for one in questions],
            "rows": [_row(one, questions) for one in found.items],
            "exports": _exports(performance_id),
            "next": f"?cursor={found.next}" if found.next else "",
            "first": place if query.cursor else "",
        }
        return Html("tickets/answers_studio.html", context)


def _line(one: Question, labels: dict[str, str]) -> dict[str, Any]:
    kinds = {value: name for value, name, _hint in kind_names()}
    about = [kinds[one.kind], _("of each ticket") if one.scope is Scope.TICKET else _("once")]
    if one.depends_on in labels and one.depends_value is not None:
        words = {"question": labels[one.depends_on], "answer": said(one.depends_value, _("Yes"), _("No"))}
        about.append(_("only where “%(question)s” is “%(answer)s”") % words)
    return {"id": one.id, "label": one.label, "about": about, "required": one.required}


def _row(one: UnitRow, questions: Sequence[Question]) -> dict[str, Any]:
    answers = [one.answers.get(each.id) for each in questions]
    return {
        "href": f"{STUDIO}/orders/{one.order_id}",
        "code": one.code,
        "who": one.holder or one.name or _("No name"),
        "item": f"{one.item} · {one.seat}" if one.seat else one.item,
        "answers": ["" if value is None else said(value, _("Yes"), _("No")) for value in answers],
    }


def _exports(perf_id: str) -> list[tuple[str, list[tuple[str, str]]]]:
    place = f"/api/v1/performances/{perf_id}/exports/answers?format="
    return [(_("Answers"), [(form.upper(), f"{place}{form}") for form in ("csv", "xlsx", "json")])]


def _back(event_id: str, words: str) -> Redirect:
    return Redirect(f"{STUDIO}/events/{event_id}/questions", notice=Notice("good", words))
