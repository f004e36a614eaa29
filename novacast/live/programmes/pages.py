"""Pages of programmes for those who produce or mark them. All of it works without scripts."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from novacast.clock import SECOND, instant, moment
from novacast.errors import Conflict, FieldError, Forbidden, InvalidInput, NotFound
from novacast.i18n import gettext as _
from novacast.i18n import translated
from novacast.live.channels.pages import CHANNEL, STUDIO
from novacast.live.channels.service import Channels
from novacast.live.models import Channel, Programme, ProgrammeState, Wanted, Whep
from novacast.live.playout.service import Playouts
from novacast.live.programmes.advice import advice
from novacast.live.programmes.bodies import poster_path
from novacast.live.programmes.models import Changes
from novacast.live.programmes.producing import Producing
from novacast.live.programmes.service import Detail, Programmes
from novacast.live.words import feed_line, hour, numbers_told, place_of, state_badge, visibility_choices, wanted_name
from novacast.visibility import Visibility
from novacast.web import Body, Call, Html, Redirect, form, page
from novacast.web.answers import Notice

PROGRAMME = f"{STUDIO}/programmes/{{programme_id}}"
FEEDS = 20
Refusal = InvalidInput | Conflict


class ProgrammeForm(Body):
    """Hours as browsers write them, in UTC unless they say otherwise; a script writes those of the reader's zone."""

    title: str = ""
    description: str = ""
    language: str = ""
    visibility: Literal["public", "unlisted", "signed_in", "organization", "private"] = "public"
    start: Annotated[str, Field(max_length=40)] = ""
    end: Annotated[str, Field(max_length=40)] = ""
    whep: Literal["staff", "viewers"] = "staff"

    def changes(self, *, hours: bool) -> Changes:
        """Raises InvalidInput for what are no hours."""
        texts = Changes(self.title, self.description, self.language, Visibility(self.visibility), whep=Whep(self.whep))
        if not hours:
            return texts
        start, end = _instant("planned_start", self.start), _instant("planned_end", self.end)
        return replace(texts, planned_start=start, planned_end=end)

    @classmethod
    def of(cls, one: Programme) -> "ProgrammeForm":
        return cls(
            title=one.title,
            description=one.description,
            language=one.language,
            visibility=one.visibility.value,
            start=_written(one.planned_start),
            end=_written(one.planned_end),
            whep=one.whep.value,
        )


class CutForm(Body):
    to: Literal["auto", "slate", "main", "backup"]


class MarkForm(Body):
    title: str = ""


class UnmarkForm(Body):
    marker: Annotated[str, Field(max_length=64)]


class PlanPages:
    def __init__(self, programmes: Programmes, channels: Channels) -> None:
        self._programmes = programmes
        self._channels = channels

    @page(f"{CHANNEL}/plan")
    async def begin(self, call: Call, channel_id: str) -> Html:
        detail = await self._channels.produced(call.principal, channel_id)
        return _plan(detail.channel, ProgrammeForm(visibility=detail.channel.visibility.value))

    @form(f"{CHANNEL}/plan")
    async def create(self, call: Call, channel_id: str, form: ProgrammeForm) -> Html | Redirect:
        detail = await self._channels.produced(call.principal, channel_id)
        try:
            made = await self._programmes.create(call.principal, channel_id, form.changes(hours=True))
        except (InvalidInput, Conflict) as error:
            return _plan(detail.channel, form, error)
        words = _("It stands by: start the encoder.") if made.planned_start is None else _("The programme is planned.")
        return Redirect(f"{STUDIO}/programmes/{made.id}", notice=Notice("good", words))


