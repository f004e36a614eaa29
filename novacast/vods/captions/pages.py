"""The studio's pages of captions. Adding by text, changing and deleting work without scripts; the editor needs them."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from babel import Locale, UnknownLocaleError
from pydantic import Field

from novacast.clock import SECOND
from novacast.errors import Conflict, InvalidInput, NovaCastError, PreconditionFailed
from novacast.i18n import gettext as _
from novacast.i18n import language as spoken
from novacast.i18n import translated, unpacked
from novacast.records import dataclass
from novacast.vods.captions.delivery import title
from novacast.vods.captions.models import LONGEST_LABEL, LONGEST_TEXT, Act, Changes, Kind, Origin, Revision, Track, Wish
from novacast.vods.captions.service import Captions, Overview
from novacast.vods.captions.speech.models import LIVE, Speech, SpeechState
from novacast.vods.captions.speech.service import SpeechDesk
from novacast.vods.cards import date_of
from novacast.vods.pages import PLAYER_CSP
from novacast.web import Body, Call, Html, Redirect, form, page
from novacast.web.answers import Notice

ALL = "/studio/videos/{video_id}/captions"
ONE = f"{ALL}/{{track_id}}"
SHOWN_REVISIONS = 10


class TrackForm(Body):
    language: str = ""
    kind: Literal["subtitles", "captions"] = "subtitles"
    label: str = ""
    default: bool = False
    forced: bool = False
    words: str = ""
    """The subtitles themselves, pasted."""

    @property
    def wish(self) -> Wish:
        return Wish(self.language, Kind(self.kind), self.label, self.default, self.forced)

    @property
    def changes(self) -> Changes:
        return Changes(self.language, Kind(self.kind), self.label, self.default, self.forced)


class AskForm(Body):
    language: str = ""


class RestoreForm(Body):
    number: Annotated[int, Field(ge=1)]
    based_on: Annotated[int, Field(ge=1)]


@dataclass(frozen=True, slots=True)
class Line:
    """A track in the list."""

    id: str
    title: str
    language: str
    origin: str
    badges: Sequence[tuple[str, str]]
    cues: int
    date: str


class CaptionPages:
    def __init__(self, captions: Captions, speech: SpeechDesk) -> None:
        self._captions = captions
        self._speech = speech

    @page(ALL)
    async def list(self, call: Call, video_id: str) -> Html:
        overview = await self._captions.overview(call.principal, video_id)
        values = TrackForm(language=overview.video.language)
        return await self._listed(call, overview, values)

    @form(ALL)
    async def add(self, call: Call, video_id: str, form: TrackForm) -> Html | Redirect:
        try:
            saved = await self._captions.add(call.principal, video_id, form.wish, file=form.words.encode())
        except (InvalidInput, Conflict) as error:
            overview = await self._captions.overview(call.principal, video_id)
            return await self._listed(call, overview, form, error)
        said = [translated(one) for one in saved.warnings]
        notice = Notice("note" if said else "good", " ".join([_("The captions are added."), *said]))
        return Redirect(f"/studio/videos/{video_id}/captions/{saved.track.id}", notice=notice)

    @form(f"{ALL}-speech")
    async def ask(self, call: Call, video_id: str, form: AskForm) -> Redirect:
        try:
            await self._speech.ask(call.principal, video_id, Wish(form.language).language if form.language else "")
        except Conflict as error:
            return _back(video_id, "note", translated(error.message))
        return _back(video_id, "good", _("The speech is being written down."))

    @form(f"{ALL}-speech/cancel")
    async def cancel(self, call: Call, video_id: str) -> Redirect:
        try:
            await self._speech.cancel(call.principal, video_id)
        except Conflict as error:
            return _back(video_id, "note", translated(error.message))
        return _back(video_id, "note", _("The writing down was left."))

    @page(ONE)
    async def track(self, call: Call, video_id: str, track_id: str) -> Html:
        return await self._edited(call, video_id, track_id)

    @form(ONE)
    async def change(self, call: Call, video_id: str, track_id: str, form: TrackForm) -> Html | Redirect:
        try:
            await self._captions.change(call.principal, video_id, track_id, form.changes)
        except InvalidInput as error:
            return await self._edited(call, video_id, track_id, form, error)
        return Redirect(f"/studio/videos/{video_id}/captions/{track_id}", notice=Notice("good", _("Saved.")))

    @form(f"{ONE}/delete")
    async def remove(self, call: Call, video_id: str, track_id: str) -> Redirect:
        await self._captions.remove(call.principal, video_id, track_id)
        return _back(video_id, "good", _("The captions are deleted."))

    @form(f"{ONE}/restore")
    async def restore(self, call: Call, video_id: str, track_id: str, form: RestoreForm) -> Redirect:
        here = f"/studio/videos/{video_id}/captions/{track_id}"
        try:
            await self._captions.restore(call.principal, video_id, track_id, form.number, form.based_on)
        except PreconditionFailed as error:
            return Redirect(here, notice=Notice("bad", translated(error.message)))
        return Redirect(here, notice=Notice("good", _("The captions are as they were.")))

    async def _listed(
        self, call: Call, overview: Overview, values: TrackForm, error: NovaCastError | None = None
    ) -> Html:
        video = overview.video
        speech = await self._speech.show(call.principal, video.id)
        context = {
            "video": video,
            "tracks": [_line(track) for track in overview.tracks],
            "left_out": [_left_out(codec, tag) for codec, tag in overview.examined.left_out]
            if overview.examined
            else [],
            "problem": _said(overview.examined.problem if overview.examined else None),
            "values": values,
            "errors": error.errors if error is not None else (),
            "problems": "" if error is None or error.errors else translated(error.message),
            "kinds": _kinds(),
            "label_length": LONGEST_LABEL,
            "speech": _speech(speech, offered=self._speech.offered),
        }
        return Html("studio/captions.html", context, status=422 if error is not None else 200)

    async def _edited(
        self, call: Call, video_id: str, track_id: str, values: TrackForm | None = None,
        error: InvalidInput | None = None,
    ) -> Html:  # fmt: skip
        script = await self._captions.script(call.principal, video_id, track_id, to_edit=True)
        revisions = await self._captions.revisions(call.principal, video_id, track_id)
        overview = await self._captions.overview(call.principal, video_id)
        track = script.track
        own = TrackForm(
            language=track.language, kind=track.kind.value, label=track.label, default=track.default,
            forced=track.forced,
        )  # fmt: skip
        context = {
            "video": overview.video,
            "track": track,
            "line": _line(track),
            "values": values or own,
            "errors": error.errors if error is not None else (),
            "kinds": _kinds(),
            "label_length": LONGEST_LABEL,
            "text_length": LONGEST_TEXT,
            "duration": (overview.video.duration or 0) / SECOND,
            "revisions": [_revision(one) for one in revisions[:SHOWN_REVISIONS]],
            "ready": overview.video.edition is not None,
        }
        return Html("studio/cues.html", context, status=422 if error is not None else 200, csp=PLAYER_CSP)


def _back(video_id: str, kind: Literal["good", "bad", "note"], said: str) -> Redirect:
    return Redirect(f"/studio/videos/{video_id}/captions", notice=Notice(kind, said))


def _line(track: Track) -> Line:
    flags = (
        (track.automatic, _("Not read through yet"), "busy"),
        (track.default, _("Shown to everybody"), "good"),
        (track.forced, _("Signs only"), ""),
        (track.kind is Kind.CAPTIONS, _("For the hard of hearing"), ""),
    )
    return Line(
        id=track.id,
        title=title(track),
        language=language_name(track.language),
        origin=_origin(track.origin),
        badges=[(words, kind) for there, words, kind in flags if there],
        cues=track.cues,
        date=date_of(track.updated_at),
    )


def _origin(origin: Origin) -> str:
    match origin:
        case Origin.TYPED:
            return _("Typed")
        case Origin.UPLOADED:
            return _("From a file")
        case Origin.EMBEDDED:
            return _("From the video's file")
        case Origin.AUTOMATIC:
            return _("Made automatically")


def _revision(revision: Revision) -> dict[str, Any]:
    acts = {
        Act.BEGUN: _("Begun"),
        Act.FILE: _("From a file"),
        Act.EDIT: _("Edited"),
        Act.SHIFT: _("Moved in time"),
        Act.RESTORE: _("Brought back"),
        Act.MACHINE: _("Made automatically"),
    }
    return {
        "number": revision.number,
        "act": acts[revision.act],
        "cues": revision.cues,
        "date": date_of(revision.made_at),
    }


def _kinds() -> Sequence[tuple[str, str, str]]:
    return [
        ("subtitles", _("Subtitles"), _("What is said, for those who do not know the language.")),
        ("captions", _("Captions"), _("Sounds and music too, for those who do not hear them.")),
    ]


def _left_out(codec: str, tag: str) -> str:
    return f"{codec} ({language_name(tag)})" if tag else codec


def _said(kept: str | None) -> str:
    return "" if kept is None else translated(unpacked(kept))


def _speech(speech: Speech | None, *, offered: bool) -> dict[str, Any]:
    running = speech is not None and speech.state in LIVE
    return {
        "offered": offered,
        "running": running,
        "progress": speech.progress if speech is not None and speech.pieces else None,
        "failed": speech is not None and speech.state is SpeechState.FAILED,
        "reason": _said(speech.reason if speech is not None else None),
    }


def language_name(tag: str) -> str:
    """In the reader's language; the tag where that has no name."""
    try:
        return Locale.parse(tag, sep="-").get_display_name(Locale.parse(spoken(), sep="-")) or tag
    except (UnknownLocaleError, ValueError):
        return tag