class ProgrammeStudioPages:
    def __init__(self, programmes: Programmes, producing: Producing, playouts: Playouts) -> None:
        self._programmes = programmes
        self._producing = producing
        self._playouts = playouts

    @page(PROGRAMME)
    async def show(self, call: Call, programme_id: str) -> Html:
        detail = await self._programmes.worked_on(call.principal, programme_id)
        return await self._shown(call, detail, ProgrammeForm.of(detail.programme))

    @form(PROGRAMME)
    async def edit(self, call: Call, programme_id: str, form: ProgrammeForm) -> Html | Redirect:
        detail = await self._programmes.worked_on(call.principal, programme_id)
        planned = detail.programme.state is ProgrammeState.PLANNED
        try:
            await self._programmes.edit(call.principal, programme_id, form.changes(hours=planned))
        except (InvalidInput, Conflict) as error:
            return await self._shown(call, detail, form, error)
        return _back(programme_id, _("Saved."))

    @form(f"{PROGRAMME}/standby")
    async def standby(self, call: Call, programme_id: str) -> Redirect:
        try:
            await self._producing.standby(call.principal, programme_id)
        except Conflict as error:
            return _back(programme_id, error.message, "bad")
        return _back(programme_id, _("It stands by: start the encoder."))

    @form(f"{PROGRAMME}/cut")
    async def cut(self, call: Call, programme_id: str, form: CutForm) -> Redirect:
        try:
            await self._producing.cut(call.principal, programme_id, Wanted(form.to))
        except Conflict as error:
            return _back(programme_id, error.message, "bad")
        return _back(programme_id, _("Viewers see: %(what)s") % {"what": wanted_name(Wanted(form.to))})

    @form(f"{PROGRAMME}/end")
    async def end(self, call: Call, programme_id: str) -> Redirect:
        try:
            await self._producing.end(call.principal, programme_id)
        except Conflict as error:
            return _back(programme_id, error.message, "bad")
        return _back(programme_id, _("The programme ends. Stop the encoder as well."))

    @form(f"{PROGRAMME}/markers")
    async def mark(self, call: Call, programme_id: str, form: MarkForm) -> Redirect:
        try:
            await self._producing.mark(call.principal, programme_id, form.title.strip() or _("Marker"))
        except (InvalidInput, Conflict) as error:
            return _back(programme_id, error.message, "bad")
        return Redirect(f"{STUDIO}/programmes/{programme_id}#markers")

    @form(f"{PROGRAMME}/unmark")
    async def unmark(self, call: Call, programme_id: str, form: UnmarkForm) -> Redirect:
        try:
            await self._producing.unmark(call.principal, programme_id, form.marker)
        except NotFound as error:
            return _back(programme_id, error.message, "note")
        return Redirect(f"{STUDIO}/programmes/{programme_id}#markers")

    @form(f"{PROGRAMME}/delete")
    async def delete(self, call: Call, programme_id: str) -> Redirect:
        detail = await self._programmes.worked_on(call.principal, programme_id)
        try:
            await self._programmes.delete(call.principal, programme_id)
        except (Conflict, Forbidden) as error:
            return _back(programme_id, error.message, "bad")
        place = f"{STUDIO}/channels/{detail.channel.id}"
        return Redirect(place, notice=Notice("good", _("The programme is removed.")))

    async def _shown(self, call: Call, detail: Detail, values: ProgrammeForm, error: Refusal | None = None) -> Html:
        programme = detail.programme
        state, kind = state_badge(programme.state)
        context = {
            "programme": programme,
            "channel": detail.channel,
            "produces": detail.produces,
            "state": state,
            "kind": kind,
            "wanted": wanted_name(programme.wanted),
            "sources": [(one.value, wanted_name(one)) for one in Wanted],
            "values": values,
            "errors": _errors(error),
            "choices": visibility_choices(),
            "started": hour(programme.started_at),
            "planned": hour(programme.planned_start),
            "ended": hour(programme.ended_at),
            "poster": poster_path(programme) or "",
            "markers": [(one.id, place_of(one.at), one.title, one.at // SECOND) for one in detail.markers],
            **(await self._measured(call, programme) if detail.produces else {}),
        }
        return Html("live/programme.html", context, status=422 if error is not None else 200)

    async def _measured(self, call: Call, programme: Programme) -> dict[str, Any]:
        health = await self._producing.health(call.principal, programme.id)
        feeds = await self._producing.feeds(call.principal, programme.id, None, FEEDS)
        numbers = {} if health is None or not programme.airing else health.numbers
        return {
            "numbers": numbers_told(numbers),
            "advice": [translated(one.text) for one in advice(numbers)],
            "playout": await self._playouts.of(call.principal, programme.id),
            "feeds": [feed_line(one) for one in feeds.items],
        }


def _plan(channel: Channel, values: ProgrammeForm, error: Refusal | None = None) -> Html:
    context = {"channel": channel, "values": values, "errors": _errors(error), "choices": visibility_choices()}
    return Html("live/plan.html", context, status=422 if error is not None else 200)


def _errors(error: Refusal | None) -> tuple[FieldError, ...]:
    """Of the form's fields, by their names there."""
    if error is None:
        return ()
    names = {"planned_start": "start", "planned_end": "end"}
    told = error.errors or (FieldError("", error.code, error.message),)
    return tuple(FieldError(names.get(one.field, one.field), one.code, one.message) for one in told)


def _back(programme_id: str, words: str, kind: Literal["good", "bad", "note"] = "good") -> Redirect:
    return Redirect(f"{STUDIO}/programmes/{programme_id}", notice=Notice(kind, words))


def _instant(name: str, text: str) -> int | None:
    """Of an ISO 8601 text; one without a zone is in UTC."""
    if not text.strip():
        return None
    try:
        found = datetime.fromisoformat(text.strip())
        return instant(found if found.tzinfo is not None else found.replace(tzinfo=UTC))
    except (ValueError, OverflowError) as error:
        raise InvalidInput.field(name, _("Write day and hour as 2027-01-31T20:00.")) from error


def _written(at: int | None) -> str:
    return "" if at is None else moment(at).strftime("%Y-%m-%dT%H:%M")
